"""What the drawn views of runs have in common."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPen, QPixmap

from widgets import theme

_PADDING = 5.0
_AWAY = 10.0


def small_font() -> QFont:
    """The font along axes."""
    font = theme.base_font()
    font.setPointSizeF(font.pointSizeF() - 1)
    return font


def faint(color: QColor, opacity: float) -> QColor:
    """A colour that lets through what is behind it."""
    made = QColor(color)
    made.setAlphaF(opacity)
    return made


def draw_name(
    painter: QPainter,
    at: QPointF,
    text: str,
    font: QFont,
    within: QRect,
    *,
    color: QColor | None = None,
) -> QRectF:
    """Write a text on a ground of its own beside a point, within the view.

    Args:
        painter: Draws it.
        at: The point.
        text: One or more lines.
        font: The font.
        within: The view.
        color: Of the frame; the border's by default.

    Returns:
        The box that it takes.
    """
    metrics = QFontMetrics(font)
    lines = text.split("\n")
    width = max(metrics.horizontalAdvance(line) for line in lines) + 2 * _PADDING
    height = metrics.height() * len(lines) + _PADDING
    box = QRectF(at.x() + _AWAY, at.y() - height / 2, width, height)
    if box.right() > within.right() - 2:
        box.moveRight(at.x() - _AWAY)
    box.moveLeft(min(max(box.left(), 2.0), max(within.right() - 2 - width, 2.0)))
    box.moveTop(min(max(box.top(), 2.0), max(within.bottom() - 2 - height, 2.0)))
    painter.setFont(font)
    painter.setPen(QPen(theme.color("border") if color is None else color, 1))
    painter.setBrush(theme.color("raised"))
    painter.drawRoundedRect(box, 4, 4)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(theme.color("text"))
    inside = box.adjusted(_PADDING, _PADDING / 2, -_PADDING, -_PADDING / 2)
    painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
    return box


def picture(size: QSize, ratio: float, draw: Callable[[QPainter], None]) -> QPixmap:
    """What a view draws, as a picture on the ground of a surface.

    Args:
        size: Size of the view in its own pixels.
        ratio: Pixels of the picture to one of those.
        draw: Draws the view.
    """
    made = QPixmap(size * ratio)
    made.setDevicePixelRatio(ratio)
    made.fill(theme.color("surface"))
    painter = QPainter(made)
    draw(painter)
    painter.end()
    return made


def is_escape_asked(event: QEvent) -> bool:
    """Whether it is asked if Escape is used here, or for a shortcut of the page."""
    return (
        isinstance(event, QKeyEvent)
        and event.type() == QEvent.Type.ShortcutOverride
        and event.key() == Qt.Key.Key_Escape
    )
