"""Superpixels with real mouse and keys."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from core.masks.smart.superpixels import Tiling, superpixels
from tests.making_canvas import ALT, CONTROL
from tests.widgets.canvas.tools.photo_stage import SHAPE, PhotoStage, drawn


@pytest.fixture
def stage(qtbot):
    stage = PhotoStage(qtbot, "superpixels")
    yield stage
    stage.canvas.shut_down()


def areas_at(stage, size: int, *pixels: tuple[int, int]) -> np.ndarray:
    tile = superpixels(stage.bgra, Tiling(*SHAPE, size).tile_at(pixels[0]), size)
    found = np.zeros(SHAPE, bool)
    for pixel in pixels:
        found |= drawn(tile.region(tile.label_at(pixel)))
    return found


def test_that_the_area_under_the_cursor_stands_out_and_a_click_paints_it(stage):
    stage.hover(50, 60)
    stage.wait()
    area = areas_at(stage, 16, (50, 60))
    assert np.array_equal(stage.shown, area)
    assert not stage.document.is_dirty
    stage.click(50, 60)
    assert np.array_equal(stage.mask == 1, area)
    assert stage.document.undo_name == "Superpixels"


def test_that_a_drag_paints_every_area_on_its_way_as_one_step(stage):
    stage.hover(40, 60)
    stage.wait()
    stage.drag((40, 60), (62, 60), (62, 70))
    way = [(x, 60) for x in range(40, 63)] + [(62, y) for y in range(60, 71)]
    assert np.array_equal(stage.mask == 1, areas_at(stage, 16, *way))
    assert stage.document.undo_steps == 1
    stage.key(Qt.Key.Key_Z, CONTROL)
    assert not stage.mask.any()


def test_that_a_stroke_over_areas_not_yet_found_is_painted_when_they_are(stage):
    stage.drag((40, 60), (60, 60))
    assert stage.canvas.computing.is_busy
    stage.wait()
    way = [(x, 60) for x in range(40, 61)]
    assert np.array_equal(stage.mask == 1, areas_at(stage, 16, *way))
    assert stage.document.undo_steps == 1
    assert not stage.document.in_stroke


def test_that_alt_erases(stage):
    stage.show(np.full(SHAPE, 2, np.uint8))
    stage.hover(50, 60)
    stage.wait()
    stage.click(50, 60, modifiers=ALT)
    assert np.array_equal(stage.mask == 0, areas_at(stage, 16, (50, 60)))


def test_that_another_size_finds_other_areas(stage):
    stage.hover(50, 60)
    stage.wait()
    stage.canvas.tool.size = 32
    stage.canvas.tool.changed()
    stage.wait()
    assert np.array_equal(stage.shown, areas_at(stage, 32, (50, 60)))


def test_that_escape_takes_the_stroke_under_way_back(stage):
    stage.hover(50, 60)
    stage.wait()
    stage.press(50, 60)
    assert stage.mask.any()
    stage.key(Qt.Key.Key_Escape)
    stage.release(50, 60)
    assert not stage.mask.any()
    assert stage.document.undo_name is None


def test_that_borders_are_drawn_faintly_once_they_are_known(stage):
    stage.hover(5, 5)
    before = stage.canvas.grab().toImage()
    stage.wait()
    after = stage.canvas.grab().toImage()
    differs = sum(before.pixel(x, 400) != after.pixel(x, 400) for x in range(stage.canvas.width()))
    assert 10 < differs < stage.canvas.width() // 4


def test_that_a_read_only_mask_stays_as_it_is(stage):
    stage.canvas.set_read_only("Another window has this mask open.")
    stage.hover(50, 60)
    stage.wait()
    stage.click(50, 60)
    assert not stage.mask.any()
    assert stage.sentences[-1] == "Another window has this mask open."


def test_that_the_next_sample_gets_nothing_of_the_old_stroke(stage):
    stage.press(50, 60)
    stage.show(np.full(SHAPE, 2, np.uint8))
    stage.release(50, 60)
    stage.wait()
    assert (stage.mask == 2).all()


def test_that_without_a_photo_it_says_so(stage):
    stage.canvas.set_image(None)
    stage.click(50, 60)
    assert stage.sentences[-1] == "There is no photo to look at."
    assert not stage.document.in_stroke


def test_that_it_says_when_superpixels_are_too_small_to_be_seen(stage):
    stage.canvas.set_tool("brush")
    stage.canvas.fit()
    stage.canvas.zoom_by(0.05)
    stage.canvas.set_tool("superpixels")
    assert "zoom in" in stage.sentences[-1]
    stage.canvas.set_tool("brush")
    stage.canvas.fit()
    stage.sentences.clear()
    stage.canvas.set_tool("superpixels")
    assert not any("zoom in" in sentence for sentence in stage.sentences)


def test_that_a_smaller_sample_may_come_while_the_cursor_rests_on_the_image(stage):
    stage.hover(150, 110)
    stage.wait()
    stage.canvas.set_image(stage.photo[:20, :30])
    stage.show(np.zeros((20, 30), np.uint8))
    stage.wait()
    stage.click(15, 10)
    stage.wait()
    assert stage.mask[10, 15] == 1


def test_that_a_stroke_whose_release_never_came_ends_with_the_next_press(stage):
    stage.hover(50, 60)
    stage.wait()
    stage.press(50, 60)
    stage.press(125, 40)
    stage.release(125, 40)
    stage.wait()
    assert stage.document.undo_steps == 2
    assert stage.mask[60, 50] == stage.mask[40, 125] == 1
