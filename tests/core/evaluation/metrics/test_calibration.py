"""Confidence held against what came true."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.evaluation.metrics.calibration import BINS, calibration_error, count_calibration
from core.evaluation.metrics.details import measure_details, pack, summarise, unpack

SHAPES = hnp.array_shapes(min_dims=2, max_dims=2, max_side=10)


@settings(max_examples=60, deadline=None)
@given(SHAPES, st.integers(0, 2**32 - 1), st.sampled_from([0, None]))
def test_that_bins_hold_what_they_should(shape, seed, background):
    rng = np.random.default_rng(seed)
    prediction = rng.integers(0, 3, shape, dtype=np.uint8)
    truth = rng.choice(np.array([0, 1, 2, 255], np.uint8), shape)
    confidence = rng.integers(0, 256, shape, dtype=np.uint8)
    expected = np.zeros((BINS, 6), int)
    for ours, theirs, level in zip(prediction.flat, truth.flat, confidence.flat, strict=True):
        if theirs == 255:
            continue
        index = max(0, math.ceil(int(level) / 255 * BINS) - 1)
        values = [1, int(ours == theirs), int(level)]
        expected[index, :3] += values
        if ours != background:
            expected[index, 3:] += values
    found = count_calibration(prediction, truth, confidence, background=background)
    assert found.tolist() == expected.tolist()


def test_that_a_run_that_is_as_sure_as_right_has_no_error():
    truth = np.zeros((10, 10), np.uint8)
    prediction = truth.copy()
    prediction[:2] = 1  # 80 of 100 pixels are right
    sure = np.full((10, 10), 204, np.uint8)  # 80 %
    counts = count_calibration(prediction, truth, sure)
    assert calibration_error(counts) == pytest.approx(0)
    assert calibration_error(counts, of_objects=True) == pytest.approx(80)


def test_that_an_overconfident_run_is_told_so():
    truth = np.zeros((10, 10), np.uint8)
    prediction = truth.copy()
    prediction[:5] = 1
    details = measure_details(
        prediction, truth, num_classes=2, confidence=np.full((10, 10), 255, np.uint8)
    )
    found = summarise([details], ["background", "cat"])
    assert found.ece == pytest.approx(50)
    last = found.calibration[-1]
    assert (last.low, last.high, last.pixels) == (pytest.approx(14 / 15), 1, 100)
    assert (last.confidence, last.accuracy) == (pytest.approx(100), pytest.approx(50))
    assert found.calibration[0].accuracy is None


def test_that_predictions_without_confidence_have_no_calibration():
    mask = np.zeros((5, 5), np.uint8)
    found = summarise([measure_details(mask, mask, num_classes=2)], ["background", "cat"])
    assert (found.ece, found.calibration) == (None, ())


def test_that_counts_come_back_from_columns_as_they_were():
    rng = np.random.default_rng(0)
    details = []
    for number in range(5):
        truth = rng.integers(0, 3, (20, 20), dtype=np.uint8)
        confidence = None if number == 2 else truth
        details.append(measure_details(truth, truth, num_classes=3, confidence=confidence))
    columns = pack(details)
    assert unpack(columns) == details
    assert unpack(pack([])) == []
    assert details[0] != details[2]
    for name in columns:
        with pytest.raises(ValueError):
            unpack(columns | {name: columns[name][:-1]})


def test_that_arrays_that_do_not_fit_together_are_refused():
    mask = np.zeros((5, 5), np.uint8)
    for other in (mask[:4], mask.astype(np.int64)):
        with pytest.raises(ValueError):
            measure_details(mask, other, num_classes=2)
        with pytest.raises(ValueError):
            measure_details(mask, mask, num_classes=2, confidence=other)
