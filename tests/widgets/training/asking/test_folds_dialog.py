"""Asking for folds with keys and mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.training.folds.outlook import FoldsOutlook
from widgets.training.asking.folds_dialog import FoldsDialog, WantedFolds

OUTLOOK = FoldsOutlook(4, 120, iterations=1000, seconds=4 * 1500.0, like="first")


@pytest.fixture
def dialog(qtbot: QtBot) -> FoldsDialog:
    dialog = FoldsDialog({"train": 120, "val": 40}, "train", "small", "judges")
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.open()
    dialog.show_outlook(OUTLOOK)
    return dialog


def test_that_it_says_what_it_is_for_and_what_it_comes_to(dialog):
    assert dialog.values == WantedFolds(4, ("train",), "judges")
    assert dialog.outlook.text() == (
        "4 runs of 1,000 iterations: each learns from about 90 samples and judges 30."
    )
    assert dialog.time.text() == (
        "About 1 h 40 min in all, one after the other, going by the run first."
    )
    assert "judges-fold1 to judges-fold4" in dialog.start_button.toolTip()
    dialog.show_outlook(FoldsOutlook(4, 120))
    assert dialog.outlook.text().startswith("4 runs: each")
    assert "no run like this has finished yet with the recipe small" in dialog.time.text()
    dialog.show_outlook(FoldsOutlook(4, 120, 10, 1234.0, "first"))
    assert dialog.time.text().startswith("About 21 min in all")


def test_that_folds_are_asked_for_with_the_keyboard(dialog, qtbot):
    with qtbot.waitSignal(dialog.changed):
        qtbot.keyClick(dialog.folds, Qt.Key.Key_Down)
    assert not dialog.start_button.isEnabled()  # until it is known what that comes to
    qtbot.keyClick(dialog.split_boxes["val"], Qt.Key.Key_Space)
    dialog.name.clear()
    dialog.show_outlook(OUTLOOK)
    assert dialog.start_button.text() == "Queue 3 runs"
    with qtbot.waitSignal(dialog.wanted) as wanted:
        qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert wanted.args == [WantedFolds(3, ("train", "val"), None)]


def test_that_nothing_starts_while_something_is_in_the_way(dialog, qtbot):
    dialog.show_outlook(None, "There are 3 samples for 4 folds.")
    assert dialog.problem.isVisible()
    assert dialog.outlook.text() == dialog.time.text() == ""
    with qtbot.assertNotEmitted(dialog.wanted, wait=50):
        qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    qtbot.mouseClick(dialog.split_boxes["train"], Qt.MouseButton.LeftButton)
    assert "Choose the splits" in dialog.problem.text()
    # Answers to what was chosen before:
    dialog.show_outlook(OUTLOOK)
    dialog.show_outlook(None, "There are 3 samples for 4 folds.")
    assert "Choose the splits" in dialog.problem.text()
    assert "3 samples" not in dialog.problem.text()
    assert not dialog.start_button.isEnabled()


def test_that_escape_trains_nothing(dialog, qtbot):
    with qtbot.assertNotEmitted(dialog.wanted), qtbot.waitSignal(dialog.finished):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
