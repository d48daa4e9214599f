"""The lens at the cursor: where it is, what it shows, and that it is in nobody's way."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor

from core.masks.geometry import Rect
from widgets.canvas import LayeredView

TABLE = [(0, 0, 0, 0)] + [(10, 200, 30, 255)] * 255


@pytest.fixture
def view(qtbot) -> LayeredView:
    view = LayeredView()
    view.resize(816, 616)
    qtbot.addWidget(view)
    photo = np.zeros((300, 400, 3), np.uint8)
    photo[:, 200:] = 255
    view.set_image(photo)
    view.show()
    qtbot.waitExposed(view)
    view.set_magnifier(True)
    return view


def center_of(view: LayeredView, dx: int = 0, dy: int = 0) -> QColor:
    """The colour in the middle of the lens, or so many points beside it."""
    lens = view.magnifier
    return lens.grab().toImage().pixelColor(lens.width() // 2 + dx, lens.height() // 2 + dy)


def test_that_it_shows_the_pixel_under_the_cursor_enlarged(view, qtbot):
    qtbot.mouseMove(view, view.pixel_center(198, 100))
    assert view.magnifier.isVisible()
    assert view.magnifier.scale == 6 * view.placement.scale
    assert center_of(view).red() == 0
    # The white half begins one and a half pixels to the right.
    assert center_of(view, dx=24).red() == 255
    qtbot.mouseMove(view, view.pixel_center(300, 100))
    assert center_of(view).red() == 255


def test_that_it_shows_the_layers_and_what_is_painted_into_them(view, qtbot):
    mask = np.zeros((300, 400), np.uint8)
    view.set_overlay("mask", mask, TABLE, borders=False)
    view.set_layer_opacity("mask", 1.0)
    qtbot.mouseMove(view, view.pixel_center(100, 100))
    assert center_of(view) == QColor(0, 0, 0)
    mask[100, 100] = 1
    view.refresh(Rect(100, 100, 1, 1))
    assert center_of(view) == QColor(10, 200, 30)


def test_that_it_stays_inside_the_view_and_off_the_cursor(view, qtbot):
    for x, y in ((20, 20), (780, 20), (780, 590), (20, 590), (400, 300)):
        qtbot.mouseMove(view, QPoint(x, y))
        geometry = view.magnifier.geometry()
        assert view.rect().contains(geometry)
        assert not geometry.contains(QPoint(x, y))


def test_that_clicks_go_through_it(view, qtbot):
    qtbot.mouseMove(view, QPoint(400, 300))
    inside = view.magnifier.geometry().center()
    assert view.childAt(inside) is None
    assert view.magnifier.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


def test_that_it_goes_where_there_is_no_pixel_under_the_cursor(view, qtbot):
    qtbot.mouseMove(view, QPoint(400, 300))
    qtbot.mouseMove(view, QPoint(2, 2))
    assert not view.magnifier.isVisible()


def test_that_reduced_images_are_shown_with_their_own_pixels_large(view, qtbot):
    view.transform.set(0.25, (200, 150))
    assert view.magnifier.scale == 6
    view.magnifier.set_power(99)
    assert view.magnifier.power == 8


@pytest.mark.parametrize("scale", [0.1, 1, 3, 8, 16, 40])
def test_that_it_enlarges_at_any_zoom_and_still_holds_several_pixels(view, scale):
    view.transform.set(scale, (200, 150))
    assert view.magnifier.scale >= 1.5 * scale
    assert view.magnifier.width() / view.magnifier.scale > 2.5
    if scale <= 16:
        assert view.magnifier.width() / view.magnifier.scale > 7


def test_that_it_is_not_there_while_the_cursor_is_not_on_the_view(view):
    view.transform.set(8, (200, 150))
    view.magnifier.follow(QPointF(-200.0, 300.0))
    assert not view.magnifier.isVisible()


def test_that_it_can_be_switched_off_and_on_again(view, qtbot):
    view.set_magnifier(False)
    assert view.magnifier is None
    qtbot.mouseMove(view, QPoint(400, 300))
    view.set_magnifier(True)
    qtbot.mouseMove(view, QPoint(410, 300))
    assert view.magnifier.isVisible()
