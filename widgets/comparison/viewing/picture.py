"""Pictures of the grid or of one panel, with a heading and the legend, to take away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFont, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from widgets import theme

_SCALE = 2
_MARGIN = 16


def picture_with_heading(heading: str, widgets: Sequence[QWidget]) -> QPixmap:
    """Widgets below each other under a heading, with twice the pixels each way.

    Args:
        heading: What is shown: the sample, and of which runs.
        widgets: What is shown of it, top first.
    """
    font = QFont(widgets[0].font())
    font.setBold(True)
    width = max(widget.width() for widget in widgets) + 2 * _MARGIN
    room = QRect(_MARGIN, _MARGIN, width - 2 * _MARGIN, 10_000)
    flags = int(Qt.AlignmentFlag.AlignLeft) | int(Qt.TextFlag.TextWordWrap)
    probe = QPixmap(1, 1)
    painter = QPainter(probe)
    painter.setFont(font)
    needed = painter.boundingRect(room, flags, heading)
    painter.end()
    top = needed.bottom() + _MARGIN // 2
    height = top + sum(widget.height() + _MARGIN for widget in widgets)
    picture = QPixmap(width * _SCALE, height * _SCALE)
    picture.setDevicePixelRatio(_SCALE)
    picture.fill(theme.color("window"))
    painter = QPainter(picture)
    painter.setFont(font)
    painter.setPen(theme.color("text"))
    painter.drawText(needed, flags, heading)
    painter.end()
    for widget in widgets:
        widget.render(picture, QPoint(_MARGIN, top))
        top += widget.height() + _MARGIN
    return picture
