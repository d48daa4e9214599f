"""How one mask differs from another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.labels.changes import (
    MAX_BOXES,
    ClassBalance,
    ClassFlow,
    changed_boxes,
    class_balance,
    compare_masks,
    flow_matrix,
)
from tests.making import blob

SHAPES = st.tuples(st.integers(1, 24), st.integers(1, 24))
VALUES = st.sampled_from([0, 1, 2, 7, 255])


@st.composite
def pairs(draw):
    shape = draw(SHAPES)
    before = draw(arrays.arrays(np.uint8, shape, elements=VALUES))
    after = before.copy()
    for _ in range(draw(st.integers(0, 4))):
        y, x = draw(st.integers(0, shape[0] - 1)), draw(st.integers(0, shape[1] - 1))
        after[y : y + draw(st.integers(1, 5)), x : x + draw(st.integers(1, 5))] = draw(VALUES)
    return before, after


@given(pairs())
@settings(max_examples=150, deadline=None)
def test_that_flows_and_boxes_account_for_every_changed_pixel(pair):
    before, after = pair
    change = compare_masks("a", before, after)
    differs = before != after
    assert change.changed_px == differs.sum() == sum(flow.px for flow in change.flows)
    for flow in change.flows:
        assert flow.px == ((before == flow.before) & (after == flow.after)).sum()
        assert flow.before != flow.after
    sizes = [flow.px for flow in change.flows]
    assert sizes == sorted(sizes, reverse=True)
    framed = np.zeros(before.shape, bool)
    for x, y, width, height in change.boxes:
        part = differs[y : y + height, x : x + width]
        assert part.shape == (height, width)
        # A box fits tightly: it has a changed pixel on each of its sides.
        assert all(side.any() for side in (part[0], part[-1], part[:, 0], part[:, -1]))
        framed[y : y + height, x : x + width] = True
    if len(change.boxes) < MAX_BOXES:
        assert not (differs & ~framed).any()


@given(pairs())
@settings(max_examples=60, deadline=None)
def test_that_the_other_direction_is_the_change_reversed(pair):
    before, after = pair
    there, back = compare_masks("a", before, after), compare_masks("a", after, before)
    assert sorted(there.reversed().flows) == sorted(back.flows)
    assert there.boxes == back.boxes
    assert there.reversed().reversed() == there
    assert sum(balance.net for balance in class_balance(there.flows).values()) == 0


def test_that_equal_masks_have_no_change():
    change = compare_masks("train/a", blob(32), blob(32))
    assert (change.changed_px, change.flows, change.boxes) == (0, [], [])
    assert change.share == 0
    assert change.split == "train"


def test_that_ignored_pixels_and_illegal_values_count_as_any_other():
    before, after = np.zeros((4, 5), np.uint8), np.zeros((4, 5), np.uint8)
    after[0, 0], after[3, 4] = 255, 77
    change = compare_masks("a", before, after)
    assert set(change.flows) == {ClassFlow(0, 255, 1), ClassFlow(0, 77, 1)}
    assert change.share == pytest.approx(0.1)
    matrix = flow_matrix(change.flows, 3)
    assert matrix[0].tolist() == [0, 0, 0, 2]
    assert matrix.sum() == 2


def test_that_places_apart_are_framed_apart_the_largest_first():
    changed = np.zeros((64, 64), np.uint8)
    changed[0:2, 0:2] = 1
    changed[40:50, 30:36] = 1
    assert changed_boxes(changed) == [(30, 40, 6, 10), (0, 0, 2, 2)]
    assert changed_boxes(changed, limit=1) == [(30, 40, 6, 10)]


def test_that_places_in_a_large_mask_are_framed_just_as_tightly():
    changed = np.zeros((700, 5003), np.uint8)
    changed[100:113, 2001:2030] = 1
    changed[640, 5002] = 1
    changed[0, 0] = 1
    assert changed_boxes(changed) == [(2001, 100, 29, 13), (0, 0, 1, 1), (5002, 640, 1, 1)]


def test_that_gains_and_losses_are_told_by_class():
    flows = [ClassFlow(0, 1, 30), ClassFlow(1, 0, 10), ClassFlow(1, 2, 4)]
    assert class_balance(flows) == {
        0: ClassBalance(gained=10, lost=30),
        1: ClassBalance(gained=30, lost=14),
        2: ClassBalance(gained=4, lost=0),
    }
    assert class_balance(flows)[1].net == 16


def test_that_masks_of_different_sizes_are_refused():
    with pytest.raises(ValueError, match="different sizes"):
        compare_masks("a", blob(16), blob(32))
