"""The entries of the worklist as rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from core.worklist.entries import Decision, Entry, State
from widgets import theme
from widgets.worklist import words
from widgets.worklist.places import Places

Index = QModelIndex | QPersistentModelIndex

# Of more changes at once, the whole table is shown anew.
_ONE_BY_ONE = 100

_HEADINGS = ("State", "Kind", "Mask → run", "Size px", "Suspicion %", "Sample", "Added for")
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_TIPS = {
    4: "How probable it is that the label is wrong here: by the finder of label errors where it "
    "judged the sample, else how sure the run is of its class",
}
_ICONS = {
    State.TO_REVIEW: ("circle-outline", "muted"),
    State.SKIPPED: ("debug-step-over", "warning"),
    Decision.MODEL: ("robot-outline", "ok"),
    Decision.KEEP: ("tag-check-outline", "ok"),
    Decision.IGNORE: ("eye-off-outline", "ok"),
    Decision.EDITED: ("pencil-outline", "ok"),
    Decision.GONE: ("check", "ok"),
}


class WorklistModel(QAbstractTableModel):
    """The places that are shown, a row each. A change of some entries touches only their rows.

    Args:
        places: The places. They are changed by this model alone, which tells its views.
        parent: Its owner.
    """

    def __init__(self, places: Places, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._places = places
        self._names: Sequence[str] = ()

    def set_classes(self, names: Sequence[str]) -> None:
        """Say how classes are called."""
        self._names = tuple(names)

    def renew(self, entries: Iterable[Entry] | None = None) -> None:
        """Show other entries, or the same ones by another order or state."""
        self.beginResetModel()
        self._places.renew(entries)
        self.endResetModel()

    def change(self, entries: Sequence[Entry], gone: Sequence[int]) -> None:
        """Follow what became of some entries: those that are new or others now, and ids gone."""
        if len(entries) + len(gone) > _ONE_BY_ONE:
            self.beginResetModel()
            for entry_id in gone:
                self._places.drop(entry_id)
            for entry in entries:
                self._places.take(entry)
            self.endResetModel()
            return
        for entry_id in gone:
            self._drop(entry_id)
        for entry in entries:
            self._take(entry)

    def _take(self, entry: Entry) -> None:
        row = self._places.row_of(entry.id)
        if row is not None and self._places.keeps_its_row(entry):
            self._places.take(entry)
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(_HEADINGS) - 1))
            return
        self._drop(entry.id)
        if not self._places.shows(entry):
            self._places.take(entry)
            return
        row = self._places.row_for(entry)
        self.beginInsertRows(QModelIndex(), row, row)
        self._places.take(entry)
        self.endInsertRows()

    def _drop(self, entry_id: int) -> None:
        row = self._places.row_of(entry_id)
        if row is None:
            self._places.drop(entry_id)
            return
        self.beginRemoveRows(QModelIndex(), row, row)
        self._places.drop(entry_id)
        self.endRemoveRows()

    def as_rows(self) -> list[list[object]]:
        """The entries shown as a table to be taken away, its first row the titles."""
        titles: list[object] = [
            "sample",
            "label_set",
            "run",
            "state",
            "decision",
            "kind",
            "mask",
            "prediction",
            "pixels",
            "suspicion",
            "source",
        ]
        rows: list[list[object]] = [
            [
                each.sample, each.label_set, each.run, each.state.value,
                each.decision.value if each.decision else None, each.region.kind.value,
                words.class_name(self._names, each.region.true_class),
                words.class_name(self._names, each.region.predicted_class),
                each.region.pixels, each.suspicion, each.source,
            ]
            for each in map(self._places.at, range(self._places.shown))
        ]  # fmt: skip
        return [titles, *rows]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """One row an entry."""
        return 0 if parent.isValid() else self._places.shown

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """One column a heading."""
        return 0 if parent.isValid() else len(_HEADINGS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Headings, with the units."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _HEADINGS[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return _TIPS.get(section)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section in (3, 4) else _LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Texts, and an icon for the state."""
        entry, column = self._places.at(index.row()), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(entry, column)
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            name, color = _ICONS[entry.decision if entry.decision is not None else entry.state]
            return theme.icon(name, color)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (3, 4):
            return _RIGHT
        if role == Qt.ItemDataRole.ToolTipRole:
            return words.current(entry, self._names)
        return None

    def _text(self, entry: Entry, column: int) -> str:
        match column:
            case 0:
                return words.state(entry).capitalize()
            case 1:
                return entry.region.kind.words
            case 2:
                return words.disagreement(entry, self._names)
            case 3:
                return f"{entry.region.pixels:,}"
            case 4:
                return f"{100 * entry.suspicion:.0f}"
            case 5:
                return entry.sample
            case _:
                return entry.source
