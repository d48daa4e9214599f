"""False alarms that look alike lie together, and their pieces of photos are all of one size."""

from __future__ import annotations

import numpy as np
import pytest

from core.evaluation.errors.patches import cut_patch
from core.evaluation.errors.textures import describe, grouped, name_of

Photo = np.ndarray


def photo_of_grounds(seed: int) -> tuple[Photo, np.ndarray]:
    """Three grounds side by side: a brown striped carpet, green grass, a smooth grey wall."""
    random = np.random.default_rng(seed)
    photo = np.zeros((60, 180, 3), np.uint8)
    stripes = np.where(np.arange(60) % 6 < 3, 30, -10)[:, None]
    photo[:, :60] = np.array([120, 80, 50])
    photo[:, :60] += stripes.astype(np.int8).astype(np.uint8)[:, :, None]
    grass = np.array([60, 130, 40]) + random.integers(-25, 25, (60, 60, 1))
    photo[:, 60:120] = grass.astype(np.uint8)
    photo[:, 120:] = 150 + random.integers(-1, 2)
    regions = np.zeros((60, 180), np.int32)
    for place in range(3):
        regions[8:52, 60 * place + 8 : 60 * place + 52] = place + 1
    return photo, regions


def test_that_carpets_lie_with_carpets_and_grass_with_grass() -> None:
    found = [describe(*photo_of_grounds(seed), np.array([1, 2, 3], np.intp)) for seed in range(8)]
    features = np.concatenate(found)
    groups = grouped(features, np.ones(len(features)))
    kinds = [{place % 3 for place in group.places} for group in groups]
    assert sorted(place for group in groups for place in group.places) == list(range(24))
    assert all(len(kind) == 1 for kind in kinds)
    names = {next(iter(kind)): group.name for kind, group in zip(kinds, groups, strict=True)}
    assert "brown" in names[0]
    assert "stripes" in names[0]
    assert "green" in names[1]
    assert names[2] == "grey, smooth"


def test_that_the_largest_group_comes_first_and_unknown_textures_are_left_out() -> None:
    photo, regions = photo_of_grounds(0)
    features = describe(photo, regions, np.array([1, 2, 3, 9], np.intp))
    assert np.isnan(features[3]).all()
    groups = grouped(np.tile(features, (6, 1)), np.tile([1, 5, 2, 100], 6))
    assert "green" in groups[0].name
    assert all(place % 4 != 3 for group in groups for place in group.places)
    assert grouped(features[3:], np.ones(1)) == []


def test_that_large_photos_are_measured_as_small_ones_are() -> None:
    photo, regions = photo_of_grounds(1)
    places = np.array([2, 1], np.intp)
    small = describe(photo, regions, places)
    large = describe(
        np.repeat(np.repeat(photo, 4, 0), 4, 1), np.repeat(np.repeat(regions, 4, 0), 4, 1), places
    )
    np.testing.assert_allclose(small[:, :3], large[:, :3], atol=3)


def test_that_colours_have_names() -> None:
    assert name_of(np.array([5, 0, 0, 0, 0, 0, 0.0])) == "black, smooth"
    assert name_of(np.array([95, 0, 0, 0, 0, 0, 0.0])) == "white, smooth"
    assert name_of(np.array([25, 0, 0, 0, 0.5, 4, 0.1])) == "dark grey, coarse pattern"
    assert name_of(np.array([50, -5, -30, 0, 3, 4, 0.1])) == "blue, fine pattern"


@pytest.mark.parametrize(
    "box", [(0, 0, 4, 4), (70, 30, 10, 10), (0, 0, 80, 40), (10, 0, 3, 40), (40, 20, 1, 1)]
)
def test_that_a_patch_is_a_square_that_holds_the_region(box: tuple[int, int, int, int]) -> None:
    photo = np.zeros((40, 80, 3), np.uint8)
    left, top, width, height = box
    photo[top : top + height, left : left + width] = 255
    patch = cut_patch(photo, box, 64)
    assert patch.pixels.shape == (64, 64, 3)
    x, y, across, down = patch.box
    assert min(x, y) >= 0
    assert max(x + across, y + down) <= 65
    middle = patch.pixels[y + down // 2, x + across // 2]
    assert middle.min() > 200
