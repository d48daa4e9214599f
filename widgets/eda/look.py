"""How the charts look, in the colours of the theme in use."""

from __future__ import annotations

from enum import Enum

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPen

from widgets import theme


class Fill(Enum):
    """How a bar is filled. Splits differ by it, so that classes may keep their colours."""

    SOLID = "solid"
    PALE = "pale"
    HATCHED = "hatched"
    DOTTED = "dotted"


_FILLS = tuple(Fill)
_PALE = 0.4
_DIMMED = 0.3
_STOPS = 256
_RAMP_START = 0.10


def split_fill(place: int) -> Fill:
    """How bars of the split at that place are filled."""
    return _FILLS[place % len(_FILLS)]


def draw_bar(
    painter: QPainter, rect: QRectF, color: QColor, fill: Fill, *, dimmed: bool = False
) -> None:
    """Draw one bar, with a thin outline so that pale colours stand out from the ground."""
    painter.save()
    if dimmed:
        painter.setOpacity(_DIMMED)
    body = QColor(color)
    if fill is not Fill.SOLID:
        body.setAlphaF(_PALE if fill is Fill.PALE else _PALE / 2)
    painter.fillRect(rect, body)
    if fill in (Fill.HATCHED, Fill.DOTTED):
        style = Qt.BrushStyle.BDiagPattern if fill is Fill.HATCHED else Qt.BrushStyle.Dense6Pattern
        painter.fillRect(rect, QBrush(color, style))
    if rect.width() >= 4:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(outline(color), 1))
        painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))
    painter.restore()


def outline(color: QColor) -> QColor:
    """A colour's edge: towards the colour of text, which every ground contrasts with."""
    return mix(color, theme.color("text"), 0.35)


def mix(first: QColor, second: QColor, share: float) -> QColor:
    """The colour between two, `share` of the second in it."""
    ends = ((first.red(), second.red()), (first.green(), second.green()))
    red, green = (round(a + (b - a) * share) for a, b in ends)
    return QColor(red, green, round(first.blue() + (second.blue() - first.blue()) * share))


def ramp() -> npt.NDArray[np.uint8]:
    """uint8[256, 3]: colours for little to much, from the ground over the accent towards text.

    Lightness goes one way all along, so that the order is seen without telling hues apart.
    """
    ground, accent = theme.color("sunken"), theme.color("accent")
    stops = (mix(ground, accent, _RAMP_START), accent, mix(accent, theme.color("text"), 0.75))
    at = np.linspace(0, 1, _STOPS)
    columns = [
        np.interp(at, (0, 0.65, 1), levels)
        for levels in zip(*((c.red(), c.green(), c.blue()) for c in stops), strict=True)
    ]
    return np.stack(columns, axis=1).round().astype(np.uint8)


def small_font() -> QFont:
    """The font of axes and keys."""
    font = theme.base_font()
    font.setPointSizeF(font.pointSizeF() - 1)
    return font
