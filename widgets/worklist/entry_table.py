"""The list of a worklist's places."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from widgets import theme
from widgets.worklist.model import WorklistModel
from widgets.worklist.verbs import verb_of

_Index = QModelIndex | QPersistentModelIndex

_ROW_HEIGHT = 24
_ROWS = 4
_WIDTHS = (192, 120, 168, 80, 104, 224)


class EntryTable(QTableView):
    """One row a place. Letters are the worklist's verbs here, and search for nothing."""

    row_chosen = Signal(int)
    """The row that is at hand now."""

    def __init__(self, model: WorklistModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self._is_quiet = False
        self.setObjectName("WorklistTable")
        self.setAccessibleName("Places of the worklist")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setIconSize(QSize(16, 16))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate(_WIDTHS):
            self.setColumnWidth(column, width)
        self.setFixedHeight((_ROWS + 1) * _ROW_HEIGHT + theme.GRID)

    def show_whole(self, rows: int) -> None:
        """Take the room for some rows, and for all that stands in them."""
        header = self.horizontalHeader()
        height = header.sizeHint().height() + rows * _ROW_HEIGHT + theme.GRID
        self.setFixedHeight(height)
        header.setStretchLastSection(False)
        self.resizeColumnsToContents()
        self.resize(header.length() + theme.GRID, height)
        header.setStretchLastSection(True)

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Tell nothing meanwhile: rows come and go, and nobody chooses one."""
        self._is_quiet = True
        try:
            yield
        finally:
            self._is_quiet = False

    def show_row(self, row: int | None) -> None:
        """Put a row at hand; None for none."""
        if row is None:
            self.selectionModel().clear()
        elif self.currentIndex().row() != row:
            self.setCurrentIndex(self.model().index(row, 0))

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        """Tell which row is at hand."""
        super().currentChanged(current, previous)
        if current.isValid() and not self._is_quiet:
            self.row_chosen.emit(current.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the verbs' keys to the worklist."""
        if verb_of(event) is None:
            super().keyPressEvent(event)
        else:
            event.ignore()
