"""Scissors: paths that follow edges."""

import itertools

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.masks.shapes.regions import polygon
from core.masks.smart.scissors import EdgeMap, outline, straight


def disc(size: int, contrast: int = 90) -> tuple[np.ndarray, np.ndarray]:
    """A photo with a disc, and where that is."""
    truth = np.zeros((size, size), np.uint8)
    cv2.circle(truth, (size // 2, size // 2), size // 3, 1, -1)
    photo = np.full((size, size, 3), 60, np.uint8)
    photo[truth > 0] = 60 + contrast
    noise = np.random.default_rng(0).integers(0, 8, photo.shape, np.uint8)
    return photo + noise, truth > 0


@pytest.mark.parametrize(("size", "factor", "contrast"), [(120, 1, 90), (120, 1, 25), (900, 3, 90)])
def test_that_an_outline_by_five_clicks_follows_a_disc(size, factor, contrast):
    photo, truth = disc(size, contrast)
    angles = np.linspace(0, 2 * np.pi, 6)
    middle, radius = size / 2, size / 3
    clicks = [
        (round(middle + radius * np.cos(a)), round(middle + radius * np.sin(a))) for a in angles
    ]
    paths = [EdgeMap(photo, start, factor).path(end) for start, end in itertools.pairwise(clicks)]
    region = polygon(truth.shape, outline(paths))
    found = np.zeros(truth.shape, bool)
    found[region.rect.slices] = region.stencil
    # Five straight lines would reach 0.76.
    assert (found & truth).sum() / (found | truth).sum() > 0.95


@settings(max_examples=25, deadline=None)
@given(data=st.data(), factor=st.integers(1, 3), reach=st.integers(5, 40))
def test_that_a_path_goes_from_the_anchor_to_the_target_wherever_they_are(data, factor, reach):
    height, width = data.draw(st.integers(3, 60)), data.draw(st.integers(3, 60))
    pixels = st.tuples(st.integers(0, width - 1), st.integers(0, height - 1))
    anchor, target = data.draw(pixels), data.draw(pixels)
    photo = np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)
    path = EdgeMap(photo, anchor, factor, reach).path(target)
    assert tuple(path[0]) == (anchor[0] + 0.5, anchor[1] + 0.5)
    assert tuple(path[-1]) == (target[0] + 0.5, target[1] + 0.5)
    assert (path >= 0.5).all()
    assert (path <= (width - 0.5, height - 0.5)).all()


def test_that_beyond_its_window_a_path_goes_on_straight():
    photo, _ = disc(200)
    edges = EdgeMap(photo, (20, 100), reach=30)
    assert edges.reaches((50, 100))
    assert not edges.reaches((51, 100))
    path = edges.path((150, 100))
    assert path[-2][0] <= 51
    assert tuple(path[-1]) == (150.5, 100.5)


def test_that_an_outline_has_no_corner_twice_in_a_row():
    corners = [(1, 1), (8, 1), (8, 9)]
    paths = [straight(a, b) for a, b in zip(corners, [*corners[1:], corners[0]], strict=True)]
    assert outline(paths) == [(1.5, 1.5), (8.5, 1.5), (8.5, 9.5)]


def test_that_an_anchor_must_be_on_the_photo():
    with pytest.raises(ValueError, match="not on a photo"):
        EdgeMap(np.zeros((20, 20, 3), np.uint8), (20, 3))
