"""Growing series: nothing is lost, and little has to be drawn."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from widgets.plots.series import Series

ys = st.lists(st.floats(-1e6, 1e6), max_size=1500)


def series_of(values: list[float]) -> Series:
    series = Series()
    series.extend(range(len(values)), values)
    return series


@given(ys, st.lists(st.integers(0, 1500), max_size=4))
def test_that_points_given_in_batches_are_the_points_given_at_once(values, cuts):
    series = Series()
    edges = sorted({0, len(values), *(cut for cut in cuts if cut < len(values))})
    for begin, end in pairwise(edges):
        series.extend(range(begin, end), values[begin:end])
    assert series.x.tolist() == list(range(len(values)))
    assert series.y.tolist() == values


@given(ys.filter(bool), st.integers(1, 60), st.integers(0, 1500), st.integers(1, 1500))
def test_that_a_window_keeps_the_peaks_of_what_it_shows(values, columns, low, span):
    series = series_of(values)
    x, y, high = series.window(low, low + span, columns)
    high = y if high is None else high
    shown = values[low : low + span + 1]
    assert len(x) == len(y) == len(high)
    assert np.all(np.diff(x) >= 0)
    if shown:
        assert max(shown) <= high.max()
        assert min(shown) >= y.min()
        assert {*y.tolist(), *high.tolist()} <= set(values)


@given(ys, st.integers(0, 1600), ys)
def test_that_what_was_cut_off_can_be_appended_anew(values, cut, more):
    series = series_of(values)
    series.truncate_after(cut - 1)
    kept = values[:cut]
    assert series.y.tolist() == kept
    series.extend(range(len(kept), len(kept) + len(more)), more)
    whole = kept + more
    assert series.y.tolist() == whole
    if whole:
        assert series.window(0, len(whole), 10).values().max() == max(whole)


def test_that_a_million_points_come_down_to_a_few_hundred_with_their_one_peak():
    values = np.zeros(1_000_000)
    values[123_456] = 9.0
    series = Series()
    series.extend(np.arange(1_000_000), values)
    window = series.window(0, 1_000_000, 300)
    assert len(window.x) <= 2 * 300 + 1
    assert window.values().max() == 9.0


def test_that_zooming_into_a_million_points_shows_them_as_they_are():
    series = Series()
    series.extend(np.arange(1_000_000), np.sin(np.arange(1_000_000)))
    x, y, high = series.window(500_000, 500_100, 300)
    assert x[0] <= 500_000
    assert x[-1] >= 500_100
    assert high is None
    assert np.array_equal(y, np.sin(x))


def test_that_infinite_losses_leave_gaps_and_no_warnings(recwarn):
    series = series_of([np.inf, np.nan] * 1000)
    _, low, high = series.window(0, 2000, 10)
    assert np.isnan(low).all()
    assert np.isnan(high).all()
    assert not recwarn.list


def test_that_the_nearest_point_is_found():
    series = Series()
    assert series.nearest(3) is None
    series.extend([10, 20, 40], [1, 2, 3])
    assert series.nearest(-5) == (10, 1)
    assert series.nearest(29) == (20, 2)
    assert series.nearest(31) == (40, 3)
    assert series.nearest(99) == (40, 3)
