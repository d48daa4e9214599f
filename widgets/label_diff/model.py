"""The masks that differ as a table: a row per sample, the largest change first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QPixmap

from core.labels.changes import MaskChange
from core.labels.diff import NotCompared
from widgets import theme

_Index = QModelIndex | QPersistentModelIndex

Row = MaskChange | NotCompared

UNKNOWN = "–"


class Column(IntEnum):
    """The columns."""

    PICTURE = 0
    SAMPLE = 1
    PIXELS = 2
    SHARE = 3


class Order(Enum):
    """How the rows are sorted; samples that could not be compared always come last."""

    PIXELS = "changed pixels"
    SHARE = "share of the mask"
    NAME = "name"


_TITLES = {Column.PICTURE: "", Column.SAMPLE: "Sample", Column.PIXELS: "px", Column.SHARE: "%"}
_TITLE_TIPS = {
    Column.SAMPLE: "Sort by name",
    Column.PIXELS: "Pixels that differ: sort by them",
    Column.SHARE: "Share of the mask's pixels that differ: sort by it",
}
_KEYS: dict[Order, Callable[[Row], tuple[float, str]]] = {
    Order.PIXELS: lambda row: (-changed_px(row), row.sample),
    Order.SHARE: lambda row: (-_share(row), row.sample),
    Order.NAME: lambda row: (0.0, row.sample),
}


class DiffModel(QAbstractTableModel):
    """Rows are the core's own values; nothing is made per row, so that there may be many."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._shown: list[Row] = []
        self._places: dict[str, int] = {}
        self._split: str | None = None
        self._order = Order.PIXELS
        self._thumbnail: Callable[[str], QPixmap | None] = lambda _sample: None
        theme.signals.changed.connect(self._repaint)

    @property
    def total(self) -> int:
        """Number of rows, those that the filter hides included."""
        return len(self._rows)

    @property
    def order(self) -> Order:
        """How the rows are sorted."""
        return self._order

    def set_rows(self, changes: Sequence[MaskChange], not_compared: Sequence[NotCompared]) -> None:
        """Show those samples."""
        self._rows = [*changes, *not_compared]
        self._rebuild()

    def set_split(self, split: str | None) -> None:
        """Show only the samples of a split; all for None."""
        if split != self._split:
            self._split = split
            self._rebuild()

    def set_order(self, order: Order) -> None:
        """Sort the rows."""
        if order is not self._order:
            self._order = order
            self._rebuild()

    def set_thumbnails(self, thumbnail: Callable[[str], QPixmap | None]) -> None:
        """Say where the small picture of a sample id comes from."""
        self._thumbnail = thumbnail

    def thumbnail_is_ready(self, sample_id: str) -> None:
        """Repaint the picture of a sample."""
        row = self.row_of(sample_id)
        if row >= 0:
            index = self.index(row, Column.PICTURE)
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])

    def at(self, row: int) -> Row | None:
        """The sample of a row; None where there is no row."""
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def row_of(self, sample_id: str) -> int:
        """The row of a sample; -1 when it is not shown."""
        return self._places.get(sample_id, -1)

    def ids(self, first: int, last: int) -> list[str]:
        """The samples of the rows from `first` to `last`."""
        return [row.sample for row in self._shown[first : last + 1]]

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """One row per sample shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Picture, name and two figures."""
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The titles of the columns; figures are right-aligned."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = Column(section)
        if role == Qt.ItemDataRole.DisplayRole:
            return _TITLES[column]
        if role == Qt.ItemDataRole.ToolTipRole:
            return _TITLE_TIPS.get(column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows."""
        if not index.isValid():
            return None
        row, column = self._shown[index.row()], Column(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _text(row, column)
            case Qt.ItemDataRole.DecorationRole if column is Column.PICTURE:
                return self._thumbnail(row.sample)
            case Qt.ItemDataRole.ToolTipRole:
                return row.reason if isinstance(row, NotCompared) else row.sample
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.ForegroundRole if isinstance(row, NotCompared):
                return theme.color("muted")
            case _:
                return None

    def _rebuild(self) -> None:
        self.beginResetModel()
        wanted = self._rows
        if self._split is not None:
            start = f"{self._split}/"
            wanted = [row for row in wanted if row.sample.startswith(start)]
        key = _KEYS[self._order]
        self._shown = sorted(wanted, key=lambda row: (isinstance(row, NotCompared), *key(row)))
        self._places = {row.sample: place for place, row in enumerate(self._shown)}
        self.endResetModel()

    def _repaint(self) -> None:
        if self._shown:
            last = self.index(len(self._shown) - 1, len(Column) - 1)
            self.dataChanged.emit(self.index(0, 0), last)


def changed_px(row: Row) -> int:
    """Pixels that differ; 0 where it is not known."""
    return row.changed_px if isinstance(row, MaskChange) else 0


def share_words(share: float) -> str:
    """A share of the pixels in percent, which never looks like none at all."""
    percent = 100 * share
    return "< 0.01" if 0 < percent < 0.005 else f"{percent:.2f}"


def _share(row: Row) -> float:
    return row.share if isinstance(row, MaskChange) else 0.0


def _text(row: Row, column: Column) -> str | None:
    match column:
        case Column.SAMPLE:
            return row.sample
        case Column.PIXELS:
            return f"{row.changed_px:,}" if isinstance(row, MaskChange) else UNKNOWN
        case Column.SHARE:
            return share_words(row.share) if isinstance(row, MaskChange) else UNKNOWN
        case _:
            return None


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight
    if column in (Column.PICTURE, Column.SAMPLE):
        side = Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
