"""A grid of panels that are made when they are first needed, and put into their places."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QWidget

from widgets import theme
from widgets.comparison.grid.arrangement import Cells, Key
from widgets.comparison.grid.panel import Panel, PanelKind


class PanelGrid(QWidget):
    """Holds panels by what they show and of which run; subclasses make and fill them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panels: dict[Key, Panel] = {}
        self._cells: Cells = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.GRID)

    @property
    def panels(self) -> list[Panel]:
        """The panels that are shown."""
        return [self._panels[key] for key in self._cells]

    def panel(self, kind: PanelKind, letter: str = "") -> Panel:
        """One panel, shown or not. Photo, truth and "who is right" belong to no run.

        A panel of two runs has both letters: "A|B".
        """
        return self._panel_of((kind, letter))

    def _make_panel(self, key: Key) -> Panel:
        """Make a panel that is needed for the first time."""
        raise NotImplementedError

    def _panel_of(self, key: Key) -> Panel:
        panel = self._panels.get(key)
        if panel is None:
            panel = self._panels[key] = self._make_panel(key)
        return panel

    def _discard(self, keys: Sequence[Key]) -> None:
        for key in keys:
            panel = self._panels.pop(key)
            self._cells.pop(key, None)
            panel.view.blockSignals(True)  # the cursor leaves it, but nobody is to know
            self._grid.removeWidget(panel)
            panel.hide()
            panel.deleteLater()

    def _place(self, cells: Cells) -> None:
        """Put panels into those places; the others are hidden by `_show_placed`."""
        for panel in self._panels.values():
            self._grid.removeWidget(panel)
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, 0)
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 0)
        for key, cell in cells.items():
            self._grid.addWidget(self._panel_of(key), *cell)
            for column in range(cell.column, cell.column + cell.columns):
                self._grid.setColumnStretch(column, 1)
            for row in range(cell.row, cell.row + cell.rows):
                self._grid.setRowStretch(row, 1)
        self._cells = cells

    def _show_placed(self) -> None:
        """Show the panels that have a place, and only those."""
        for key, panel in self._panels.items():
            panel.setVisible(key in self._cells)
