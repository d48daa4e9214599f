"""Two figures of all runs against each other, such as time and mDice, with the Pareto front."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.runs.table.columns import Column, RunRow
from core.runs.table.pareto import pareto_front
from widgets import theme
from widgets.experiments import words
from widgets.experiments.drawing import draw_name, faint, is_escape_asked, picture, small_font
from widgets.experiments.scale import Counting, Scale, make_scale, most_ticks
from widgets.run_colors import colors, run_color

_RIGHT, _TOP, _BOTTOM = 24, 32, 44
_LEFT = (56, 168)
_NEAR = 12.0
_LEAST_DRAG = 4.0
_MOST_NAMES = 12
_RADIUS, _TICKED_RADIUS = 4.5, 6.5
_TICK_ROOM = 30
_MOST_AVOIDED = 300
_DIAMOND, _TICKED_DIAMOND = 9.0, 14.0

_TIP = (
    "Click a point: choose the run · Ctrl+click: tick it · drag a box: keep only the runs in it "
    "· click beside the points or Escape: all again"
)


class ScatterView(QWidget):
    """Draws runs as points.

    Runs that no other beats in both figures are joined by a line, the Pareto front, and named.
    """

    run_clicked = Signal(str)
    """The user clicked on a run."""
    tick_requested = Signal(str)
    """The user wants a run ticked, or no longer (Ctrl+click)."""
    narrowed = Signal(object)
    """The ids (set) of the runs in the box; None without a box."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ScatterView")
        self.setAccessibleName("Runs as points, by two of their figures")
        self.setToolTip(_TIP)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._x: Scale | None = None
        self._y: Scale | None = None
        self._points: list[tuple[RunRow, float, float]] = []
        self._left_out = 0
        self._front: list[int] = []
        self._ticked: tuple[str, ...] = ()
        self._current = ""
        self._hovered = -1
        self._inside_elsewhere: set[str] | None = None
        self._pressed: QPointF | None = None
        self._box: tuple[float, float, float, float] | None = None
        self._picture: QPixmap | None = None
        self._known_area: QRectF | None = None
        theme.signals.changed.connect(self._redraw)
        colors.changed.connect(self._redraw)

    def minimumSizeHint(self) -> QSize:
        """Room for some points."""
        return QSize(240, 140)

    # What is shown

    def set_runs(
        self,
        rows: Sequence[RunRow],
        x: Column | None,
        y: Column | None,
        *,
        log: tuple[bool | None, bool | None] = (None, None),
    ) -> None:
        """Show these runs.

        Args:
            rows: The runs; those without one of the two figures are counted, but not drawn.
            x: What goes to the right.
            y: What goes up.
            log: Whether each axis counts in powers of ten; None where the values decide.
        """
        is_other = _id(self._x) != (x and x.id) or _id(self._y) != (y and y.id)
        had_box = self._box is not None
        if is_other:
            self._box = None
        self._points, self._front, self._hovered = [], [], -1
        self._x = self._y = None
        if x is not None and y is not None:
            whole = [row for row in rows if _has(row, x) and _has(row, y)]
            self._x = make_scale(x, (row.get(x.id) for row in whole), counting=_counting(log[0]))
            self._y = make_scale(y, (row.get(y.id) for row in whole), counting=_counting(log[1]))
            for row in whole:
                right, up = self._x.fraction(row.get(x.id)), self._y.fraction(row.get(y.id))
                if right is not None and up is not None:
                    self._points.append((row, right, up))
            self._front = _front(self._points, x, y)
        self._left_out = len(rows) - len(self._points)
        self._redraw()
        if had_box:
            self._tell()

    def set_marked(self, ticked: Sequence[str], current: str) -> None:
        """Emphasise the ticked runs and the current one."""
        if (tuple(ticked), current) != (self._ticked, self._current):
            self._ticked, self._current = tuple(ticked), current
            self._redraw()

    def set_inside(self, run_ids: set[str] | None) -> None:
        """Draw the runs that another view leaves out faintly too; None where it leaves out none."""
        if run_ids != self._inside_elsewhere:
            self._inside_elsewhere = run_ids
            self._redraw()

    @property
    def left_out(self) -> int:
        """How many runs lack one of the two figures."""
        return self._left_out

    @property
    def shown(self) -> list[str]:
        """The ids of the runs that are drawn."""
        return [row.id for row, _, _ in self._points]

    @property
    def front(self) -> list[str]:
        """The ids of the runs on the Pareto front."""
        return [self._points[at][0].id for at in self._front]

    @property
    def hovered(self) -> str:
        """The id of the run under the mouse; "" for none."""
        return self._points[self._hovered][0].id if self._hovered >= 0 else ""

    @property
    def can_be_log(self) -> tuple[bool, bool]:
        """Whether each axis could count in powers of ten."""
        return tuple(each is not None and each.can_be_log for each in (self._x, self._y))  # type: ignore[return-value]

    @property
    def is_log(self) -> tuple[bool, bool]:
        """Whether each axis counts in powers of ten."""
        both = (self._x, self._y)
        return tuple(each is not None and each.counting is Counting.LOG for each in both)  # type: ignore[return-value]

    def point_of(self, run_id: str) -> QPointF:
        """Where a run's point is, in px."""
        found = next(each for each in self._points if each[0].id == run_id)
        return self._place(found[1], found[2])

    def clear_box(self) -> None:
        """Let all runs through again."""
        if self._box is not None:
            self._box = None
            self._redraw()
            self._tell()

    def picture(self) -> QPixmap:
        """The view at twice its size, to be taken away."""
        return picture(self.size(), 2.0, self._draw_all)

    # Places

    def _area(self) -> QRectF:
        if self._known_area is None:
            self._known_area = self._measured_area()
        return self._known_area

    def _measured_area(self) -> QRectF:
        left = float(_LEFT[0])
        if self._y is not None:
            metrics = QFontMetrics(small_font())
            texts = [text for _, text in self._y.ticks(8)]
            widest = max((metrics.horizontalAdvance(text) for text in texts), default=0)
            left = min(max(widest + 36.0, left), float(_LEFT[1]))
        return QRectF(
            left,
            _TOP,
            max(self.width() - left - _RIGHT, 40),
            max(self.height() - _TOP - _BOTTOM, 40),
        )

    def _place(self, right: float, up: float) -> QPointF:
        area = self._area()
        return QPointF(area.left() + right * area.width(), area.bottom() - up * area.height())

    def _at(self, point: QPointF) -> int:
        nearest, distance = -1, _NEAR
        area = self._area()
        right_at = (point.x() - area.left()) / area.width()
        up_at = (area.bottom() - point.y()) / area.height()
        for at, (_, right, up) in enumerate(self._points):
            away = math.hypot(
                (right - right_at) * area.width(), (up - up_at) * area.height()
            )  # fmt: skip
            if away < distance:
                nearest, distance = at, away
        return nearest

    # Hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a box."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw the box, or name the run under the mouse."""
        point = event.position()
        if self._pressed is not None and _far(self._pressed, point):
            self._box = self._box_between(self._pressed, point)
            self._hovered = -1
            self._redraw()
            self._tell()
            return
        hovered = self._at(point)
        is_point = hovered >= 0
        self.setCursor(
            Qt.CursorShape.PointingHandCursor if is_point else Qt.CursorShape.CrossCursor
        )
        if hovered != self._hovered:
            self._hovered = hovered
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a box, or choose or tick the run that was clicked."""
        pressed, self._pressed = self._pressed, None
        if event.button() != Qt.MouseButton.LeftButton or pressed is None:
            return
        if _far(pressed, event.position()):
            return
        at = self._at(event.position())
        if at < 0:
            self.clear_box()
            return
        run_id = self._points[at][0].id
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.tick_requested.emit(run_id)
        else:
            self.run_clicked.emit(run_id)

    def leaveEvent(self, event: QEvent) -> None:
        """Name no run any more."""
        super().leaveEvent(event)
        if self._hovered >= 0:
            self._hovered = -1
            self.update()

    def event(self, event: QEvent) -> bool:
        """Take Escape before a shortcut of the page does, as long as it has something to do."""
        if is_escape_asked(event) and self._box is not None:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes the box away."""
        if event.key() == Qt.Key.Key_Escape and self._box is not None:
            self.clear_box()
        else:
            super().keyPressEvent(event)

    def _box_between(self, first: QPointF, second: QPointF) -> tuple[float, float, float, float]:
        area = self._area()
        xs = sorted((each.x() - area.left()) / area.width() for each in (first, second))
        ys = sorted((area.bottom() - each.y()) / area.height() for each in (first, second))
        return xs[0], ys[0], xs[1], ys[1]

    def _is_in_box(self, right: float, up: float) -> bool:
        if self._box is None:
            return True
        left, low, far, high = self._box
        return left <= right <= far and low <= up <= high

    def _tell(self) -> None:
        if self._box is None:
            self.narrowed.emit(None)
        else:
            inside = {row.id for row, right, up in self._points if self._is_in_box(right, up)}
            self.narrowed.emit(inside)

    # Drawing

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw for the new size."""
        super().resizeEvent(event)
        self._redraw()

    def _redraw(self) -> None:
        self._picture = self._known_area = None
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what is kept, and the name of the run under the mouse."""
        if self._picture is None:
            self._picture = picture(self.size(), self.devicePixelRatioF(), self._draw_all)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(QPoint(0, 0), self._picture)
        if self._hovered >= 0 and self._x is not None and self._y is not None:
            row, right, up = self._points[self._hovered]
            place = self._place(right, up)
            self._draw_point(painter, row, place, _TICKED_RADIUS + 1, 1.0)
            lines = [row.name]
            for scale in (self._y, self._x):
                column = scale.column
                unit = f" {column.unit}" if column.unit else ""
                lines.append(f"{column.title} {column.text(row.get(column.id))}{unit}")
            color = QColor(*run_color(row.id))
            draw_name(painter, place, "\n".join(lines), small_font(), self.rect(), color=color)

    def _draw_all(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._x is None or self._y is None:
            return
        self._draw_axes(painter, self._x, self._y)
        self._draw_front(painter)
        ticked = set(self._ticked)
        last = []
        for row, right, up in self._points:
            if row.id in ticked or row.id == self._current:
                last.append((row, right, up))
                continue
            elsewhere = self._inside_elsewhere
            is_inside = self._is_in_box(right, up) and (elsewhere is None or row.id in elsewhere)
            opacity = 0.85 if is_inside else 0.15
            self._draw_point(painter, row, self._place(right, up), _RADIUS, opacity)
        for row, right, up in last:
            place = self._place(right, up)
            self._draw_point(painter, row, place, _TICKED_RADIUS, 1.0)
            painter.setPen(QPen(theme.color("text"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            if row.id in ticked:
                painter.drawEllipse(place, _TICKED_RADIUS + 2.5, _TICKED_RADIUS + 2.5)
        self._draw_diamonds(painter)
        self._draw_names(painter)
        self._draw_note(painter, self._x, self._y)
        if self._box is not None:
            left, low, far, high = self._box
            box = QRectF(self._place(left, high), self._place(far, low))
            painter.setPen(QPen(theme.color("accent"), 1))
            painter.setBrush(faint(theme.color("accent"), 0.12))
            painter.drawRect(box)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def _draw_point(
        self, painter: QPainter, row: RunRow, place: QPointF, radius: float, opacity: float
    ) -> None:
        painter.setPen(QPen(faint(theme.color("surface"), opacity), 1))
        painter.setBrush(faint(QColor(*run_color(row.id)), opacity))
        painter.drawEllipse(place, radius, radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _draw_front(self, painter: QPainter) -> None:
        if not self._front:
            return
        places = [self._place(*self._points[at][1:]) for at in self._front]
        # Between two runs nothing better than the former one is known: hence steps.
        steps = [places[0]]
        for before, after in itertools.pairwise(places):
            steps += [QPointF(after.x(), before.y()), after]
        pen = QPen(theme.color("text"), 1.6, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawPolyline(QPolygonF(steps))

    def _draw_diamonds(self, painter: QPainter) -> None:
        painter.setPen(QPen(theme.color("text"), 1.4))
        for at in self._front:
            row, right, up = self._points[at]
            is_large = row.id in self._ticked
            size = _TICKED_DIAMOND if is_large else _DIAMOND
            corners = [QPointF(0, -size), QPointF(size, 0), QPointF(0, size), QPointF(-size, 0)]
            place = self._place(right, up)
            painter.drawPolygon(QPolygonF([place + each for each in corners]))

    def _draw_note(self, painter: QPainter, x: Scale, y: Scale) -> None:
        has_direction = bool(x.column.better and y.column.better)
        note = words.scatter_note(self._left_out, len(self._front), has_direction=has_direction)
        painter.setFont(small_font())
        painter.setPen(theme.color("muted"))
        box = QRectF(self._area().left(), 6, self._area().width(), 18)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, note)

    def _draw_names(self, painter: QPainter) -> None:
        """Names of the runs on the front and of the ticked ones, as far as there is room."""
        font = small_font()
        metrics = QFontMetrics(font)
        wanted = [*self._ticked, *self.front]
        by_id = {row.id: (row, right, up) for row, right, up in self._points}
        # Names keep off the points, as long as these are few.
        taken = [
            QRectF(place.x() - 6, place.y() - 6, 12, 12)
            for _, right, up in self._points[:_MOST_AVOIDED]
            for place in (self._place(right, up),)
        ]
        painter.setFont(font)
        for run_id in list(dict.fromkeys(wanted))[:_MOST_NAMES]:
            if run_id not in by_id:
                continue
            row, right, up = by_id[run_id]
            place = self._place(right, up)
            width = metrics.horizontalAdvance(row.name)
            for dx, dy in ((16, -10), (16, 10), (-16 - width, -10), (-16 - width, 10)):
                box = QRectF(place.x() + dx, place.y() + dy - 8, width, 16)
                is_inside = self.rect().toRectF().adjusted(2, 2, -2, -2).contains(box)
                if is_inside and not any(box.intersects(other) for other in taken):
                    taken.append(box)
                    painter.setPen(theme.color("text"))
                    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, row.name)
                    break

    def _draw_axes(self, painter: QPainter, x: Scale, y: Scale) -> None:
        area = self._area()
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


def _front(points: Sequence[tuple[RunRow, float, float]], x: Column, y: Column) -> list[int]:
    if not x.better or not y.better or len(points) < 2:
        return []
    rights, ups = [right for _, right, _ in points], [up for _, _, up in points]
    return pareto_front(rights, ups, x.better, y.better)


def _has(row: RunRow, column: Column) -> bool:
    if column.is_number:
        return row.number(column.id) is not None
    return bool(row.get(column.id))


def _id(scale: Scale | None) -> str | None:
    return None if scale is None else scale.column.id


def _counting(log: bool | None) -> Counting | None:
    return None if log is None else Counting.LOG if log else Counting.LINEAR


def _label(scale: Scale) -> str:
    is_log = scale.counting is Counting.LOG
    return f"{scale.column.head} (log)" if is_log else scale.column.head


def _far(first: QPointF, second: QPointF) -> bool:
    return math.hypot(first.x() - second.x(), first.y() - second.y()) >= _LEAST_DRAG
