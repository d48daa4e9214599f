"""A curve as a graphics item that draws a noisy line smoothly and fast."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from widgets import theme
from widgets.plots.graphs import pg
from widgets.plots.series import Floats, Window

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
        fine: Whether edges are smoothed; without it a thin line costs a fraction.
    """

    def __init__(self, *, marked: bool = False, fine: bool = True) -> None:
        super().__init__()
        self._x: Floats = np.empty(0)
        self._y: Floats = np.empty(0)
        self._high: Floats | None = None
        self._bounds = QRectF()
        self._marked = marked
        self._fine = fine
        self._pen = QPen()

    @property
    def color(self) -> QColor:
        """The colour of the line."""
        return self._pen.color()

    @property
    def point_count(self) -> int:
        """How many points are drawn."""
        return len(self._x)

    @property
    def line(self) -> Qt.PenStyle:
        """Whether the line is solid, dashed or dotted."""
        return self._pen.style()

    def set_style(
        self, color: QColor, width: float, line: Qt.PenStyle = Qt.PenStyle.SolidLine
    ) -> None:
        """Change colour, width (px) and the kind of line."""
        self._pen = QPen(color, width, line)
        self._pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        self._pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        self.update()

    def set_window(self, window: Window) -> None:
        """Show other points, with x ascending; NaN leaves a gap.

        The arrays are copied, for they may be views of something that grows.
        """
        self.prepareGeometryChange()
        self._x, self._y = window.x.copy(), window.y.copy()
        self._high = None if window.high is None else window.high.copy()
        self._bounds = _bounds(window)
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
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self._fine)
        if self._high is not None:
            high = self._high * to_pixels.m22() + to_pixels.dy()
            if self._pen.style() is Qt.PenStyle.SolidLine:
                self._draw_bands(painter, x, y, high)
            else:
                self._draw_lines(painter, x, (y + high) / 2)
        else:
            points = self._draw_lines(painter, x, y)
            if (self._marked and len(points) <= _MOST_MARKERS) or len(points) == 1:
                self._draw_markers(painter, points)
        painter.restore()

    def _draw_bands(self, painter: QPainter, x: Floats, low: Floats, high: Floats) -> None:
        """Fill what lies between the smallest and the largest values, and half a line around it.

        A line that goes up and down in every column of pixels covers the same pixels, and costs
        many times as much. `low` is the lower on the screen.
        """
        half = self._pen.widthF() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._pen.color())
        for begin, end in _unbroken(low):
            above, below = high[begin:end] - half, low[begin:end] + half
            across = x[begin:end]
            outline = np.concatenate([across, across[::-1]])
            heights = np.concatenate([above, below[::-1]])
            painter.drawPolygon(pg.functions.arrayToQPolygonF(outline, heights))

    def _draw_lines(self, painter: QPainter, x: Floats, y: Floats) -> list[QPointF]:
        painter.setPen(self._pen)
        points = list(map(QPointF, x.tolist(), y.tolist()))
        for begin, end in _unbroken(y):
            self._draw_line(painter, points, x, y, begin, end)
        return points

    def _draw_line(
        self, painter: QPainter, points: list[QPointF], x: Floats, y: Floats, begin: int, end: int
    ) -> None:
        starts = range(begin, end - 1, _PIECE)
        if self._pen.style() is Qt.PenStyle.SolidLine:
            for start in starts:
                painter.drawPolyline(points[start : min(start + _PIECE + 1, end)])
            return
        # Dashes go on from piece to piece, as if the line were drawn at once.
        steps = np.hypot(np.diff(x[begin:end]), np.diff(y[begin:end]))
        lengths = np.concatenate([[0.0], np.cumsum(steps)]) / self._pen.widthF()
        pen = QPen(self._pen)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        for start in starts:
            pen.setDashOffset(float(lengths[start - begin]))
            painter.setPen(pen)
            painter.drawPolyline(points[start : min(start + _PIECE + 1, end)])

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


def _bounds(window: Window) -> QRectF:
    values = window.values()
    if len(values) == 0:
        return QRectF()
    left, right = float(window.x[0]), float(window.x[-1])
    low, high = float(values.min()), float(values.max())
    room_x, room_y = (right - left) * 0.05 or 1.0, (high - low) * 0.05 or 1.0
    return QRectF(left - room_x, low - room_y, right - left + 2 * room_x, high - low + 2 * room_y)
