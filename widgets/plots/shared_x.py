"""One x range for several plots."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from widgets.plots.clock import XAxis
from widgets.plots.panel import PlotPanel
from widgets.plots.run_data import RunData

_FIRST_VIEW = 100.0
_PADDING = 0.015


class SharedX(QObject):
    """Keeps the x ranges of plots alike, and lets them follow the runs until somebody zooms.

    pyqtgraph's own links align plots by their pixels, which fails for plots of two widths.
    """

    changed = Signal()
    """The user looks at another range."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.follows_runs = True
        self._panels: list[PlotPanel] = []
        self._is_setting = False
        self._range = 0.0, _FIRST_VIEW

    def add(self, panel: PlotPanel) -> None:
        """Take in one more plot."""
        panel.view.setXRange(*self._range, padding=0)
        panel.view.sigXRangeChanged.connect(self._on_changed)
        panel.moved_by_hand.connect(self._on_moved_by_hand)
        self._panels.append(panel)

    def follow(self, runs: Iterable[RunData], axis: XAxis) -> None:
        """Show whole runs, from their beginning to their planned end, unless somebody zoomed."""
        if not self.follows_runs:
            return
        end = 0.0
        for data in runs:
            lasts = [series.x[-1] for series in data.all_series().values() if len(series)]
            end = max(end, data.clock.planned_end(axis, data.max_iters))
            if lasts and data.clock.knows(axis):
                end = max(end, data.clock.place(axis, float(max(lasts))))
        end = end or _FIRST_VIEW
        self._set(-end * _PADDING, end * (1 + _PADDING))

    def _set(self, low: float, high: float) -> None:
        self._range = low, high
        self._is_setting = True
        try:
            for panel in self._panels:
                panel.view.setXRange(low, high, padding=0)
        finally:
            self._is_setting = False

    def _on_changed(self, _view: object, x_range: tuple[float, float]) -> None:
        if not self._is_setting:
            self._set(*x_range)
            self.changed.emit()

    def _on_moved_by_hand(self) -> None:
        self.follows_runs = False
