"""Plots in rows and columns, their heads in a line, scrolled where they do not fit."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from widgets import theme
from widgets.plots.axis import label_places
from widgets.plots.clock import XAxis
from widgets.plots.panel import PlotPanel

_TWO_COLUMNS = 4


class PlotGrid(QWidget):
    """One plot has all the room; up to four stand in two columns, more in three."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.panels: list[PlotPanel] = []
        self._columns = 1
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.GRID)
        self._grid.setVerticalSpacing(theme.GRID // 2)

    def arrange(self, panels: Sequence[PlotPanel]) -> None:
        """Show these plots in this order."""
        if list(panels) == self.panels:
            return
        for panel in self.panels:
            for widget in (panel.head, panel.plot):
                self._grid.removeWidget(widget)
                widget.hide()
        for index in range(self._grid.rowCount()):
            self._grid.setRowStretch(index, 0)
        for index in range(self._grid.columnCount()):
            self._grid.setColumnStretch(index, 0)
        self.panels = list(panels)
        self._columns = _columns_for(len(panels))
        for number, panel in enumerate(self.panels):
            row, column = divmod(number, self._columns)
            is_last = number == len(self.panels) - 1
            span = self._columns - column if is_last else 1
            # Heads in one row and plots in the next: plots side by side begin at one height.
            self._grid.addWidget(panel.head, 2 * row, column, 1, span, Qt.AlignmentFlag.AlignBottom)
            self._grid.addWidget(panel.plot, 2 * row + 1, column, 1, span)
            self._grid.setRowStretch(2 * row + 1, 1)
            self._grid.setColumnStretch(column, 1)
            panel.head.show()
            panel.plot.show()

    def label(self, axis: XAxis) -> None:
        """Write below the lowest plots what the x axis counts."""
        last_row = (len(self.panels) - 1) // self._columns
        for number, panel in enumerate(self.panels):
            is_lowest = number // self._columns == last_row
            # Above a place that is empty the row before is the lowest one too.
            label_places(panel.plot, axis, labelled=is_lowest)

    def least_height(self, width: int) -> int:
        """The height in px that the plots need at this width."""
        rows = [
            self.panels[first : first + self._columns]
            for first in range(0, len(self.panels), self._columns)
        ]
        column = (width - (self._columns - 1) * self._grid.horizontalSpacing()) // self._columns
        needed: int = sum(
            max(panel.head_height(column) for panel in row)
            + max(panel.plot.minimumHeight() for panel in row)
            for row in rows
        )
        return needed + max(2 * len(rows) - 1, 0) * self._grid.verticalSpacing()


class PlotScroll(QScrollArea):
    """Scrolls plots that do not fit.

    A bar takes some width, for want of which a legend may go on in another row: so high the plots
    would not fit any more, and a bar that came once would stay. It comes only where the plots do
    not fit without it.

    Args:
        grid: The plots.
    """

    def __init__(self, grid: PlotGrid, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plots = grid
        self.setWidget(grid)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The plots may fit now, or not any more."""
        self._settle()
        super().resizeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Other plots or legends need another height."""
        if event.type() is QEvent.Type.LayoutRequest:
            self._settle()
        return super().eventFilter(watched, event)

    def _settle(self) -> None:
        fits = self._plots.least_height(self.width()) <= self.height()
        policy = Qt.ScrollBarPolicy
        wanted = policy.ScrollBarAlwaysOff if fits else policy.ScrollBarAsNeeded
        if wanted is not self.verticalScrollBarPolicy():
            self.setVerticalScrollBarPolicy(wanted)


def _columns_for(count: int) -> int:
    if count <= 1:
        return 1
    return 2 if count <= _TWO_COLUMNS else 3
