"""A histogram in which a range is brushed."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Signal
from PySide6.QtWidgets import QWidget

from widgets import theme
from widgets.eda.bars import BarPlot
from widgets.eda.choice import Range
from widgets.plots.graphs import pg


class RangePlot(BarPlot):
    """A histogram: a click chooses a bar, a drag a range, which can be moved by its edges."""

    range_moved = Signal(float, float)
    """While a range is brushed or moved."""
    range_chosen = Signal(float, float)
    """The range was let go."""

    headroom = 1.25  # the median is written above the bars

    def __init__(self, name: str, *, bottom: str, parent: QWidget | None = None) -> None:
        super().__init__(name, bottom=bottom, parent=parent)
        self.region = pg.LinearRegionItem(values=(0, 0), swapMode="sort")
        self.region.setZValue(5)
        self.region.hide()
        self.addItem(self.region, ignoreBounds=True)
        self._is_brushing = False
        self.brushed.connect(self._on_brushed)
        self.bar_chosen.connect(lambda _number: self.region.hide())
        self.region.sigRegionChanged.connect(self._on_region_changed)
        self.region.sigRegionChangeFinished.connect(self._on_region_finished)
        self._color_region()

    @property
    def chosen_range(self) -> Range | None:
        """The range chosen, in the units of the axis."""
        if not self.region.isVisible():
            return None
        low, high = self.region.getRegion()
        return float(low), float(high)

    def forget(self) -> None:
        """Take the choice back without telling of it."""
        self.region.hide()
        super().forget()

    def restyle(self) -> None:
        """Take the colours of the theme in use."""
        super().restyle()
        if hasattr(self, "region"):
            self._color_region()

    def _undo(self) -> None:
        self.region.hide()
        super()._undo()

    def _on_clicked(self, place: QPointF) -> None:
        if self.chosen_range is not None and self.bar_at(place) is None:
            self._undo()
            return
        super()._on_clicked(place)

    def _on_brushed(self, first: QPointF, last: QPointF, is_over: bool) -> None:
        if not self.region.isVisible():
            super().forget()
        ends = sorted((first.x(), last.x()))
        low, high = self.view.viewRange()[0]
        low, high = (min(max(each, low), high) for each in ends)
        self._is_brushing = True
        self.region.setRegion((low, high))
        self.region.show()
        self._is_brushing = False
        self.holds_escape = True
        self.range_moved.emit(low, high)
        if is_over:
            self.range_chosen.emit(low, high)

    def _on_region_changed(self) -> None:
        if not self._is_brushing and self.chosen_range is not None:
            self.range_moved.emit(*self.chosen_range)

    def _on_region_finished(self) -> None:
        if not self._is_brushing and self.chosen_range is not None:
            self.range_chosen.emit(*self.chosen_range)

    def _color_region(self) -> None:
        accent = theme.color("accent")
        for brush, opacity in ((self.region.setBrush, 0.16), (self.region.setHoverBrush, 0.24)):
            shade = theme.color("accent")
            shade.setAlphaF(opacity)
            brush(pg.mkBrush(shade))
        for line in self.region.lines:
            line.setPen(pg.mkPen(accent, width=2))
            line.setHoverPen(pg.mkPen(theme.color("text"), width=2))
