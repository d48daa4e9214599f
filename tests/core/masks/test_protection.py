"""What a stroke may paint over."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.masks.document import MaskDocument
from core.masks.protection import Over, Protection
from core.masks.shapes.regions import everything


def painted(over: Over, value: int, locked: frozenset[int] = frozenset()) -> list[int]:
    """A mask of the values 0 to 4 after all of it was painted with a value."""
    document = MaskDocument(np.array([[0, 1, 2, 3, 255]], np.uint8))
    protected = Protection(over, locked).protected(value)
    document.apply("Paint", everything(document.mask.shape), value, protected)
    return document.mask[0].tolist()


@pytest.mark.parametrize(
    ("over", "value", "expected"),
    [
        (Over.EVERYTHING, 2, [2, 2, 2, 2, 2]),
        (Over.BACKGROUND, 2, [2, 1, 2, 3, 255]),
        (Over.CURRENT, 2, [0, 1, 2, 3, 255]),
    ],
)
def test_that_a_rule_limits_what_is_painted_over(over, value, expected):
    assert painted(over, value) == expected


def test_that_locked_classes_stay_and_everything_else_is_painted():
    assert painted(Over.UNLOCKED, 3, frozenset({1, 255})) == [3, 1, 3, 3, 255]


def test_that_locks_do_nothing_under_another_rule():
    assert painted(Over.EVERYTHING, 3, frozenset({1})) == [3, 3, 3, 3, 3]


@given(
    pixels=st.lists(st.integers(0, 255), min_size=1, max_size=40),
    over=st.sampled_from(Over),
    locked=st.frozensets(st.integers(0, 255)),
    value=st.integers(0, 255),
)
def test_that_a_protected_value_never_changes_and_any_other_always_does(
    pixels, over, locked, value
):
    mask = np.array([pixels], np.uint8)
    document = MaskDocument(mask)
    protected = set(Protection(over, locked).protected(value))
    document.apply("Paint", everything(mask.shape), value, protected)
    for before, after in zip(pixels, document.mask[0].tolist(), strict=True):
        assert after == (before if before in protected else value)
