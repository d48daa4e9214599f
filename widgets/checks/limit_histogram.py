"""A histogram of scores with a limit that can be dragged; its bars can be clicked."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QToolTip, QWidget

from core.qa.registry import Limit
from widgets import theme
from widgets.checks.number_field import with_unit
from widgets.checks.score_bins import ScoreBins

_TOP, _SIDE, _BOTTOM = 24, 16, 36
_HANDLE = 7.0
_GRIP = 6.0
_LOWEST_BAR = 3.0
_TICK_ROOM = 72
_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_PageDown: -10,
    Qt.Key.Key_PageUp: 10,
}
_ENDS = (Qt.Key.Key_Home, Qt.Key.Key_End)


class LimitHistogram(QWidget):
    """Shows how many samples have which score, and the limit as a line with a handle below.

    Dragging the line, its handle or the axis moves the limit; ← and → move it by its step, Page Up
    and Page Down by ten, Home and End to the ends of its range. Clicking a bar picks its samples.
    """

    limit_moved = Signal(float)
    """The limit is at another value; more may follow."""
    limit_dropped = Signal(float)
    """The limit stays where it is: the mouse or the key was let go."""
    bar_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bins: ScoreBins | None = None
        self._limit: Limit | None = None
        self._value = 0.0
        self._drags = False
        self._keyed = False
        self._hovered: int | None = None
        self.setObjectName("limit_histogram")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(200, 96)
        theme.signals.changed.connect(self.update)

    @property
    def bins(self) -> ScoreBins | None:
        """The scores that are shown; None before there are any."""
        return self._bins

    def show_bins(self, bins: ScoreBins, limit: Limit, value: float) -> None:
        """Show other scores."""
        self._bins, self._limit = bins, limit
        self._hovered = None
        self.set_value(value)
        self.update()

    def set_value(self, value: float) -> None:
        """Show the limit at another value, without a signal."""
        self._value = value
        if self._limit is not None:
            self.setAccessibleName(self._limit.words)
            self.setAccessibleDescription(with_unit(value, self._limit.unit))
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the bars to be told apart."""
        return QSize(480, 176)

    def bar_rect(self, bar: int) -> QRectF:
        """Where a bar is drawn."""
        assert self._bins is not None
        plot = self._plot()
        bins = self._bins
        left, right = self._x(bins.edges[bar]), self._x(bins.edges[bar + 1])
        gap = 1.0 if right - left > 3 else 0.0
        count = bins.counts[bar]
        if not count:
            return QRectF(left, plot.bottom(), right - left - gap, 0)
        top = bins.counts.max()
        share = math.log1p(count) / math.log1p(top) if bins.is_log_count else count / top
        height = max(share * plot.height(), _LOWEST_BAR)
        return QRectF(left, plot.bottom() - height, max(right - left - gap, 1.0), height)

    def handle_point(self) -> QPointF:
        """The middle of the handle that moves the limit."""
        return QPointF(self._border_x(), self._plot().bottom() + _HANDLE)

    # Mouse and keys

    def event(self, event: QEvent) -> bool:
        """Take the arrow keys before a shortcut does, and tell what a bar counts."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if event.key() in _STEPS or event.key() in _ENDS:
                event.accept()
                return True
        elif isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._tip(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag the limit, or pick a bar."""
        if event.button() != Qt.MouseButton.LeftButton or self._bins is None:
            super().mousePressEvent(event)
            return
        if self._is_grip(event.position()):
            self._drags = True
            if event.position().y() > self._plot().bottom():
                self._drag_to(event.position())
            return
        bar = self._bar_at(event.position())
        if bar is not None and self._bins.counts[bar]:
            self.bar_clicked.emit(bar)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the limit, or light up the bar under the cursor."""
        if self._bins is None:
            return
        if self._drags:
            self._drag_to(event.position())
            return
        grips = self._is_grip(event.position())
        bar = None if grips else self._bar_at(event.position())
        picks = bar is not None and bool(self._bins.counts[bar])
        if grips:
            self.setCursor(Qt.CursorShape.SizeHorCursor)
        elif picks:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.setCursor(Qt.CursorShape.ArrowCursor)
        self._hover(bar if picks else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Drop the limit."""
        if self._drags and event.button() == Qt.MouseButton.LeftButton:
            self._drags = False
            self.limit_dropped.emit(self._value)
        else:
            super().mouseReleaseEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """No bar is under the cursor any more."""
        self._hover(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the limit by its step."""
        key = event.key()
        limit = self._limit
        if limit is None or (key not in _STEPS and key not in _ENDS):
            super().keyPressEvent(event)
            return
        if key in _ENDS:
            target = limit.minimum if key == Qt.Key.Key_Home else limit.maximum
        else:
            # From a value between two steps the first press goes to the next whole step.
            number = _STEPS[Qt.Key(key)]
            place = self._value / limit.step
            whole = math.floor(place + 1e-9) if number > 0 else math.ceil(place - 1e-9)
            target = (whole + number) * limit.step
        self._keyed = True
        self._move_to(target)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Drop the limit that was moved by keys."""
        if self._keyed and not event.isAutoRepeat():
            self._keyed = False
            self.limit_dropped.emit(self._value)
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QEvent) -> None:
        """Drop the limit when the release of a key goes elsewhere."""
        if self._keyed:
            self._keyed = False
            self.limit_dropped.emit(self._value)
        self.update()
        super().focusOutEvent(event)  # type: ignore[arg-type]

    def _drag_to(self, point: QPointF) -> None:
        assert self._bins is not None
        assert self._limit is not None
        plot = self._plot()
        place = min(max((point.x() - plot.left()) / max(plot.width(), 1.0), 0.0), 1.0)
        step = self._limit.step
        self._move_to(round(self._bins.scale.score(place) / step) * step)

    def _move_to(self, value: float) -> None:
        assert self._limit is not None
        value = round(min(max(value, self._limit.minimum), self._limit.maximum), 9)
        if value != self._value:
            self.set_value(value)
            self.limit_moved.emit(value)

    def _hover(self, bar: int | None) -> None:
        if bar != self._hovered:
            self._hovered = bar
            self.update()

    def _is_grip(self, point: QPointF) -> bool:
        below = point.y() > self._plot().bottom()
        return below or abs(point.x() - self._border_x()) <= _GRIP

    def _bar_at(self, point: QPointF) -> int | None:
        plot = self._plot()
        if self._bins is None or not plot.contains(point):
            return None
        return self._bins.bar_at((point.x() - plot.left()) / plot.width())

    def _tip(self, point: QPointF) -> str:
        if self._bins is None or self._is_grip(point):
            return "Drag to move the limit (← → by one step, Page Up and Down by ten)"
        bar = self._bar_at(point)
        if bar is None or not self._bins.counts[bar]:
            return ""
        count = int(self._bins.counts[bar])
        samples = "1 sample" if count == 1 else f"{count:,} samples"
        return f"{self._bins.bar_words(bar)}: {samples}\nClick to see them"

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint bars, axis and limit."""
        if self._bins is None or self._limit is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plot, x = self._plot(), self._border_x()
        flagged = self._flagged_side(plot, x)
        self._paint_bars(painter, plot, theme.color("muted"))
        painter.save()
        painter.setClipRect(flagged)
        painter.fillRect(flagged, _faint(theme.color("warning"), 24))
        self._paint_bars(painter, plot, theme.color("warning"))
        painter.restore()
        self._paint_axis(painter, plot)
        self._paint_limit(painter, plot, x)
        painter.end()

    def _paint_bars(self, painter: QPainter, plot: QRectF, color: QColor) -> None:
        assert self._bins is not None
        for bar in np.flatnonzero(self._bins.counts).tolist():
            rect = self.bar_rect(bar)
            painter.fillRect(rect, theme.color("text") if bar == self._hovered else color)

    def _paint_axis(self, painter: QPainter, plot: QRectF) -> None:
        assert self._bins is not None
        painter.setPen(QPen(theme.color("border"), 1))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        painter.setPen(theme.color("muted"))
        highest = int(self._bins.counts.max(initial=0))
        scale = ", logarithmic" if self._bins.is_log_count else ""
        samples = "sample" if highest == 1 else "samples"
        # On the side away from the limit's words; where neither side has room, not at all.
        taken_by_limit = self._limit_words()
        words = f"up to {highest:,} {samples} a bar{scale}"
        for side in (Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft):
            room = QRectF(plot.left(), 0, plot.width(), _TOP - 4)
            if side is Qt.AlignmentFlag.AlignRight:
                room.setLeft(taken_by_limit.right() + theme.GRID)
            else:
                room.setRight(taken_by_limit.left() - theme.GRID)
            if room.width() >= painter.fontMetrics().horizontalAdvance(words):
                painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, words)
                break
        metrics = painter.fontMetrics()
        top = plot.bottom() + 2 * _HANDLE + 2
        taken = -math.inf
        for value in self._bins.ticks(max(int(plot.width() / _TICK_ROOM), 2)):
            x = self._x(value)
            text = f"{value:,.6g}"
            width = metrics.horizontalAdvance(text)
            left = min(max(x - width / 2, 0.0), self.width() - width)
            if left > taken:
                painter.drawLine(QPointF(x, plot.bottom()), QPointF(x, plot.bottom() + 4))
                painter.drawText(QPointF(left, top + metrics.ascent()), text)
                taken = left + width + theme.GRID

    def _paint_limit(self, painter: QPainter, plot: QRectF, x: float) -> None:
        assert self._limit is not None
        line = theme.color("accent")
        painter.setPen(QPen(line, 2))
        painter.drawLine(QPointF(x, _TOP - 4), QPointF(x, plot.bottom()))
        painter.setBrush(theme.color("text") if self.hasFocus() else line)
        painter.setPen(QPen(line, 2))
        painter.drawEllipse(self.handle_point(), _HANDLE - 1, _HANDLE - 1)
        words = self._limit_words()
        painter.setPen(theme.color("warning"))
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, self._side_words())

    def _side_words(self) -> str:
        assert self._limit is not None
        return "flagged →" if self._limit.flags == "above" else "← flagged"

    def _limit_words(self) -> QRectF:
        """Where the words on the flagged side stand: beside the limit's line."""
        assert self._limit is not None
        x, above = self._border_x(), self._limit.flags == "above"
        width = self.fontMetrics().horizontalAdvance(self._side_words())
        left = x + 6 if above else x - 6 - width
        if not 0 <= left <= self.width() - width:
            left = x - 6 - width if above else x + 6
        return QRectF(left - 2, 2, width + 4, _TOP - 6)

    def _flagged_side(self, plot: QRectF, x: float) -> QRectF:
        assert self._limit is not None
        if self._limit.flags == "above":
            return QRectF(x, plot.top(), max(plot.right() - x, 0), plot.height())
        return QRectF(plot.left(), plot.top(), max(x - plot.left(), 0), plot.height())

    def _border_x(self) -> float:
        assert self._bins is not None
        plot = self._plot()
        return min(max(self._x(self._bins.border(self._value)), plot.left()), plot.right())

    def _x(self, score: float) -> float:
        assert self._bins is not None
        plot = self._plot()
        return plot.left() + self._bins.scale.place(score) * plot.width()

    def _plot(self) -> QRectF:
        return QRectF(_SIDE, _TOP, self.width() - 2 * _SIDE, self.height() - _TOP - _BOTTOM)


def _faint(color: QColor, alpha: int) -> QColor:
    color.setAlpha(alpha)
    return color
