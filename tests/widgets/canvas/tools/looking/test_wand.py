"""The wand with real mouse and keys."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from core.masks.smart.wand import alike
from tests.making_canvas import ALT, CONTROL, LEFT, NONE
from tests.widgets.canvas.tools.photo_stage import PhotoStage, drawn


@pytest.fixture
def stage(qtbot):
    stage = PhotoStage(qtbot, "wand")
    yield stage
    stage.canvas.shut_down()


def test_that_a_click_gives_the_class_to_exactly_the_alike_pixels(stage):
    stage.click(50, 60)
    stage.wait()
    found = drawn(alike(stage.bgra, (50, 60), 24))
    assert np.array_equal(stage.mask == 1, found)
    assert stage.iou(1, 1) > 0.99
    assert stage.document.undo_steps == 1
    assert stage.document.undo_name == "Magic wand"
    stage.key(Qt.Key.Key_Z, CONTROL)
    assert not stage.mask.any()


def test_that_all_of_the_photo_is_searched_when_connected_is_off(stage):
    stage.canvas.tool.contiguous = False
    stage.click(50, 60)
    stage.wait()
    assert np.array_equal(stage.mask == 1, drawn(alike(stage.bgra, (50, 60), 24, contiguous=False)))
    assert stage.mask[40, 125] == 1


@pytest.mark.parametrize(
    ("way", "tolerance"),
    [(QPoint(80, 0), 64), (QPoint(0, -80), 64), (QPoint(-30, 0), 9), (QPoint(-300, 0), 0)],
)
def test_that_a_drag_sets_the_tolerance_and_shows_what_letting_go_applies(
    stage, qtbot, way, tolerance
):
    changes: list[None] = []
    stage.canvas.tool_options_changed.connect(lambda: changes.append(None))
    start = stage.at(60, 60)
    stage.press(60, 60)
    qtbot.mouseMove(stage.canvas, start + way / 2)
    qtbot.mouseMove(stage.canvas, start + way)
    stage.wait()
    proposal = drawn(alike(stage.bgra, (60, 60), tolerance))
    assert np.array_equal(stage.shown, proposal)
    assert not stage.document.is_dirty
    qtbot.mouseRelease(stage.canvas, LEFT, NONE, start + way)
    assert np.array_equal(stage.mask == 1, proposal)
    assert stage.canvas.tool.tolerance == tolerance
    assert changes
    assert stage.canvas.tool.highlight is None
    assert stage.document.undo_steps == 1


def test_that_what_is_let_go_of_before_it_is_found_is_applied_all_the_same(stage):
    stage.click(50, 60)
    stage.click(125, 40)
    stage.click(5, 5)
    stage.wait()
    assert stage.document.undo_steps == 3
    assert (stage.mask == 1).mean() > 0.99


def test_that_escape_drops_what_the_press_began(stage, qtbot):
    stage.press(50, 60)
    qtbot.mouseMove(stage.canvas, stage.at(60, 60))
    stage.wait()
    stage.key(Qt.Key.Key_Escape)
    stage.release(60, 60)
    stage.wait()
    assert not stage.document.is_dirty
    assert stage.canvas.tool.tolerance == 24
    assert stage.canvas.tool.highlight is None


def test_that_without_a_photo_it_says_so(stage):
    stage.canvas.set_image(None)
    stage.click(50, 60)
    assert stage.sentences[-1] == "There is no photo to look at."
    assert not stage.canvas.computing.is_busy


def test_that_another_sample_gets_nothing_of_what_was_begun(stage):
    stage.press(50, 60)
    stage.show(np.full_like(stage.mask, 2))
    stage.release(50, 60)
    stage.wait()
    assert (stage.mask == 2).all()


def test_that_undo_drops_a_click_whose_area_is_not_found_yet(stage):
    stage.click(50, 60)
    stage.canvas.undo()
    stage.wait()
    assert not stage.document.is_dirty


def test_that_with_alt_alike_pixels_are_erased(stage):
    stage.click(50, 60)
    stage.wait()
    stage.click(50, 60, ALT)
    stage.wait()
    assert not stage.mask.any()
    assert stage.document.undo_steps == 2
