"""Brush and eraser with real mouse and keys: they paint exactly their strokes."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage

from core.masks.shapes.regions import dab, segment
from tests.making_canvas import ALT, LEFT, NONE, SHIFT, Stage, painted

SHAPE = (60, 80)
places = st.tuples(st.integers(0, SHAPE[1] - 1), st.integers(0, SHAPE[0] - 1))


def two_halves() -> np.ndarray:
    mask = np.zeros(SHAPE, np.uint8)
    mask[:, 40:] = 2
    return mask


@pytest.fixture
def stage(qtbot) -> Stage:
    return Stage(qtbot, two_halves())


def stroke(stage, way, size, tip="round"):
    """The regions that a stroke along places covers."""
    points = stage.points(way)
    yield dab(SHAPE, points[0], size, tip)
    for start, end in pairwise(points):
        yield segment(SHAPE, start, end, size, tip)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(places, min_size=1, max_size=5),
    st.integers(1, 40),
    st.sampled_from(["round", "square"]),
    st.sampled_from(["brush", "eraser"]),
)
def test_that_a_stroke_changes_exactly_the_pixels_it_covers(stage, way, size, tip, tool):
    stage.show(two_halves())
    stage.canvas.set_tool(tool)
    stage.canvas.tool.tip = tip
    stage.canvas.set_brush_size(size)
    stage.drag(*way)
    value = 1 if tool == "brush" else 0
    expected = painted(two_halves(), stroke(stage, way, size, tip), value)
    assert np.array_equal(stage.mask, expected)
    assert stage.document.undo_steps <= 1


def test_that_brush_and_eraser_each_remember_their_tip(stage):
    stage.canvas.tool.tip = "square"
    stage.canvas.set_tool("eraser")
    assert stage.canvas.tool.tip == "round"
    stage.canvas.set_tool("brush")
    stage.canvas.set_brush_size(7)
    stage.click(20, 20)
    assert (stage.mask == 1).sum() == 49
    assert (stage.mask[17:24, 17:24] == 1).all()


def test_that_the_outline_of_the_brush_has_its_shape_and_covers_what_a_dab_paints(stage):
    stage.canvas.set_brush_size(21)
    corner = stage.canvas.placement.to_view(10, 10).toPoint()
    shown = {}
    for tip in ("round", "square"):
        stage.canvas.tool.tip = tip
        stage.canvas.tool.changed()
        stage.hover(20, 20)
        shown[tip] = stage.canvas.grab().toImage().pixelColor(corner)
    assert shown["square"].lightness() != shown["round"].lightness()


@pytest.mark.parametrize("tip", ["round", "square"])
def test_that_shift_draws_a_line_from_the_last_point_and_shows_it_before(stage, tip):
    stage.canvas.tool.tip = tip
    stage.canvas.set_brush_size(6)
    stage.click(10, 5)
    stage.hover(30, 50)
    middle = stage.at(20, 27.5)
    plain = stage.canvas.grab().toImage().pixelColor(middle)
    stage.qtbot.keyPress(stage.canvas, Qt.Key.Key_Shift)
    assert stage.canvas.grab().toImage().pixelColor(middle) != plain
    # Until it is clicked nothing is painted.
    assert np.array_equal(stage.mask, painted(two_halves(), stroke(stage, [(10, 5)], 6, tip), 1))
    stage.click(30, 50, SHIFT)
    way = [(10, 5), (30, 50)]
    assert np.array_equal(stage.mask, painted(two_halves(), stroke(stage, way, 6, tip), 1))
    assert stage.document.undo_steps == 2


def test_that_a_line_begins_where_the_last_stroke_that_was_kept_ended(stage):
    stage.canvas.set_brush_size(3)
    stage.click(10, 5)
    stage.press(50, 50)
    stage.move(60, 55)
    stage.key(Qt.Key.Key_Escape)
    stage.release(60, 55)
    stage.click(10, 50, SHIFT)
    way = [(10, 5), (10, 50)]
    assert np.array_equal(stage.mask, painted(two_halves(), stroke(stage, way, 3), 1))


def test_that_another_sample_has_no_last_point(stage):
    stage.canvas.set_brush_size(3)
    stage.click(10, 5)
    stage.show(two_halves())
    stage.click(10, 50, SHIFT)
    assert np.array_equal(stage.mask, painted(two_halves(), stroke(stage, [(10, 50)], 3), 1))


def test_that_alt_and_dragging_sizes_the_brush_and_says_the_size(stage):
    stage.canvas.set_brush_size(10)
    stage.hover(20, 20)
    stage.press(20, 20, ALT)
    stage.move(30, 20)
    assert stage.canvas.brush_size == 30
    tag = stage.canvas.tool.marks_rect()
    stage.release(30, 20, ALT)
    assert tag.height() > 0
    assert stage.canvas.brush_size == 30
    assert not stage.document.is_dirty


def test_that_escape_while_sizing_brings_the_old_size_back(stage):
    stage.canvas.set_brush_size(10)
    stage.press(20, 20, ALT)
    stage.move(30, 20)
    stage.key(Qt.Key.Key_Escape)
    stage.move(35, 20)
    stage.release(35, 20, ALT)
    assert stage.canvas.brush_size == 10
    assert not stage.document.is_dirty


def test_that_a_brush_reaches_over_the_border_of_the_mask(stage):
    stage.canvas.set_brush_size(30)
    stage.drag((0, 0), (79, 0))
    assert np.array_equal(
        stage.mask, painted(two_halves(), stroke(stage, [(0, 0), (79, 0)], 30), 1)
    )


def test_that_a_mask_that_may_not_be_edited_stays_and_the_reason_is_said(stage):
    stage.canvas.set_read_only("Another window edits this dataset.")
    stage.drag((10, 10), (20, 20))
    assert not stage.document.is_dirty
    assert "Another window" in stage.sentences[-1]


def test_that_a_stroke_whose_release_got_lost_is_kept(stage, qtbot):
    stage.canvas.set_brush_size(3)
    stage.press(10, 10)
    qtbot.mousePress(stage.canvas, LEFT, NONE, stage.at(30, 30))
    stage.release(30, 30)
    expected = painted(two_halves(), stroke(stage, [(10, 10)], 3), 1)
    expected = painted(expected, stroke(stage, [(30, 30)], 3), 1)
    assert np.array_equal(stage.mask, expected)
    assert stage.document.undo_steps == 2


def test_that_the_colour_of_a_stroke_is_seen_at_once(stage):
    stage.canvas.set_layer_opacity("mask", 1.0)
    stage.canvas.tool.tip = "square"
    stage.canvas.set_brush_size(9)
    stage.click(20, 20)
    stage.hover(60, 50)
    assert stage.canvas.grab().toImage().pixelColor(stage.at(20, 20)) == QColor(230, 159, 0)


def test_that_the_ring_shows_the_class_and_the_eraser_s_is_white(stage):
    def has_white() -> bool:
        image = stage.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        pixels = np.frombuffer(image.constBits(), np.uint32) & 0xFFFFFF
        return bool((pixels == 0xFFFFFF).any())

    stage.canvas.set_brush_size(20)
    stage.hover(20, 20)
    assert not has_white()
    stage.key(Qt.Key.Key_E)
    assert has_white()
