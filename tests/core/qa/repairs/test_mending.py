"""Repairs as pure functions: what they change, what they leave, and that once is enough."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageOps
from scipy import ndimage

from core.dataset.model import ClassInfo
from core.errors import PetsegError
from core.images import decode_image
from core.qa.repairs import REPAIRS, RepairContext, changed_pixels
from core.qa.repairs.registry import find_repair
from core.qa.repairs.shape import turned

IGNORE = 255
CLASSES = tuple(ClassInfo(index, f"class {index}", (0, 0, 0)) for index in range(3))
CONTEXT = RepairContext(CLASSES, IGNORE, (12, 9))
EIGHT, FOUR = np.ones((3, 3)), ndimage.generate_binary_structure(2, 1)
OF_PIXELS = ("drop_specks", "keep_largest", "fill_holes", "snap_values")

masks = hnp.arrays(
    np.uint8,
    st.tuples(st.integers(1, 14), st.integers(1, 14)),
    elements=st.sampled_from([0, 0, 0, 1, 1, 1, 2, 7, IGNORE]),
)
clean_masks = hnp.arrays(
    np.uint8,
    st.tuples(st.integers(1, 14), st.integers(1, 14)),
    elements=st.sampled_from([0, 0, 1, 1, 2, IGNORE]),
)


def mended(repair: str, mask: np.ndarray, context=CONTEXT, **options: float) -> np.ndarray:
    return REPAIRS[repair].apply(mask, context, options)


def foreground(mask: np.ndarray) -> np.ndarray:
    return (mask > 0) & (mask != IGNORE)


def areas(chosen: np.ndarray) -> np.ndarray:
    labels, _ = ndimage.label(chosen, EIGHT)
    return np.bincount(labels.ravel())[1:]


def enclosed(mask: np.ndarray) -> np.ndarray:
    """Background pixels in holes, found by scipy."""
    holes = ndimage.binary_fill_holes(foreground(mask), FOUR) & ~foreground(mask)
    return holes & (mask == 0)


@pytest.mark.parametrize("repair", OF_PIXELS)
@settings(max_examples=50)
@given(masks)
def test_that_repairing_twice_is_repairing_once(repair, mask):
    once = mended(repair, mask)
    assert np.array_equal(mended(repair, once), once)


@pytest.mark.parametrize("repair", OF_PIXELS)
@settings(max_examples=50)
@given(masks)
def test_that_ignored_pixels_stay_and_none_appear(repair, mask):
    assert np.array_equal(mended(repair, mask) == IGNORE, mask == IGNORE)


@pytest.mark.parametrize("repair", list(REPAIRS))
@settings(max_examples=50)
@given(masks)
def test_that_the_mask_given_is_never_written_to(repair, mask):
    copy = mask.copy()
    result = mended(repair, mask)
    result[:] = 99
    assert np.array_equal(mask, copy)


@given(masks, st.integers(2, 20))
def test_that_only_specks_become_background(mask, smallest):
    result = mended("drop_specks", mask, smallest=smallest)
    labels, count = ndimage.label(foreground(mask), EIGHT)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    is_speck = foreground(mask) & (sizes[labels] < smallest)
    assert np.array_equal(changed_pixels(mask, result), is_speck)
    assert not result[is_speck].any()
    assert (areas(foreground(result)) >= smallest).all()


@given(masks)
def test_that_one_piece_is_left_and_it_is_as_large_as_the_largest(mask):
    result = mended("keep_largest", mask)
    before, after = areas(foreground(mask)), areas(foreground(result))
    assert list(after) == ([before.max()] if before.size else [])
    changed = changed_pixels(mask, result)
    assert foreground(mask)[changed].all()
    assert not result[changed].any()


@given(masks)
def test_that_one_piece_of_each_class_is_left(mask):
    result = mended("keep_largest", mask, per_class=1)
    for index in (1, 2):
        before, after = areas(mask == index), areas(result == index)
        assert list(after) == ([before.max()] if before.size else [])
    assert np.array_equal(result == 7, mask == 7)
    assert np.array_equal(mended("keep_largest", result, per_class=1), result)


@given(clean_masks)
def test_that_no_background_is_left_enclosed(mask):
    result = mended("fill_holes", mask)
    assert np.array_equal(changed_pixels(mask, result), enclosed(mask))
    assert not enclosed(result).any()


@given(masks, st.integers(1, 6), st.integers(0, 6))
def test_that_holes_of_other_sizes_stay(mask, smallest, largest):
    result = mended("fill_holes", mask, smallest=smallest, largest=largest)
    labels, _ = ndimage.label(
        ndimage.binary_fill_holes(foreground(mask), FOUR) & ~foreground(mask), FOUR
    )
    sizes = np.bincount(labels.ravel())
    fits = (sizes >= smallest) & (sizes <= (largest or np.inf))
    fits[0] = False
    assert not (changed_pixels(mask, result) & ~fits[labels]).any()
    again = mended("fill_holes", result, smallest=smallest, largest=largest)
    assert np.array_equal(again, result)


def test_that_a_hole_gets_the_class_around_it_and_not_that_of_an_island_in_it():
    mask = np.zeros((11, 11), np.uint8)
    mask[1:10, 1:10] = 1
    mask[2:9, 2:9] = 0
    mask[3:8, 3:8] = 2
    result = mended("fill_holes", mask)
    assert (result[2, 2:9] == 1).all()
    assert np.array_equal(result == 2, mask == 2)


def test_that_ignored_pixels_in_a_hole_stay_ignored():
    mask = np.ones((7, 7), np.uint8)
    mask[2:5, 2:5] = 0
    mask[3, 3] = IGNORE
    result = mended("fill_holes", mask)
    assert result[3, 3] == IGNORE
    assert np.count_nonzero(result == 1) == 48


@given(masks)
def test_that_only_illegal_values_are_replaced_and_all_of_them(mask):
    result = mended("snap_values", mask)
    assert np.array_equal(changed_pixels(mask, result), mask == 7)
    assert np.isin(result, (0, 1, 2, IGNORE)).all()


@given(masks, st.integers(0, 2))
def test_that_illegal_values_can_be_given_one_class(mask, index):
    result = mended("snap_values", mask, to_class=index)
    assert (result[mask == 7] == index).all()
    assert np.array_equal(result[mask != 7], mask[mask != 7])


@given(clean_masks, st.data())
def test_that_a_lone_illegal_pixel_gets_the_class_most_of_its_neighbours_have(mask, data):
    y = data.draw(st.integers(0, mask.shape[0] - 1))
    x = data.draw(st.integers(0, mask.shape[1] - 1))
    mask[y, x] = 7
    around = mask[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2]
    votes = np.bincount(around[around < 3], minlength=3)
    result = mended("snap_values", mask)
    if votes.sum():
        assert result[y, x] == votes.argmax()


def test_that_a_large_illegal_area_takes_what_is_nearest_to_it():
    mask = np.full((40, 300), 9, np.uint8)
    mask[:, 0], mask[:, -1] = 1, 2
    result = mended("snap_values", mask)
    assert (result[:, :149] == 1).all()
    assert (result[:, 151:] == 2).all()


def test_that_a_mask_of_illegal_values_alone_becomes_background():
    assert not mended("snap_values", np.full((5, 5), 9, np.uint8)).any()


def test_that_a_class_that_does_not_exist_is_refused():
    with pytest.raises(PetsegError, match="no class 12"):
        mended("snap_values", np.full((2, 2), 9, np.uint8), to_class=12)


@given(masks, st.integers(1, 20), st.integers(1, 20))
def test_that_a_resized_mask_has_the_photo_s_size_and_no_new_value(mask, width, height):
    context = RepairContext(CLASSES, IGNORE, (width, height))
    result = mended("resize_mask", mask, context)
    assert result.shape == (height, width)
    assert set(np.unique(result)) <= set(np.unique(mask))
    assert np.array_equal(mended("resize_mask", result, context), result)


@given(masks, st.integers(1, 4))
def test_that_a_mask_enlarged_by_a_whole_factor_repeats_its_pixels(mask, factor):
    size = mask.shape[1] * factor, mask.shape[0] * factor
    result = mended("resize_mask", mask, RepairContext(CLASSES, IGNORE, size))
    assert np.array_equal(result, mask.repeat(factor, 0).repeat(factor, 1))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_that_a_mask_is_turned_as_photos_are_decoded(orientation):
    rng = np.random.default_rng(orientation)
    pixels = np.kron(rng.integers(0, 2, (3, 5)), np.ones((16, 16))).astype(np.uint8) * 255
    exif = Image.Exif()
    exif[0x0112] = orientation
    stream = io.BytesIO()
    Image.fromarray(pixels).convert("RGB").save(stream, "JPEG", quality=95, exif=exif)
    shown = decode_image(stream.getvalue(), Path("photo.jpg"))[..., 0] > 127
    assert np.array_equal(turned(pixels, orientation) > 127, shown)
    stream.seek(0)
    by_pillow = np.asarray(ImageOps.exif_transpose(Image.open(stream)))[..., 0] > 127
    assert np.array_equal(shown, by_pillow)


@given(masks, st.integers(1, 8))
def test_that_a_turn_can_be_taken_back(mask, orientation):
    context = RepairContext(CLASSES, IGNORE, None, orientation)
    there = mended("reorient", mask, context)
    assert np.array_equal(mended("reorient", there, context, back=1), mask)


@given(masks, st.sampled_from([5, 6, 7, 8]))
def test_that_a_quarter_turn_happens_once(mask, orientation):
    context = RepairContext(CLASSES, IGNORE, mask.shape, orientation)
    once = mended("reorient", mask, context)
    assert once.shape == mask.shape[::-1]
    if mask.shape[0] != mask.shape[1]:
        assert np.array_equal(mended("reorient", once, context), once)


@given(masks, st.sampled_from([90, 180, 270]))
def test_that_a_mask_can_be_turned_clockwise_whatever_the_photo_says(mask, degrees):
    context = RepairContext(CLASSES, IGNORE, None, 3)
    result = mended("reorient", mask, context, degrees=degrees)
    assert np.array_equal(result, np.rot90(mask, -degrees // 90))


@pytest.mark.parametrize("repair", list(REPAIRS))
def test_that_an_empty_array_survives_every_repair(repair):
    assert mended(repair, np.zeros((0, 0), np.uint8)).size == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [({"smallest": 1}, "from 2 to"), ({"smallest": float("nan")}, "nan"), ({"size": 3}, "size")],
)
def test_that_options_out_of_range_are_refused_in_words(options, words):
    with pytest.raises(PetsegError, match=words):
        mended("drop_specks", np.zeros((3, 3), np.uint8), **options)


def test_that_an_option_follows_the_limit_of_its_check():
    repair = find_repair("drop_specks")
    assert repair.default_options() == {"smallest": 10}
    assert repair.default_options({"noise": 25.0}.get) == {"smallest": 25}
    assert repair.default_options({"noise": 1.0}.get) == {"smallest": 2}


def test_that_an_unknown_repair_is_named_with_those_there_are():
    with pytest.raises(PetsegError, match="drop_specks"):
        find_repair("polish")


def test_that_a_large_mask_with_many_holes_and_specks_is_mended_like_a_small_one():
    rng = np.random.default_rng(1)
    mask = (rng.random((600, 600)) < 0.5).astype(np.uint8)
    cv2.circle(mask, (300, 300), 200, 2, -1)
    mask[rng.random(mask.shape) < 0.02] = 0
    result = mended("drop_specks", mended("fill_holes", mask))
    assert not enclosed(result).any()
    assert (areas(foreground(result)) >= 10).all()
