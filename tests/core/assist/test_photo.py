"""The way between the pixels of a mask and those of the photo that a model gets."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.assist import photo as photos
from core.assist.photo import Photo
from core.assist.prompt import Box, Click, can_be_asked

SIDES = st.integers(1, 60)


def some_photo(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)


def reduced(height: int, width: int, side: int) -> Photo:
    """A photo that was reduced to that longer side."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(photos, "MAX_SIDE", side)
        return Photo.of(some_photo(height, width))


def painted(region, shape) -> np.ndarray:
    mask = np.zeros(shape, bool)
    mask[region.rect.slices] = region.stencil
    return mask


def test_that_channels_come_in_the_order_red_green_blue():
    bgra = some_photo(4, 6)
    np.testing.assert_array_equal(Photo.of(bgra).rgb, bgra[..., 2::-1])


def test_that_a_photo_has_the_name_of_its_pixels():
    assert Photo.of(some_photo(8, 9)).key == Photo.of(some_photo(8, 9)).key
    other = some_photo(8, 9)
    other[5, 5, 0] ^= 1
    keys = {Photo.of(one).key for one in (other, some_photo(8, 9), some_photo(9, 8))}
    assert len(keys) == 3


@given(SIDES, SIDES, st.integers(1, 50))
@settings(deadline=None)
def test_that_the_centre_of_a_pixel_stays_the_centre_of_a_pixel(height, width, side):
    photo = reduced(height, width, side)
    small_height, small_width = photo.rgb.shape[:2]
    clicks = [Click(x + 0.5, y + 0.5) for y in range(height) for x in range(width)]
    points, labels = photo.points(clicks, None)
    assert set(labels) == {1}
    columns = np.clip((np.arange(width) + 0.5) * small_width / width - 0.5, 0, small_width - 1)
    rows = np.clip((np.arange(height) + 0.5) * small_height / height - 0.5, 0, small_height - 1)
    grid = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
    np.testing.assert_allclose(points, grid, atol=1e-9)


def test_that_the_box_comes_first_and_labels_say_what_points_are():
    photo = Photo.of(some_photo(20, 30))
    points, labels = photo.points(
        [Click(3.5, 4.5), Click(5.5, 6.5, positive=False)], Box(1, 2, 9, 8)
    )
    assert labels == (2, 3, 1, 0)
    assert points == ((0.5, 1.5), (8.5, 7.5), (3.0, 4.0), (5.0, 6.0))


@given(SIDES, SIDES, st.integers(0, 2**32 - 1))
def test_that_a_mask_of_a_photo_that_was_not_reduced_comes_back_exactly(height, width, seed):
    rng = np.random.default_rng(seed)
    photo = Photo.of(some_photo(height, width))
    mask = rng.random((height, width)) < rng.random()
    top, left = int(rng.integers(height)), int(rng.integers(width))
    region = photo.region(mask[top:, left:], left, top)
    expected = mask.copy()
    expected[:top], expected[:, :left] = False, False
    np.testing.assert_array_equal(painted(region, mask.shape), expected)
    if expected.any():  # and the rectangle is as small as can be
        assert region.stencil.any(axis=1)[[0, -1]].all()
        assert region.stencil.any(axis=0)[[0, -1]].all()


@given(SIDES, SIDES, st.integers(1, 30), st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_that_a_part_is_enlarged_as_the_whole_would_be(height, width, side, seed):
    """As cv2 enlarges the whole mask linearly, which it does with the same centres."""
    photo = reduced(height, width, side)
    small = photo.rgb.shape[:2]
    if small == (height, width):
        return
    mask = np.random.default_rng(seed).random(small) < 0.4
    soft = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    region = painted(photo.region(mask, 0, 0), (height, width))
    # warpAffine rounds places to 1/32 of a pixel, so what is nearly a half may go either way.
    certain = abs(soft - 0.5) > 0.08
    np.testing.assert_array_equal(region[certain], soft[certain] > 0.5)


def test_that_an_object_that_fills_the_photo_fills_the_mask():
    photo = reduced(1000, 730, 100)
    region = photo.region(np.ones(photo.rgb.shape[:2], bool), 0, 0)
    assert region.area == 1000 * 730


def test_that_nothing_stays_nothing():
    assert Photo.of(some_photo(5, 5)).region(np.zeros((5, 5), bool), 0, 0).is_empty
    assert Photo.of(some_photo(5, 5)).region(np.zeros((0, 0), bool), 0, 0).is_empty


def test_that_negative_clicks_alone_are_no_question():
    assert not can_be_asked([], None)
    assert not can_be_asked([Click(1, 1, positive=False)], None)
    assert can_be_asked([Click(1, 1, positive=False), Click(2, 2)], None)
    assert can_be_asked([], Box.between((5, 1), (2, 8)))
    assert Box.between((5, 1), (2, 8)) == Box(2, 1, 5, 8)
