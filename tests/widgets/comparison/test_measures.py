"""Sorting samples by how wrong the runs are."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.evaluation.score_table import CountedSample, ScoreTable
from tests.widgets.comparison.making import one_run, run_columns, score, several_runs
from widgets.comparison.samples.columns import RunColumns, SampleColumns
from widgets.comparison.samples.measures import By, Order, measures, orders

MEASURES = {
    measure.id: measure
    for measure in measures(("background", "cat"), {"border": "Border"}, has_quality=True)
}
PAIR = (0, 1)


def order_of(columns: SampleColumns, measure: str, order: Order, pair=PAIR) -> str:
    places = columns.sorted(MEASURES[measure], order, pair)
    return "".join(columns.ids[place].removeprefix("val/") for place in places)


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
    assert order_of(several_runs(c=(90, 10), a=(10, 80), b=(50, 60)), "mDice", order) == expected


def test_that_of_six_runs_each_can_be_sorted_by_and_any_two_compared():
    columns = several_runs(a=(1, 2, 3, 4, 5, 90), b=(3, 2, 1, 2, 3, 10), c=(50, 50, 50, 50, 50, 50))
    assert order_of(columns, "mDice", Order(By.WORST, 5)) == "bca"
    assert order_of(columns, "mDice", Order.B_GAINS, (0, 5)) == "abc"
    assert order_of(columns, "mDice", Order.B_GAINS, (5, 0)) == "cba"
    assert order_of(columns, "mDice", Order(By.SPREAD)) == "abc"
    assert Order.B_GAINS.text((2, 5)) == "F better than C first"
    assert len(orders(6)) == 17
    assert Order(By.SPREAD) not in orders(2)


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("mIoU", (100 * 60 / 90 + 100 * 10 / 40) / 2),
        ("iou:cat", 100 * 10 / 40),
        ("aAcc", 70.0),
        ("precision", (100 * 60 / 80 + 100 * 10 / 20) / 2),
        ("recall", (100 * 60 / 70 + 100 * 10 / 30) / 2),
    ],
)
def test_that_further_figures_follow_from_the_pixels_of_the_classes(measure: str, expected: float):
    mixed = ((0, 0, 60), (0, 1, 10), (1, 0, 20), (1, 1, 10))
    counted = [CountedSample("a", mixed, ""), CountedSample("b", ((0, 0, 9),), "")]
    columns = SampleColumns([RunColumns(ScoreTable.from_cells(counted, 2), ("background", "cat"))])
    values = columns.values(MEASURES[measure], 0)
    assert values[0] == pytest.approx(expected)
    # A class that occurs nowhere in a sample counts for nothing there.
    assert math.isnan(values[1]) if measure == "iou:cat" else values[1] == 100
    assert order_of(columns, measure, Order.A_WORST)[0] == "a"


def test_that_more_wrong_pixels_are_worse():
    missed = {"a": 3, "b": 300, "c": 30}
    columns = SampleColumns(
        [run_columns([score(name, 50, missed=each) for name, each in missed.items()])]
    )
    assert order_of(columns, "missed", Order.A_WORST) == "bca"
    assert order_of(columns, "missed", Order.A_BEST) == "acb"
    assert columns.values(MEASURES["wrong"], 0).tolist() == [6, 303, 33]


def test_that_b_is_better_where_it_misses_less():
    first = run_columns([score("f", 50, missed=30), score("m", 50, missed=3)])
    second = run_columns([score("f", 50, missed=3), score("m", 50, missed=30)])
    columns = SampleColumns([first, second])
    assert order_of(columns, "missed", Order.B_GAINS) == "fm"
    assert order_of(columns, "missed", Order.B_LOSES) == "mf"


def test_that_samples_can_be_sorted_by_the_pixels_of_a_kind_of_errors():
    scores = [score(name, 50) for name in "abc"]
    columns = SampleColumns([run_columns(scores, {"border": {"b": 40, "c": 7}})])
    assert order_of(columns, "kind:border", Order.A_WORST) == "bca"
    unknown = SampleColumns([run_columns(scores)])
    assert all(math.isnan(value) for value in unknown.values(MEASURES["kind:border"], 0))


def test_that_the_most_suspicious_label_is_the_worst():
    columns = SampleColumns(
        [run_columns([score(name, 50) for name in "abc"])], {"a": 0.9, "c": 0.2}
    )
    assert order_of(columns, "quality", Order.A_WORST) == "cab"
    assert columns.values(MEASURES["quality"], 0)[0] == pytest.approx(90)


def test_that_samples_without_the_figure_come_last_in_every_order():
    columns = several_runs(a=(50, None, 70), b=(50, 60, 70))
    for order in orders(3):
        if order not in (Order.NAME, Order.A_WORST, Order.A_BEST, Order(By.SPREAD)):
            order_of_it = order_of(columns, "mDice", order)
            assert order.run == 2 or order_of_it == "ba", order


def test_that_runs_are_merged_by_sample():
    columns = several_runs(b=(1, 3), a=(2, None))
    assert columns.ids == ["val/a", "val/b"]
    first, second = columns.delta(MEASURES["mDice"], PAIR)
    assert math.isnan(first)
    assert second == 2
    assert columns.score("val/a", 1) is None
    assert columns.score("val/b", 1).mDice == 3


def test_that_figures_and_differences_are_written_alike():
    dice, missed = MEASURES["mDice"], MEASURES["missed"]
    assert dice.text(7.5) == "7.50"
    assert dice.delta_text(-7.5) == "−7.50"
    assert dice.delta_text(-0.001) == "0.00"
    assert missed.text(12345.0) == "12,345"
    assert missed.delta_text(12345.0) == "+12,345"
    assert missed.text(None) == missed.delta_text(None) == "–"


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.floats(0, 100), st.none() | st.floats(0, 100)), min_size=1, max_size=30),
    st.sampled_from(orders(2)),
    st.sampled_from(["mDice", "wrong"]),
)
def test_that_sorting_loses_nobody_and_leaves_ties_by_name(values, order, measure):
    columns = several_runs(**{f"n{place:02d}": pair for place, pair in enumerate(values)})
    places = columns.sorted(MEASURES[measure], order, PAIR).tolist()
    assert sorted(places) == list(range(len(columns)))
    if measure == "wrong" and order.by is By.WORST and order.run == 0:
        assert places == sorted(places)


def test_that_a_dataset_of_one_run_has_its_samples_by_name():
    assert one_run(b=1, a=2).ids == ["val/a", "val/b"]
