"""Smart region with real mouse and keys."""

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt

from core.masks.smart.grabcut import Hints, propose
from tests.making_canvas import ALT, CONTROL, SHIFT
from tests.widgets.canvas.tools.photo_stage import PhotoStage, drawn


@pytest.fixture
def stage(qtbot):
    stage = PhotoStage(qtbot, "smart_region")
    yield stage
    stage.canvas.shut_down()


def drag_box(stage) -> None:
    """Around the larger disc."""
    stage.drag((20, 30), (60, 70), (80, 90))
    stage.wait()


def test_that_a_box_proposes_an_object_and_enter_writes_exactly_that(stage):
    drag_box(stage)
    tool = stage.canvas.tool
    proposal = stage.shown
    assert np.array_equal(proposal, drawn(propose(stage.bgra, Hints(tool.hints.box))))
    assert not stage.document.is_dirty
    assert "Enter accepts" in stage.sentences[-1]
    stage.key(Qt.Key.Key_2)
    stage.key(Qt.Key.Key_Return)
    assert np.array_equal(stage.mask == 2, proposal)
    assert stage.iou(2, 1) > 0.97
    assert stage.document.undo_steps == 1
    assert tool.highlight is None
    assert tool.hints.is_empty


@pytest.mark.parametrize("modifiers", [ALT, SHIFT])
def test_that_strokes_add_and_take_away_and_can_be_taken_back(stage, modifiers):
    drag_box(stage)
    first = stage.shown
    stage.drag((50, 40), (50, 80), modifiers=modifiers)
    stage.wait()
    less = stage.shown
    assert not less[45:76, 50].any()
    stage.drag((40, 60), (60, 60))
    stage.wait()
    assert stage.shown[60, 42:59].all()
    stage.key(Qt.Key.Key_Z, CONTROL)
    stage.wait()
    assert np.array_equal(stage.shown, less)
    stage.key(Qt.Key.Key_Backspace)
    stage.wait()
    assert np.array_equal(stage.shown, first)
    stage.canvas.undo()
    assert stage.canvas.tool.highlight is None
    stage.key(Qt.Key.Key_Return)
    assert not stage.document.is_dirty


def test_that_strokes_alone_begin_a_region(stage):
    stage.canvas.tool.begin_with = "strokes"
    stage.drag((40, 50), (60, 70))
    stage.wait()
    stage.canvas.tool.accept()
    assert stage.iou(1, 1) > 0.95


def test_that_enter_waits_for_the_proposal_under_way(stage):
    stage.drag((20, 30), (80, 90))
    assert stage.canvas.computing.is_busy
    stage.key(Qt.Key.Key_Return)
    stage.wait()
    assert stage.iou(1, 1) > 0.97


def test_that_a_stroke_made_while_computing_is_in_the_proposal_that_enter_takes(stage):
    stage.drag((20, 30), (80, 90))
    stage.drag((50, 40), (50, 80), modifiers=ALT)
    stage.key(Qt.Key.Key_Return)
    stage.wait()
    assert (stage.mask[45:76, 30:49] == 1).any()
    assert not stage.mask[45:76, 50].any()


def test_that_escape_drops_everything(stage):
    stage.drag((20, 30), (80, 90))
    stage.key(Qt.Key.Key_Escape)
    assert not stage.canvas.computing.is_busy
    drag_box(stage)
    stage.key(Qt.Key.Key_Escape)
    stage.key(Qt.Key.Key_Return)
    assert not stage.document.is_dirty
    assert stage.canvas.tool.marks_rect().isEmpty()


def test_that_the_mask_there_is_can_be_what_it_begins_with(qtbot):
    mask = np.zeros((120, 160), np.uint8)
    cv2.circle(mask, (125, 40), 12, 1, -1)
    stage = PhotoStage(qtbot, "smart_region", mask)
    stage.drag((15, 15), (150, 100))
    stage.wait()
    assert stage.shown[60, 50]
    assert stage.shown[40, 125]
    stage.canvas.tool.from_mask = True
    stage.canvas.tool.changed()
    stage.wait()
    assert stage.shown[40, 125]
    stage.canvas.shut_down()


def test_that_it_says_what_to_do_when_there_is_nothing_to_go_by(stage):
    stage.click(50, 60)
    assert "Drag a box" in stage.sentences[-1]
    stage.canvas.tool.accept()
    assert "Drag a box" in stage.sentences[-1]
    stage.canvas.set_image(None)
    stage.drag((20, 30), (80, 90))
    assert stage.sentences[-1] == "There is no photo to look at."
    assert stage.canvas.tool.hints.is_empty


def test_that_a_box_begun_anew_takes_the_place_of_the_old_one(stage):
    drag_box(stage)
    stage.drag((100, 15), (150, 65), modifiers=CONTROL)
    stage.wait()
    stage.key(Qt.Key.Key_Return)
    assert stage.iou(1, 2) > 0.97


def test_that_accepting_says_what_was_accepted(stage):
    drag_box(stage)
    stage.key(Qt.Key.Key_Return)
    assert stage.sentences[-1].startswith("Accepted as cat: ")
