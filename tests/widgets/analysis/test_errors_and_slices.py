"""Kinds of errors with their places, and slices with what they cost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.comparing.patches import find_patches
from core.evaluation.errors.kinds import ErrorKind
from tests.widgets.analysis.driving import LEFT, click, row_of, texts
from widgets.analysis.errors_panel import LARGEST, TEXTURE, ErrorsPanel
from widgets.analysis.report import RunReport
from widgets.analysis.slices_panel import SlicesPanel


@pytest.fixture
def panel(qtbot: QtBot, report: RunReport) -> Iterator[ErrorsPanel]:
    made = ErrorsPanel()
    qtbot.addWidget(made)
    made.resize(400, 600)
    made.show()
    made.show_report(report)
    yield made
    made.shut_down()


def test_that_kinds_stand_with_places_samples_pixels_and_cost(
    panel: ErrorsPanel, report: RunReport
):
    assert report.analysis is not None
    sums = report.analysis.by_kind()
    alarm = sums[ErrorKind.FALSE_ALARM]
    row = texts(panel.table)[row_of(panel.table, "False alarm")]
    assert row == ["False alarm", "1", "1", f"{alarm.pixels:,}", f"{alarm.cost:.2f}"]
    costs = [float(row[4]) for row in texts(panel.table)]
    assert costs == sorted(costs, reverse=True)


def test_that_a_kind_lists_its_samples_and_asks_for_its_places(qtbot: QtBot, panel: ErrorsPanel):
    row = row_of(panel.table, "Wrong class")
    with (
        qtbot.waitSignal(panel.samples_chosen) as chosen,
        qtbot.waitSignal(panel.patches_wanted) as wanted,
    ):
        click(qtbot, panel.table, row)
    assert chosen.args == ["wrong class", ["val/mistaken"]]
    assert wanted.args == [ErrorKind.WRONG_CLASS, LARGEST, ""]


def test_that_a_kind_that_does_not_occur_chooses_nothing(qtbot: QtBot, panel: ErrorsPanel):
    with qtbot.assertNotEmitted(panel.samples_chosen):
        click(qtbot, panel.table, row_of(panel.table, "Merged"))


@pytest.mark.parametrize("order", [LARGEST, TEXTURE])
def test_that_a_place_leads_to_its_sample(
    qtbot: QtBot, panel: ErrorsPanel, report: RunReport, order: str
):
    assert report.analysis is not None
    panel.choose_kind(ErrorKind.FALSE_ALARM)
    found = find_patches(report, report.analysis, ErrorKind.FALSE_ALARM, order, "")
    panel.show_patches(ErrorKind.FALSE_ALARM, "", found)
    grid = panel.patches
    place = grid.visualRect(grid.model().index(0, 0)).center()
    with qtbot.waitSignal(panel.region_activated) as activated:
        qtbot.mouseClick(grid.viewport(), LEFT, pos=place)
    sample, region = activated.args
    assert sample == "val/alarm"
    assert region.kind is ErrorKind.FALSE_ALARM
    assert "background predicted as cat" in found[0].words
    grid.setFocus()
    with qtbot.waitSignal(panel.region_activated):
        qtbot.keyClick(grid, Qt.Key.Key_Return)


def test_that_places_of_a_kind_that_is_not_chosen_any_more_are_not_shown(
    panel: ErrorsPanel, report: RunReport
):
    assert report.analysis is not None
    panel.choose_kind(ErrorKind.WRONG_CLASS)
    late = find_patches(report, report.analysis, ErrorKind.FALSE_ALARM, LARGEST, "")
    panel.show_patches(ErrorKind.FALSE_ALARM, "", late)
    assert panel.patches.patches == ()


def test_that_slices_stand_with_bars_and_the_verdict_on_dark_animals(
    qtbot: QtBot, report: RunReport
):
    panel = SlicesPanel()
    qtbot.addWidget(panel)
    panel.resize(400, 500)
    panel.show()
    assert panel.is_empty
    panel.show_report(report)
    assert panel.verdict.text() == report.dark
    first = report.slices[0]
    with qtbot.waitSignal(panel.samples_chosen) as chosen:
        click(qtbot, panel.table, 0, 1)
    assert chosen.args[1] == list(first.samples)
    assert [row[0] for row in texts(panel.table)] == [each.name for each in report.slices]
    assert [row[0] for row in panel.rows()[1:]] == [each.id for each in report.slices]
