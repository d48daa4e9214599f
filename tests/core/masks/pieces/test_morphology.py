"""Growing, shrinking and smoothing, against scipy's distances over the whole mask."""

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import ndimage

from core.masks.geometry import Rect
from core.masks.pieces.finding import component, holes_of
from core.masks.pieces.morphology import disc, fill, grow, shrink, smooth
from core.masks.shapes.regions import Region
from tests.core.masks.drawing import drawn, masks_of, pixel_of, written

SQUARE = np.ones((3, 3))
radii = st.integers(1, 6)
masks = masks_of()


def some_piece(mask: np.ndarray, data: st.DataObject, *, any_class: bool = False) -> Region:
    piece = component(mask, pixel_of(mask, data), any_class=any_class)
    assume(not piece.is_empty)
    return piece


def distance_to(targets: np.ndarray) -> np.ndarray:
    return ndimage.distance_transform_edt(~targets)


@given(masks, st.data(), radii)
def test_that_a_piece_grows_over_the_background_within_the_radius(mask, data, radius):
    piece = some_piece(mask, data)
    change = grow(mask, piece, radius)
    inside = drawn(piece, mask.shape)
    allowed = inside | ((distance_to(inside) <= radius) & (mask == 0))
    labels, _ = ndimage.label(allowed, SQUARE)
    expected = labels == labels[inside][0]
    assert np.array_equal(drawn(change.result, mask.shape), expected)
    assert np.array_equal(drawn(change.region, mask.shape), expected & ~inside)
    after = written(mask, change.region, change.value)
    assert (after[expected] == piece.values(mask)[0]).all()
    assert np.array_equal(after[~expected], mask[~expected])


@given(masks, st.data(), radii)
def test_that_a_piece_of_two_classes_grows_each_where_it_is(mask, data, radius):
    piece = some_piece(mask, data, any_class=True)
    change = grow(mask, piece, radius)
    after = written(mask, change.region, change.value)
    inside = drawn(piece, mask.shape)
    distances = {
        value: distance_to(inside & (mask == value)) for value in np.unique(mask[inside]).tolist()
    }
    nearest = distance_to(inside)
    for y, x in np.argwhere(drawn(change.region, mask.shape)):
        # OpenCV's nearest is off by less than a pixel where two are nearly as near.
        assert distances[int(after[y, x])][y, x] <= nearest[y, x] + 1


@given(masks, st.data(), radii)
def test_that_a_piece_shrinks_away_from_everything_around_it(mask, data, radius):
    piece = some_piece(mask, data)
    change = shrink(mask, piece, radius)
    inside = drawn(piece, mask.shape)
    expected = inside & (distance_to(~inside) > radius) if (~inside).any() else inside
    assert np.array_equal(drawn(change.result, mask.shape), expected)
    after = written(mask, change.region, change.value)
    assert np.array_equal(after, np.where(inside & ~expected, 0, mask))


@given(masks, st.data(), st.integers(1, 4))
def test_that_smoothing_follows_the_majority_and_leaves_other_classes(mask, data, radius):
    piece = some_piece(mask, data)
    change = smooth(mask, piece, radius)
    inside = drawn(piece, mask.shape)
    padded = np.pad(inside, radius, mode="edge")
    element = disc(radius) > 0
    wanted = np.zeros(mask.shape, bool)
    for y, x in np.ndindex(mask.shape):
        window = padded[y : y + 2 * radius + 1, x : x + 2 * radius + 1]
        wanted[y, x] = 2 * (window & element).sum() > element.sum()
    expected = wanted & (inside | (mask == 0))
    assert np.array_equal(drawn(change.result, mask.shape), expected)
    after = written(mask, change.region, change.value)
    assert (after[expected] == piece.values(mask)[0]).all()
    assert (after[inside & ~expected] == 0).all()
    untouched = ~inside & ~expected
    assert np.array_equal(after[untouched], mask[untouched])


@given(masks, st.data())
def test_that_filled_holes_get_a_class_of_the_piece(mask, data):
    piece = some_piece(mask, data, any_class=True)
    holes = holes_of(mask, piece)
    change = fill(mask, piece, holes)
    after = written(mask, change.region, change.value)
    filled = ndimage.binary_fill_holes(drawn(piece, mask.shape))
    assert np.array_equal(drawn(change.result, mask.shape), filled)
    assert set(np.unique(after[filled])) <= set(np.unique(piece.values(mask)))
    assert np.array_equal(after[~filled], mask[~filled])


@given(masks, st.data(), radii)
def test_that_nothing_is_written_to_the_mask(mask, data, radius):
    mask.flags.writeable = False
    before = mask.copy()
    piece = some_piece(mask, data)
    for change in (grow, shrink, smooth):
        change(mask, piece, radius)
    assert np.array_equal(mask, before)


def test_that_a_notch_goes_and_a_straight_border_stays():
    mask = np.zeros((60, 60), np.uint8)
    mask[:, 20:] = 1
    mask[30, 17:20] = 1
    mask[40:42, 20:22] = 0
    change = smooth(mask, component(mask, (40, 10)), 4)
    after = written(mask, change.region, change.value)
    expected = np.zeros_like(mask)
    expected[:, 20:] = 1
    assert np.array_equal(after, expected)


def test_that_growing_does_not_jump_over_another_class():
    mask = np.zeros((9, 12), np.uint8)
    mask[:, 3], mask[:, 5] = 1, 2
    assert grow(mask, component(mask, (3, 0)), 4).result.rect == Rect(0, 0, 5, 9)


def test_that_a_piece_as_large_as_the_mask_does_not_shrink():
    mask = np.ones((5, 5), np.uint8)
    change = shrink(mask, component(mask, (2, 2)), 2)
    assert change.region.is_empty
    assert change.result.area == 25


def test_that_a_thin_piece_shrinks_to_nothing():
    mask = np.zeros((9, 9), np.uint8)
    mask[4, 2:7] = 1
    assert shrink(mask, component(mask, (4, 4)), 1).result.is_empty
