"""The plot widget without chart junk, in the colours of the theme."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF

from widgets import theme
from widgets.plots.graphs import pg

# All left axes have one width, so that plots above each other line up.
_LEFT_AXIS = 46
_LABELLED_AXIS = 34
_GRID_OPACITY = 0.16
_TEXT_ROOM = 10


class ValueAxis(pg.AxisItem):  # type: ignore[misc]
    """An axis that writes small numbers in few signs: `4e-4`, not `0.0004`."""

    def boundingRect(self) -> QRectF:
        """Room for texts at the very ends, which would be left out otherwise."""
        rect: QRectF = super().boundingRect()
        return rect.adjusted(0, -_TEXT_ROOM, 0, _TEXT_ROOM)

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """The texts of ticks at those values."""
        return [short_number(value * scale, spacing * scale) for value in values]


def short_number(value: float, spacing: float) -> str:
    """A number with as many decimals as ticks `spacing` apart need."""
    if abs(value) < spacing * 1e-6:
        return "0"
    if spacing < 5e-3 or abs(value) >= 1e5:
        mantissa, exponent = f"{value:.3e}".split("e")
        return f"{float(mantissa):g}e{int(exponent)}"
    return f"{value:.6g}"


def make_plot(name: str) -> pg.PlotWidget:
    """A plot with two axes and faint horizontal lines; the wheel zooms along x."""
    plot = pg.PlotWidget(axisItems={"left": ValueAxis("left")})
    plot.setAccessibleName(name)
    plot.setFrameShape(plot.Shape.NoFrame)
    plot.setMinimumSize(160, 80)
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


def label_iterations(plot: pg.PlotWidget) -> None:
    """Write what the x axis counts."""
    plot.getPlotItem().setLabel("bottom", "iteration")
    plot.getPlotItem().getAxis("bottom").setHeight(_LABELLED_AXIS)


def mark_percent(plot: pg.PlotWidget) -> None:
    """Ticks at the quarters of 100 %."""
    plot.getPlotItem().getAxis("left").setTicks([[(v, str(v)) for v in (0, 25, 50, 75, 100)]])


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
