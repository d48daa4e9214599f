"""The canvas worked with real mouse and keys: what every tool changes, and nothing else."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor

from core.dataset.model import ClassInfo
from core.masks.document import MaskDocument
from core.masks.geometry import Rect
from core.masks.shapes.regions import dab, polygon, segment
from widgets.canvas import MaskCanvas

CLASSES = (
    ClassInfo(0, "background", (0, 0, 0)),
    ClassInfo(1, "cat", (230, 159, 0)),
    ClassInfo(2, "dog", (0, 114, 178)),
)
LEFT, RIGHT, MIDDLE = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.RightButton,
    Qt.MouseButton.MiddleButton,
)
SHIFT, CONTROL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
NONE = Qt.KeyboardModifier.NoModifier
SHAPE = (60, 80)


def mask_with_pieces() -> np.ndarray:
    """A cat with a hole, a speck of cat and a dog beside it."""
    mask = np.zeros(SHAPE, np.uint8)
    mask[10:40, 10:40] = 1
    mask[20:26, 20:26] = 0
    mask[50:53, 5:8] = 1
    mask[10:30, 55:75] = 2
    return mask


class Stage:
    """A canvas on show, and hands that use it in image coordinates."""

    def __init__(self, qtbot, mask: np.ndarray):
        self.qtbot = qtbot
        self.canvas = MaskCanvas()
        self.canvas.resize(840, 640)
        qtbot.addWidget(self.canvas)
        self.document = MaskDocument(mask)
        self.canvas.set_image(np.full((*mask.shape, 3), 90, np.uint8))
        self.canvas.set_document(self.document, CLASSES, 255)
        self.canvas.show()
        qtbot.waitExposed(self.canvas)
        self.sentences: list[str] = []
        self.canvas.said.connect(self.sentences.append)

    def at(self, x: int, y: int) -> QPoint:
        return self.canvas.pixel_center(x, y)

    def click(self, x: int, y: int, button=LEFT, modifiers=NONE) -> None:
        self.hover(x, y)
        self.qtbot.mouseClick(self.canvas, button, modifiers, self.at(x, y))

    def hover(self, x: int, y: int) -> None:
        # A cursor that is there already would not move.
        self.qtbot.mouseMove(self.canvas, self.at(x, y) + QPoint(1, 0))
        self.qtbot.mouseMove(self.canvas, self.at(x, y))

    def drag(self, *places: tuple[int, int], button=LEFT, modifiers=NONE) -> None:
        self.qtbot.mousePress(self.canvas, button, modifiers, self.at(*places[0]))
        for place in places[1:]:
            self.qtbot.mouseMove(self.canvas, self.at(*place))
        self.qtbot.mouseRelease(self.canvas, button, modifiers, self.at(*places[-1]))

    def key(self, key, modifiers=NONE) -> None:
        self.qtbot.keyClick(self.canvas, key, modifiers)

    @property
    def mask(self) -> np.ndarray:
        return self.document.mask


@pytest.fixture
def stage(qtbot) -> Stage:
    return Stage(qtbot, mask_with_pieces())


def test_that_a_drag_with_the_brush_paints_its_stroke_as_one_step(stage):
    before = mask_with_pieces()
    stage.canvas.set_brush_size(5)
    stage.drag((50, 45), (60, 45), (60, 52))
    expected = before.copy()
    for start, end in (((50, 45), (60, 45)), ((60, 45), (60, 52))):
        region = segment(SHAPE, (start[0] + 0.5, start[1] + 0.5), (end[0] + 0.5, end[1] + 0.5), 5)
        expected[region.rect.slices][region.stencil] = 1
    assert np.array_equal(stage.mask, expected)
    assert stage.document.undo_name == "Brush"
    stage.key(Qt.Key.Key_Z, CONTROL)
    assert np.array_equal(stage.mask, before)
    stage.key(Qt.Key.Key_Z, CONTROL | SHIFT)
    assert np.array_equal(stage.mask, expected)


def test_that_a_click_with_a_brush_of_one_pixel_paints_the_pixel_under_the_cursor(stage):
    stage.canvas.set_brush_size(1)
    stage.click(3, 4)
    assert [tuple(p) for p in np.argwhere(stage.mask != mask_with_pieces())] == [(4, 3)]


def test_that_shift_draws_a_straight_line_from_the_last_point(stage):
    stage.canvas.set_brush_size(3)
    stage.click(45, 5)
    stage.click(45, 55, modifiers=SHIFT)
    region = segment(SHAPE, (45.5, 5.5), (45.5, 55.5), 3)
    assert (stage.mask[region.rect.slices][region.stencil] == 1).all()


def test_that_a_digit_chooses_the_class_that_is_painted(stage, qtbot):
    with qtbot.waitSignal(stage.canvas.current_class_changed):
        stage.key(Qt.Key.Key_2)
    stage.canvas.set_brush_size(1)
    stage.click(3, 4)
    assert stage.mask[4, 3] == 2
    stage.key(Qt.Key.Key_7)
    assert stage.canvas.current_class == 2
    assert "no class" in stage.sentences[-1]


def test_that_the_eraser_paints_background(stage):
    stage.key(Qt.Key.Key_E)
    stage.canvas.set_brush_size(3)
    stage.click(30, 35)
    region = dab(SHAPE, (30.5, 35.5), 3)
    assert not stage.mask[region.rect.slices][region.stencil].any()


def test_that_escape_takes_the_stroke_under_way_back(stage, qtbot):
    qtbot.mousePress(stage.canvas, LEFT, NONE, stage.at(50, 45))
    qtbot.mouseMove(stage.canvas, stage.at(60, 50))
    assert not np.array_equal(stage.mask, mask_with_pieces())
    stage.key(Qt.Key.Key_Escape)
    qtbot.mouseMove(stage.canvas, stage.at(70, 50))
    qtbot.mouseRelease(stage.canvas, LEFT, NONE, stage.at(70, 50))
    assert np.array_equal(stage.mask, mask_with_pieces())
    assert stage.document.undo_name is None


def test_that_brackets_and_alt_drag_size_the_brush_without_painting(stage):
    stage.canvas.set_brush_size(20)
    stage.key(Qt.Key.Key_BracketRight)
    assert stage.canvas.brush_size == 22
    stage.key(Qt.Key.Key_BracketLeft)
    assert stage.canvas.brush_size == 20
    stage.drag((20, 50), (25, 50), modifiers=ALT)
    assert stage.canvas.brush_size == 30
    assert not stage.document.is_dirty


def test_that_the_right_button_picks_the_class_under_the_cursor(stage):
    stage.click(60, 20, button=RIGHT)
    assert stage.canvas.current_class == 2
    assert not stage.document.is_dirty


@pytest.mark.parametrize("closing", ["enter", "first corner", "double click"])
def test_that_a_polygon_fills_its_inside(stage, qtbot, closing):
    before = stage.mask.copy()
    stage.key(Qt.Key.Key_P)
    corners = [(44, 32), (74, 34), (58, 56)]
    for corner in corners:
        stage.click(*corner)
    assert np.array_equal(stage.mask, before)
    if closing == "enter":
        stage.key(Qt.Key.Key_Return)
    elif closing == "first corner":
        stage.click(*corners[0])
    else:
        qtbot.mouseDClick(stage.canvas, LEFT, NONE, stage.at(*corners[-1]))
    # Clicks land on whole view pixels, so take the corners from where the clicks were.
    points = [stage.canvas.placement.to_image(stage.at(*corner).toPointF()) for corner in corners]
    region = polygon(SHAPE, points)
    before[region.rect.slices][region.stencil] = 1
    assert np.array_equal(stage.mask, before)
    assert stage.document.undo_steps == 1


def test_that_a_polygon_can_lose_corners_and_be_dropped(stage):
    stage.key(Qt.Key.Key_P)
    for corner in ((44, 32), (74, 34), (58, 56)):
        stage.click(*corner)
    stage.key(Qt.Key.Key_Backspace)
    stage.key(Qt.Key.Key_Return)
    assert "three corners" in stage.sentences[-1]
    stage.key(Qt.Key.Key_Escape)
    stage.key(Qt.Key.Key_Return)
    assert not stage.document.is_dirty


def test_that_choosing_another_tool_paints_nothing_of_an_open_polygon(stage):
    stage.key(Qt.Key.Key_P)
    for corner in ((44, 32), (74, 34), (58, 56)):
        stage.click(*corner)
    stage.key(Qt.Key.Key_B)
    stage.key(Qt.Key.Key_Return)
    assert not stage.document.is_dirty
    stage.key(Qt.Key.Key_P)
    stage.key(Qt.Key.Key_Escape)
    stage.key(Qt.Key.Key_Return)
    assert not stage.document.is_dirty


def test_that_a_flood_fill_covers_the_area_of_one_class(stage):
    stage.key(Qt.Key.Key_F)
    stage.key(Qt.Key.Key_2)
    stage.click(30, 30)
    expected = mask_with_pieces()
    expected[10:40, 10:40][expected[10:40, 10:40] == 1] = 2
    assert np.array_equal(stage.mask, expected)


def test_that_a_click_on_a_piece_gives_it_the_current_class(stage):
    stage.key(Qt.Key.Key_K)
    stage.key(Qt.Key.Key_2)
    stage.click(6, 51)
    assert (stage.mask[50:53, 5:8] == 2).all()
    assert stage.mask[15, 15] == 1
    assert stage.document.undo_name == "Change piece"


@pytest.mark.parametrize("way", ["delete key", "ctrl+click", "alt+click", "background"])
def test_that_a_piece_is_deleted(stage, way):
    stage.key(Qt.Key.Key_K)
    if way == "delete key":
        stage.hover(6, 51)
        stage.key(Qt.Key.Key_Delete)
    elif way == "background":
        stage.key(Qt.Key.Key_0)
        stage.click(6, 51)
    else:
        stage.click(6, 51, modifiers=CONTROL if way == "ctrl+click" else ALT)
    expected = mask_with_pieces()
    expected[50:53, 5:8] = 0
    assert np.array_equal(stage.mask, expected)
    assert stage.document.undo_name == "Delete piece"


def test_that_a_click_on_the_background_with_the_piece_tool_says_why_nothing_happens(stage):
    stage.key(Qt.Key.Key_K)
    stage.click(2, 2)
    assert "only background" in stage.sentences[-1]
    assert not stage.document.is_dirty


def test_that_the_piece_under_the_cursor_stands_out(stage):
    stage.key(Qt.Key.Key_K)
    plain = stage.canvas.grab().toImage().pixelColor(stage.at(6, 51))
    stage.hover(6, 51)
    assert stage.canvas.tool.highlight.rect == Rect(5, 50, 3, 3)
    lit = stage.canvas.grab().toImage().pixelColor(stage.at(6, 51))
    assert lit.lightness() > plain.lightness()
    stage.hover(2, 2)
    assert stage.canvas.tool.highlight is None


def test_that_a_click_in_a_hole_fills_it_with_the_class_around_it(stage):
    stage.key(Qt.Key.Key_H)
    stage.key(Qt.Key.Key_2)
    stage.click(22, 22)
    assert (stage.mask[10:40, 10:40] == 1).all()
    stage.click(2, 2)
    assert "no hole" in stage.sentences[-1]
    assert stage.document.undo_steps == 1


def test_that_space_and_the_middle_button_pan_instead_of_painting(stage, qtbot):
    stage.canvas.zoom_by(2)
    before = stage.canvas.placement
    stage.drag((40, 30), (45, 30), button=MIDDLE)
    assert stage.canvas.placement.x > before.x
    qtbot.keyPress(stage.canvas, Qt.Key.Key_Space)
    stage.drag((40, 30), (40, 35))
    qtbot.keyRelease(stage.canvas, Qt.Key.Key_Space)
    assert stage.canvas.placement.y > before.y
    assert not stage.document.is_dirty


def test_that_an_edit_shows_at_once_where_it_was_made(stage, qtbot):
    stage.canvas.set_layer_opacity("mask", 1.0)
    stage.canvas.set_brush_size(9)
    stage.click(50, 50)
    stage.hover(2, 2)
    shown = stage.canvas.grab().toImage().pixelColor(stage.at(50, 50))
    assert shown == QColor(*CLASSES[1].color)


def test_that_an_edit_repaints_the_dab_and_not_the_view(stage, qtbot):
    stage.canvas.set_brush_size(3)
    qtbot.mouseMove(stage.canvas, stage.at(50, 50))
    qtbot.wait(0)
    painted = []
    stage.canvas.paint_marks = lambda painter, part: painted.append(part)
    with qtbot.waitSignal(stage.canvas.edited):
        qtbot.mousePress(stage.canvas, LEFT, NONE, stage.at(50, 50))
    qtbot.waitUntil(lambda: bool(painted))
    del stage.canvas.paint_marks
    assert all(part.width() < 100 and part.height() < 100 for part in painted)
    qtbot.mouseRelease(stage.canvas, LEFT, NONE, stage.at(50, 50))


def test_that_a_value_that_is_no_class_is_shown_in_a_striking_colour_and_can_be_painted_over(stage):
    mask = mask_with_pieces()
    mask[50:53, 5:8] = 77
    stage.document = MaskDocument(mask)
    stage.canvas.set_document(stage.document, CLASSES, 255)
    shown = stage.canvas.grab().toImage().pixelColor(stage.at(6, 51))
    assert shown == QColor(255, 0, 255)
    stage.click(6, 51, button=RIGHT)
    assert "no class" in stage.sentences[-1]
    stage.key(Qt.Key.Key_K)
    stage.click(6, 51)
    assert (stage.mask[50:53, 5:8] == 1).all()


def test_that_the_ignore_value_can_be_painted(stage):
    stage.key(Qt.Key.Key_I)
    stage.canvas.set_brush_size(1)
    stage.click(3, 4)
    assert stage.mask[4, 3] == 255


def test_that_a_canvas_without_a_mask_takes_the_mouse_calmly(stage, qtbot):
    stage.canvas.set_document(None)
    stage.canvas.set_image(None)
    stage.canvas.set_message("Nothing is open.")
    qtbot.mouseClick(stage.canvas, LEFT, NONE, QPoint(50, 50))
    stage.key(Qt.Key.Key_Z, CONTROL)
    assert stage.canvas.accessibleDescription() == "Nothing is open."


def test_that_switching_masks_takes_a_stroke_under_way_back(stage, qtbot):
    qtbot.mousePress(stage.canvas, LEFT, NONE, stage.at(50, 45))
    stage.canvas.set_document(MaskDocument(mask_with_pieces()), CLASSES, 255)
    assert np.array_equal(stage.mask, mask_with_pieces())
    assert not stage.document.in_stroke
    qtbot.mouseRelease(stage.canvas, LEFT, NONE, stage.at(50, 45))


def test_that_a_stroke_that_changes_nothing_says_so(stage):
    stage.canvas.set_tool("eraser")
    stage.canvas.set_brush_size(1)
    y, x = (int(each[0]) for each in np.nonzero(stage.mask == 0))
    stage.click(x, y)
    assert stage.sentences[-1] == "Nothing changed: it was so already."


def test_that_the_outline_of_the_brush_stays_at_the_cursor_when_keys_zoom(stage):
    stage.hover(20, 20)
    cursor = stage.canvas.tool.pointer.position
    stage.canvas.zoom_by(3.0)
    middle = stage.canvas.tool.marks_rect().center()
    assert (middle - cursor.toPoint()).manhattanLength() <= 3 * stage.canvas.placement.scale
    assert stage.canvas.tool.pointer.point == stage.canvas.placement.to_image(cursor)


@pytest.mark.parametrize("tool", ["piece", "hole", "fill", "brush", "superpixels"])
def test_that_a_smaller_mask_may_come_under_a_resting_cursor(stage, tool):
    stage.canvas.set_tool(tool)
    stage.hover(70, 50)
    stage.canvas.set_document(MaskDocument(np.ones((20, 30), np.uint8)), CLASSES)
    assert stage.canvas.tool.pointer.pixel is None
