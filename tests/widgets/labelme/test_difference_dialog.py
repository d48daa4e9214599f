"""What LabelMe saved beside what is here: shown, taken, left."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.dataset.model import ClassInfo
from core.labels.pair import MaskPair
from tests.making import blob, photo_of
from widgets.labelme import Difference, DifferenceDialog

LEFT = Qt.MouseButton.LeftButton
CLASSES = (
    ClassInfo(0, "background", (0, 0, 0)),
    ClassInfo(1, "cat", (0xE6, 0x9F, 0x00)),
    ClassInfo(2, "dog", (0x00, 0x72, 0xB2)),
)


def redrawn():
    mask = blob(64, 1)
    mask[20:30, 20:30] = 2
    return mask


def difference(sample="train/a", before=None, after=None, **more) -> Difference:
    before = blob(64, 1) if before is None else before
    after = redrawn() if after is None else after
    return Difference(sample, lambda: MaskPair(sample, photo_of(blob()), before, after), **more)


@pytest.fixture
def dialog(qtbot):
    made = DifferenceDialog()
    made.heard = []
    made.taken.connect(lambda ids: made.heard.append(("taken", ids)))
    made.left.connect(lambda ids: made.heard.append(("left", ids)))
    qtbot.addWidget(made)
    yield made
    made.shut_down()


def show(qtbot, dialog, *entries):
    with qtbot.waitSignal(dialog.difference_shown):
        dialog.show_differences(entries, CLASSES, 255)
        dialog.show()
    qtbot.waitExposed(dialog)


def test_that_before_after_and_the_pixels_of_each_class_are_shown(qtbot, dialog):
    show(qtbot, dialog, difference())
    assert dialog.figures.words == ["background −3 px", "cat −97 px", "dog +100 px"]
    assert dialog.sides.shown.pair.changed.sum() == 100
    assert dialog.list.isHidden()
    assert not dialog.all_button.isVisible()
    assert dialog.warning == ""
    assert dialog.problems.isHidden()


def test_that_enter_takes_and_delete_leaves_and_escape_decides_nothing(qtbot, dialog):
    show(qtbot, dialog, difference())
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    QTest.keyClick(dialog, Qt.Key.Key_Delete)
    assert dialog.heard == [("taken", ["train/a"]), ("left", ["train/a"])]
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert len(dialog.heard) == 2


def test_that_several_are_listed_and_taken_one_by_one_or_all(qtbot, dialog):
    blocked = difference("train/c", obstacle="train/c was being edited here.")
    show(qtbot, dialog, difference("train/a"), difference("train/b"), blocked)
    assert dialog.all_button.text() == "Take all 2"
    with qtbot.waitSignal(dialog.difference_shown, check_params_cb=lambda name: name == "train/c"):
        dialog.list.setCurrentRow(2)
    assert not dialog.take_button.isEnabled()
    assert dialog.warning == "train/c was being edited here."
    qtbot.mouseClick(dialog.all_button, LEFT)
    assert dialog.heard == [("taken", ["train/a", "train/b"])]


def test_that_the_sample_that_is_shown_stays_when_another_comes_back(qtbot, dialog):
    show(qtbot, dialog, difference("train/a"), difference("train/b"))
    with qtbot.waitSignal(dialog.difference_shown):
        dialog.list.setCurrentRow(1)
    show(qtbot, dialog, difference("train/0"), difference("train/a"), difference("train/b"))
    assert dialog.sample == "train/b"


def test_that_problems_and_edits_made_here_are_said(qtbot, dialog):
    problems = ("Shape 1 (fish): No class.", "Shape 2: It has no label.")
    show(qtbot, dialog, difference(problems=problems, edited_here=True))
    assert dialog.problems.lines == list(problems)
    assert dialog.problems.heading == "2 things are wrong in LabelMe's file:"
    assert "edited here after it went to LabelMe" in dialog.warning
    assert dialog.take_button.isEnabled()


def test_that_masks_of_different_sizes_or_without_a_change_cannot_be_taken(qtbot, dialog):
    show(qtbot, dialog, difference(after=blob(32, 1)))
    assert not dialog.take_button.isEnabled()
    assert "differ in size" in dialog.figures.problem
    show(qtbot, dialog, difference(after=blob(64, 1)))
    assert not dialog.take_button.isEnabled()


def test_that_n_goes_from_change_to_change(qtbot, dialog):
    after = np.array(blob(64, 1))
    after[2:6, 2:6] = 2
    after[58:60, 58:60] = 2
    show(qtbot, dialog, difference(after=after))
    places = []
    for _ in range(2):
        QTest.keyClick(dialog, Qt.Key.Key_N)
        center = dialog.sides.after.view.rect().center()
        places.append(dialog.sides.after.view.pixel_at(center.toPointF()))
    assert max(places[0]) < 20 < min(places[1])
