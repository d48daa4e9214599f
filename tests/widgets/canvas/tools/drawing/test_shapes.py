"""Rectangle and ellipse with real mouse and keys."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from core.masks.shapes.regions import ellipse, rectangle
from tests.making_canvas import ALT, CONTROL, NONE, SHIFT, Stage, painted

SHAPE = (60, 80)
SHAPES = {"rectangle": rectangle, "ellipse": ellipse}
places = st.tuples(st.integers(0, SHAPE[1] - 1), st.integers(0, SHAPE[0] - 1))
both = pytest.mark.parametrize("tool", list(SHAPES))


@pytest.fixture
def stage(qtbot) -> Stage:
    return Stage(qtbot, np.full(SHAPE, 2, np.uint8))


def snapped(point) -> tuple[int, int]:
    return math.floor(point[0] + 0.5), math.floor(point[1] + 0.5)


def filled(tool, corner, opposite) -> np.ndarray:
    region = SHAPES[tool](SHAPE, corner, opposite)
    return painted(np.full(SHAPE, 2, np.uint8), [region], 1)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(places, places, st.sampled_from(list(SHAPES)))
def test_that_a_shape_changes_exactly_the_pixels_between_its_corners(stage, start, end, tool):
    stage.show(np.full(SHAPE, 2, np.uint8))
    stage.canvas.set_tool(tool)
    stage.drag(start, end)
    corners = [snapped(point) for point in stage.points([start, end])]
    assert np.array_equal(stage.mask, filled(tool, *corners))
    assert stage.document.undo_steps <= 1


@both
def test_that_shift_gives_it_equal_sides(stage, tool):
    stage.canvas.set_tool(tool)
    stage.drag((20, 40), (45, 30), modifiers=NONE)
    stage.key(Qt.Key.Key_Z, CONTROL)
    stage.press(20, 40)
    stage.move(45, 30)
    stage.release(45, 30, SHIFT)
    x, y = snapped(stage.point(20, 40))
    side = snapped(stage.point(45, 30))[0] - x
    assert np.array_equal(stage.mask, filled(tool, (x, y), (x + side, y - side)))


@both
def test_that_alt_draws_it_from_the_middle(stage, tool):
    stage.canvas.set_tool(tool)
    stage.drag((40, 30), (50, 35), modifiers=ALT)
    x, y = snapped(stage.point(40, 30))
    to_x, to_y = snapped(stage.point(50, 35))
    expected = filled(tool, (2 * x - to_x, 2 * y - to_y), (to_x, to_y))
    assert np.array_equal(stage.mask, expected)
    assert np.array_equal(expected[y - 5 : y + 5, x:], expected[y - 5 : y + 5, :x][:, ::-1])


@both
def test_that_shift_pressed_on_the_way_shows_at_once(stage, tool):
    stage.canvas.set_tool(tool)
    stage.press(20, 20)
    stage.move(45, 30)
    wide = stage.canvas.tool.marks_rect()
    stage.qtbot.keyPress(stage.canvas, Qt.Key.Key_Shift)
    assert stage.canvas.tool.marks_rect().height() > wide.height()
    stage.key(Qt.Key.Key_Escape)
    stage.release(45, 30)


@both
@pytest.mark.parametrize("key", [(Qt.Key.Key_Escape, NONE), (Qt.Key.Key_Z, CONTROL)])
def test_that_a_shape_is_dropped_and_the_mask_stays(stage, tool, key):
    stage.canvas.set_tool(tool)
    stage.drag((5, 5), (10, 10))
    before = stage.mask.copy()
    stage.press(20, 20)
    stage.move(45, 30)
    stage.key(*key)
    stage.move(50, 40)
    stage.release(50, 40)
    assert np.array_equal(stage.mask, before)
    assert stage.document.undo_steps == 1


@both
def test_that_a_click_paints_nothing_and_says_what_to_do(stage, tool):
    stage.canvas.set_tool(tool)
    stage.click(20, 20)
    assert "corner to corner" in stage.sentences[-1]
    assert not stage.document.is_dirty


@both
def test_that_a_shape_and_its_size_are_shown_before_it_is_painted(stage, tool):
    stage.canvas.set_tool(tool)
    stage.hover(60, 10)
    plain = stage.canvas.grab().toImage()
    stage.press(20, 20)
    stage.move(40, 40)
    shown = stage.canvas.grab().toImage()
    assert shown.pixelColor(stage.at(30, 30)) != plain.pixelColor(stage.at(30, 30))
    # The label stands to the lower right of the mouse.
    label = stage.at(42, 42)
    assert shown.pixelColor(label) != plain.pixelColor(label)
    assert (stage.mask == 2).all()
    stage.release(40, 40)


@both
def test_that_a_shape_may_begin_and_end_beside_the_mask(stage, tool):
    stage.canvas.zoom_by(0.5)
    stage.canvas.set_tool(tool)
    stage.drag((-10, -10), (100, 70))
    corners = [snapped(point) for point in stage.points([(-10, -10), (100, 70)])]
    assert np.array_equal(stage.mask, filled(tool, *corners))
