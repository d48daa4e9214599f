"""The confusion matrix: every cell is a way to its samples."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.widgets.analysis.driving import click, texts, tip, titles
from widgets.analysis.confusion_panel import BY_COLUMN, COUNTS, OBJECTS, ConfusionPanel
from widgets.analysis.report import RunReport

DOG, CAT = 2, 1


@pytest.fixture
def panel(qtbot: QtBot, report: RunReport) -> ConfusionPanel:
    made = ConfusionPanel()
    qtbot.addWidget(made)
    made.resize(400, 400)
    made.show()
    made.show_report(report)
    return made


def choose(panel: ConfusionPanel, *, unit: str = "", share: str = "") -> None:
    for box, text in ((panel.unit_box, unit), (panel.share_box, share)):
        if text:
            box.setCurrentText(text)
            box.activated.emit(box.currentIndex())


def test_that_each_row_is_shared_out_among_what_was_predicted(panel: ConfusionPanel):
    assert titles(panel.table) == ["background", "cat", "dog"]
    for row in texts(panel.table):
        assert sum(float(text) for text in row) == pytest.approx(100, abs=0.2)


def test_that_columns_and_counts_can_be_shown(panel: ConfusionPanel, report: RunReport):
    choose(panel, share=BY_COLUMN)
    cat = [row[CAT] for row in texts(panel.table)]
    assert sum(float(text) for text in cat) == pytest.approx(100, abs=0.2)
    choose(panel, share=COUNTS)
    assert report.evaluation is not None
    pixels = report.evaluation.scores.pooled_cells()[DOG, CAT]
    assert texts(panel.table)[DOG][CAT] == f"{pixels:,}"
    assert panel.rows()[1 + DOG][1 + CAT] == pixels


def test_that_a_click_on_a_cell_lists_its_samples(qtbot: QtBot, panel: ConfusionPanel):
    with qtbot.waitSignal(panel.samples_chosen) as chosen:
        click(qtbot, panel.table, DOG, CAT)
    assert chosen.args == ["dog predicted as cat", ["val/mistaken"]]
    assert "Click to list the samples" in tip(panel.table, DOG, CAT)


def test_that_keys_walk_through_the_cells_and_choose(qtbot: QtBot, panel: ConfusionPanel):
    panel.table.setFocus()
    panel.table.setCurrentIndex(panel.table.cells.index(DOG, CAT))
    qtbot.keyClick(panel.table, Qt.Key.Key_Left)
    with qtbot.waitSignal(panel.samples_chosen) as chosen:
        qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    assert chosen.args == ["dog predicted as background", ["val/missed"]]


def test_that_objects_are_counted_with_what_was_missed_and_made_up(
    qtbot: QtBot, panel: ConfusionPanel
):
    choose(panel, unit=OBJECTS, share=COUNTS)
    assert titles(panel.table) == ["cat", "dog", "not found"]
    assert texts(panel.table) == [["2", "0", "0"], ["1", "0", "1"], ["1", "0", ""]]
    with qtbot.waitSignal(panel.samples_chosen) as chosen:
        click(qtbot, panel.table, 2, 0)
    assert chosen.args == ["cat where nothing is", ["val/alarm"]]


def test_that_an_empty_cell_chooses_nothing(qtbot: QtBot, panel: ConfusionPanel):
    with qtbot.assertNotEmitted(panel.samples_chosen):
        click(qtbot, panel.table, CAT, DOG)
