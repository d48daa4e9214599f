"""Drawing runs as points."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPolygonF

from core.runs.table.columns import RunRow
from widgets import theme
from widgets.experiments import words
from widgets.experiments.drawing import draw_name, faint, small_font
from widgets.experiments.scale import Counting, Scale, most_ticks
from widgets.run_colors import run_color

Point = tuple[RunRow, float, float]
"""A run and where it is, as fractions of the axes to the right and up."""

_RIGHT, _TOP, _BOTTOM = 24, 32, 44
_LEFT = (56, 168)
_MOST_NAMES = 12
_RADIUS, _TICKED_RADIUS = 4.5, 6.5
_TICK_ROOM = 30
_MOST_AVOIDED = 300
_DIAMOND, _TICKED_DIAMOND = 9.0, 14.0


class ScatterPainting:
    """What is drawn of some points in a view of one size.

    Args:
        size: Size of the view.
        x: The axis to the right.
        y: The axis up.
        points: The runs.
        front: Places of those on the Pareto front, in order.
        left_out: How many runs have no point.

    Attributes:
        area: Where the points can be, in px.
        inside: The ids of the runs that are drawn strongly; None for all.
        box: What was drawn to narrow the runs, as fractions: left, lower, right, upper end.
        ticked: Runs that are drawn large and named.
        current: A run that is drawn large; "" for none.
    """

    def __init__(
        self,
        size: QSize,
        x: Scale,
        y: Scale,
        points: Sequence[Point],
        front: Sequence[int],
        left_out: int,
    ) -> None:
        self._x, self._y = x, y
        self._points, self._front_places, self._left_out = points, front, left_out
        self._view = QRect(QPoint(0, 0), size)
        self.inside: set[str] | None = None
        self.box: tuple[float, float, float, float] | None = None
        self.ticked: Sequence[str] = ()
        self.current = ""
        metrics = QFontMetrics(small_font())
        widest = max((metrics.horizontalAdvance(text) for _, text in y.ticks(8)), default=0)
        left = min(max(widest + 36.0, _LEFT[0]), _LEFT[1])
        width, height = size.width() - left - _RIGHT, size.height() - _TOP - _BOTTOM
        self.area = QRectF(left, _TOP, max(width, 40), max(height, 40))

    def place(self, right: float, up: float) -> QPointF:
        """The place in px of two fractions."""
        area = self.area
        return QPointF(area.left() + right * area.width(), area.bottom() - up * area.height())

    def fractions(self, point: QPointF) -> tuple[float, float]:
        """The fractions of a place in px, to the right and up."""
        area = self.area
        right = (point.x() - area.left()) / area.width()
        return right, (area.bottom() - point.y()) / area.height()

    def draw(self, painter: QPainter) -> None:
        """Draw axes, points, front and names."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_axes(painter, self._x, self._y)
        self._draw_front(painter)
        ticked = set(self.ticked)
        last = []
        for row, right, up in self._points:
            if row.id in ticked or row.id == self.current:
                last.append((row, right, up))
                continue
            is_inside = self.inside is None or row.id in self.inside
            opacity = 0.85 if is_inside else 0.15
            self._draw_point(painter, row, self.place(right, up), _RADIUS, opacity)
        for row, right, up in last:
            place = self.place(right, up)
            self._draw_point(painter, row, place, _TICKED_RADIUS, 1.0)
            painter.setPen(QPen(theme.color("text"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            if row.id in ticked:
                painter.drawEllipse(place, _TICKED_RADIUS + 2.5, _TICKED_RADIUS + 2.5)
        self._draw_diamonds(painter)
        self._draw_names(painter)
        self._draw_note(painter, self._x, self._y)
        if self.box is not None:
            left, low, far, high = self.box
            box = QRectF(self.place(left, high), self.place(far, low))
            painter.setPen(QPen(theme.color("accent"), 1))
            painter.setBrush(faint(theme.color("accent"), 0.12))
            painter.drawRect(box)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def draw_hovered(self, painter: QPainter, at: int) -> None:
        """Draw one point over the others, with its name and its figures."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row, right, up = self._points[at]
        place = self.place(right, up)
        self._draw_point(painter, row, place, _TICKED_RADIUS + 1, 1.0)
        lines = [row.name]
        for scale in (self._y, self._x):
            column = scale.column
            unit = f" {column.unit}" if column.unit else ""
            lines.append(f"{column.title} {column.text(row.get(column.id))}{unit}")
        color = QColor(*run_color(row.id))
        draw_name(painter, place, "\n".join(lines), small_font(), self._view, color=color)

    def _draw_point(
        self, painter: QPainter, row: RunRow, place: QPointF, radius: float, opacity: float
    ) -> None:
        painter.setPen(QPen(faint(theme.color("surface"), opacity), 1))
        painter.setBrush(faint(QColor(*run_color(row.id)), opacity))
        painter.drawEllipse(place, radius, radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _draw_front(self, painter: QPainter) -> None:
        if not self._front_places:
            return
        places = [self.place(*self._points[at][1:]) for at in self._front_places]
        # Between two runs nothing better than the former one is known: hence steps.
        steps = [places[0]]
        for before, after in itertools.pairwise(places):
            steps += [QPointF(after.x(), before.y()), after]
        pen = QPen(theme.color("text"), 1.6, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawPolyline(QPolygonF(steps))

    def _draw_diamonds(self, painter: QPainter) -> None:
        painter.setPen(QPen(theme.color("text"), 1.4))
        for at in self._front_places:
            row, right, up = self._points[at]
            is_large = row.id in self.ticked
            size = _TICKED_DIAMOND if is_large else _DIAMOND
            corners = [QPointF(0, -size), QPointF(size, 0), QPointF(0, size), QPointF(-size, 0)]
            place = self.place(right, up)
            painter.drawPolygon(QPolygonF([place + each for each in corners]))

    def _draw_note(self, painter: QPainter, x: Scale, y: Scale) -> None:
        has_direction = bool(x.column.better and y.column.better)
        note = words.scatter_note(
            self._left_out, len(self._front_places), has_direction=has_direction
        )
        painter.setFont(small_font())
        painter.setPen(theme.color("muted"))
        box = QRectF(self.area.left(), 6, self.area.width(), 18)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, note)

    def _draw_names(self, painter: QPainter) -> None:
        """Names of the runs on the front and of the ticked ones, as far as there is room."""
        font = small_font()
        metrics = QFontMetrics(font)
        on_front = (self._points[at][0].id for at in self._front_places)
        wanted = [*self.ticked, *on_front]
        by_id = {row.id: (row, right, up) for row, right, up in self._points}
        # Names keep off the points, as long as these are few.
        taken = [
            QRectF(place.x() - 6, place.y() - 6, 12, 12)
            for _, right, up in self._points[:_MOST_AVOIDED]
            for place in (self.place(right, up),)
        ]
        painter.setFont(font)
        for run_id in list(dict.fromkeys(wanted))[:_MOST_NAMES]:
            if run_id not in by_id:
                continue
            row, right, up = by_id[run_id]
            place = self.place(right, up)
            width = metrics.horizontalAdvance(row.name)
            for dx, dy in ((16, -10), (16, 10), (-16 - width, -10), (-16 - width, 10)):
                box = QRectF(place.x() + dx, place.y() + dy - 8, width, 16)
                is_inside = self._view.toRectF().adjusted(2, 2, -2, -2).contains(box)
                if is_inside and not any(box.intersects(other) for other in taken):
                    taken.append(box)
                    painter.setPen(theme.color("text"))
                    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, row.name)
                    break

    def _draw_axes(self, painter: QPainter, x: Scale, y: Scale) -> None:
        area = self.area
        font = small_font()
        painter.setFont(font)
        metrics = QFontMetrics(font)
        grid = QPen(faint(theme.color("muted"), 0.25), 1)
        for up, text in y.ticks(most_ticks(area.height(), _TICK_ROOM)):
            if not 0 <= up <= 1:
                continue
            height = area.bottom() - up * area.height()
            painter.setPen(grid)
            painter.drawLine(QPointF(area.left(), height), QPointF(area.right(), height))
            painter.setPen(theme.color("muted"))
            box = QRectF(24, height - 9, area.left() - 30, 18)
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
            painter.drawText(
                box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown
            )
        self._draw_right_ticks(painter, x, area, metrics)
        painter.setPen(QPen(theme.color("muted"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.setPen(theme.color("text"))
        below = QRectF(area.left(), area.bottom() + 22, area.width(), 18)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, _label(x))
        painter.save()
        painter.translate(12, area.center().y())
        painter.rotate(-90)
        beside = QRectF(-area.height() / 2, -9, area.height(), 18)
        painter.drawText(beside, Qt.AlignmentFlag.AlignCenter, _label(y))
        painter.restore()

    def _draw_right_ticks(
        self, painter: QPainter, x: Scale, area: QRectF, metrics: QFontMetrics
    ) -> None:
        ticks = x.ticks(most_ticks(area.width(), 72))
        room = int(area.width() / max(len(ticks), 1)) - 6
        for right, text in ticks:
            if not 0 <= right <= 1:
                continue
            place = area.left() + right * area.width()
            painter.setPen(QPen(theme.color("muted"), 1))
            painter.drawLine(QPointF(place, area.bottom()), QPointF(place, area.bottom() + 4))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(room, 40))
            box = QRectF(place - 80, area.bottom() + 5, 160, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)


def _label(scale: Scale) -> str:
    is_log = scale.counting is Counting.LOG
    return f"{scale.column.head} (log)" if is_log else scale.column.head
