"""The scissors with real mouse and keys."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from core.masks.shapes.regions import polygon
from core.masks.smart.scissors import EdgeMap, outline
from tests.making_canvas import SHIFT
from tests.widgets.canvas.tools.photo_stage import SHAPE, PhotoStage, drawn

# On the border of the larger disc.
AROUND = [(76, 60), (50, 86), (24, 60), (50, 34)]


@pytest.fixture
def stage(qtbot):
    stage = PhotoStage(qtbot, "scissors")
    yield stage
    stage.canvas.shut_down()


def click_around(stage, *, waits: bool = True) -> None:
    for place in AROUND:
        stage.click(*place)
        if waits:
            stage.wait()


@pytest.mark.parametrize("closing", ["enter", "first point", "double click", "button"])
def test_that_four_clicks_cut_a_disc_out_along_its_edge(stage, closing):
    click_around(stage)
    assert stage.canvas.tool.anchors == tuple(AROUND)
    assert not stage.document.is_dirty
    if closing == "enter":
        stage.key(Qt.Key.Key_Return)
    elif closing == "first point":
        stage.click(*AROUND[0])
    elif closing == "double click":
        stage.double_click(*AROUND[-1])
    else:
        stage.canvas.tool.close()
    ways = zip(AROUND, [*AROUND[1:], AROUND[0]], strict=True)
    corners = outline([EdgeMap(stage.bgra, start).path(end) for start, end in ways])
    assert np.array_equal(stage.mask == 1, drawn(polygon(SHAPE, corners)))
    # Four straight lines would reach 0.64.
    assert stage.iou(1, 1) > 0.95
    assert stage.document.undo_steps == 1
    assert stage.canvas.tool.anchors == ()


def test_that_clicks_made_before_the_edges_are_known_follow_them_too(stage):
    click_around(stage, waits=False)
    stage.key(Qt.Key.Key_Return)
    stage.wait()
    assert stage.iou(1, 1) > 0.95


def test_that_shift_makes_straight_lines(stage):
    for place in AROUND:
        stage.click(*place, modifiers=SHIFT)
    stage.click(*AROUND[0], modifiers=SHIFT)
    corners = [(x + 0.5, y + 0.5) for x, y in AROUND]
    assert np.array_equal(stage.mask == 1, drawn(polygon(SHAPE, corners)))


def test_that_backspace_and_undo_take_points_back_one_by_one(stage):
    click_around(stage)
    stage.key(Qt.Key.Key_Backspace)
    assert stage.canvas.tool.anchors == tuple(AROUND[:3])
    stage.canvas.undo()
    assert stage.canvas.tool.anchors == tuple(AROUND[:2])
    stage.wait()
    stage.click(*AROUND[2])
    stage.wait()
    stage.click(*AROUND[3])
    stage.wait()
    stage.key(Qt.Key.Key_Return)
    assert stage.iou(1, 1) > 0.95
    stage.click(*AROUND[0])
    stage.key(Qt.Key.Key_Backspace)
    assert stage.canvas.tool.anchors == ()
    assert not stage.canvas.tool.wants_key(Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier)


def test_that_escape_drops_the_outline(stage):
    click_around(stage)
    stage.hover(60, 60)
    assert not stage.canvas.tool.marks_rect().isEmpty()
    stage.key(Qt.Key.Key_Escape)
    stage.key(Qt.Key.Key_Return)
    assert stage.canvas.tool.marks_rect().isEmpty()
    assert not stage.document.is_dirty


def test_that_one_point_is_no_outline(stage):
    stage.click(*AROUND[0])
    stage.key(Qt.Key.Key_Return)
    assert "two points" in stage.sentences[-1]
    stage.wait()


def test_that_without_a_photo_it_says_so(stage):
    stage.canvas.set_image(None)
    stage.click(*AROUND[0])
    assert stage.sentences[-1] == "There is no photo to look at."
    assert stage.canvas.tool.anchors == ()


def test_that_the_line_to_the_cursor_shows_what_a_click_would_add(stage):
    stage.click(*AROUND[0])
    stage.wait()
    stage.hover(*AROUND[2])
    # The way along the disc's border bulges; a straight one does not.
    along_edge = stage.canvas.tool.marks_rect()
    stage.qtbot.keyPress(stage.canvas, Qt.Key.Key_Shift)
    straight_on = stage.canvas.tool.marks_rect()
    stage.qtbot.keyRelease(stage.canvas, Qt.Key.Key_Shift)
    assert stage.canvas.tool.marks_rect() == along_edge
    corners = [stage.at(*AROUND[0]), stage.at(*AROUND[2])]
    assert all(straight_on.contains(corner) for corner in corners)
    assert straight_on != along_edge


def test_that_an_unfinished_outline_waits_while_another_tool_is_used(stage):
    click_around(stage)
    anchors = stage.canvas.tool.anchors
    stage.key(Qt.Key.Key_B)
    assert "S brings it back" in stage.sentences[-1]
    stage.key(Qt.Key.Key_S)
    assert stage.canvas.tool.anchors == anchors
    stage.wait()
    stage.key(Qt.Key.Key_Return)
    stage.wait()
    assert stage.document.is_dirty
