"""The polygon with real mouse and keys: its corners, its holes, and what it paints."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from core.masks.shapes.regions import rings
from tests.making_canvas import CLASSES, CONTROL, SHIFT, Stage, painted

SHAPE = (60, 80)
OUTER = [(10, 10), (60, 10), (60, 50), (10, 50)]
INNER = [(25, 25), (40, 25), (40, 35)]
places = st.tuples(st.integers(0, SHAPE[1] - 1), st.integers(0, SHAPE[0] - 1))


@pytest.fixture
def stage(qtbot) -> Stage:
    stage = Stage(qtbot, np.full(SHAPE, 2, np.uint8))
    stage.canvas.set_tool("polygon")
    return stage


def filled(stage, *outlines) -> np.ndarray:
    """The mask with the inside of rings of places painted."""
    region = rings(SHAPE, [stage.points(ring) for ring in outlines])
    return painted(np.full(SHAPE, 2, np.uint8), [region], 1)


def draw(stage, corners, *, close_with=None) -> None:
    for corner in corners:
        stage.click(*corner)
    if close_with is not None:
        stage.click(*corners[0], close_with)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(places, min_size=3, max_size=7, unique=True))
def test_that_a_polygon_changes_exactly_the_pixels_inside(stage, corners):
    stage.show(np.full(SHAPE, 2, np.uint8))
    tool = stage.canvas.tool
    for corner in corners:
        stage.click(*corner)
        if tool.outline.is_empty:
            break
    if not tool.outline.is_empty:
        stage.key(Qt.Key.Key_Return)
    assert np.array_equal(stage.mask, filled(stage, corners))


def test_that_a_corner_is_dragged_to_another_place_before_painting(stage):
    draw(stage, OUTER)
    stage.drag((60, 50), (65, 52), (70, 55))
    stage.key(Qt.Key.Key_Return)
    assert np.array_equal(stage.mask, filled(stage, [*OUTER[:2], (70, 55), OUTER[3]]))


def test_that_dragging_an_edge_puts_a_corner_in_it(stage):
    draw(stage, OUTER)
    stage.drag((35, 10), (35, 6), (35, 2))
    stage.key(Qt.Key.Key_Return)
    assert np.array_equal(stage.mask, filled(stage, [OUTER[0], (35, 2), *OUTER[1:]]))


def test_that_a_click_on_an_edge_adds_the_next_corner_while_the_polygon_is_open(stage):
    draw(stage, OUTER[:3])
    stage.click(35, 10)
    stage.key(Qt.Key.Key_Return)
    assert np.array_equal(stage.mask, filled(stage, [*OUTER[:3], (35, 10)]))


def test_that_control_and_a_click_remove_a_corner(stage):
    draw(stage, OUTER)
    stage.click(60, 10, CONTROL)
    stage.key(Qt.Key.Key_Return)
    assert np.array_equal(stage.mask, filled(stage, [OUTER[0], *OUTER[2:]]))


def test_that_control_z_takes_corners_back_and_control_shift_z_brings_them_again(stage):
    draw(stage, [*OUTER, (5, 30)])
    stage.drag((60, 50), (75, 55))
    for _ in range(3):
        stage.key(Qt.Key.Key_Z, CONTROL)
    stage.key(Qt.Key.Key_Z, CONTROL | SHIFT)
    stage.key(Qt.Key.Key_Return)
    assert np.array_equal(stage.mask, filled(stage, OUTER))
    # Without an outline the key is the mask's again.
    stage.key(Qt.Key.Key_Z, CONTROL)
    assert (stage.mask == 2).all()


def test_that_the_page_gets_no_key_that_the_outline_needs(stage):
    tool = stage.canvas.tool
    keys = (
        (Qt.Key.Key_Z, CONTROL),
        (Qt.Key.Key_Backspace, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier),
    )
    assert not any(tool.wants_key(*key) for key in keys)
    stage.click(10, 10)
    assert all(tool.wants_key(*key) for key in keys)
    assert not tool.wants_key(Qt.Key.Key_D, Qt.KeyboardModifier.NoModifier)


@pytest.mark.parametrize("way", ["shift+click", "shift+enter", "option", "option, double click"])
def test_that_a_closed_polygon_can_wait_for_adjusting(stage, way):
    if way == "shift+click":
        draw(stage, OUTER, close_with=SHIFT)
    elif way == "shift+enter":
        draw(stage, OUTER)
        stage.key(Qt.Key.Key_Return, SHIFT)
    else:
        stage.canvas.tool.adjust = True
        draw(stage, OUTER)
        if way == "option":
            stage.key(Qt.Key.Key_Return)
        else:
            stage.double_click(*OUTER[-1])
    assert (stage.mask == 2).all()
    assert "Enter paints" in stage.sentences[-1]
    stage.drag((10, 10), (5, 5))
    stage.key(Qt.Key.Key_Return)
    assert np.array_equal(stage.mask, filled(stage, [(5, 5), *OUTER[1:]]))
    assert stage.document.undo_steps == 1


@pytest.mark.parametrize("closing", ["enter", "first corner", "double click", "button"])
def test_that_a_second_ring_cuts_a_hole(stage, closing):
    draw(stage, OUTER, close_with=SHIFT)
    draw(stage, INNER)
    if closing == "first corner":
        stage.click(*INNER[0])
        assert (stage.mask == 2).all()
        stage.key(Qt.Key.Key_Return)
    elif closing == "double click":
        stage.double_click(*INNER[-1])
    elif closing == "button":
        stage.canvas.tool.commit()
    else:
        stage.key(Qt.Key.Key_Return)
    expected = filled(stage, OUTER, INNER)
    assert expected[30, 38] == 2
    assert np.array_equal(stage.mask, expected)
    assert stage.document.undo_steps == 1


def test_that_a_double_click_inside_a_closed_polygon_paints_it(stage):
    draw(stage, OUTER, close_with=SHIFT)
    stage.double_click(35, 30)
    assert np.array_equal(stage.mask, filled(stage, OUTER))


def test_that_a_click_on_an_edge_of_a_closed_polygon_puts_a_corner_in_it(stage):
    draw(stage, OUTER, close_with=SHIFT)
    stage.click(10, 30)
    stage.drag((10, 30), (3, 30))
    stage.key(Qt.Key.Key_Return)
    assert np.array_equal(stage.mask, filled(stage, [*OUTER, (3, 30)]))


def test_that_removing_corners_of_a_hole_removes_the_hole_at_last(stage):
    draw(stage, OUTER, close_with=SHIFT)
    draw(stage, INNER)
    stage.click(*INNER[0])
    stage.hover(*INNER[2])
    stage.key(Qt.Key.Key_Delete)
    stage.key(Qt.Key.Key_Return)
    assert np.array_equal(stage.mask, filled(stage, OUTER))


def test_that_backspace_opens_a_closed_polygon_again(stage):
    draw(stage, OUTER, close_with=SHIFT)
    stage.hover(35, 30)
    stage.key(Qt.Key.Key_Backspace)
    stage.key(Qt.Key.Key_Backspace)
    stage.click(20, 55)
    stage.key(Qt.Key.Key_Return)
    assert np.array_equal(stage.mask, filled(stage, [*OUTER[:3], (20, 55)]))


def test_that_a_double_click_on_the_first_corner_leaves_no_stray_corner(stage):
    draw(stage, OUTER)
    stage.double_click(*OUTER[0])
    assert np.array_equal(stage.mask, filled(stage, OUTER))
    assert stage.canvas.tool.outline.is_empty


def test_that_escape_drops_the_outline_even_while_a_corner_is_held(stage):
    draw(stage, OUTER, close_with=SHIFT)
    stage.press(10, 10)
    stage.move(20, 20)
    stage.key(Qt.Key.Key_Escape)
    stage.move(30, 30)
    stage.release(30, 30)
    stage.key(Qt.Key.Key_Return)
    assert (stage.mask == 2).all()
    assert stage.canvas.tool.marks_rect().isEmpty()


def test_that_corners_stay_on_the_mask(stage):
    stage.canvas.zoom_by(0.5)
    for corner in ((-20, -20), (100, -20), (100, 80), (-20, 80)):
        stage.click(*corner)
    stage.key(Qt.Key.Key_Return)
    assert (stage.mask == 1).all()


def test_that_an_outline_too_small_for_a_pixel_says_so(stage):
    for corner in ((20.2, 20), (20.4, 20), (20.3, 20.3)):
        stage.click(*corner)
    stage.key(Qt.Key.Key_Return)
    assert "no pixel" in stage.sentences[-1]
    assert not stage.document.is_dirty


def test_that_an_unfinished_polygon_survives_a_look_at_another_sample(stage):
    first = stage.document
    draw(stage, OUTER)
    stage.show(np.full(SHAPE, 2, np.uint8))
    assert stage.canvas.tool.outline.is_empty
    stage.key(Qt.Key.Key_Return)
    assert not stage.document.is_dirty
    stage.document = first
    stage.canvas.set_document(first, CLASSES, 255)
    assert "unfinished" in stage.sentences[-1]
    stage.key(Qt.Key.Key_Return)
    assert np.array_equal(stage.mask, filled(stage, OUTER))


def test_that_the_key_of_another_tool_loses_no_corner(stage):
    draw(stage, OUTER[:3])
    stage.key(Qt.Key.Key_B)
    assert "P brings it back" in stage.sentences[-1]
    stage.click(70, 55)
    stage.canvas.undo()
    stage.key(Qt.Key.Key_P)
    stage.click(*OUTER[3])
    stage.key(Qt.Key.Key_Return)
    assert np.array_equal(stage.mask, filled(stage, OUTER))


def test_that_a_polygon_that_was_dropped_does_not_come_back(stage):
    draw(stage, OUTER)
    stage.key(Qt.Key.Key_Escape)
    stage.key(Qt.Key.Key_B)
    stage.key(Qt.Key.Key_P)
    assert stage.canvas.tool.outline.is_empty
