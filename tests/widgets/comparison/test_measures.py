"""Sorting samples by how wrong the runs are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.errors.error_map import ErrorCounts
from core.evaluation.scores import SampleScore
from widgets.comparison.samples.measures import (
    Order,
    ScoredSample,
    measures,
    merge_scores,
    sort_samples,
)

MEASURES = {measure.id: measure for measure in measures(("background", "cat"))}


def score(
    sample: str, m_dice: float | None, *, cat: float | None = None, missed: int = 0
) -> SampleScore:
    errors = ErrorCounts(correct=100, missed=missed)
    return SampleScore(sample=sample, mDice=m_dice, dice=(99.0, cat), errors=errors, cells=())


def order_of(samples: list[ScoredSample], measure: str, order: Order) -> str:
    return "".join(each.sample for each in sort_samples(samples, MEASURES[measure], order))


def pair(sample: str, a: float | None, b: float | None) -> ScoredSample:
    return ScoredSample(sample, (score(sample, a), score(sample, b)))


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order.A_WORST, "abc"),
        (Order.A_BEST, "cba"),
        (Order.B_WORST, "cba"),
        (Order.B_BEST, "abc"),
        (Order.CHANGE, "cab"),
        (Order.B_GAINS, "abc"),
        (Order.B_LOSES, "cba"),
        (Order.NAME, "abc"),
    ],
)
def test_that_each_order_does_what_it_says(order: Order, expected: str):
    samples = [pair("c", 90, 10), pair("a", 10, 80), pair("b", 50, 60)]
    assert order_of(samples, "mDice", order) == expected


def test_that_more_wrong_pixels_are_worse():
    samples = [
        ScoredSample(name, (score(name, 50, missed=missed),))
        for name, missed in (("a", 3), ("b", 300), ("c", 30))
    ]
    assert order_of(samples, "missed", Order.A_WORST) == "bca"
    assert order_of(samples, "missed", Order.A_BEST) == "acb"


def test_that_b_is_better_where_it_misses_less():
    fewer = ScoredSample("f", (score("f", 50, missed=30), score("f", 50, missed=3)))
    more = ScoredSample("m", (score("m", 50, missed=3), score("m", 50, missed=30)))
    assert order_of([more, fewer], "missed", Order.B_GAINS) == "fm"
    assert order_of([fewer, more], "missed", Order.B_LOSES) == "mf"


def test_that_samples_without_the_figure_come_last_in_every_order():
    with_cat = ScoredSample("b", (score("b", 50, cat=70), score("b", 50, cat=60)))
    without = ScoredSample("a", (score("a", 50), None))
    for order in Order:
        if order is not Order.NAME:
            assert order_of([without, with_cat], "dice:cat", order) == "ba"


def test_that_runs_are_merged_by_sample():
    merged = merge_scores([[score("b", 1), score("a", 2)], [score("b", 3)]])
    assert [(each.sample, each.delta(MEASURES["mDice"])) for each in merged] == [
        ("a", None),
        ("b", 2),
    ]


def test_that_figures_and_differences_are_written_alike():
    dice, missed = MEASURES["mDice"], MEASURES["missed"]
    assert dice.text(7.5) == "7.50"
    assert dice.delta_text(-7.5) == "−7.50"
    assert dice.delta_text(-0.001) == "0.00"
    assert missed.text(12345.0) == "12,345"
    assert missed.delta_text(12345.0) == "+12,345"
    assert missed.text(None) == missed.delta_text(None) == "–"


@given(
    st.lists(st.tuples(st.none() | st.floats(0, 100), st.none() | st.floats(0, 100)), max_size=30),
    st.sampled_from(list(Order)),
    st.sampled_from(["mDice", "wrong"]),
)
def test_that_sorting_loses_nobody_and_is_the_same_twice(values, order, measure):
    samples = [pair(f"{place:02d}", a, b) for place, (a, b) in enumerate(values)]
    once = sort_samples(samples, MEASURES[measure], order)
    assert sorted(each.sample for each in once) == [each.sample for each in samples]
    assert sort_samples(list(reversed(once)), MEASURES[measure], order) == once
