"""Cutting pieces in two, and joining them."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import ndimage

from core.masks.geometry import Rect
from core.masks.pieces.finding import component
from core.masks.pieces.splitting import bridge, lengthened, line_pixels, merged, piece_under, split
from core.masks.shapes.regions import NOTHING
from tests.core.masks.drawing import drawn, masks_of

SQUARE = np.ones((3, 3))
masks = masks_of(14, [0, 1, 1, 1, 2])
places = st.integers(-4, 18)
points = st.tuples(st.floats(-3, 17), st.floats(-3, 17))


def painted_pixel(mask: np.ndarray, data: st.DataObject) -> tuple[int, int]:
    y, x = data.draw(st.sampled_from(np.argwhere(mask).tolist()))
    return x, y


@given(st.tuples(places, places), st.tuples(places, places))
def test_that_a_line_is_4_connected_from_end_to_end(start, end):
    line = line_pixels(start, end)
    assert tuple(line[0]) == start
    assert tuple(line[-1]) == end
    assert (np.abs(np.diff(line, axis=0)).sum(axis=1) == 1).all()
    assert len(line) == abs(end[0] - start[0]) + abs(end[1] - start[1]) + 1
    run = np.subtract(end, start)
    if run.any():
        away = np.abs(run[0] * (line[:, 1] - start[1]) - run[1] * (line[:, 0] - start[0]))
        assert (away / np.hypot(*run) < 1).all()


@given(masks, st.data(), points, points)
def test_that_two_sides_and_the_line_are_the_piece_and_do_not_touch(mask, data, start, end):
    assume(mask.any())
    piece = component(mask, painted_pixel(mask, data))
    cut = split(piece, *lengthened(piece, start, end))
    if cut is None:
        return
    parts = [drawn(part, mask.shape) for part in (cut.line, cut.smaller, cut.larger)]
    assert np.array_equal(np.sum(parts, axis=0), drawn(piece, mask.shape))
    assert 0 < cut.smaller.area <= cut.larger.area
    assert not (ndimage.binary_dilation(parts[1], SQUARE) & parts[2]).any()


@given(masks, st.data(), points, points)
def test_that_a_lengthened_line_ends_outside_the_piece(mask, data, start, end):
    assume(mask.any() and start != end)
    piece = component(mask, painted_pixel(mask, data))
    for point in lengthened(piece, start, end):
        assert not piece.holds(int(np.floor(point[0])), int(np.floor(point[1])))


def block() -> np.ndarray:
    mask = np.zeros((20, 30), np.uint8)
    mask[5:15, 5:25] = 1
    return mask


def test_that_a_line_through_a_block_cuts_it_where_it_is_drawn():
    mask = block()
    cut = split(component(mask, (10, 10)), (10.5, 2.5), (10.5, 18.5))
    assert cut is not None
    assert cut.smaller.rect == (5, 5, 5, 10)
    assert cut.line.rect == (10, 5, 1, 10)
    assert cut.larger.rect == (11, 5, 14, 10)


def test_that_a_line_that_ends_inside_does_not_cut_until_it_is_lengthened():
    mask = block()
    piece = component(mask, (10, 10))
    assert split(piece, (10.5, 2.5), (12.5, 9.5)) is None
    assert split(piece, *lengthened(piece, (10.5, 2.5), (12.5, 9.5))) is not None


def test_that_both_ends_of_a_horseshoe_are_one_side():
    mask = block()
    mask[5:12, 11:19] = 0
    cut = split(component(mask, (6, 14)), (2.5, 8.5), (28.5, 8.5))
    assert cut is not None
    assert cut.smaller.area == 3 * 12
    assert cut.smaller.rect == (5, 5, 20, 3)


def test_that_the_piece_that_most_of_the_line_lies_on_is_cut():
    mask = block()
    mask[0:3, 0:30] = 2
    assert piece_under(mask, (10, 0), (10, 19)).rect == (5, 5, 20, 10)
    assert piece_under(mask, (-5, 1), (28, 1)).rect == (0, 0, 30, 3)
    assert piece_under(mask, (0, 19), (29, 19)).is_empty


@given(masks_of(14, [0, 0, 0, 0, 1, 2, 3]), st.data(), st.integers(0, 5))
def test_that_a_bridge_is_background_and_connects_when_it_says_so(mask, data, gap):
    mask[0, 0], mask[-1, -1] = 1, 2
    first = component(mask, painted_pixel(mask, data))
    rest = np.where(drawn(first, mask.shape), 0, mask)
    assume(rest.any())
    second = component(mask, painted_pixel(rest, data))
    joint = drawn(bridge(mask, first, second, gap), mask.shape)
    assert not mask[joint].any()
    region, is_one = merged(mask, first, second, gap)
    after = drawn(region, mask.shape)
    assert np.array_equal(after, drawn(second, mask.shape) | joint)
    _, count = ndimage.label(after | drawn(first, mask.shape), SQUARE)
    assert is_one == (count == 1)


def test_that_a_narrow_gap_is_bridged_along_its_whole_length_and_no_farther():
    mask = np.zeros((20, 20), np.uint8)
    mask[5:15, 4:8], mask[5:15, 10:14] = 1, 2
    first, second = component(mask, (5, 10)), component(mask, (11, 10))
    assert bridge(mask, first, second, 2).rect == (8, 5, 2, 10)
    assert bridge(mask, first, second, 2).area == 20
    assert bridge(mask, first, second, 1).is_empty


def test_that_pieces_that_touch_need_no_bridge():
    mask = np.zeros((6, 6), np.uint8)
    mask[1:3, 1:3], mask[3:5, 3:5] = 1, 2
    _, is_one = merged(mask, component(mask, (1, 1)), component(mask, (3, 3)), 0)
    assert is_one


@pytest.mark.parametrize("gap", [0, 3])
def test_that_nothing_bridges_a_class_that_is_in_the_way(gap):
    mask = np.zeros((8, 8), np.uint8)
    mask[:, 2], mask[:, 3:5], mask[:, 5] = 1, 3, 2
    joint = bridge(mask, component(mask, (2, 0)), component(mask, (5, 0)), gap)
    assert joint.is_empty
    assert NOTHING.is_empty


def test_that_joining_pieces_inside_each_other_costs_what_their_gap_costs():
    mask = np.zeros((600, 600), np.uint8)
    mask[:] = 1
    mask[10:-10, 10:-10] = 0
    mask[13:40, 100:110] = 2
    mask[40:-40, 40:-40] = 2
    outer, inner = component(mask, (0, 0)), component(mask, (300, 300))
    tracemalloc.start()
    joint = bridge(mask, outer, inner, 5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert joint.rect.intersected(Rect(100, 10, 10, 3)) == Rect(100, 10, 10, 3)
    assert joint.area <= 50
    assert peak < 20 * mask.size
