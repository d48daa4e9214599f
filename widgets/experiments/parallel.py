"""Parallel coordinates: each run is a line through one axis for each of its settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
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
from widgets import theme
from widgets.experiments.drawing import draw_name, faint, is_escape_asked, picture, small_font
from widgets.experiments.run_lines import Brush, RunLines, brush_between, nearest_line
from widgets.experiments.scale import Counting, Scale, make_scale, most_ticks
from widgets.run_colors import colors, run_color

_MARGIN = 16
_TITLES = 40
_BELOW = 12
_GAP_ROOM = 22
_HANDLE = 12
_LEAST_DRAG = 4
_NEAR = 8.0
_TICK_ROOM = 26
_MOST_THICK = 60
_LEAST_NAME = 32

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
        self._grey: QPixmap | None = None
        self._shapes: list[QPolygonF] | None = None
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

    def axis_x(self, place: int) -> float:
        """Where an axis stands, in px."""
        return self._xs()[place]

    def axis_ends(self) -> tuple[float, float]:
        """Upper and lower end of the axes, in px."""
        below = _BELOW + (_GAP_ROOM if self._lines.has_gaps else 0)
        return float(_TITLES + 8), float(max(self.height() - below, _TITLES + 48))

    def point_of(self, run_id: str, place: int) -> QPointF:
        """Where a run meets an axis, in px."""
        at = next(n for n, row in enumerate(self._lines.rows) if row.id == run_id)
        return QPointF(self._xs()[place], float(self._heights()[at, place]))

    def _xs(self) -> list[float]:
        count = len(self._columns)
        if count < 2:
            return [self.width() / 2] * count
        side = min(self.width() / count / 2, 96.0)
        step = (self.width() - 2 * side) / (count - 1)
        return [side + step * place for place in range(count)]

    def _heights(self) -> np.ndarray:
        top, bottom = self.axis_ends()
        return self._lines.heights(top, bottom, bottom + _GAP_ROOM - 6)

    def _axis_near(self, x: float) -> int:
        xs = self._xs()
        if not xs:
            return -1
        at = min(range(len(xs)), key=lambda place: abs(xs[place] - x))
        return at if abs(xs[at] - x) <= _HANDLE else -1

    def _fraction(self, y: float) -> float:
        top, bottom = self.axis_ends()
        return min(max((bottom - y) / (bottom - top), 0.0), 1.0)

    def _title_box(self, place: int) -> QRectF:
        xs = self._xs()
        room = (xs[1] - xs[0] if len(xs) > 1 else self.width()) - theme.GRID
        return QRectF(xs[place] - room / 2, 0, room, _TITLES)

    # Hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a brush on an axis, or move the one that is there."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at, y = self._axis_near(event.position().x()), event.position().y()
        if at < 0 or y < _TITLES:
            return
        place = self._fraction(y)
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
                self._brush(at, self._fraction(begin), self._fraction(y))
            return
        if self._moved is not None:
            at, grip, low, high = self._moved
            shift = min(max(self._fraction(y) - grip, -low), 1.0 - high)
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
        if moved is not None and abs(self._fraction(y) - moved[1]) > 1e-3:
            return
        at = dragged[0] if dragged is not None else moved[0] if moved is not None else -1
        if at >= 0 and self._columns[at].id in self._brushes:
            del self._brushes[self._columns[at].id]
            self._redraw()
            self._tell()
            return
        if y < _TITLES:
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
            if self._title_box(place).contains(point) and scale.can_be_log:
                is_log = scale.counting is Counting.LOG
                self._counting[scale.column.id] = Counting.LINEAR if is_log else Counting.LOG
                scales = [*self._lines.scales]
                scales[place] = self._scale(scale.column)
                self._lines = RunLines(self._lines.rows, scales)
                self._redraw_all()
                return

    def _hover(self, point: QPointF) -> None:
        on_axis = self._axis_near(point.x()) >= 0
        shape = Qt.CursorShape.SplitVCursor if on_axis else Qt.CursorShape.ArrowCursor
        found = None
        if point.y() >= _TITLES and self._columns:
            inside = self._emphasised()
            found = nearest_line(self._heights(), self._xs(), point.x(), point.y(), inside)
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
        self._shapes = self._grey = None
        self._redraw()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what is kept, and the run under the mouse over it."""
        if self._picture is None:
            self._picture = picture(self.size(), self.devicePixelRatioF(), self._draw_all)
        painter = QPainter(self)
        painter.drawPixmap(QPoint(0, 0), self._picture)
        if self._hovered >= 0:
            self._draw_hovered(painter)

    def _draw_all(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), theme.color("surface"))
        if not self._columns:
            return
        heights, xs = self._heights(), self._xs()
        inside = self._emphasised()
        count = int(inside.sum())
        if self._shapes is None:
            self._shapes = [_shape(line, xs) for line in heights]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if count < len(inside):
            self._draw_grey(painter)
        marked = {*self._ticked, self._current}
        # Many lines over each other are told apart by being thin and half transparent.
        strength = 0.9 if count <= 40 else 0.55 if count <= 200 else 0.35
        strength = strength * 0.6 if self._ticked and count > 12 else strength
        pens: dict[tuple[int, int, int], QPen] = {}
        emphasised = []
        for at in np.flatnonzero(inside).tolist():
            run = self._lines.rows[at].id
            if run in marked:
                emphasised.append(at)
                continue
            color = run_color(run)
            if color not in pens:
                pens[color] = self._pen(faint(QColor(*color), strength))
            painter.setPen(pens[color])
            painter.drawPolyline(self._shapes[at])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for at in emphasised:
            painter.setPen(QPen(QColor(*run_color(self._lines.rows[at].id)), 2.6))
            painter.drawPolyline(self._shapes[at])
        self._draw_axes(painter)
        self._draw_names(painter, emphasised, heights, xs)

    def _draw_names(
        self, painter: QPainter, emphasised: Sequence[int], heights: np.ndarray, xs: Sequence[float]
    ) -> None:
        """Names of the ticked runs where their lines begin, as far as there is room."""
        font = small_font()
        metrics = QFontMetrics(font)
        room = int(xs[0]) - 16
        taken: list[float] = []
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        for at in emphasised:
            y = float(heights[at, 0])
            if room < _LEAST_NAME or any(abs(y - other) < metrics.height() for other in taken):
                continue
            taken.append(y)
            name = metrics.elidedText(self._lines.rows[at].name, Qt.TextElideMode.ElideMiddle, room)
            box = QRectF(4, y - 8, room, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)

    def _draw_grey(self, painter: QPainter) -> None:
        """All lines, faintly: those inside are drawn over them. Kept while a brush is drawn."""
        ratio = painter.device().devicePixelRatio()
        if self._grey is None or self._grey.devicePixelRatio() != ratio:
            self._grey = picture(self.size(), ratio, self._draw_all_grey)
        painter.drawPixmap(QPoint(0, 0), self._grey)

    def _draw_all_grey(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._pen(faint(theme.color("muted"), 0.14)))
        for shape in self._shapes or ():
            painter.drawPolyline(shape)

    def _pen(self, color: QColor) -> QPen:
        # Lines of one pixel are drawn more than ten times as fast.
        pen = QPen(color, 1.4 if len(self._lines.rows) <= _MOST_THICK else 1)
        pen.setCosmetic(True)
        return pen

    def _draw_hovered(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = self._lines.rows[self._hovered]
        heights, xs = self._heights()[self._hovered], self._xs()
        shape = _shape(heights, xs)
        color = QColor(*run_color(row.id))
        painter.setPen(QPen(theme.color("surface"), 6))
        painter.drawPolyline(shape)
        painter.setPen(QPen(color, 3.4))
        painter.drawPolyline(shape)
        font = small_font()
        for x, y, scale in zip(xs, heights.tolist(), self._lines.scales, strict=True):
            text = scale.column.text(row.get(scale.column.id))
            draw_name(painter, QPointF(x, y), text, font, self.rect(), color=color)
        font.setBold(True)
        middle = (xs[0] + (xs[1] if len(xs) > 1 else xs[0])) / 2
        height = (heights[0] + heights[min(1, len(xs) - 1)]) / 2
        draw_name(painter, QPointF(middle, height - 14), row.name, font, self.rect(), color=color)

    def _draw_axes(self, painter: QPainter) -> None:
        top, bottom = self.axis_ends()
        plain = small_font()
        bold = QFont(plain)
        bold.setBold(True)
        for place, (scale, x) in enumerate(zip(self._lines.scales, self._xs(), strict=True)):
            painter.setPen(QPen(theme.color("muted"), 1.2))
            painter.drawLine(QPointF(x, top), QPointF(x, bottom))
            self._draw_ticks(painter, scale, x, plain)
            if self._lines.has_gaps:
                painter.setPen(theme.color("muted"))
                box = QRectF(x + 6, bottom + _GAP_ROOM - 14, 40, 16)
                missing = np.isnan(self._lines.places[:, place]).any()
                if missing:
                    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, "none")
            self._draw_brush(painter, scale, x)
            self._draw_title(painter, scale, place, bold, plain)

    def _draw_title(
        self, painter: QPainter, scale: Scale, place: int, bold: QFont, plain: QFont
    ) -> None:
        box = self._title_box(place)
        painter.setFont(bold)
        painter.setPen(theme.color("text"))
        title = QFontMetrics(bold).elidedText(
            scale.column.title, Qt.TextElideMode.ElideRight, int(box.width())
        )
        painter.drawText(
            box.adjusted(0, 4, 0, -18),
            Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter,
            title,
        )
        parts = [scale.column.unit, "log" if scale.counting is Counting.LOG else ""]
        painter.setFont(plain)
        painter.setPen(theme.color("muted"))
        painter.drawText(
            box.adjusted(0, 20, 0, -4),
            Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter,
            " · ".join(part for part in parts if part),
        )

    def _draw_ticks(self, painter: QPainter, scale: Scale, x: float, font: QFont) -> None:
        top, bottom = self.axis_ends()
        metrics = QFontMetrics(font)
        room = max(int(self.width() / max(len(self._columns), 1) * 0.8), 40)
        painter.setFont(font)
        for place, text in scale.ticks(most_ticks(bottom - top, _TICK_ROOM)):
            if not -1e-6 <= place <= 1 + 1e-6:
                continue
            y = bottom - place * (bottom - top)
            painter.setPen(QPen(theme.color("muted"), 1))
            painter.drawLine(QPointF(x - 3, y), QPointF(x + 3, y))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            width = metrics.horizontalAdvance(shown)
            left = x + 6 if x + 6 + width < self.width() - 2 else x - 6 - width
            box = QRectF(left, y - metrics.height() / 2, width, metrics.height())
            # A ground of its own: the lines behind must not cross the text out.
            painter.fillRect(box.adjusted(-1, 0, 1, 0), faint(theme.color("surface"), 0.78))
            painter.setPen(theme.color("text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)

    def _draw_brush(self, painter: QPainter, scale: Scale, x: float) -> None:
        brush = self._brushes.get(scale.column.id)
        if brush is None:
            return
        top, bottom = self.axis_ends()
        low, high = (min(max(each, 0.0), 1.0) for each in brush.ends(scale))
        accent = theme.color("accent")
        box = QRectF(x - 6, bottom - high * (bottom - top), 12, (high - low) * (bottom - top))
        painter.setPen(QPen(accent, 1.5))
        painter.setBrush(faint(accent, 0.25))
        painter.drawRoundedRect(box, 3, 3)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def _shape(heights: npt.NDArray[np.float64], xs: Sequence[float]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in zip(xs, heights.tolist(), strict=True)])
