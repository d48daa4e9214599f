"""A curve as a graphics item that draws a noisy line smoothly and fast."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from widgets import theme
from widgets.plots.graphs import pg
from widgets.plots.series import Floats

# Qt strokes a long line that crosses itself in time that grows with its square; short pieces with
# round ends look the same and take a twentieth of it.
_PIECE = 16
# With more points than this, markers would run into each other.
_MOST_MARKERS = 80
_MARKER_RADIUS = 3.5


class CurveItem(pg.GraphicsObject):  # type: ignore[misc]
    """A line through points, with a dot on each where there are few.

    pyqtgraph's own curves stroke one path in data coordinates, which takes tens of milliseconds for
    a few hundred noisy points; this one maps the points to pixels first.

    Args:
        marked: Whether each point gets a dot.
    """

    def __init__(self, *, marked: bool = False) -> None:
        super().__init__()
        self._x: Floats = np.empty(0)
        self._y: Floats = np.empty(0)
        self._bounds = QRectF()
        self._marked = marked
        self._pen = QPen()

    @property
    def color(self) -> QColor:
        """The colour of the line."""
        return self._pen.color()

    @property
    def point_count(self) -> int:
        """How many points are drawn."""
        return len(self._x)

    def set_style(self, color: QColor, width: float) -> None:
        """Change colour and width (px)."""
        self._pen = QPen(color, width)
        self._pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        self._pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        self.update()

    def set_points(self, x: Floats, y: Floats) -> None:
        """Show other points, with x ascending; NaN leaves a gap.

        The arrays are copied, for they may be views of something that grows.
        """
        self.prepareGeometryChange()
        self._x, self._y = x.copy(), y.copy()
        self._bounds = _bounds(self._x, self._y)
        self.update()

    def boundingRect(self) -> QRectF:
        """The points' extent in data coordinates, with room for the thickness of the line."""
        return self._bounds

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        """Draw the line and the dots in pixels."""
        if len(self._x) == 0:
            return
        to_pixels = painter.worldTransform()
        x = self._x * to_pixels.m11() + to_pixels.dx()
        y = self._y * to_pixels.m22() + to_pixels.dy()
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._pen)
        points = list(map(QPointF, x.tolist(), y.tolist()))
        for begin, end in _unbroken(y):
            for start in range(begin, end - 1, _PIECE):
                painter.drawPolyline(points[start : min(start + _PIECE + 1, end)])
        if (self._marked and len(points) <= _MOST_MARKERS) or len(points) == 1:
            self._draw_markers(painter, points)
        painter.restore()

    def _draw_markers(self, painter: QPainter, points: list[QPointF]) -> None:
        painter.setPen(QPen(theme.color("surface"), 1))
        painter.setBrush(self._pen.color())
        for point in points:
            if point.y() == point.y():  # not NaN
                painter.drawEllipse(point, _MARKER_RADIUS, _MARKER_RADIUS)


def _unbroken(y: Floats) -> Iterator[tuple[int, int]]:
    """Begin and end of each stretch without NaN."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], np.isfinite(y), [False]])))
    yield from zip(edges[0::2].tolist(), edges[1::2].tolist(), strict=True)


def _bounds(x: Floats, y: Floats) -> QRectF:
    finite = y[np.isfinite(y)]
    if len(finite) == 0:
        return QRectF()
    left, right = float(x[0]), float(x[-1])
    low, high = float(finite.min()), float(finite.max())
    room_x, room_y = (right - left) * 0.05 or 1.0, (high - low) * 0.05 or 1.0
    return QRectF(left - room_x, low - room_y, right - left + 2 * room_x, high - low + 2 * room_y)
