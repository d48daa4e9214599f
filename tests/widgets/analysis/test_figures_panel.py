"""All figures, with what they mean and what a difference is worth."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from core.evaluation.comparing.paired import paired_test
from core.evaluation.metrics.definitions import DEFINITIONS
from tests.widgets.analysis.driving import LEFT, click, row_of, texts, tip, titles
from widgets.analysis.definitions_dialog import GUIDE, DefinitionsDialog
from widgets.analysis.figures_panel import FiguresPanel
from widgets.analysis.report import RunReport


@pytest.fixture
def panel(qtbot: QtBot) -> FiguresPanel:
    made = FiguresPanel()
    qtbot.addWidget(made)
    made.resize(400, 600)
    made.show()
    return made


def test_that_without_predictions_the_panel_says_what_to_do(panel: FiguresPanel):
    assert panel.is_empty


def test_that_one_run_shows_every_figure_pooled_and_per_image(
    panel: FiguresPanel, report: RunReport
):
    panel.show_reports([report])
    assert titles(panel.table) == ["Figure", "Pooled", "Per image"]
    rows = texts(panel.table)
    assert rows[0][0] == "All classes"
    evaluation = report.evaluation
    assert evaluation is not None
    assert rows[1][:2] == ["mDice", f"{evaluation.mDice:.2f}"]
    own = [score.mDice for score in evaluation.scores if score.mDice is not None]
    assert rows[1][2] == f"{sum(own) / len(own):.2f}"
    first_of_cat = row_of(panel.table, "cat")
    assert rows[first_of_cat + 1][0] == "Dice"
    cat = evaluation.classes[1].dice
    assert rows[first_of_cat + 1][1] == f"{cat:.2f}"


def test_that_a_figure_says_what_it_means_and_where_it_is_from(
    panel: FiguresPanel, report: RunReport
):
    panel.show_reports([report])
    said = tip(panel.table, row_of(panel.table, "Boundary mIoU"), 1)
    definition = DEFINITIONS["boundary_mIoU"]
    for words in (definition.meaning, definition.formula, definition.source, "pooled"):
        assert words in said
    assert "of resampled sets of images give" in said


def test_that_two_runs_stand_side_by_side_with_their_difference(
    panel: FiguresPanel, report: RunReport, better: RunReport
):
    assert report.evaluation is not None
    assert better.evaluation is not None
    sentence = paired_test(report.evaluation, better.evaluation, resamples=100).sentence("A", "B")
    panel.show_reports([report, better], [sentence])
    assert titles(panel.table) == ["Figure", "A", "B", "Δ B − A"]
    delta = better.evaluation.mDice - report.evaluation.mDice
    assert texts(panel.table)[1][3] == f"+{delta:.2f}"
    assert panel.verdict.text() == sentence
    panel.how_box.setCurrentText("Per image")
    panel.how_box.activated.emit(1)
    assert texts(panel.table)[1][2] == "100.00"


def test_that_a_class_lists_the_samples_with_it_worst_first(
    qtbot: QtBot, panel: FiguresPanel, report: RunReport
):
    panel.show_reports([report])
    with qtbot.waitSignal(panel.samples_chosen) as chosen:
        click(qtbot, panel.table, row_of(panel.table, "dog"))
    assert chosen.args == ["with dog", ["val/missed", "val/mistaken"]]


def test_that_the_table_taken_away_names_how_each_figure_is_meant(
    panel: FiguresPanel, report: RunReport
):
    panel.show_reports([report])
    first, *rows = panel.rows()
    ways = {(row[2], row[4]) for row in rows}
    assert first[:3] == ["run", "class", "figure"]
    assert {("mDice", "pooled"), ("image_mDice", "per image")} <= ways


def test_that_the_definitions_can_be_searched(qtbot: QtBot, panel: FiguresPanel, report: RunReport):
    panel.show_reports([report])
    dialog = panel.show_definitions()
    qtbot.addWidget(dialog)
    assert "van Rijsbergen" in dialog.text.toPlainText()
    qtbot.keyClicks(dialog.search, "calibration")
    shown = dialog.text.toPlainText()
    assert "Guo et al. 2017" in shown
    assert "van Rijsbergen" not in shown


def test_that_the_definitions_point_to_the_guide_and_open_it_on_a_click_only(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    opened: list[str] = []
    answers = [True, False]

    def open_url(url: QUrl) -> bool:
        opened.append(url.toLocalFile())
        return answers[len(opened) - 1]

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    dialog = DefinitionsDialog()
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    assert "told in docs/metrics.md" in dialog.pointer.text()
    assert GUIDE.is_file()
    assert opened == []
    qtbot.mouseClick(dialog.guide_button, LEFT)
    assert opened == [GUIDE.as_posix()]
    qtbot.mouseClick(dialog.guide_button, LEFT)
    assert dialog.pointer.text() == f"No program opens it here. It is {GUIDE}"


def test_that_without_the_guide_nothing_points_to_it(qtbot: QtBot, tmp_path: Path):
    dialog = DefinitionsDialog(guide=tmp_path / "docs" / "metrics.md")
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    assert not dialog.pointer.isVisible()
    assert not dialog.guide_button.isVisible()
