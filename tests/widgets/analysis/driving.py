"""Hands for the tables of the analysis."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from widgets.analysis.cell_table import CellTable

LEFT = Qt.MouseButton.LeftButton


def texts(table: CellTable) -> list[list[str]]:
    """All cells, row by row."""
    model = table.cells
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def row_of(table: CellTable, first: str) -> int:
    """The row whose first cell says that."""
    return [row[0] for row in texts(table)].index(first)


def titles(table: CellTable) -> list[str]:
    """The titles above."""
    model = table.cells
    horizontal = Qt.Orientation.Horizontal
    return [model.headerData(column, horizontal) for column in range(model.columnCount())]


def tip(table: CellTable, row: int, column: int) -> str:
    """The tooltip of a cell."""
    return table.cells.index(row, column).data(Qt.ItemDataRole.ToolTipRole) or ""


def click(qtbot: QtBot, table: CellTable, row: int, column: int = 0) -> None:
    """Click into a cell."""
    index = table.cells.index(row, column)
    table.scrollTo(index)
    place: QPoint = table.visualRect(index).center()
    qtbot.mouseClick(table.viewport(), LEFT, pos=place)
