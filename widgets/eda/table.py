"""A small table of numbers beside a chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QIcon,
    QKeySequence,
    QPixmap,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

_ROW_HEIGHT = 24
# Room around the words, px: in the header, and in a cell, which has a margin of its own.
_PADDING, _CELL_PADDING = 14, 20
# With more rows than this there is mostly a scroll bar.
_MOST_ROWS = 4
_SWATCH = 10


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title with the unit (a line break where it may be broken) and what it is."""

    title: str
    tooltip: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the name of a class, its colour, and the texts of the other columns."""

    name: str
    color: QColor
    texts: tuple[str, ...]


class NumbersTable(QTableWidget):
    """Names on the left, numbers right-aligned; Ctrl+C copies everything, separated by tabs."""

    row_chosen = Signal(int)

    def __init__(
        self,
        name: str,
        columns: Sequence[Column],
        *,
        choosable: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(0, len(columns), parent)
        self._emphasised: int | None = None
        self._columns = list(columns)
        self.setAccessibleName(name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        modes = QAbstractItemView.SelectionMode
        self.setSelectionMode(modes.SingleSelection if choosable else modes.NoSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(self.Shape.NoFrame)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setMinimumWidth(200)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(32)
        self.set_columns(columns)
        copy = QAction("Copy the table", self)
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy_text)
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.itemSelectionChanged.connect(self._on_selected)

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Take other columns; the first one holds the names."""
        self._columns = list(columns)
        self.setColumnCount(len(columns))
        for number, column in enumerate(columns):
            item = QTableWidgetItem(column.title)
            item.setToolTip(column.tooltip)
            item.setTextAlignment(_alignment(number))
            self.setHorizontalHeaderItem(number, item)

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows."""
        self.blockSignals(True)
        self.setRowCount(len(rows))
        for number, row in enumerate(rows):
            for place, text in enumerate((row.name, *row.texts)):
                item = QTableWidgetItem(text)
                item.setTextAlignment(_alignment(place))
                if place == 0:
                    item.setIcon(_swatch(row.color))
                    item.setToolTip(row.name)
                self.setItem(number, place, item)
        self.blockSignals(False)
        self._embolden()
        self._fit_columns()

    def sizeHint(self) -> QSize:
        """As wide as its columns, so that the chart gets the rest."""
        bar = self.verticalScrollBar().sizeHint().width() if self.rowCount() > _MOST_ROWS else 0
        return QSize(self.horizontalHeader().length() + bar + 4, super().sizeHint().height())

    def emphasise(self, column: int | None) -> None:
        """Print a column in bold, the one that is in use."""
        self._emphasised = column
        self._embolden()

    def text_of(self, row: int, column: int) -> str:
        """What a cell says."""
        item = self.item(row, column)
        return "" if item is None else item.text()

    def copy_text(self) -> None:
        """Put the table on the clipboard, columns separated by tabs."""
        titles = [column.title.replace("\n", " ") for column in self._columns]
        rows = [
            [self.text_of(row, column) for column in range(self.columnCount())]
            for row in range(self.rowCount())
        ]
        QGuiApplication.clipboard().setText("\n".join("\t".join(row) for row in [titles, *rows]))

    def _embolden(self) -> None:
        for column in range(self.columnCount()):
            font = QFont(self.font())
            font.setBold(column == self._emphasised)
            for row in range(self.rowCount()):
                item = self.item(row, column)
                if item is not None:
                    item.setFont(font)

    def _fit_columns(self) -> None:
        bold = QFont(self.horizontalHeader().font())
        bold.setBold(True)
        title, text = QFontMetrics(bold), QFontMetrics(bold)
        header = self.horizontalHeader()
        for number, column in enumerate(self._columns):
            header.setSectionResizeMode(number, QHeaderView.ResizeMode.Fixed)
            words = [title.horizontalAdvance(line) for line in column.title.split("\n")]
            cells = [
                text.horizontalAdvance(self.text_of(row, number)) for row in range(self.rowCount())
            ]
            extra = _SWATCH + 12 if number == 0 else 0
            most = 160 if number == 0 else 400
            needed = [each + _PADDING for each in words]
            needed += [each + extra + _CELL_PADDING for each in cells]
            width = min(max(needed), most)
            header.resizeSection(number, width)
        self.updateGeometry()

    def _on_selected(self) -> None:
        rows = {index.row() for index in self.selectedIndexes()}
        if rows:
            self.row_chosen.emit(min(rows))


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def _swatch(color: QColor) -> QIcon:
    pixmap = QPixmap(_SWATCH, _SWATCH)
    pixmap.fill(color)
    return QIcon(pixmap)
