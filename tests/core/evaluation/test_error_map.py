"""Kinds of error, pixel by pixel and summed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.evaluation.errors.error_map import (
    ErrorCounts,
    ErrorKind,
    count_errors,
    error_map,
    errors_in,
)
from core.evaluation.metrics.confusion import ConfusionMatrix
from core.evaluation.score_table import CountedSample, ScoreTable


def test_that_each_kind_of_error_has_its_value():
    truth = np.array([[0, 1, 1, 0, 1, 255]], np.uint8)
    prediction = np.array([[0, 1, 0, 2, 2, 1]], np.uint8)
    kinds = error_map(truth, prediction)
    assert kinds.dtype == np.uint8
    assert kinds.tolist() == [[0, 0, 1, 2, 3, 255]]
    assert count_errors(kinds) == ErrorCounts(correct=2, missed=1, false=1, wrong_class=1)
    assert count_errors(kinds).wrong == 3


def test_that_another_ignored_value_is_honoured():
    truth = np.array([[3, 0]], np.uint8)
    assert error_map(truth, np.zeros((1, 2), np.uint8), 3).tolist() == [[ErrorKind.IGNORED, 0]]


def test_that_masks_of_different_sizes_are_refused():
    with pytest.raises(ValueError):
        error_map(np.zeros((2, 2), np.uint8), np.zeros((2, 3), np.uint8))


@given(
    hnp.arrays(np.uint8, (5, 7), elements=st.sampled_from([0, 1, 2, 255])),
    hnp.arrays(np.uint8, (5, 7), elements=st.integers(0, 2)),
    st.sampled_from([0, 1, None]),
)
def test_that_map_and_matrix_and_table_count_the_same_errors(truth, prediction, background):
    matrix = ConfusionMatrix(3)
    matrix.add(prediction, truth)
    expected = count_errors(error_map(truth, prediction, background=background))
    assert errors_in(matrix, background) == expected
    cells = CountedSample("a", tuple(matrix.entries()), "")
    assert ScoreTable.from_cells([cells], 3, background)[0].errors == expected
    if background is None:
        assert (expected.missed, expected.false) == (0, 0)
        assert expected.wrong == int((truth != prediction)[truth != 255].sum())
