"""The plot widget without chart junk, in the colours of the theme."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from widgets import theme
from widgets.plots.clock import XAxis
from widgets.plots.graphs import pg
from widgets.plots.zoom import ZoomingView

# All left axes have one width, so that plots above each other line up.
_LEFT_AXIS = 46
_LABELLED_AXIS = 34
_GRID_OPACITY = 0.16
_TEXT_ROOM = 10
# Fewer pixels than these between two ticks would let their texts touch.
_TICK_ROOM = 56
_LEAST = QSize(120, 96)
# Pixels of the largest axis that is kept as a picture: a screen of 8K.
_LARGEST_KEPT = 7680 * 4320

_QUARTERS = (0.0, 25.0, 50.0, 75.0, 100.0)
_WIDE_PERCENT = 60

_AXIS_WORDS = {
    XAxis.ITERATION: "iteration",
    XAxis.EPOCH: "epoch",
    XAxis.TIME: "time of work",
}
_MINUTE, _HOUR = 60, 3600
_TIME_STEPS = (
    1, 2, 5, 10, 20, 30,
    *(n * _MINUTE for n in (1, 2, 5, 10, 20, 30)),
    *(n * _HOUR for n in (1, 2, 5, 10, 24)),
)  # fmt: skip


class ValueAxis(pg.AxisItem):  # type: ignore[misc]
    """An axis that writes small numbers in few signs: `4e-4`, not `0.0004`."""

    in_percent = False
    """Whether a wide range gets ticks at the quarters of 100 %."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        self._drawn: QPixmap | None = None

    def boundingRect(self) -> QRectF:
        """Room for texts at the very ends, which would be left out otherwise."""
        rect: QRectF = super().boundingRect().adjusted(0, -_TEXT_ROOM, 0, _TEXT_ROOM)
        return rect

    def paint(
        self, p: QPainter, opt: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw ticks and texts, and keep them: texts cost most of a redraw, and change seldom.

        Qt's own cache of an item draws onto pictures of no size while a window finds its layout.
        """
        area = self.boundingRect().toAlignedRect()
        ratio = p.device().devicePixelRatioF()
        size = area.size() * ratio
        # A layout without room gives both a width and a height below nothing.
        if size.isEmpty() or size.width() * size.height() > _LARGEST_KEPT:
            super().paint(p, opt, widget)
            return
        if self.picture is None or self._drawn is None or self._drawn.size() != size:
            self._drawn = QPixmap(size)
            self._drawn.setDevicePixelRatio(ratio)
            self._drawn.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._drawn)
            painter.translate(-area.topLeft())
            super().paint(painter, opt, widget)
            painter.end()
        p.drawPixmap(area.topLeft(), self._drawn)

    def tickValues(
        self, low: float, high: float, size: float
    ) -> list[tuple[float | None, list[float]]]:
        """Where ticks are, by their spacing; on a logarithmic axis at round numbers."""
        if self.in_percent and high - low > _WIDE_PERCENT:
            return [(25.0, [each for each in _QUARTERS if low <= each <= high])]
        if not self.logMode:
            found: list[tuple[float | None, list[float]]] = super().tickValues(low, high, size)
            return found
        return [(None, log_ticks(low, high))]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """The texts of ticks at those values."""
        if self.logMode:
            return [_plain_number(10**value) for value in values]
        return [short_number(value * scale, spacing * scale) for value in values]


class PlaceAxis(ValueAxis):
    """The axis below: iterations, epochs, or the time of work."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self.kind = XAxis.ITERATION

    def set_kind(self, kind: XAxis) -> None:
        """Write places of another kind."""
        self.kind = kind
        self.picture = None
        self.update()

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:
        """Steps of whole seconds, minutes or hours for times; round numbers otherwise."""
        if self.kind is not XAxis.TIME:
            found: list[tuple[float, float]] = super().tickSpacing(low, high, size)
            return found
        least = (high - low) * _TICK_ROOM / max(size, 1.0)
        days = math.ceil(least / (24 * _HOUR)) * 24 * _HOUR
        return [(float(next((step for step in _TIME_STEPS if step >= least), days)), 0.0)]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """The texts of ticks at those places."""
        if self.kind is XAxis.TIME:
            return [time_of_work(value) for value in values]
        return super().tickStrings(values, scale, spacing)


def time_of_work(seconds: float) -> str:
    """A length of time, short: `40 s`, `2:30 min`, `1:05 h`."""
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s" if whole else "0"
    if whole < _HOUR:
        minutes, rest = divmod(whole, _MINUTE)
        return f"{minutes}:{rest:02d} min" if rest else f"{minutes} min"
    hours, rest = divmod(whole // _MINUTE, 60)
    return f"{hours}:{rest:02d} h" if rest else f"{hours} h"


def place_words(kind: XAxis, place: float) -> str:
    """A place on the axis below in words: `iteration 120`, `epoch 3.2`, `2:30 min of work`."""
    match kind:
        case XAxis.ITERATION:
            return f"iteration {place:.0f}"
        case XAxis.EPOCH:
            return f"epoch {place:.2f}"
        case XAxis.TIME:
            return f"{time_of_work(place)} of work"


def short_number(value: float, spacing: float) -> str:
    """A number with as many decimals as ticks `spacing` apart need."""
    if abs(value) < spacing * 1e-6:
        return "0"
    if spacing < 5e-3 or abs(value) >= 1e5:
        mantissa, exponent = f"{value:.3e}".split("e")
        return f"{float(mantissa):g}e{int(exponent)}"
    return f"{value:.6g}"


def log_ticks(low: float, high: float) -> list[float]:
    """Round numbers between two powers of ten, as their exponents: 1, 2, 5, 10 … as they fit.

    Over more than two decades only the powers of ten are given, and every other one of many.
    """
    decades = range(math.floor(low), math.ceil(high) + 1)
    steps: tuple[float, ...] = (1.0, 2.0, 5.0) if high - low <= 2 else (1.0,)
    if high - low < 0.4:
        steps = tuple(1 + n / 2 for n in range(18))
    sparse = max(len(decades) // 6, 1)
    exponents = (d + math.log10(s) for d in decades if d % sparse == 0 for s in steps)
    return [each for each in exponents if low <= each <= high]


def _plain_number(value: float) -> str:
    if 1e-3 < value < 1e5:
        return f"{value:.4g}"
    mantissa, exponent = f"{value:.3e}".split("e")
    return f"{float(mantissa):g}e{int(exponent)}"


class _Plot(pg.PlotWidget):  # type: ignore[misc]
    def sizeHint(self) -> QSize:
        # As little as can be read: the layout gives all the room there is, and where there is
        # less, the plots are scrolled.
        return _LEAST


def make_plot(name: str) -> pg.PlotWidget:
    """A plot with two axes and faint horizontal lines; the wheel zooms along x."""
    axes = {"left": ValueAxis("left"), "bottom": PlaceAxis()}
    plot = _Plot(axisItems=axes, viewBox=ZoomingView())
    plot.setAccessibleName(name)
    plot.setFrameShape(plot.Shape.NoFrame)
    plot.setMinimumSize(_LEAST)
    item = plot.getPlotItem()
    item.hideButtons()
    item.setMenuEnabled(False)
    item.layout.setContentsMargins(0, 8, 12, 0)
    view = item.getViewBox()
    view.setDefaultPadding(0)
    view.setMouseEnabled(x=True, y=False)
    view.disableAutoRange()
    left, bottom = item.getAxis("left"), item.getAxis("bottom")
    left.setStyle(tickLength=0, tickTextOffset=4, maxTickLevel=0)
    bottom.setStyle(tickLength=4, tickTextOffset=3, maxTickLevel=0, hideOverlappingLabels=False)
    for axis in (left, bottom):
        axis.enableAutoSIPrefix(False)
    show_values(plot, True)
    return plot


def show_values(plot: pg.PlotWidget, shown: bool) -> None:
    """Write values along the y axis and draw lines at them, or neither where there are none."""
    left = plot.getPlotItem().getAxis("left")
    left.setStyle(showValues=shown)
    left.setGrid(int(_GRID_OPACITY * 255) if shown else False)
    left.setWidth(_LEFT_AXIS)


def label_places(plot: pg.PlotWidget, kind: XAxis, *, labelled: bool) -> None:
    """Say what the x axis counts, in words only where `labelled`."""
    axis = plot.getPlotItem().getAxis("bottom")
    axis.set_kind(kind)
    axis.setLabel(_AXIS_WORDS[kind] if labelled else None)
    axis.showLabel(labelled)
    axis.setHeight(_LABELLED_AXIS if labelled else None)


def set_log(plot: pg.PlotWidget, log: bool) -> None:
    """Write the y axis for exponents of ten, or for plain numbers."""
    plot.getPlotItem().getAxis("left").setLogMode(x=False, y=log)


def mark_percent(plot: pg.PlotWidget) -> None:
    """Ticks at the quarters of 100 %, unless the range is narrower than that."""
    plot.getPlotItem().getAxis("left").in_percent = True


def restyle_plot(plot: pg.PlotWidget) -> None:
    """Take the colours of the theme in use."""
    plot.setBackground(theme.color("surface"))
    font = theme.base_font()
    font.setPointSizeF(font.pointSizeF() - 1)
    for side in ("left", "bottom"):
        axis = plot.getPlotItem().getAxis(side)
        axis.setPen(pg.mkPen(theme.color("muted"), width=1))
        axis.setTextPen(theme.color("muted"))
        axis.setTickFont(font)
        axis.label.setFont(font)
