"""Choosing runs and a split."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from widgets.comparison.choosing.chooser import RunChooser, RunEntry
from widgets.run_colors import run_color

# Of Qt's plugin for drawing off the screen, for every window that has a layout.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")

LEFT = Qt.MouseButton.LeftButton
RUNS = [RunEntry("3", "newest"), RunEntry("2", "middle"), RunEntry("1", "oldest")]
MANY = [RunEntry(str(number), f"run {number}") for number in range(8)]


@pytest.fixture
def chooser(qtbot: QtBot) -> RunChooser:
    made = RunChooser()
    qtbot.addWidget(made)
    made.set_splits(["train", "val"])
    made.set_runs(RUNS)
    made.resize(1200, 60)
    with qtbot.waitExposed(made):
        made.show()
    return made


def offered(menu: QMenu) -> list[str]:
    """What a menu offers when it opens."""
    menu.aboutToShow.emit()
    return [action.text() for action in menu.actions() if action.isEnabled()]


def take(menu: QMenu, name: str) -> None:
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.text() == name).trigger()


def test_that_the_newest_run_and_the_validation_split_come_first(chooser: RunChooser):
    assert chooser.run_ids == ["3"]
    assert chooser.split == "val"


def test_that_runs_are_added_and_none_is_compared_with_itself(qtbot: QtBot, chooser: RunChooser):
    assert offered(chooser.add_button.menu()) == ["middle", "oldest"]
    with qtbot.waitSignal(chooser.changed):
        take(chooser.add_button.menu(), "oldest")
    assert chooser.run_ids == ["3", "1"]
    assert offered(chooser.add_button.menu()) == ["middle"]
    assert offered(chooser.chips[0].name_button.menu()) == ["middle"]
    with qtbot.waitSignal(chooser.changed):
        take(chooser.chips[0].name_button.menu(), "middle")
    assert chooser.run_ids == ["2", "1"]


def test_that_chips_carry_letter_and_colour_and_are_taken_out(qtbot: QtBot, chooser: RunChooser):
    chooser.choose("3", "2", "1")
    assert [chip.objectName() for chip in chooser.chips] == [
        "RunChip A",
        "RunChip B",
        "RunChip C",
    ]
    assert [chip.color for chip in chooser.chips] == [run_color(each) for each in "321"]
    assert len({chip.color for chip in chooser.chips}) == 3
    assert not chooser.add_button.isEnabled()
    with qtbot.waitSignal(chooser.changed):
        qtbot.mouseClick(chooser.chips[0].remove_button, LEFT)
    assert chooser.run_ids == ["2", "1"]
    chooser.chips[1].name_button.setFocus()
    with qtbot.waitSignal(chooser.changed):
        qtbot.keyClick(chooser.chips[1].name_button, Qt.Key.Key_Delete)
    assert chooser.run_ids == ["2"]
    assert not chooser.chips[0].remove_button.isVisible()


def test_that_six_runs_are_the_most(chooser: RunChooser):
    chooser.set_runs(MANY)
    chooser.choose(*(entry.id for entry in MANY))
    assert chooser.run_ids == ["0", "1", "2", "3", "4", "5"]
    assert not chooser.add_button.isEnabled()
    assert "take one out first" in chooser.add_button.toolTip()


def test_that_many_chips_take_two_lines_in_a_narrow_window(chooser: RunChooser):
    chooser.set_runs(MANY)
    chooser.choose(*(entry.id for entry in MANY))
    chooser.resize(640, 90)
    assert len({chip.y() for chip in chooser.chips}) > 1
    assert all(chip.geometry().right() <= 640 for chip in chooser.chips)


def test_that_what_is_chosen_stays_when_runs_come_and_go(chooser: RunChooser):
    chooser.choose("2", "1")
    chooser.set_runs([RunEntry("4", "brand new"), *RUNS])
    assert chooser.run_ids == ["2", "1"]
    chooser.set_runs([RunEntry("4", "brand new"), RUNS[1]])
    assert chooser.run_ids == ["2"]
    chooser.set_runs([])
    assert chooser.run_ids == []


def test_that_a_dataset_without_splits_has_no_split_to_choose(chooser: RunChooser):
    chooser.set_splits([])
    assert chooser.split == ""
    assert not chooser.box_split.isVisible()


def test_that_choosing_by_program_is_no_choice_of_the_user(qtbot: QtBot, chooser: RunChooser):
    with qtbot.assertNotEmitted(chooser.changed):
        chooser.choose("1", "2")
        chooser.set_split("train")
    assert chooser.split == "train"


def test_that_the_keyboard_chooses_the_split(qtbot: QtBot, chooser: RunChooser):
    chooser.box_split.setFocus()
    with qtbot.waitSignal(chooser.changed):
        qtbot.keyClick(chooser.box_split, Qt.Key.Key_Up)
    assert chooser.split == "train"
