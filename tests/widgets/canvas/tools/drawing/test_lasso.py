"""The lasso with real mouse and keys."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from core.masks.shapes.regions import polygon, rings
from tests.making_canvas import CONTROL, SHIFT, Stage, painted

SHAPE = (60, 80)
places = st.tuples(st.integers(0, SHAPE[1] - 1), st.integers(0, SHAPE[0] - 1))


def circle(x: float, y: float, radius: float, steps: int = 40) -> list[tuple[float, float]]:
    angles = np.linspace(0, 2 * math.pi, steps, endpoint=False)
    return [(x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles]


@pytest.fixture
def stage(qtbot) -> Stage:
    stage = Stage(qtbot, np.full(SHAPE, 2, np.uint8))
    stage.canvas.set_tool("lasso")
    return stage


def filled(stage, *ways) -> np.ndarray:
    region = rings(SHAPE, [stage.points(way) for way in ways])
    return painted(np.full(SHAPE, 2, np.uint8), [region], 1)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(places, min_size=3, max_size=8, unique=True))
def test_that_a_lasso_changes_exactly_the_pixels_inside(stage, way):
    stage.show(np.full(SHAPE, 2, np.uint8))
    stage.drag(*way)
    region = polygon(SHAPE, stage.points(way))
    assert np.array_equal(stage.mask, painted(np.full(SHAPE, 2, np.uint8), [region], 1))
    assert stage.document.undo_steps <= 1


def test_that_a_click_encloses_nothing_and_says_so(stage):
    stage.click(20, 20)
    assert "encloses nothing" in stage.sentences[-1]
    assert not stage.document.is_dirty


@pytest.mark.parametrize("way", ["shift", "option"])
def test_that_an_outline_can_be_adjusted_before_it_is_painted(stage, way):
    stage.canvas.tool.adjust = way == "option"
    around = [(10, 10), (60, 10), (60, 50), (10, 50)]
    # Corners on the straight sides are of no use for adjusting.
    drawn = [around[0], (35, 10), around[1], (60, 30), around[2], (30, 50), around[3]]
    stage.drag(*drawn, modifiers=SHIFT if way == "shift" else Qt.KeyboardModifier.NoModifier)
    assert (stage.mask == 2).all()
    assert len(stage.canvas.tool.outline.closed[0]) == 4
    stage.drag((60, 50), (70, 55))
    stage.key(Qt.Key.Key_Return)
    assert np.array_equal(stage.mask, filled(stage, [*around[:2], (70, 55), around[3]]))


def test_that_a_second_lasso_cuts_a_hole_out_of_one_that_waits(stage):
    stage.drag(*circle(40, 30, 25), modifiers=SHIFT)
    stage.drag(*circle(40, 30, 10))
    stage.key(Qt.Key.Key_Return)
    expected = filled(stage, circle(40, 30, 25), circle(40, 30, 10))
    assert stage.mask[30, 40] == 2
    assert (stage.mask != expected).sum() < 20
    assert stage.document.undo_steps == 1


def test_that_backspace_and_control_z_take_the_last_ring_back(stage):
    for key, modifier in (
        (Qt.Key.Key_Backspace, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Z, CONTROL),
    ):
        stage.show(np.full(SHAPE, 2, np.uint8))
        stage.drag((10, 10), (60, 10), (60, 50), (10, 50), modifiers=SHIFT)
        stage.drag(*circle(40, 30, 10))
        stage.hover(20, 20)
        stage.key(key, modifier)
        stage.key(Qt.Key.Key_Return)
        around = [(10, 10), (60, 10), (60, 50), (10, 50)]
        assert np.array_equal(stage.mask, filled(stage, around))


def test_that_escape_drops_what_is_being_drawn(stage):
    stage.press(10, 10)
    stage.move(60, 10)
    stage.move(60, 50)
    assert not stage.canvas.tool.marks_rect().isEmpty()
    stage.key(Qt.Key.Key_Escape)
    assert stage.canvas.tool.marks_rect().isEmpty()
    stage.move(10, 50)
    stage.release(10, 50)
    assert not stage.document.is_dirty


def test_that_the_outline_is_shown_while_it_is_drawn(stage):
    stage.hover(40, 30)
    plain = stage.canvas.grab().toImage().pixelColor(stage.at(40, 30))
    stage.press(10, 10)
    for place in ((60, 10), (60, 50), (10, 50)):
        stage.move(*place)
    lit = stage.canvas.grab().toImage().pixelColor(stage.at(40, 30))
    stage.release(10, 50)
    assert lit != plain
