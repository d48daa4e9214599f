"""The runs of a dataset as a Qt model, which reports the smallest change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from core.runs.store import RunSummary
from widgets.training.words import moment, progress_words, run_title, score, took

RUN_ROLE = int(Qt.ItemDataRole.UserRole)
"""The `RunSummary`."""
ASKED_ROLE = RUN_ROLE + 1
"""What the run's worker was asked for ("stop", "cancel"), or None."""

Index = QModelIndex | QPersistentModelIndex


class RunModel(QAbstractListModel):
    """One row a run, in the order given."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs: list[RunSummary] = []
        self._asked: dict[str, str] = {}

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Number of runs."""
        return 0 if parent.isValid() else len(self._runs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a row shows."""
        if not index.isValid():
            return None
        run = self._runs[index.row()]
        asked = self._asked.get(run.id)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return run_title(run)
            case Qt.ItemDataRole.ToolTipRole:
                return _details(run)
            case Qt.ItemDataRole.AccessibleTextRole:
                words = progress_words(run, asked)
                return f"{run_title(run)}, {words}, best mDice {score(run.best)}, took {took(run)}"
            case _ if role == RUN_ROLE:
                return run
            case _ if role == ASKED_ROLE:
                return asked
            case _:
                return None

    def run(self, index: Index) -> RunSummary | None:
        """The run in a row."""
        return self._runs[index.row()] if index.isValid() else None

    def index_of(self, run_id: str | None) -> QModelIndex:
        """The row of a run; an invalid index when it is not there."""
        for row, run in enumerate(self._runs):
            if run.id == run_id:
                return self.index(row)
        return QModelIndex()

    def update(self, runs: Sequence[RunSummary], asked: Mapping[str, str]) -> None:
        """Show these runs: rows that stay keep their place in selections."""
        wanted = {run.id for run in runs}
        for row in reversed(range(len(self._runs))):
            if self._runs[row].id not in wanted:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._runs[row]
                self.endRemoveRows()
        before = self._asked
        self._asked = dict(asked)
        for row, run in enumerate(runs):
            at = next((i for i in range(row, len(self._runs)) if self._runs[i].id == run.id), None)
            if at is None:
                self.beginInsertRows(QModelIndex(), row, row)
                self._runs.insert(row, run)
                self.endInsertRows()
                continue
            if at != row:
                self.beginMoveRows(QModelIndex(), at, at, QModelIndex(), row)
                self._runs.insert(row, self._runs.pop(at))
                self.endMoveRows()
            if self._runs[row] != run or before.get(run.id) != asked.get(run.id):
                self._runs[row] = run
                self.dataChanged.emit(self.index(row), self.index(row))


def _details(run: RunSummary) -> str:
    lines = [
        f"Run {run.id}",
        f"recipe {run.recipe}, label set {run.label_set}, device {run.device or 'auto'}",
        f"asked for {moment(run.created)}" if run.created else "",
        run.reason,
    ]
    return "\n".join(line for line in lines if line)
