"""Marks over the image that are seen on any ground: boxes, outlines, the grid, messages."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPen

from core.masks.geometry import Rect
from widgets import theme
from widgets.canvas.transform import Placement

# Marks lie on photos, not on the theme's surfaces: their colours are the same in every theme.
HIGHLIGHT = QColor(255, 95, 162)
_DARK = QColor(0, 0, 0, 190)
_BRIGHT = QColor(255, 255, 255)
_SMALLEST_BOX = 18.0
# Width of the bright line of a thin mark, in logical pixels.
_CORE = 1.6


def two_tone(width: float = 1.5, bright: QColor = _BRIGHT) -> tuple[QPen, QPen]:
    """A dark pen and a bright one to draw over it, so that a line is seen on any ground."""
    dark, light = QPen(_DARK, width + 2), QPen(bright, width)
    for pen in (dark, light):
        pen.setCosmetic(True)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    return dark, light


def draw_ellipse(painter: QPainter, frame: QRectF, bright: QColor = _BRIGHT) -> None:
    """Draw an ellipse as a thin two-tone line.

    Qt draws lines of at most one device pixel many times as fast as thicker ones, so the line is
    made of several: for a large brush that is most of what a move of the mouse costs.
    """
    _draw_thin(painter, painter.drawEllipse, frame, bright)


def draw_outline(painter: QPainter, frame: QRectF, bright: QColor = _BRIGHT) -> None:
    """Draw a rectangle as a thin two-tone line, as fast as `draw_ellipse`."""
    _draw_thin(painter, painter.drawRect, frame, bright)


def draw_boxes(
    painter: QPainter, placement: Placement, boxes: Iterable[Rect], part: QRect | None = None
) -> None:
    """Frame places of the image; a place too small to see gets a frame that can be seen.

    Args:
        painter: Works in the view's logical pixels.
        placement: Where the image lies in the view.
        boxes: The places, in pixels of the image.
        part: The part of the view that is painted; frames elsewhere are left out.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for box in boxes:
        frame = box_frame(placement, box)
        if part is not None and not frame.adjusted(-3, -3, 3, 3).intersects(QRectF(part)):
            continue
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
    columns = range(max(math.floor(left), 0), min(math.ceil(right), image.width) + 1)
    rows = range(max(math.floor(top), 0), min(math.ceil(bottom), image.height) + 1)
    if not columns or not rows:
        return
    start = placement.to_view(columns[0], rows[0])
    end = placement.to_view(columns[-1], rows[-1])
    xs = [column * placement.scale + placement.x for column in columns]
    ys = [row * placement.scale + placement.y for row in rows]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(QColor(128, 128, 128, 110), 0))
    painter.drawLines(
        [QLineF(x, start.y(), x, end.y()) for x in xs]
        + [QLineF(start.x(), y, end.x(), y) for y in ys]
    )


def draw_path(
    painter: QPainter, placement: Placement, path: QPainterPath, bright: QColor = _BRIGHT
) -> None:
    """Draw a path given in image coordinates as a thin two-tone line, fast as `draw_ellipse`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    step = 1 / painter.device().devicePixelRatioF()
    around = [(-1.3 * step, 0.0), (1.3 * step, 0.0), (0.0, -1.3 * step), (0.0, 1.3 * step)]
    middle = [(-0.25 * step, -0.25 * step), (0.25 * step, 0.25 * step)]
    for pen, shifts in ((_thin(_DARK), around), (_thin(bright), middle)):
        painter.setPen(pen)
        for dx, dy in shifts:
            painter.save()
            painter.translate(placement.x + dx, placement.y + dy)
            painter.scale(placement.scale, placement.scale)
            painter.drawPath(path)
            painter.restore()
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


def _draw_thin(
    painter: QPainter, draw: Callable[[QRectF], None], frame: QRectF, bright: QColor
) -> None:
    ratio = painter.device().devicePixelRatioF()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    # Lines of one device pixel side by side: bright ones to the width of the core, dark ones on
    # both sides of them.
    reach = 0.5 * _CORE * ratio - 0.5
    count = max(2, math.ceil(2 * reach) + 1)
    core = [reach * (2 * number / (count - 1) - 1) for number in range(count)]
    rims = [side * (reach + 1 + number) for number in range(round(ratio)) for side in (-1, 1)]
    for color, places in ((_DARK, rims), (bright, core)):
        painter.setPen(_thin(color))
        for place in places:
            at = place / ratio
            draw(frame.adjusted(-at, -at, at, at))


def _thin(color: QColor) -> QPen:
    pen = QPen(color, 1)
    pen.setCosmetic(True)
    return pen
