"""Bars that are clicked, or walked through by keys and chosen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from widgets import theme
from widgets.eda.look import Fill, draw_bar, small_font
from widgets.eda.plot import ChartPlot
from widgets.plots.graphs import pg

_SMALLEST = 2.0
_LABEL_GAP = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in the units of the axes.

    Attributes:
        left: Its left edge.
        right: Its right edge.
        bottom: Where it begins; above 0 when it stands on another one.
        top: Where it ends.
        color: Its colour.
        tip: What the tooltip says, with the exact number.
        fill: How it is filled.
    """

    left: float
    right: float
    bottom: float
    top: float
    color: QColor
    tip: str
    fill: Fill = Fill.SOLID


def slots(count: int, least: int = 4) -> tuple[float, float]:
    """The x range for bars at 0, 1, 2, ...; few of them stand in the middle and stay slim."""
    middle, half = (count - 1) / 2, max(count, least) / 2 + 0.1
    return middle - half, middle + half


class _BarsItem(pg.GraphicsObject):  # type: ignore[misc]
    """All bars of a plot as one item: what is drawn does not grow with what it stands for."""

    def __init__(self) -> None:
        super().__init__()
        self.bars: Sequence[Bar] = ()
        self.chosen: int | None = None
        self.hovered: int | None = None
        self.focused: int | None = None
        self._bounds = QRectF()

    def set_bars(self, bars: Sequence[Bar], *, keep: bool) -> None:
        """Show other bars."""
        self.prepareGeometryChange()
        if not keep or len(bars) != len(self.bars):
            self.chosen = self.focused = None
        self.bars, self.hovered = tuple(bars), None
        if bars:
            left, right = min(bar.left for bar in bars), max(bar.right for bar in bars)
            top = max(bar.top for bar in bars)
            self._bounds = QRectF(left, 0, right - left, max(top, 1e-9))
        else:
            self._bounds = QRectF()
        self.update()

    def boundingRect(self) -> QRectF:
        """All bars."""
        return self._bounds

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw the bars in whole pixels, so that their edges are sharp."""
        to_pixels = painter.worldTransform()
        view = widget.parentWidget() if widget is not None else None
        has_focus = view is not None and view.hasFocus()
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for place, bar in enumerate(self.bars):
            if bar.top <= bar.bottom:
                continue
            begin = to_pixels.map(QPointF(bar.left, bar.bottom))
            end = to_pixels.map(QPointF(bar.right, bar.top))
            left, right = round(begin.x()), round(end.x())
            low = round(begin.y())
            high = min(round(end.y()), low - int(_SMALLEST) if bar.bottom == 0 else low)
            rect = QRectF(left, high, max(right - left, 1), low - high)
            dimmed = self.chosen is not None and place != self.chosen
            draw_bar(painter, rect, bar.color, bar.fill, dimmed=dimmed)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            if place in (self.chosen, self.hovered):
                painter.setPen(QPen(theme.color("text"), 2 if place == self.chosen else 1))
                painter.drawRect(rect)
            if place == self.focused and has_focus:
                painter.setPen(QPen(theme.color("accent"), 2, Qt.PenStyle.DashLine))
                painter.drawRect(rect.adjusted(-3, -3, 2, 2))
        painter.restore()


class BarPlot(ChartPlot):
    """A plot of bars. A click chooses one, a click on the chosen one takes the choice back."""

    bar_chosen = Signal(int)
    """The place of the bar in the list it was given in."""
    choice_undone = Signal()

    walks = True
    headroom = 1.08
    """How much higher the plot is than its highest bar."""

    def __init__(self, name: str, *, bottom: str = "", parent: QWidget | None = None) -> None:
        super().__init__(name, bottom=bottom, parent=parent)
        self._item = _BarsItem()
        self._item.setZValue(10)
        self.addItem(self._item, ignoreBounds=True)
        self._shown_labels: list[tuple[float, str]] = []
        self._labels: Sequence[tuple[float, str]] | None = None
        self.clicked.connect(self._on_clicked)
        self.pointed_at.connect(self._on_pointed_at)
        self.stepped.connect(self._on_stepped)
        self.entered.connect(self._on_entered)
        self.escaped.connect(self._undo)

    @property
    def bars(self) -> Sequence[Bar]:
        """The bars shown."""
        return self._item.bars

    @property
    def labels(self) -> list[str]:
        """The words along the x axis for which there is room."""
        return [text for _x, text in self._shown_labels]

    @property
    def chosen(self) -> int | None:
        """The place of the chosen bar."""
        return self._item.chosen

    @property
    def focused(self) -> int | None:
        """The place of the bar that Enter would choose."""
        return self._item.focused

    def set_bars(
        self,
        bars: Sequence[Bar],
        x_range: tuple[float, float],
        *,
        labels: Sequence[tuple[float, str]] | None = None,
        keep: bool = False,
    ) -> None:
        """Show other bars.

        Args:
            bars: In the order the keys walk through them.
            x_range: Ends of the x axis.
            labels: Words along the x axis, by their place on it; None for its numbers. Where there
                is no room for all, every second, third, ... is written.
            keep: Whether they stand for the same things, so that the chosen one stays chosen.
        """
        self._item.set_bars(bars, keep=keep)
        self.holds_escape = self._item.chosen is not None
        top = max((bar.top for bar in bars), default=0.0)
        self.view.setXRange(*x_range, padding=0)
        self.view.setYRange(0, top * self.headroom or 1.0, padding=0)
        self._labels = labels
        self._place_labels()

    def bar_at(self, place: QPointF) -> int | None:
        """The bar at a place of the plot; a column belongs to its bar up to the top.

        So that small bars can be hit, too.
        """
        column = [
            number
            for number, bar in enumerate(self.bars)
            if bar.left <= place.x() <= bar.right and bar.top > bar.bottom
        ]
        for number in column:
            if place.y() <= self.bars[number].top:
                return number
        return column[-1] if column else None

    def choose(self, number: int) -> None:
        """Choose a bar, or take its choice back when it is the chosen one."""
        if number == self._item.chosen:
            self._undo()
            return
        self._item.focused = number
        self._set_chosen(number)
        self.bar_chosen.emit(number)

    def forget(self) -> None:
        """Take the choice back without telling of it."""
        self._set_chosen(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Begin at the first bar when the focus comes by key, so that it is seen."""
        by_key = event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
        )
        if by_key and self.focused is None:
            self._on_stepped(1, 0)
        super().focusInEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width has room for more or fewer labels."""
        super().resizeEvent(event)
        if hasattr(self, "_labels"):  # pyqtgraph sets a size before the plot is whole
            self._place_labels()

    def _undo(self) -> None:
        self._set_chosen(None)
        self.choice_undone.emit()

    def _set_chosen(self, number: int | None) -> None:
        self._item.chosen = number
        self.holds_escape = number is not None
        self._item.update()

    def _on_clicked(self, place: QPointF) -> None:
        number = self.bar_at(place)
        if number is not None:
            self.choose(number)
        elif self.chosen is not None:
            self._undo()

    def _on_pointed_at(self, place: QPointF | None) -> None:
        number = None if place is None else self.bar_at(place)
        if number != self._item.hovered:
            self._item.hovered = number
            self._item.update()
            self.show_tip("" if number is None else self.bars[number].tip)

    def _on_stepped(self, right: int, down: int) -> None:
        seen = [number for number, bar in enumerate(self.bars) if bar.top > bar.bottom]
        step = right or -down
        if not seen:
            return
        now = self._item.focused
        at = seen.index(now) + step if now in seen else (0 if step > 0 else -1)
        self._item.focused = seen[max(0, min(at, len(seen) - 1)) if now in seen else at]
        self._item.update()
        self.setAccessibleDescription(self.bars[self._item.focused].tip)

    def _on_entered(self) -> None:
        if self.focused is not None:
            self.choose(self.focused)

    def _place_labels(self) -> None:
        if self._labels is None:
            self._shown_labels = []
            self.bottom.setTicks(None)
            return
        metrics = QFontMetrics(small_font())
        low, high = self.view.viewRange()[0]
        per_unit = self.view.width() / max(high - low, 1e-9)
        gaps = [b[0] - a[0] for a, b in zip(self._labels, self._labels[1:], strict=False)]
        pitch = max(min(gaps, default=high - low) * per_unit, 0.1)  # px from one label to the next
        widest = max((metrics.horizontalAdvance(text) for _x, text in self._labels), default=0)
        # A word is cut rather than left out as long as a few letters of it fit.
        least = metrics.horizontalAdvance("mmmm")
        stride = 1
        if pitch - _LABEL_GAP < min(widest, least):
            stride = math.ceil((min(widest, 2 * least) + _LABEL_GAP) / pitch)
        width = int(pitch * stride - _LABEL_GAP)
        self._shown_labels = [
            (x, metrics.elidedText(text, Qt.TextElideMode.ElideRight, width))
            for x, text in self._labels[::stride]
        ]
        self.bottom.setTicks([self._shown_labels])
