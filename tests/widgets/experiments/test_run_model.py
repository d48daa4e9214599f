"""The table of runs: sorting, groups, ticks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from core.runs.record import RunState
from tests.making_experiments import COLUMNS, row, table
from widgets.experiments.run_model import ExperimentModel
from widgets.run_colors import run_color

ROWS = [
    row("a", mDice=80.0, group="folds"),
    row("b", mDice=82.0, group="folds", lr=0.1),
    row("c", RunState.CRASHED),
    row("torn", RunState.FAILED, "It cannot be read."),
]
CHECKED, UNCHECKED = Qt.CheckState.Checked.value, Qt.CheckState.Unchecked.value
MDICE = [column.id for column in COLUMNS].index("mDice")


@pytest.fixture
def model(qtbot) -> ExperimentModel:
    made = ExperimentModel()
    made.tester = QAbstractItemModelTester(  # type: ignore[attr-defined]
        made, QAbstractItemModelTester.FailureReportingMode.Warning
    )
    made.set_content(table(*ROWS), ROWS, COLUMNS)
    return made


def names(model: ExperimentModel, parent: QModelIndex | None = None) -> list[str]:
    parent = parent or QModelIndex()
    return [model.index(r, 0, parent).data() for r in range(model.rowCount(parent))]


def test_that_the_best_figure_is_marked_and_what_is_missing_says_so(model):
    texts = [model.index(r, MDICE).data() for r in range(4)]
    assert texts == ["80.00", "★ 82.00", "–", "–"]
    assert [model.index(r, 1).data() for r in (0, 2, 3)] == ["Finished", "Crashed", "Unreadable"]


def test_that_sorting_keeps_runs_without_a_value_last_either_way(model):
    model.sort(MDICE, Qt.SortOrder.DescendingOrder)
    assert names(model) == ["b", "a", "c", "torn"]
    model.sort(MDICE, Qt.SortOrder.AscendingOrder)
    assert names(model) == ["a", "b", "c", "torn"]


def test_that_what_is_chosen_follows_its_run_when_rows_are_sorted(model):
    from PySide6.QtCore import QPersistentModelIndex

    kept = QPersistentModelIndex(model.index_of("a"))
    model.sort(MDICE, Qt.SortOrder.DescendingOrder)
    assert (kept.row(), kept.data()) == (1, "a")


def test_that_groups_tell_mean_and_spread_and_hold_their_runs(model):
    model.set_content(table(*ROWS), ROWS, COLUMNS, "group")
    assert names(model) == ["folds (2 runs)", "not in a group (2 runs)"]
    folds = model.index(0, 0)
    assert model.index(0, MDICE).data() == "81.00 ± 1.41"
    assert names(model, folds) == ["a", "b"]
    model.sort(MDICE, Qt.SortOrder.DescendingOrder)
    assert names(model, model.index(0, 0)) == ["b", "a"]


def test_that_a_run_can_be_ticked_with_others_up_to_six(qtbot, model):
    rows = [row(str(n)) for n in range(8)]
    model.set_content(table(*rows), rows, COLUMNS)
    for n in range(6):
        index = model.index(n, 0)
        assert model.setData(index, CHECKED, Qt.ItemDataRole.CheckStateRole)
        assert index.data(Qt.ItemDataRole.CheckStateRole) == CHECKED
    with qtbot.waitSignal(model.refused) as refused:
        assert not model.setData(model.index(6, 0), CHECKED, Qt.ItemDataRole.CheckStateRole)
    assert refused.args[0].startswith("6 runs are ticked")
    assert model.ticked == list("012345")
    assert len({run_color(each) for each in model.ticked}) == 6
    model.setData(model.index(2, 0), UNCHECKED, Qt.ItemDataRole.CheckStateRole)
    assert model.ticked == list("01345")


def test_that_a_run_that_cannot_be_read_has_no_tick(model):
    index = model.index_of("torn")
    assert index.data(Qt.ItemDataRole.CheckStateRole) is None
    assert not index.flags() & Qt.ItemFlag.ItemIsUserCheckable
    assert not model.setData(index, CHECKED, Qt.ItemDataRole.CheckStateRole)


def test_that_the_ticks_of_deleted_runs_go_with_them(qtbot, model):
    model.set_ticked(["b", "a"])
    with qtbot.waitSignal(model.ticked_changed):
        model.set_content(table(*ROWS[1:]), ROWS[1:], COLUMNS)
    assert model.ticked == ["b"]


def test_that_runs_that_only_went_on_are_changed_in_place(qtbot, model):
    further = [row("a", mDice=85.0, group="folds"), *ROWS[1:]]
    with (
        qtbot.assertNotEmitted(model.modelReset),
        qtbot.waitSignal(model.dataChanged),
    ):
        model.set_content(table(*further), further, COLUMNS)
    assert model.index(0, MDICE).data() == "★ 85.00"
