"""What a click on a piece would do, for every action."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.masks.pieces.actions import (
    PieceAction,
    Wish,
    change_of,
    part_along,
    point_at,
)
from core.masks.pieces.finding import OutOfReach, component
from core.masks.pieces.morphology import Change
from tests.core.masks.drawing import drawn, masks_of, pixel_of, written

ACTIONS = [action for action in get_args(PieceAction) if action != "split"]


@given(
    masks_of(),
    st.data(),
    st.sampled_from(ACTIONS),
    st.booleans(),
    st.integers(1, 5),
)
def test_that_a_click_touches_no_other_class_but_where_it_is_meant_to(
    mask, data, action, any_class, reach
):
    pixel = pixel_of(mask, data)
    pointed = point_at(mask, pixel, Wish(action, any_class, reach))
    if mask[pixel[1], pixel[0]] == 0:
        assert pointed is None
        return
    across = any_class and action != "copy"
    piece = drawn(component(mask, pixel, any_class=across), mask.shape)
    assert np.array_equal(drawn(pointed.piece, mask.shape), piece)
    assert pointed.area == piece.sum()
    if pointed.change is None:
        return
    after = written(mask, pointed.change.region, pointed.change.value)
    changed = drawn(pointed.change.region, mask.shape)
    assert pointed.changed == changed.sum()
    assert (after[changed] != mask[changed]).all()
    if action == "keep":
        gone = (mask != 0 if across else mask == pointed.value) & ~piece
        assert np.array_equal(changed, gone)
        assert not after[gone].any()
    else:
        assert (piece | (mask == 0))[changed].all()
        assert set(np.unique(after[changed])) <= {0, *np.unique(mask[piece]).tolist()}


@given(masks_of(14, [0, 0, 1, 2]), st.data(), st.integers(1, 5))
def test_that_merging_changes_the_second_piece_and_background_only(mask, data, reach):
    one, other = pixel_of(mask, data), pixel_of(mask, data)
    first = component(mask, one)
    assume(not first.is_empty)
    value = int(mask[one[1], one[0]])
    pointed = point_at(mask, other, Wish("merge", reach=reach, first=(first, value)))
    if pointed is None or first.holds(*other):
        assert pointed is None or pointed.change is None
        return
    after = written(mask, pointed.change.region, pointed.change.value)
    second = drawn(pointed.piece, mask.shape)
    assert (after[second] == value).all()
    changed = after != mask
    assert (second | (mask == 0))[changed].all()
    joined = component(after, one)
    assert pointed.joins == joined.holds(*other)


points = st.tuples(st.floats(-2, 16), st.floats(-2, 16))


@given(masks_of(14, [0, 1, 1, 1, 2]), points, points, st.sampled_from([0, 1, 2]))
def test_that_splitting_changes_the_piece_only(mask, start, end, current):
    parting = part_along(mask, start, end)
    if parting is None:
        return
    change = change_of(parting, current)
    assert (change is None) == (parting.cut is None)
    if change is None:
        return
    assert isinstance(change, Change)
    piece = drawn(parting.piece, mask.shape)
    after = written(mask, change.region, change.value)
    assert np.array_equal(after[~piece], mask[~piece])
    smaller, larger = parting.cut.smaller, parting.cut.larger
    a, b = (np.argwhere(drawn(part, mask.shape))[0] for part in (smaller, larger))
    assert not component(after, (int(b[1]), int(b[0]))).holds(int(a[1]), int(a[0]))


def test_that_other_classes_in_a_hole_are_left():
    mask = np.ones((12, 12), np.uint8)
    mask[3:9, 3:9], mask[5:7, 5:7] = 0, 2
    change = point_at(mask, (0, 0), Wish("fill")).change
    after = written(mask, change.region, change.value)
    assert set(np.unique(after)) == {1, 2}
    assert (after == 2).sum() == 4


@pytest.mark.parametrize("action", ["change", "keep", "smooth"])
def test_that_no_more_is_looked_at_than_is_allowed(action):
    mask = np.zeros((900, 900), np.uint8)
    mask[100:800, 100:800] = 1
    assert point_at(mask, (400, 400), Wish(action)) is not None
    with pytest.raises(OutOfReach):
        point_at(mask, (400, 400), Wish(action), most=10_000)
    with pytest.raises(OutOfReach):
        part_along(mask, (400, 0), (400, 899), most=10_000)
