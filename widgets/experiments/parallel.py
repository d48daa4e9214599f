"""Parallel coordinates: each run is a line through one axis for each of its settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
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
from widgets import theme
from widgets.experiments.axis_places import TITLES, AxisPlaces
from widgets.experiments.drawing import is_escape_asked, picture
from widgets.experiments.parallel_painting import ParallelPainting
from widgets.experiments.run_lines import Brush, RunLines, brush_between, nearest_line
from widgets.experiments.scale import Counting, Scale, make_scale
from widgets.run_colors import colors

_LEAST_DRAG = 4
_NEAR = 8.0

_TIP = (
    "Drag along an axis: keep only the runs that go through there · click the axis: all again "
    "· click its title: count in powers of ten or not · click a line: choose the run"
)


class ParallelView(QWidget):
    """Draws runs as lines and lets axes be brushed.

    Lines have the colours of the runs; ticked ones are drawn thick and over the others, those
    outside a brush faintly.
    """

    narrowed = Signal(object)
    """The ids (set) of the runs that go through all brushes; None without any brush."""
    run_clicked = Signal(str)
    """The user clicked on a run's line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ParallelView")
        self.setAccessibleName("Runs as lines through an axis for each setting")
        self.setToolTip(_TIP)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._columns: tuple[Column, ...] = ()
        self._lines = RunLines((), ())
        self._all_rows: Sequence[RunRow] = ()
        self._known_scales: dict[tuple[Column, Counting | None], Scale] = {}
        self._brushes: dict[str, Brush] = {}
        self._counting: dict[str, Counting] = {}
        self._ticked: tuple[str, ...] = ()
        self._current = ""
        self._hovered = -1
        self._inside_elsewhere: set[str] | None = None
        self._dragged: tuple[int, float] | None = None
        self._moved: tuple[int, float, float, float] | None = None
        self._picture: QPixmap | None = None
        self._known_painting: ParallelPainting | None = None
        theme.signals.changed.connect(self._redraw_all)
        colors.changed.connect(self._redraw)

    # What is shown

    def minimumSizeHint(self) -> QSize:
        """Room for a few axes."""
        return QSize(240, 140)

    def set_runs(
        self, rows: Sequence[RunRow], columns: Sequence[Column], all_rows: Sequence[RunRow]
    ) -> None:
        """Show these runs on these axes.

        Args:
            rows: The runs.
            columns: The axes, from left to right.
            all_rows: The runs that the axes have to have room for; the same object as the last
                time means the same runs.
        """
        self._columns = tuple(columns)
        if all_rows is not self._all_rows:
            self._known_scales, self._all_rows = {}, all_rows
        scales = [self._scale(column) for column in columns]
        before = {scale.column.id: scale.words for scale in self._lines.scales}
        had_brushes = bool(self._brushes)
        self._lines = RunLines(rows, scales)
        # A brush over texts means places; among other texts it would mean something else.
        self._brushes = {
            scale.column.id: self._brushes[scale.column.id]
            for scale in scales
            if scale.column.id in self._brushes and before.get(scale.column.id) == scale.words
        }
        self._hovered = -1
        self._redraw_all()
        if had_brushes:
            self._tell()

    def _scale(self, column: Column) -> Scale:
        counting = self._counting.get(column.id)
        known = self._known_scales.get((column, counting))
        if known is None:
            values = (row.get(column.id) for row in self._all_rows)
            known = make_scale(column, values, counting=counting)
            self._known_scales[column, counting] = known
        return known

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
    def rows(self) -> tuple[RunRow, ...]:
        """The runs that are drawn."""
        return self._lines.rows

    @property
    def scales(self) -> tuple[Scale, ...]:
        """The axes, from left to right."""
        return self._lines.scales

    @property
    def brushes(self) -> Mapping[str, Brush]:
        """The brushes, by column."""
        return dict(self._brushes)

    @property
    def hovered(self) -> str:
        """The id of the run under the mouse; "" for none."""
        return self._lines.rows[self._hovered].id if self._hovered >= 0 else ""

    def picture(self) -> QPixmap:
        """The view at twice its size, to be taken away."""
        return picture(self.size(), 2.0, self._draw_all)

    def clear_brushes(self) -> None:
        """Let all runs through again."""
        if self._brushes:
            self._brushes.clear()
            self._redraw()
            self._tell()

    # Places

    @property
    def _places(self) -> AxisPlaces:
        has_gaps = self._lines.has_gaps
        return AxisPlaces(self.width(), self.height(), len(self._columns), has_gaps)

    @property
    def _painting(self) -> ParallelPainting:
        if self._known_painting is None:
            self._known_painting = ParallelPainting(self._lines, self._places)
        return self._known_painting

    def axis_x(self, place: int) -> float:
        """Where an axis stands, in px."""
        return self._places.xs[place]

    def axis_ends(self) -> tuple[float, float]:
        """Upper and lower end of the axes, in px."""
        return self._places.ends

    def point_of(self, run_id: str, place: int) -> QPointF:
        """Where a run meets an axis, in px."""
        at = next(n for n, row in enumerate(self._lines.rows) if row.id == run_id)
        return QPointF(self.axis_x(place), float(self._painting.heights[at, place]))

    # Hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a brush on an axis, or move the one that is there."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at, y = self._places.near(event.position().x()), event.position().y()
        if at < 0 or y < TITLES:
            return
        place = self._places.fraction(y)
        brush = self._brushes.get(self._columns[at].id)
        if brush is not None:
            low, high = brush.ends(self._lines.scales[at])
            if low <= place <= high:
                self._moved = at, place, low, high
                return
        self._dragged = at, y

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw a brush, or name the run under the mouse."""
        y = event.position().y()
        if self._dragged is not None:
            at, begin = self._dragged
            if abs(y - begin) >= _LEAST_DRAG:
                self._brush(at, self._places.fraction(begin), self._places.fraction(y))
            return
        if self._moved is not None:
            at, grip, low, high = self._moved
            shift = min(max(self._places.fraction(y) - grip, -low), 1.0 - high)
            self._brush(at, low + shift, high + shift)
            return
        self._hover(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a brush; a click on an axis takes its brush away, one on a line chooses the run."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        dragged, moved, y = self._dragged, self._moved, event.position().y()
        self._dragged = self._moved = None
        if dragged is not None and abs(y - dragged[1]) >= _LEAST_DRAG:
            return
        if moved is not None and abs(self._places.fraction(y) - moved[1]) > 1e-3:
            return
        at = dragged[0] if dragged is not None else moved[0] if moved is not None else -1
        if at >= 0 and self._columns[at].id in self._brushes:
            del self._brushes[self._columns[at].id]
            self._redraw()
            self._tell()
            return
        if y < TITLES:
            self._turn_counting(event.position())
            return
        self._hover(event.position())
        if self._hovered >= 0:
            self.run_clicked.emit(self.hovered)

    def leaveEvent(self, event: QEvent) -> None:
        """Name no run any more."""
        super().leaveEvent(event)
        if self._hovered >= 0:
            self._hovered = -1
            self.update()

    def event(self, event: QEvent) -> bool:
        """Take Escape before a shortcut of the page does, as long as it has something to do."""
        if is_escape_asked(event) and self._brushes:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes all brushes away."""
        if event.key() == Qt.Key.Key_Escape and self._brushes:
            self.clear_brushes()
        else:
            super().keyPressEvent(event)

    def _brush(self, at: int, first: float, second: float) -> None:
        self._brushes[self._columns[at].id] = brush_between(self._lines.scales[at], first, second)
        self._redraw()
        self._tell()

    def _emphasised(self) -> npt.NDArray[np.bool_]:
        inside = self._lines.inside(self._brushes)
        elsewhere = self._inside_elsewhere
        if elsewhere is not None:
            inside &= np.array([row.id in elsewhere for row in self._lines.rows], np.bool_)
        return inside

    def _tell(self) -> None:
        if not self._brushes:
            self.narrowed.emit(None)
            return
        inside = self._lines.inside(self._brushes)
        self.narrowed.emit(
            {row.id for row, is_in in zip(self._lines.rows, inside, strict=True) if is_in}
        )

    def _turn_counting(self, point: QPointF) -> None:
        for place, scale in enumerate(self._lines.scales):
            left, room = self._places.title_span(place)
            if left <= point.x() <= left + room and scale.can_be_log:
                is_log = scale.counting is Counting.LOG
                self._counting[scale.column.id] = Counting.LINEAR if is_log else Counting.LOG
                scales = [*self._lines.scales]
                scales[place] = self._scale(scale.column)
                self._lines = RunLines(self._lines.rows, scales)
                self._redraw_all()
                return

    def _hover(self, point: QPointF) -> None:
        on_axis = self._places.near(point.x()) >= 0
        shape = Qt.CursorShape.SplitVCursor if on_axis else Qt.CursorShape.ArrowCursor
        found = None
        if point.y() >= TITLES and self._columns:
            inside = self._emphasised()
            found = nearest_line(
                self._painting.heights, self._places.xs, point.x(), point.y(), inside
            )
        hovered = found[0] if found is not None and found[1] <= _NEAR else -1
        if hovered >= 0 and not on_axis:
            shape = Qt.CursorShape.PointingHandCursor
        self.setCursor(shape)
        if hovered != self._hovered:
            self._hovered = hovered
            self.update()

    # Drawing

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw for the new size."""
        super().resizeEvent(event)
        self._redraw_all()

    def _redraw(self) -> None:
        """Draw anew what changes with brushes and marks."""
        self._picture = None
        self.update()

    def _redraw_all(self) -> None:
        """Draw anew for other runs, axes, sizes or colours."""
        self._known_painting = None
        self._redraw()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what is kept, and the run under the mouse over it."""
        if self._picture is None:
            self._picture = picture(self.size(), self.devicePixelRatioF(), self._draw_all)
        painter = QPainter(self)
        painter.drawPixmap(QPoint(0, 0), self._picture)
        if self._hovered >= 0:
            self._painting.draw_hovered(painter, self._hovered)

    def _draw_all(self, painter: QPainter) -> None:
        painting = self._painting
        painting.inside, painting.brushes = self._emphasised(), self._brushes
        painting.ticked, painting.current = self._ticked, self._current
        painting.draw(painter)
