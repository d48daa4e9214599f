"""The piece and hole tools, worked with the mouse."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from scipy import ndimage

from core.masks.geometry import Rect
from core.masks.pieces.finding import component
from core.masks.pieces.morphology import grow, shrink, smooth
from tests.making_canvas import (
    CONTROL,
    LEFT,
    NONE,
    Stage,
)

SQUARE = np.ones((3, 3))


SHAPE = (60, 80)


def mask_with_pieces() -> np.ndarray:
    """A cat with a hole, a speck of cat and a dog beside it."""
    mask = np.zeros(SHAPE, np.uint8)
    mask[10:40, 10:40] = 1
    mask[20:26, 20:26] = 0
    mask[50:53, 5:8] = 1
    mask[10:30, 55:75] = 2
    return mask


@pytest.fixture
def stage(qtbot) -> Stage:
    made = Stage(qtbot, mask_with_pieces())
    made.key(Qt.Key.Key_K)
    return made


def choose(stage: Stage, action: str, *, reach: int = 2, any_class: bool = False) -> None:
    """Set the options as the option bar does."""
    tool = stage.canvas.tool
    for attribute, value in (("action", action), ("reach", reach), ("any_class", any_class)):
        setattr(tool, attribute, value)
        tool.changed()


def label(stage: Stage) -> str:
    return " | ".join(stage.canvas.tool.label())


def count(mask: np.ndarray) -> int:
    return ndimage.label(mask, SQUARE)[1]


def test_that_only_one_piece_of_a_class_is_kept(stage):
    choose(stage, "keep")
    stage.hover(12, 12)
    assert stage.canvas.tool.highlight.rect == Rect(5, 50, 3, 3)
    assert "delete the other piece, 9 pixels" in label(stage)
    stage.click(12, 12)
    expected = mask_with_pieces()
    expected[50:53, 5:8] = 0
    assert np.array_equal(stage.mask, expected)
    stage.click(12, 12)
    assert stage.sentences[-1] == "This is the only piece already."


def test_that_across_classes_all_other_pieces_go(stage):
    choose(stage, "keep", any_class=True)
    stage.hover(60, 20)
    assert "the 2 other pieces" in label(stage)
    stage.click(60, 20)
    assert np.array_equal(stage.mask, np.where(mask_with_pieces() == 2, 2, 0))


def test_that_the_holes_of_a_piece_are_filled(stage):
    choose(stage, "fill")
    stage.hover(12, 12)
    assert stage.canvas.tool.highlight.rect == Rect(20, 20, 6, 6)
    stage.click(12, 12)
    assert (stage.mask[10:40, 10:40] == 1).all()
    assert stage.document.undo_name == "Fill holes"
    stage.click(60, 20)
    assert "no holes" in stage.sentences[-1]


@pytest.mark.parametrize("action", [grow, shrink, smooth])
def test_that_a_piece_becomes_what_was_shown(stage, action):
    before = mask_with_pieces()
    change = action(before, component(before, (12, 12)), 3)
    choose(stage, action.__name__, reach=3)
    stage.hover(12, 12)
    assert stage.canvas.tool.highlight.rect == change.result.rect
    stage.click(12, 12)
    expected = before.copy()
    np.copyto(
        expected[change.region.rect.slices],
        np.asarray(change.value, np.uint8),
        where=change.region.stencil,
    )
    assert not np.array_equal(expected, before)
    assert np.array_equal(stage.mask, expected)
    assert stage.document.undo_steps == 1
    stage.key(Qt.Key.Key_Z, CONTROL)
    assert np.array_equal(stage.mask, before)


def test_that_a_piece_is_not_shrunk_to_nothing(stage):
    choose(stage, "shrink", reach=9)
    stage.hover(6, 51)
    assert "nothing would be left" in label(stage)
    stage.click(6, 51)
    assert not stage.document.is_dirty
    stage.key(Qt.Key.Key_Delete)
    assert not stage.mask[50:53, 5:8].any()


def test_that_the_smaller_side_of_a_line_gets_the_current_class(stage, qtbot):
    choose(stage, "split")
    stage.key(Qt.Key.Key_1)
    qtbot.mousePress(stage.canvas, LEFT, NONE, stage.at(60, 5))
    qtbot.mouseMove(stage.canvas, stage.at(60, 35))
    assert stage.canvas.tool.highlight.rect == Rect(55, 10, 5, 20)
    assert "the smaller side becomes cat" in label(stage)
    qtbot.mouseRelease(stage.canvas, LEFT, NONE, stage.at(60, 35))
    expected = mask_with_pieces()
    expected[10:30, 55:60] = 1
    assert np.array_equal(stage.mask, expected)
    assert stage.document.undo_name == "Split piece"


def test_that_a_line_of_background_parts_a_piece_of_the_current_class(stage):
    choose(stage, "split")
    stage.key(Qt.Key.Key_2)
    stage.drag((50, 12), (58, 22), (70, 33))
    assert count(stage.mask == 2) == 2
    changed = stage.mask != mask_with_pieces()
    assert not stage.mask[changed].any()
    assert changed.sum() < 40


def test_that_a_line_that_parts_nothing_says_so(stage):
    choose(stage, "split")
    stage.drag((2, 2), (6, 6))
    assert "on no piece" in stage.sentences[-1]
    stage.drag((23, 5), (23, 23))  # into the hole: the ring holds together around it
    assert "holds together" in stage.sentences[-1]
    stage.click(60, 20)
    assert "Drag a line" in stage.sentences[-1]
    assert not stage.document.is_dirty


def test_that_escape_drops_the_line(stage, qtbot):
    choose(stage, "split")
    qtbot.mousePress(stage.canvas, LEFT, NONE, stage.at(60, 5))
    qtbot.mouseMove(stage.canvas, stage.at(60, 35))
    stage.key(Qt.Key.Key_Escape)
    qtbot.mouseRelease(stage.canvas, LEFT, NONE, stage.at(60, 35))
    assert not stage.document.is_dirty


def test_that_merging_gives_the_second_piece_the_first_ones_class_and_bridges_the_gap(qtbot):
    mask = np.zeros(SHAPE, np.uint8)
    mask[10:30, 10:20], mask[10:30, 23:40] = 1, 2
    stage = Stage(qtbot, mask)
    stage.key(Qt.Key.Key_K)
    choose(stage, "merge", reach=3)
    stage.click(12, 12)
    assert not stage.document.is_dirty
    assert "Now click" in stage.sentences[-1]
    stage.hover(30, 15)
    assert "join it with the first, as cat" in label(stage)
    assert stage.canvas.tool.highlight.rect == Rect(10, 10, 30, 20)
    stage.click(30, 15)
    expected = np.zeros_like(mask)
    expected[10:30, 10:40] = 1
    assert np.array_equal(stage.mask, expected)
    assert stage.document.undo_name == "Merge pieces"


def test_that_merging_leaves_a_wide_gap_and_says_so(stage):
    choose(stage, "merge", reach=3)
    stage.click(12, 12)
    stage.hover(60, 20)
    assert "wider than 3 px" in label(stage)
    stage.click(60, 20)
    assert np.array_equal(stage.mask, np.minimum(mask_with_pieces(), 1))


@pytest.mark.parametrize("way", ["escape", "the same piece again", "another action"])
def test_that_a_piece_chosen_for_merging_can_be_dropped(stage, way):
    choose(stage, "merge")
    stage.click(12, 12)
    if way == "escape":
        stage.key(Qt.Key.Key_Escape)
    elif way == "another action":
        choose(stage, "keep")
        choose(stage, "merge")
    else:
        stage.click(30, 30)
    stage.hover(60, 20)
    assert "choose it for merging" in label(stage)
    assert not stage.document.is_dirty


def test_that_a_piece_is_offered_to_the_next_sample(stage, qtbot):
    choose(stage, "copy")
    with qtbot.waitSignal(stage.canvas.copied_to_next) as copied:
        stage.click(60, 20)
    region, value = copied.args
    assert (region.rect, value) == (Rect(55, 10, 20, 20), 2)
    assert not stage.document.is_dirty


@pytest.mark.parametrize("action", ["delete", "grow"])
def test_that_a_piece_can_be_deleted_whatever_a_click_does(stage, action):
    choose(stage, action)
    stage.click(6, 51, modifiers=NONE if action == "delete" else CONTROL)
    expected = mask_with_pieces()
    expected[50:53, 5:8] = 0
    assert np.array_equal(stage.mask, expected)


def large_mask() -> np.ndarray:
    mask = np.zeros((1500, 1600), np.uint8)
    mask[100:1400, 100:1500] = 1
    mask[10:14, 10:14] = 2
    mask[200:1300, 600:620] = 0
    return mask


def test_that_a_piece_too_large_to_be_found_at_once_is_found_soon(qtbot):
    stage = Stage(qtbot, large_mask())
    stage.key(Qt.Key.Key_K)
    stage.hover(11, 11)
    assert stage.canvas.tool.target is not None
    stage.hover(400, 400)
    assert stage.canvas.tool.target is None
    qtbot.waitUntil(lambda: stage.canvas.tool.target is not None)
    assert stage.canvas.tool.target.rect == Rect(100, 100, 1400, 1300)
    stage.hover(700, 700)  # the same piece: nothing is looked for
    assert stage.canvas.tool.target is not None


def test_that_a_click_on_a_large_piece_acts_as_soon_as_it_is_found(qtbot):
    stage = Stage(qtbot, large_mask())
    stage.key(Qt.Key.Key_K)
    stage.key(Qt.Key.Key_2)
    stage.click(400, 400)
    qtbot.waitUntil(lambda: stage.document.is_dirty)
    assert (stage.mask[large_mask() == 1] == 2).all()
    assert np.array_equal(stage.mask == 0, large_mask() == 0)


def test_that_a_large_piece_is_split_in_a_thread(qtbot):
    stage = Stage(qtbot, large_mask())
    stage.key(Qt.Key.Key_K)
    choose(stage, "split")
    stage.drag((50, 1350), (800, 1350), (1550, 1350))
    qtbot.waitUntil(lambda: stage.document.is_dirty)
    assert count(stage.mask == 1) == 2


def test_that_a_large_hole_is_filled_with_what_is_around_it(qtbot):
    mask = large_mask()
    mask[150:1350, 150:1450] = 0
    stage = Stage(qtbot, mask)
    stage.key(Qt.Key.Key_H)
    stage.hover(700, 700)
    qtbot.waitUntil(lambda: stage.canvas.tool.target is not None)
    stage.click(700, 700)
    assert (stage.mask[100:1400, 100:1500] == 1).all()
