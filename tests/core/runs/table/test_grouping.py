"""Groups of runs with mean and spread, and runs that no other beats."""

from __future__ import annotations

import statistics

from hypothesis import given
from hypothesis import strategies as st

from core.runs.table.export import groups_csv
from core.runs.table.grouping import group_rows, spread_of
from core.runs.table.pareto import pareto_front
from tests.making_experiments import COLUMNS, row

ROWS = [
    row("a", group="folds", mDice=80.0, seed=0),
    row("b", group="folds", mDice=82.0, seed=1),
    row("c", mDice=70.0, lr=0.1),
    row("d", group="folds", recipe="other"),
]


def test_that_folds_of_one_group_are_summed_up_by_mean_and_spread():
    folds, others = group_rows(ROWS, "group", COLUMNS)
    assert (folds.title, [each.id for each in folds.rows]) == ("folds", ["a", "b", "d"])
    found = folds.spreads["mDice"]
    assert (found.mean, found.spread, found.count) == (81.0, statistics.stdev([80, 82]), 2)
    assert others.title == "not in a group"
    assert others.spreads["mDice"].spread is None  # one value has none
    assert folds.common["label_set"] == "labels"
    assert "recipe" not in folds.common


def test_that_runs_that_differ_only_in_their_seed_have_the_same_settings():
    groups = group_rows(ROWS, "settings", COLUMNS)
    assert [(each.title, [r.id for r in each.rows]) for each in groups] == [
        ("demo-cpu on labels · 1", ["a", "b"]),
        ("demo-cpu on labels · 2", ["c"]),
        ("other on labels", ["d"]),
    ]


def test_that_groups_are_written_with_mean_spread_and_count():
    columns = [each for each in COLUMNS if each.id in ("recipe", "mDice")]
    lines = groups_csv(columns, group_rows(ROWS, "group", COLUMNS)).splitlines()
    assert lines == [
        "group_name,runs,recipe,mDice.mean,mDice.spread,mDice.count",
        "folds,3,,81,1.414213562,2",
        "not in a group,1,demo-cpu,70,,1",
    ]


@given(st.lists(st.floats(-1e6, 1e6), max_size=20))
def test_that_spreads_are_those_of_statistics(values: list[float]):
    found = spread_of(values)
    if not values:
        assert found is None
        return
    assert abs(found.mean - statistics.fmean(values)) < 1e-6
    if len(values) > 1:
        assert abs(found.spread - statistics.stdev(values)) < 1e-4


POINTS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=25)
WAYS = st.sampled_from(["higher", "lower"])


@given(POINTS, WAYS, WAYS)
def test_that_the_front_holds_just_the_runs_that_no_other_beats(points, x_better, y_better):
    def beats(a: tuple[int, int], b: tuple[int, int]) -> bool:
        signs = [1 if way == "higher" else -1 for way in (x_better, y_better)]
        gains = [sign * (p - q) for sign, p, q in zip(signs, a, b, strict=True)]
        return min(gains) >= 0 and max(gains) > 0

    expected = {
        place
        for place, point in enumerate(points)
        if not any(beats(other, point) for other in points)
    }
    xs, ys = [float(x) for x, _ in points], [float(y) for _, y in points]
    assert set(pareto_front(xs, ys, x_better, y_better)) == expected
