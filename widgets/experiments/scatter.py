"""Two figures of all runs against each other, such as time and mDice, with the Pareto front."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.runs.table.columns import Column, RunRow
from core.runs.table.pareto import pareto_front
from widgets import theme
from widgets.experiments.drawing import is_escape_asked, picture
from widgets.experiments.scale import Counting, Scale, make_scale
from widgets.experiments.scatter_painting import Point, ScatterPainting
from widgets.run_colors import colors

_NEAR = 12.0
_LEAST_DRAG = 4.0

Box = tuple[float, float, float, float]

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
        self._points: list[Point] = []
        self._left_out = 0
        self._front: list[int] = []
        self._ticked: tuple[str, ...] = ()
        self._current = ""
        self._hovered = -1
        self._inside_elsewhere: set[str] | None = None
        self._pressed: QPointF | None = None
        self._box: Box | None = None
        self._picture: QPixmap | None = None
        self._known_painting: ScatterPainting | None = None
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
        painting = self._painting
        assert painting is not None  # where there are points there are axes
        return painting.place(found[1], found[2])

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

    @property
    def _painting(self) -> ScatterPainting | None:
        if self._known_painting is None and self._x is not None and self._y is not None:
            self._known_painting = ScatterPainting(
                self.size(), self._x, self._y, self._points, self._front, self._left_out
            )
        return self._known_painting

    def _at(self, point: QPointF) -> int:
        nearest, distance = -1, _NEAR
        painting = self._painting
        if painting is None:
            return nearest
        right_at, up_at = painting.fractions(point)
        wide, high = painting.area.width(), painting.area.height()
        for at, (_, right, up) in enumerate(self._points):
            away = math.hypot((right - right_at) * wide, (up - up_at) * high)
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

    def _box_between(self, first: QPointF, second: QPointF) -> Box | None:
        painting = self._painting
        if painting is None:
            return None
        (x1, y1), (x2, y2) = painting.fractions(first), painting.fractions(second)
        return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)

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
        self._picture = self._known_painting = None
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what is kept, and the name of the run under the mouse."""
        if self._picture is None:
            self._picture = picture(self.size(), self.devicePixelRatioF(), self._draw_all)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(QPoint(0, 0), self._picture)
        if self._hovered >= 0 and self._painting is not None:
            self._painting.draw_hovered(painter, self._hovered)

    def _draw_all(self, painter: QPainter) -> None:
        painting = self._painting
        if painting is None:
            return
        painting.ticked, painting.current, painting.box = self._ticked, self._current, self._box
        painting.inside = self._inside()
        painting.draw(painter)

    def _inside(self) -> set[str] | None:
        if self._box is None:
            return self._inside_elsewhere
        inside = {row.id for row, right, up in self._points if self._is_in_box(right, up)}
        return inside if self._inside_elsewhere is None else inside & self._inside_elsewhere


def _front(points: Sequence[Point], x: Column, y: Column) -> list[int]:
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


def _far(first: QPointF, second: QPointF) -> bool:
    return math.hypot(first.x() - second.x(), first.y() - second.y()) >= _LEAST_DRAG
