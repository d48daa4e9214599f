"""One curve of a plot: the raw line, and the smooth one over it when it is wanted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from widgets.plots.clock import Clock, XAxis
from widgets.plots.curve import CurveItem
from widgets.plots.graphs import pg
from widgets.plots.series import Floats, Series, Window
from widgets.plots.smoothing import SmoothedSeries

_FAINT = 90
_FAINT_WIDTH = 1.0
_NOTHING = Window(np.empty(0), np.empty(0), None)


@dataclass(frozen=True)
class CurveLook:
    """What a curve looks like.

    Attributes:
        color: Its colour.
        width: Its width in px.
        line: Solid, dashed or dotted.
        marked: Whether each point gets a dot, for curves of few points.
    """

    color: QColor
    width: float
    line: Qt.PenStyle = Qt.PenStyle.SolidLine
    marked: bool = False


class DrawnCurve:
    """A series in a plot.

    Args:
        plot: Where it is drawn.
        run: Whose curve it is; "" where there is only one run.
        text: What the curve is called.
        series: Its points by iteration; read again by `draw`.
        clock: What iterations are on the other axes.
        look: What it looks like.
    """

    def __init__(
        self,
        plot: pg.PlotWidget,
        run: str,
        text: str,
        series: Series,
        clock: Clock,
        look: CurveLook,
    ) -> None:
        self.run = run
        self.text = text
        self.series = series
        self.clock = clock
        self.item = CurveItem(marked=look.marked)
        self._plot = plot
        self._raw: CurveItem | None = None
        self._smoothed: SmoothedSeries | None = None
        self._is_visible = True
        plot.addItem(self.item, ignoreBounds=True)
        self.set_look(look)

    @property
    def is_visible(self) -> bool:
        """Whether it is drawn."""
        return self._is_visible

    def set_visible(self, visible: bool) -> None:
        """Draw it or not."""
        self._is_visible = visible
        self.item.setVisible(visible)
        if self._raw is not None:
            self._raw.setVisible(visible)

    def set_look(self, look: CurveLook) -> None:
        """Change what it looks like."""
        self.look = look
        self.item.set_style(look.color, look.width, look.line)
        self.item.setZValue(100 + look.width)  # the emphasised curve over the others
        if self._raw is not None:
            faint = QColor(look.color)
            faint.setAlpha(_FAINT)
            self._raw.set_style(faint, _FAINT_WIDTH)
            self._raw.setZValue(50)

    def set_smoothing(self, weight: float) -> None:
        """Smooth it by the weight of a point against the next one; 0 not at all."""
        if weight <= 0:
            self._smoothed = None
            if self._raw is not None:
                self._plot.removeItem(self._raw)
                self._raw = None
            return
        if self._smoothed is None or self._smoothed.weight != weight:
            self._smoothed = SmoothedSeries(self.series, weight)
        if self._raw is None:
            self._raw = CurveItem(fine=False)
            self._plot.addItem(self._raw, ignoreBounds=True)
            self.set_look(self.look)
            self.set_visible(self._is_visible)

    def draw(self, axis: XAxis, low: float, high: float, columns: int, *, log: bool) -> Floats:
        """Draw what is between two places on the x axis.

        Args:
            axis: What the x axis counts.
            low: Left edge.
            high: Right edge.
            columns: Number of pixel columns there are.
            log: Whether the y axis counts exponents of ten.

        Returns:
            The y that are drawn, without NaN, as the y axis counts them.
        """
        if not self.clock.knows(axis):
            for item in (self.item, self._raw):
                if item is not None:
                    item.set_window(_NOTHING)
            return np.empty(0)
        window = self.clock.iteration_at(axis, low), self.clock.iteration_at(axis, high)
        shown = self.series if self._smoothed is None else self._smoothed.update()
        drawn = self._draw(self.item, shown, axis, window, columns, log)
        if self._raw is None:
            return drawn
        raw = self._draw(self._raw, self.series, axis, window, columns, log)
        return np.concatenate([drawn, raw])

    def value_at(self, axis: XAxis, place: float, room: float) -> tuple[float, float, float] | None:
        """The point nearest to a place on the x axis.

        Args:
            axis: What the x axis counts.
            place: Where.
            room: How far beyond the curve's ends it may be.

        Returns:
            Its place, its raw and its smoothed value; None where the curve does not reach.
        """
        if not self.clock.knows(axis):
            return None
        point = self.series.nearest(self.clock.iteration_at(axis, place))
        if point is None:
            return None
        first, last = (self.clock.place(axis, float(self.series.x[end])) for end in (0, -1))
        if not first - room <= place <= last + room:
            return None
        iteration, value = point
        smooth = value
        if self._smoothed is not None:
            found = self._smoothed.update().nearest(iteration)
            smooth = value if found is None else found[1]
        return self.clock.place(axis, iteration), value, smooth

    def smoothed(self) -> Series | None:
        """The smoothed points, where it is smoothed."""
        return None if self._smoothed is None else self._smoothed.update()

    def remove(self) -> None:
        """Take it out of the plot."""
        self.set_smoothing(0)
        self._plot.removeItem(self.item)

    def _draw(
        self,
        item: CurveItem,
        series: Series,
        axis: XAxis,
        window: tuple[float, float],
        columns: int,
        log: bool,
    ) -> Floats:
        shown = series.window(*window, columns).scaled(
            lambda x: self.clock.convert(axis, x), _exponents if log else _as_they_are
        )
        item.set_window(shown)
        return shown.values()


def _exponents(y: Floats) -> Floats:
    return np.log10(y, out=np.full(len(y), np.nan), where=y > 0)


def _as_they_are(y: Floats) -> Floats:
    return y
