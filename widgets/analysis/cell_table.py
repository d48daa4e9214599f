"""A table of cells that are read, pointed at and chosen, by mouse and by keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QBrush, QColor, QFont, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from widgets.analysis.cell_delegate import BAR_ROLE, NOTE_ROLE, CellDelegate, RangeBar

_Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT = 28
_STEPS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes:
        text: What it says.
        note: What it says below that, smaller, such as an interval.
        tip: What its tooltip says.
        is_number: Whether it stands at the right.
        is_bold: Whether it is a heading.
        ink: Colour of the text; None for the usual one.
        ground: Colour behind it; None for the usual one.
        payload: What choosing it stands for; None when it cannot be chosen.
        bar: A bar that is drawn in place of a text; None for none.
        swatch: Colour of a small square before the text; None for none.
    """

    text: str = ""
    tip: str = ""
    note: str = ""
    is_number: bool = False
    is_bold: bool = False
    ink: QColor | None = None
    ground: QColor | None = None
    payload: object = None
    bar: RangeBar | None = None
    swatch: QColor | None = None


class CellModel(QAbstractTableModel):
    """Cells with titles above and, if there are any, at the left of them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._titles: Sequence[Cell] = ()
        self._row_titles: Sequence[Cell] = ()
        self._rows: Sequence[Sequence[Cell]] = ()

    def set_cells(
        self,
        titles: Sequence[Cell],
        rows: Sequence[Sequence[Cell]],
        row_titles: Sequence[Cell] = (),
    ) -> None:
        """Show other cells."""
        is_alike = len(titles) == len(self._titles) and len(rows) == len(self._rows)
        if not is_alike:
            self.beginResetModel()
        self._titles, self._rows, self._row_titles = titles, rows, row_titles
        if not is_alike:
            self.endResetModel()
        elif rows and titles:
            # The same shape: nobody loses their place.
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(titles) - 1))
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(titles) - 1)
            self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, len(rows) - 1)

    def cell(self, index: _Index) -> Cell:
        """The cell at a place."""
        return self._rows[index.row()][index.column()]

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Number of columns."""
        return 0 if parent.isValid() else len(self._titles)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What Qt asks of a cell."""
        return _role(self.cell(index), role) if index.isValid() else None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """What Qt asks of a title."""
        is_above = orientation is Qt.Orientation.Horizontal
        titles = self._titles if is_above else self._row_titles
        if not 0 <= section < len(titles):
            return None
        if role in (Qt.ItemDataRole.BackgroundRole, Qt.ItemDataRole.FontRole):
            return None
        return _role(titles[section], role)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Every cell can be walked to, so that its tooltip can be read aloud."""
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class CellTable(QTableView):
    """Shows cells. A click or Enter chooses the one that has something to choose.

    While it has the focus, arrow keys and Enter are its own, whatever the page uses them for.

    Args:
        name: What the table holds, for people who cannot see it.
        whole_rows: Whether rows are chosen rather than cells.
        row_height: Height of a row in px.
        parent: Its parent.
    """

    chosen = Signal(object)
    """The payload of the cell that was chosen."""

    def __init__(
        self,
        name: str,
        *,
        whole_rows: bool,
        row_height: int = ROW_HEIGHT,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.cells = CellModel(self)
        self.setModel(self.cells)
        self.setAccessibleName(name)
        behavior = QAbstractItemView.SelectionBehavior
        self.setSelectionBehavior(behavior.SelectRows if whole_rows else behavior.SelectItems)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setItemDelegate(CellDelegate(self))
        self.setProperty("role", "dense")
        self.setIconSize(QSize(12, 12))
        self.verticalHeader().setDefaultSectionSize(row_height)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setVisible(False)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(32)
        self.clicked.connect(self._choose)

    def set_cells(
        self,
        titles: Sequence[Cell],
        rows: Sequence[Sequence[Cell]],
        row_titles: Sequence[Cell] = (),
    ) -> None:
        """Show other cells."""
        self.cells.set_cells(titles, rows, row_titles)

    def event(self, event: QEvent) -> bool:
        """Take its keys before a shortcut of the page does."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() in (*_STEPS, *_ENTER)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space choose."""
        if event.key() in _ENTER:
            self._choose(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            payload = self.cells.cell(index).payload
            if payload is not None:
                self.chosen.emit(payload)


def _role(cell: Cell, role: int) -> Any:
    roles = Qt.ItemDataRole
    if role == roles.DisplayRole:
        return cell.text
    if role == roles.ToolTipRole:
        return cell.tip or None
    if role == roles.TextAlignmentRole:
        side = Qt.AlignmentFlag.AlignRight if cell.is_number else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter
    if role == roles.ForegroundRole and cell.ink is not None:
        return QBrush(cell.ink)
    if role == roles.BackgroundRole and cell.ground is not None:
        return QBrush(cell.ground)
    if role == roles.FontRole and cell.is_bold:
        font = QFont()
        font.setBold(True)
        return font
    if role == BAR_ROLE:
        return cell.bar
    if role == NOTE_ROLE:
        return cell.note
    if role == roles.DecorationRole and cell.swatch is not None:
        return cell.swatch
    if role == roles.AccessibleTextRole:
        return f"{cell.text}. {cell.tip}" if cell.tip else cell.text
    return None
