"""The table of metrics: figures as the study prints them, the goal, the best, and copying."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from core.evaluation.comparing.paired import Difference
from core.evaluation.metrics.confusion import ClassMetrics, Metrics
from widgets.comparison.metrics_model import MetricsModel, RunMetrics
from widgets.comparison.metrics_table import MetricsTable

# Of Qt's plugin for drawing off the screen, for every window that has a layout.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal
NAMES = ("background", "cat", "dog")
GREEN, VIOLET = (0, 158, 115), (138, 111, 232)


def metrics(m_dice: float, dice: tuple[float | None, ...] = (96.6, 78.774, 70.0)) -> Metrics:
    classes = tuple(
        ClassMetrics(name=name, dice=value, acc=value, iou=value)
        for name, value in zip(NAMES, dice, strict=True)
    )
    return Metrics(mDice=m_dice, mAcc=90.0, aAcc=95.125, mIoU=70.0, classes=classes)


def two_runs() -> list[RunMetrics]:
    return [
        RunMetrics("A", "baseline", GREEN, metrics(74.994)),
        RunMetrics("B", "longer", VIOLET, metrics(81.88, (96.604, 80.0, None))),
    ]


def titles(model: MetricsModel) -> list[str]:
    columns = range(model.columnCount())
    across = Qt.Orientation.Horizontal
    return [model.headerData(column, across).replace("\n", " ") for column in columns]


def cell(model: MetricsModel, row: int, title: str) -> str:
    return model.index(row, titles(model).index(title)).data()


@pytest.fixture
def model(qtbot: QtBot) -> MetricsModel:
    made = MetricsModel()
    made.tester = QAbstractItemModelTester(made, FATAL)
    return made


def test_that_the_columns_name_their_metric_class_and_unit(model: MetricsModel):
    model.set_runs(two_runs(), NAMES)
    assert titles(model) == [
        "Run",
        "mDice %",
        "Goal 75 %",
        "Dice % background",
        "Dice % cat",
        "Dice % dog",
        "Acc % background",
        "Acc % cat",
        "Acc % dog",
        "aAcc %",
        "mAcc %",
    ]
    across, tooltip = Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole
    assert "ataset-pooled" in model.headerData(1, across, tooltip)


def test_that_figures_are_percent_with_two_decimals_at_the_right(model: MetricsModel):
    model.set_runs(two_runs()[:1], NAMES)
    assert cell(model, 0, "Dice % cat") == "78.77"
    index = model.index(0, titles(model).index("Dice % cat"))
    assert index.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight


def test_that_a_class_without_pixels_has_no_figure(model: MetricsModel):
    model.set_runs(two_runs(), NAMES)
    assert cell(model, 1, "Dice % dog") == "–"
    assert cell(model, 2, "Dice % dog") == "–"


def test_that_the_goal_is_told_in_words(model: MetricsModel):
    model.set_runs(two_runs(), NAMES)
    assert cell(model, 0, "Goal 75 %") == "not reached"
    assert cell(model, 1, "Goal 75 %") == "reached"


def test_that_the_last_row_says_what_b_has_more_than_a(model: MetricsModel):
    model.set_runs(two_runs(), NAMES)
    assert model.rowCount() == 3
    assert cell(model, 2, "Run").startswith("Δ")
    assert cell(model, 2, "mDice %") == "+6.89"
    assert cell(model, 2, "aAcc %") == "0.00"
    model.set_runs(list(reversed(two_runs())), NAMES)
    assert cell(model, 2, "mDice %") == "−6.89"


def test_that_the_difference_of_two_runs_has_its_interval(model: MetricsModel):
    first, second = two_runs()
    found = Difference(74.994, 81.88, 6.886, 4.21, 9.58, 0.0005)
    model.set_runs([first, replace(second, difference=found)], NAMES)
    assert cell(model, 2, "mDice %") == "+6.89 (+4.2 to +9.6)"
    assert cell(model, 2, "aAcc %") == "0.00"
    said = model.index(2, 1).data(Qt.ItemDataRole.ToolTipRole)
    assert "between +4.21 and +9.58 points more than A" in said
    assert "hardly comes about by chance" in said


def test_that_of_three_runs_each_is_held_against_the_first(model: MetricsModel):
    first, second = two_runs()
    found = Difference(74.994, 81.88, 6.886, 4.21, 9.58, 0.0005)
    chance = Difference(74.994, 74.5, -0.494, -1.24, 0.31, 0.31)
    third = RunMetrics("C", "third", (1, 2, 3), metrics(74.5), difference=chance)
    model.set_runs([first, replace(second, difference=found), third], NAMES)
    assert model.rowCount() == 3
    assert titles(model)[1:5] == ["mDice %", "Goal 75 %", "Δ to A points", "Dice % background"]
    shown = [cell(model, row, "Δ to A points") for row in range(3)]
    assert shown == ["–", "+6.89 (+4.2 to +9.6)", "−0.49 (−1.2 to +0.3)"]
    assert cell(model, 1, "Dice % cat") == "★ 80.00"
    assert cell(model, 2, "mAcc %") == "90.00"
    tip = model.index(2, 3).data(Qt.ItemDataRole.ToolTipRole)
    assert "can come about by chance alone (p = 0.310)" in tip
    assert [row[3] for row in model.as_rows()] == ["Δ to A points", "–", "+6.89", "−0.49"]
    model.set_runs([RunMetrics("A", "new", GREEN), second, third], NAMES)
    assert "Δ to A points" not in titles(model)


def test_that_one_run_or_one_without_figures_has_no_difference(model: MetricsModel):
    model.set_runs(two_runs()[:1], NAMES)
    assert model.rowCount() == 1
    model.set_runs([two_runs()[0], RunMetrics("B", "new", VIOLET)], NAMES)
    assert model.rowCount() == 2
    assert cell(model, 1, "mDice %") == "–"
    assert cell(model, 1, "Goal 75 %") == "–"


def test_that_the_best_figure_is_marked_by_a_star_weight_and_words(model: MetricsModel):
    model.set_runs(two_runs(), NAMES)
    assert cell(model, 1, "mDice %") == "★ 81.88"
    best = model.index(1, 1)
    assert best.data(Qt.ItemDataRole.FontRole).bold()
    assert best.data(Qt.ItemDataRole.AccessibleTextRole) == "81.88, best"
    assert not model.index(0, 1).data(Qt.ItemDataRole.FontRole).bold()


def test_that_what_looks_equal_has_no_winner(model: MetricsModel):
    model.set_runs(two_runs(), NAMES)
    assert cell(model, 0, "Dice % background") == "96.60"
    assert cell(model, 1, "Dice % background") == "96.60"


def test_that_changing_runs_keeps_the_rules_of_qt(model: MetricsModel):
    for runs in ([], two_runs(), two_runs()[:1], []):
        model.set_runs(runs, NAMES if runs else ())
    assert model.rowCount() == 0


def test_that_ctrl_c_copies_the_table_and_the_menu_copies_csv(qtbot: QtBot):
    table = MetricsTable()
    qtbot.addWidget(table)
    table.set_runs(two_runs(), NAMES)
    with qtbot.waitActive(table):
        table.show()
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]
    assert lines[0][:3] == ["Run", "mDice %", "Goal 75 %"]
    assert lines[2][:3] == ["B  longer", "81.88", "reached"]
    table.copy_csv_action.trigger()
    rows = list(csv.reader(io.StringIO(QGuiApplication.clipboard().text())))
    assert rows == lines


def test_that_the_table_is_as_high_as_its_rows(qtbot: QtBot):
    table = MetricsTable()
    qtbot.addWidget(table)
    table.resize(1200, 100)
    table.show()
    table.set_runs(two_runs()[:1], NAMES)
    one = table.height()
    table.set_runs(two_runs(), NAMES)
    assert table.height() == one + 2 * table.rowHeight(0)
