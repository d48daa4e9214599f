"""Icons of the theme."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from widgets import theme


@pytest.mark.parametrize("kind", [QToolButton, QPushButton])
@pytest.mark.parametrize("height", [1, 2, 4, 6, 10, 20])
def test_that_a_squeezed_button_is_drawn_without_complaint(qtbot, kind, height):
    # A page that is just being laid out squeezes its buttons; Qt's warnings fail the test.
    window = QWidget()
    qtbot.addWidget(window)
    button = kind(window)
    theme.set_icon(button, "close")
    window.show()
    button.setGeometry(0, 0, 20, height)
    assert not window.grab().isNull()


def test_that_an_icon_without_room_is_an_empty_picture(qapp):
    assert theme.icon("close").pixmap(QSize(20, -2)).isNull()


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_that_an_icon_is_sharp_on_screens_of_any_scale(qapp, scale):
    picture = theme.icon("close").pixmap(QSize(20, 20), scale)
    assert picture.size() == QSize(round(20 * scale), round(20 * scale))
    assert picture.devicePixelRatio() == scale


def test_that_an_icon_has_the_colour_of_its_role_and_a_dimmer_one_where_it_is_disabled(qapp):
    def colors(mode: QIcon.Mode) -> set[str]:
        image = theme.icon("square", "accent").pixmap(QSize(20, 20), 1.0, mode).toImage()
        seen = (image.pixelColor(x, y) for x in range(20) for y in range(20))
        return {QColor(each).name() for each in seen if each.alpha() == 255}

    assert colors(QIcon.Mode.Normal) == {theme.color("accent").name()}
    assert colors(QIcon.Mode.Disabled) == {theme.color("border").name()}
