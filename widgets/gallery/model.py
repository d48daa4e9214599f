"""The samples of the gallery as an item model."""

from __future__ import annotations

import html
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from core.flags import Flag, FlagBook, flag_book
from widgets.flags.severity import WORDS, check_title, counted
from widgets.row_steps import row_steps

Index = QModelIndex | QPersistentModelIndex


class GalleryModel(QAbstractListModel):
    """Sample ids in the order they are shown, with what is known of each."""

    IdRole = Qt.ItemDataRole.UserRole
    SeverityRole = Qt.ItemDataRole.UserRole + 1
    """The Severity of the sample's worst flag, or None."""
    FlagCountRole = Qt.ItemDataRole.UserRole + 3
    """How many flags the sample has."""
    ExcludedRole = Qt.ItemDataRole.UserRole + 2
    """Why the sample is excluded, or None when it is not."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: list[str] = []
        self._rows: dict[str, int] | None = None
        self._flags = FlagBook()
        self._excluded: Mapping[str, str] = {}

    @property
    def ids(self) -> list[str]:
        """The sample ids, in order. Not to be changed."""
        return self._ids

    def row_of(self, sample_id: str) -> int | None:
        """The row of a sample; None when it is not shown."""
        if self._rows is None:
            self._rows = {known: row for row, known in enumerate(self._ids)}
        return self._rows.get(sample_id)

    def set_ids(self, ids: Sequence[str]) -> None:
        """Show other samples: rows that stay are kept, unless nearly everything changes."""
        new = list(ids)
        if new == self._ids:
            return
        steps = row_steps(self._ids, new)
        if steps is None:
            self.beginResetModel()
            self._ids, self._rows = new, None
            self.endResetModel()
            return
        removed, inserted = steps
        nowhere = QModelIndex()
        for first, last in reversed(removed):
            self.beginRemoveRows(nowhere, first, last)
            del self._ids[first : last + 1]
            self._rows = None
            self.endRemoveRows()
        for first, last in inserted:
            self.beginInsertRows(nowhere, first, last)
            self._ids[first:first] = new[first : last + 1]
            self._rows = None
            self.endInsertRows()

    def set_flags(
        self, flags: Mapping[str, Sequence[Flag]], changed: Collection[str] | None = None
    ) -> None:
        """Take over the flags by sample id; `changed` names the samples concerned, None all."""
        self._flags = flag_book(flags)
        self._tell(changed)

    def set_excluded(
        self, excluded: Mapping[str, str], changed: Collection[str] | None = None
    ) -> None:
        """Take over the excluded samples and the reason for each."""
        self._excluded = excluded
        self._tell(changed)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """The number of samples; a sample has no rows below it."""
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What is known of a sample."""
        if not index.isValid() or not 0 <= index.row() < len(self._ids):
            return None
        sample_id = self._ids[index.row()]
        if role in (self.IdRole, Qt.ItemDataRole.DisplayRole):
            return sample_id
        if role == self.SeverityRole:
            return self._flags.severity_of(sample_id)
        if role == self.FlagCountRole:
            return self._flags.count_of(sample_id)
        if role == self.ExcludedRole:
            return self._excluded.get(sample_id)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tooltip(sample_id)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(sample_id)
        return None

    def _tell(self, changed: Collection[str] | None) -> None:
        if not self._ids:
            return
        if changed is None:
            self.dataChanged.emit(self.index(0), self.index(len(self._ids) - 1))
            return
        for sample_id in changed:
            row = self.row_of(sample_id)
            if row is not None:
                self.dataChanged.emit(self.index(row), self.index(row))

    def _tooltip(self, sample_id: str) -> str:
        lines = [f"<b>{html.escape(sample_id)}</b>"]
        for flag in self._flags.get(sample_id, ()):
            title = html.escape(f"{WORDS[flag.severity]} · {check_title(flag.check)}")
            lines.append(f"<i>{title}:</i> {html.escape(flag.message)}")
        if len(lines) == 1:
            lines.append("No flags")
        reason = self._excluded.get(sample_id)
        if reason is not None:
            why = f": {html.escape(reason)}" if reason else ""
            lines.append(f"Excluded from training{why}")
        return "<br>".join(lines)

    def _spoken(self, sample_id: str) -> str:
        severity = self._flags.severity_of(sample_id)
        count = self._flags.count_of(sample_id)
        words = [sample_id]
        if severity is not None:
            words.append(f"{counted(count, 'flag')}, worst: {WORDS[severity].lower()}")
        if sample_id in self._excluded:
            words.append("excluded")
        return ", ".join(words)
