"""Ratios of counts in percent, over any number of axes; nan where there is nothing to divide by."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[Any] | np.generic
Scores = npt.NDArray[np.float64]


def percent_of(part: Numbers, whole: Numbers) -> Scores:
    """100·part / whole; nan where `whole` is 0."""
    divisor = np.asarray(whole, np.float64)
    result = np.full(np.broadcast_shapes(np.shape(part), divisor.shape), np.nan)
    np.divide(100.0 * np.asarray(part, np.float64), divisor, out=result, where=divisor > 0)
    return result


def harmonic_percent(right: Numbers, predicted: Numbers, found: Numbers, true: Numbers) -> Scores:
    """F1 in percent: the harmonic mean of right / predicted and found / true.

    A side without anything counts as 0 when the other has something, so that what was missed or
    made up altogether scores 0; nan where both have nothing.
    """
    precision = np.nan_to_num(percent_of(right, predicted))
    recall = np.nan_to_num(percent_of(found, true))
    both = precision + recall
    result = np.where(np.asarray(predicted) + np.asarray(true) > 0, 0.0, np.nan)
    np.divide(2 * precision * recall, both, out=result, where=both > 0)
    return result


def mean_of_present(values: Scores, axis: int = -1) -> Scores:
    """Mean over an axis of the values that are not nan; nan where all are."""
    present = ~np.isnan(values)
    count = present.sum(axis=axis)
    total = np.where(present, values, 0.0).sum(axis=axis)
    result = np.full(count.shape, np.nan)
    np.divide(total, count, out=result, where=count > 0)
    return result
