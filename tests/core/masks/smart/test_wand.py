"""The wand takes what looks like the pixel clicked, and nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from core.masks.smart.wand import alike


def full(region, shape) -> np.ndarray:
    result = np.zeros(shape, bool)
    result[region.rect.slices] = region.stencil
    return result


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    height=st.integers(1, 20),
    width=st.integers(1, 20),
    channels=st.sampled_from([3, 4]),
    tolerance=st.sampled_from([0, 3, 60, 128, 255]),
    contiguous=st.booleans(),
    data=st.data(),
)
def test_that_it_takes_the_pixels_of_which_no_channel_is_further_than_the_tolerance(
    seed, height, width, channels, tolerance, contiguous, data
):
    photo = np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)
    if channels == 4:
        photo[..., 3] = 255
    x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    expected = np.abs(photo.astype(int) - photo[y, x].astype(int)).max(axis=2) <= tolerance
    if contiguous:
        pieces, _ = ndimage.label(expected)
        expected = pieces == pieces[y, x]
    region = alike(photo, (x, y), tolerance, contiguous=contiguous)
    assert np.array_equal(full(region, (height, width)), expected)


@pytest.mark.parametrize("click", [(5, 5), (900, 4), (1190, 890), (600, 450)])
def test_that_an_area_is_found_whole_however_far_it_reaches(click):
    # A snake of one colour through the whole photo, so that no window around the click holds it.
    photo = np.zeros((900, 1200, 3), np.uint8)
    photo[:] = 40
    for number, row in enumerate(range(20, 880, 40)):
        photo[row : row + 10, 0 if number % 2 else 30 : -30 if number % 2 else None] = 200
    region = alike(photo, click, 10)
    x, y = click
    pieces, _ = ndimage.label((photo == photo[y, x]).all(axis=2))
    assert np.array_equal(full(region, (900, 1200)), pieces == pieces[y, x])


def test_that_a_click_beside_the_photo_finds_nothing():
    photo = np.zeros((10, 10, 4), np.uint8)
    assert alike(photo, (10, 3), 255).is_empty
    assert alike(photo, (3, -1), 255, contiguous=False).is_empty
