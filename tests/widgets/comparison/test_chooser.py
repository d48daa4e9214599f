"""Choosing runs and a split."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from widgets.comparison.choosing.chooser import RunChooser, RunEntry

# Of Qt's plugin for drawing off the screen, for every window that has a layout.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")

RUNS = [RunEntry("3", "newest"), RunEntry("2", "middle"), RunEntry("1", "oldest")]


@pytest.fixture
def chooser(qtbot: QtBot) -> RunChooser:
    made = RunChooser()
    qtbot.addWidget(made)
    made.set_splits(["train", "val"])
    made.set_runs(RUNS)
    with qtbot.waitExposed(made):
        made.show()
    return made


def offered(box) -> list[str]:
    return [box.itemText(place) for place in range(box.count())]


def test_that_the_newest_run_and_the_validation_split_come_first(chooser: RunChooser):
    assert chooser.run_ids == ["3"]
    assert chooser.split == "val"


def test_that_a_run_is_not_compared_with_itself(qtbot: QtBot, chooser: RunChooser):
    assert offered(chooser.box_b) == ["none", "middle", "oldest"]
    chooser.box_b.setFocus()
    with qtbot.waitSignal(chooser.changed):
        qtbot.keyClick(chooser.box_b, Qt.Key.Key_Down)
    assert chooser.run_ids == ["3", "2"]
    chooser.box_a.setFocus()
    with qtbot.waitSignal(chooser.changed):
        qtbot.keyClick(chooser.box_a, Qt.Key.Key_Down)
    assert chooser.run_ids == ["2"]
    assert offered(chooser.box_b) == ["none", "newest", "oldest"]


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
