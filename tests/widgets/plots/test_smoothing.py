"""The moving average, against its definition."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.plots.series import Series
from widgets.plots.smoothing import SmoothedSeries

ys = st.lists(st.one_of(st.floats(-1e3, 1e3), st.just(math.nan)), min_size=1, max_size=700)
weights = st.sampled_from([0.1, 0.5, 0.9, 0.99])


def by_definition(values: list[float], weight: float) -> list[float]:
    total = share = 0.0
    smoothed = []
    for value in values:
        known = not math.isnan(value)
        total = weight * total + (1 - weight) * (value if known else 0.0)
        share = weight * share + (1 - weight) * known
        smoothed.append(total / share if known else math.nan)
    return smoothed


@given(ys, weights, st.lists(st.integers(0, 700), max_size=4))
def test_that_points_that_come_in_batches_are_smoothed_as_the_definition_says(values, weight, cuts):
    series = Series()
    smoothed = SmoothedSeries(series, weight)
    edges = sorted({0, len(values), *(cut for cut in cuts if cut < len(values))})
    for begin, end in pairwise(edges):
        series.extend(range(begin, end), values[begin:end])
        smoothed.update()
    result = smoothed.update()
    assert result.x.tolist() == list(range(len(values)))
    assert result.y == pytest.approx(by_definition(values, weight), rel=1e-9, abs=1e-6, nan_ok=True)


def test_that_a_resumed_run_is_smoothed_as_if_it_had_never_stopped():
    series = Series()
    smoothed = SmoothedSeries(series, 0.9)
    series.extend(range(300), np.arange(300.0))
    smoothed.update()
    series.truncate_after(199)
    series.extend(range(200, 300), np.zeros(100))
    expected = by_definition([*np.arange(200.0), *np.zeros(100)], 0.9)
    assert smoothed.update().y == pytest.approx(expected)
