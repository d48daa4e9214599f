"""The whole image small in a corner: when it is there, what it shows, and how it moves the view."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor

from core.dataset.model import ClassInfo
from core.masks.document import MaskDocument
from core.masks.geometry import Rect
from widgets.canvas import LayeredView, MaskCanvas

TABLE = [(0, 0, 0, 0)] + [(10, 200, 30, 255)] * 255
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def view(qtbot) -> LayeredView:
    view = LayeredView()
    view.resize(816, 616)
    qtbot.addWidget(view)
    view.set_image(np.full((300, 400, 3), 200, np.uint8))
    view.show()
    qtbot.waitExposed(view)
    view.set_minimap(True)
    return view


def test_that_it_is_there_only_while_a_part_of_the_image_is_seen(view):
    assert not view.minimap.isVisible()
    view.zoom_by(4)
    assert view.minimap.isVisible()
    view.fit()
    assert not view.minimap.isVisible()


def test_that_it_leaves_a_small_view_to_the_image(view):
    view.zoom_by(4)
    view.resize(240, 200)
    assert not view.minimap.isVisible()


def test_that_it_marks_the_part_that_is_seen(view):
    view.transform.set(4.08, (200, 150))
    seen, whole = view.minimap.shown_part, view.minimap.rect()
    assert seen.width() == pytest.approx(whole.width() / 2, abs=2)
    assert seen.height() == pytest.approx(whole.height() / 2, abs=3)
    assert seen.center().x() == pytest.approx(whole.center().x(), abs=2)


def test_that_even_a_tiny_part_is_marked_so_that_it_can_be_found(view):
    view.set_image(np.zeros((3000, 4000, 3), np.uint8))
    view.transform.set(64, (2000, 1500))
    assert min(view.minimap.shown_part.width(), view.minimap.shown_part.height()) >= 9


def test_that_pressing_and_dragging_on_it_moves_the_view(view, qtbot):
    view.transform.set(4, (200, 150))
    small = view.minimap
    place = QPoint(small.width() // 4, small.height() // 4)
    qtbot.mousePress(small, LEFT, NONE, place)
    assert view.transform.center == pytest.approx((100, 75), abs=2)
    qtbot.mouseMove(small, QPoint(small.width() // 2, small.height() // 2))
    qtbot.mouseRelease(small, LEFT, NONE, QPoint(small.width() // 2, small.height() // 2))
    assert view.transform.center == pytest.approx((200, 150), abs=2)
    qtbot.mouseDClick(small, LEFT, NONE, place)
    assert view.transform.scale == 4


def test_that_it_shows_the_mask_and_what_is_painted_into_it(view):
    mask = np.zeros((300, 400), np.uint8)
    view.set_overlay("mask", mask, TABLE, borders=False)
    view.set_layer_opacity("mask", 1.0)
    view.transform.set(4, (200, 150))
    # Inside the part that is seen, which is not darkened.
    x, y = view.minimap.width() // 2, view.minimap.height() // 2
    assert view.minimap.grab().toImage().pixelColor(x, y) == QColor(200, 200, 200)
    mask[140:160, 190:210] = 1
    view.refresh(Rect(190, 140, 20, 20))
    assert view.minimap.grab().toImage().pixelColor(x, y) == QColor(10, 200, 30)
    view.set_overlays_visible(False)
    assert view.minimap.grab().toImage().pixelColor(x, y) == QColor(200, 200, 200)


def test_that_the_cursor_on_it_is_on_no_pixel_of_the_image(view, qtbot):
    view.transform.set(4, (200, 150))
    seen = []
    view.hovered.connect(lambda x, y: seen.append((x, y)))
    view.minimap.entered.emit()
    assert seen == [(-1, -1)]


def test_that_it_makes_room_for_a_stroke(qtbot):
    canvas = MaskCanvas()
    canvas.resize(816, 616)
    qtbot.addWidget(canvas)
    canvas.set_image(np.full((300, 400, 3), 200, np.uint8))
    classes = (ClassInfo(0, "background", (0, 0, 0)), ClassInfo(1, "cat", (230, 159, 0)))
    canvas.set_document(MaskDocument(np.zeros((300, 400), np.uint8)), classes)
    canvas.show()
    qtbot.waitExposed(canvas)
    canvas.set_minimap(True)
    canvas.transform.set(4, (200, 150))
    at_first = canvas.minimap.geometry()
    qtbot.mousePress(canvas, LEFT, NONE, QPoint(400, 300))
    qtbot.mouseMove(canvas, at_first.center())
    assert not canvas.minimap.geometry().intersects(at_first)
    qtbot.mouseRelease(canvas, LEFT, NONE, at_first.center())
    assert canvas.document.undo_steps == 1


def test_that_it_can_be_switched_off(view):
    view.zoom_by(4)
    view.set_minimap(False)
    assert view.minimap is None
    view.zoom_by(2)
