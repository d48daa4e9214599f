"""Marks over the image that are seen on any ground: boxes, outlines, the grid, messages."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPen

from core.masks.geometry import Rect
from widgets import theme
from widgets.canvas.transform import Placement

# Marks lie on photos, not on the theme's surfaces: their colours are the same in every theme.
HIGHLIGHT = QColor(255, 95, 162)
_DARK = QColor(0, 0, 0, 190)
_BRIGHT = QColor(255, 255, 255)
_SMALLEST_BOX = 18.0
GRID_FROM_SCALE = 12.0


def two_tone(width: float = 1.5, bright: QColor = _BRIGHT) -> tuple[QPen, QPen]:
    """A dark pen and a bright one to draw over it, so that a line is seen on any ground."""
    dark, light = QPen(_DARK, width + 2), QPen(bright, width)
    for pen in (dark, light):
        pen.setCosmetic(True)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    return dark, light


def draw_boxes(painter: QPainter, placement: Placement, boxes: Iterable[Rect]) -> None:
    """Frame places of the image; a place too small to see gets a frame that can be seen."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for box in boxes:
        frame = box_frame(placement, box)
        for pen in two_tone(2, HIGHLIGHT):
            painter.setPen(pen)
            painter.drawRoundedRect(frame, 3, 3)


def box_frame(placement: Placement, box: Rect) -> QRectF:
    """Where the frame of a box is drawn in the view."""
    frame = placement.rect_to_view(box).adjusted(-3, -3, 3, 3)
    spare_x = max(_SMALLEST_BOX - frame.width(), 0) / 2
    spare_y = max(_SMALLEST_BOX - frame.height(), 0) / 2
    return frame.adjusted(-spare_x, -spare_y, spare_x, spare_y)


def draw_grid(painter: QPainter, placement: Placement, part: QRect, image: Rect) -> None:
    """Thin lines between pixels, inside a part of the view."""
    left, top = placement.to_image(QPointF(part.topLeft()))
    right, bottom = placement.to_image(QPointF(part.x() + part.width(), part.y() + part.height()))
    first_x, last_x = max(math.floor(left), 0), min(math.ceil(right), image.width)
    first_y, last_y = max(math.floor(top), 0), min(math.ceil(bottom), image.height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(QColor(128, 128, 128, 110), 0))
    for x in range(first_x, last_x + 1):
        painter.drawLine(placement.to_view(x, first_y), placement.to_view(x, last_y))
    for y in range(first_y, last_y + 1):
        painter.drawLine(placement.to_view(first_x, y), placement.to_view(last_x, y))


def draw_path(
    painter: QPainter, placement: Placement, path: QPainterPath, bright: QColor = _BRIGHT
) -> None:
    """Draw a path given in image coordinates as a two-tone line."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(placement.x, placement.y)
    painter.scale(placement.scale, placement.scale)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in two_tone(1.5, bright):
        painter.setPen(pen)
        painter.drawPath(path)
    painter.restore()


def draw_message(painter: QPainter, area: QRect, text: str) -> None:
    """A sentence in the middle of an area."""
    painter.setPen(theme.color("muted"))
    flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
    painter.drawText(area.adjusted(24, 24, -24, -24), flags, text)


def draw_tag(painter: QPainter, area: QRect, lines: Sequence[str]) -> None:
    """A small label: a first line, and more in a quieter colour. `area` comes from `tag_area`."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ground = theme.color("raised")
    ground.setAlpha(240)
    painter.setPen(QPen(theme.color("border"), 1))
    painter.setBrush(ground)
    painter.drawRoundedRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    metrics = painter.fontMetrics()
    for number, line in enumerate(lines):
        painter.setPen(theme.color("text" if number == 0 else "muted"))
        baseline = area.top() + 5 + metrics.ascent() + number * metrics.height()
        painter.drawText(area.left() + 8, baseline, line)


def tag_area(metrics: QFontMetrics, view: QRect, at: QPointF, lines: Sequence[str]) -> QRect:
    """The rectangle of a label beside a point, kept inside the view."""
    width = max(metrics.horizontalAdvance(line) for line in lines) + 16
    height = metrics.height() * len(lines) + 10
    x = min(int(at.x()) + 18, view.right() - width - 4)
    y = int(at.y()) + 18
    if y + height > view.bottom() - 4:
        y = int(at.y()) - 18 - height
    return QRect(max(x, view.left() + 4), max(y, view.top() + 4), width, height)
