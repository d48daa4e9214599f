"""The runs of a dataset as a Qt model, which reports the smallest change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from core.runs.store import RunSummary
from widgets.run_colors import colors, run_color
from widgets.training.words import (
    moment,
    progress_words,
    run_title,
    score,
    silence_words,
    stale_words,
    took,
)

RUN_ROLE = int(Qt.ItemDataRole.UserRole)
"""The `RunSummary`."""
ASKED_ROLE = RUN_ROLE + 1
"""What the run's worker was asked for ("stop", "pause", "cancel"), or None."""
PLACE_ROLE = RUN_ROLE + 2
"""The run's place in the queue, counted from 1, or None."""
COLOR_ROLE = RUN_ROLE + 3
"""The colour (RGB) of the run in the plots, or None when it is not shown there."""

MIME_TYPE = "application/x-petseg-run"

Index = QModelIndex | QPersistentModelIndex


class RunModel(QAbstractListModel):
    """One row a run, in the order given.

    Ticked runs are shown in the plots, and so is the chosen one. Each has its own colour, by which
    it is known on the other pages too.
    """

    shown_changed = Signal(object)
    """The ids of the runs to be shown in the plots, in the order in which they were added."""
    rename_requested = Signal(str, str)
    """A run's id, and the name that was typed for it."""
    move_requested = Signal(str, int)
    """A waiting run, and the place in the queue where it was dropped, counted from 0."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs: list[RunSummary] = []
        self._asked: dict[str, str] = {}
        self._waiting: list[str] = []
        self._ticked: list[str] = []
        self._chosen = ""
        self._places: dict[str, int] = {}
        self._is_showing = False
        colors.changed.connect(self._on_colors)

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
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return run_title(run)
            case Qt.ItemDataRole.ToolTipRole:
                return _details(run)
            case Qt.ItemDataRole.AccessibleTextRole:
                words = progress_words(run, asked)
                said = f"{run_title(run)}, {words}, best mDice {score(run.best)}, took {took(run)}"
                return ", ".join(part for part in (said, stale_words(run)) if part)
            case Qt.ItemDataRole.CheckStateRole:
                ticked = run.id in self._ticked
                return Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
            case _ if role == RUN_ROLE:
                return run
            case _ if role == ASKED_ROLE:
                return asked
            case _ if role == PLACE_ROLE:
                return self._waiting.index(run.id) + 1 if run.id in self._waiting else None
            case _ if role == COLOR_ROLE:
                return self.color_of(run.id)
            case _:
                return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tick a run, or ask for another name (which is shown once the run has it)."""
        if not index.isValid():
            return False
        run = self._runs[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole:
            self.tick(run.id, Qt.CheckState(value) == Qt.CheckState.Checked)
            return True
        name = str(value).strip()
        if role == Qt.ItemDataRole.EditRole and name and name != run_title(run):
            self.rename_requested.emit(run.id, name)
        return False

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be chosen, ticked and renamed; waiting ones can be dragged."""
        flag = Qt.ItemFlag
        if not index.isValid():
            return flag.ItemIsDropEnabled
        flags = (
            flag.ItemIsSelectable
            | flag.ItemIsEnabled
            | flag.ItemIsUserCheckable
            | flag.ItemIsEditable
            | flag.ItemNeverHasChildren
        )
        if self._runs[index.row()].id in self._waiting:
            flags |= flag.ItemIsDragEnabled | flag.ItemIsDropEnabled
        return flags

    # Dragging

    def supportedDropActions(self) -> Qt.DropAction:
        """Runs are moved."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """What is dragged: a run's id."""
        return [MIME_TYPE]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The run that is dragged."""
        data = QMimeData()
        for index in indexes:
            data.setData(MIME_TYPE, self._runs[index.row()].id.encode())
        return data

    def canDropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Whether a run may be dropped there: only among those that wait."""
        return self._drop_place(data, row, parent) is not None

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Ask for the dropped run to be moved; the rows follow once the queue has changed."""
        place = self._drop_place(data, row, parent)
        if place is not None:
            self.move_requested.emit(_dragged(data), place)
        return False

    def _drop_place(self, data: QMimeData, row: int, parent: Index) -> int | None:
        """The place in the queue, among the other runs that wait; None where there is none."""
        run_id = _dragged(data)
        rows = [at for at, run in enumerate(self._runs) if run.id in self._waiting]
        if run_id not in self._waiting or not rows:
            return None
        target = parent.row() if parent.isValid() else row
        if not rows[0] <= target <= rows[-1] + 1:
            return None
        at = self._waiting.index(run_id)
        place = target - rows[0]
        if not parent.isValid() and place > at:
            place -= 1  # a gap below the dragged run is counted without it
        return min(place, len(rows) - 1)

    # Which runs are in the plots

    @property
    def shown(self) -> list[str]:
        """The ids of the runs in the plots, in the order in which they were added."""
        return list(self._places)

    def color_of(self, run_id: str) -> tuple[int, int, int] | None:
        """The colour (RGB) of a run in the plots; None when it is not shown there."""
        return run_color(run_id) if run_id in self._places else None

    def tick(self, run_id: str, ticked: bool = True) -> None:
        """Show a run in the plots whichever is chosen, or no longer."""
        if ticked == (run_id in self._ticked):
            return
        if ticked:
            self._ticked.append(run_id)
        else:
            self._ticked.remove(run_id)
        self._rows_changed(run_id)
        self._show()

    def set_chosen(self, run_id: str) -> None:
        """Say which run is chosen: it is shown too."""
        self._chosen = run_id
        self._show()

    def _show(self) -> None:
        known = {run.id for run in self._runs}
        self._ticked = [run_id for run_id in self._ticked if run_id in known]
        wanted = [*self._ticked, self._chosen]
        before = dict(self._places)
        self._places = {run_id: place for run_id, place in self._places.items() if run_id in wanted}
        for run_id in wanted:
            if run_id in known and run_id not in self._places:
                taken = set(self._places.values())
                self._places[run_id] = next(n for n in range(len(known)) if n not in taken)
        self._places = {run_id: at for run_id, at in self._places.items() if run_id in known}
        self._is_showing = True
        colors.tell_apart(self.shown)
        self._is_showing = False
        if self._places != before:
            for run_id in before.keys() ^ self._places.keys():
                self._rows_changed(run_id)
            self.shown_changed.emit(self.shown)

    def _on_colors(self) -> None:
        for run_id in self._places:
            self._rows_changed(run_id)
        if self._places and not self._is_showing:
            self.shown_changed.emit(self.shown)

    def _rows_changed(self, run_id: str) -> None:
        index = self.index_of(run_id)
        if index.isValid():
            self.dataChanged.emit(index, index)

    # What the runs are

    def run(self, index: Index) -> RunSummary | None:
        """The run in a row."""
        return self._runs[index.row()] if index.isValid() else None

    def index_of(self, run_id: str | None) -> QModelIndex:
        """The row of a run; an invalid index when it is not there."""
        for row, run in enumerate(self._runs):
            if run.id == run_id:
                return self.index(row)
        return QModelIndex()

    def update(
        self, runs: Sequence[RunSummary], asked: Mapping[str, str], waiting: Sequence[str] = ()
    ) -> None:
        """Show these runs: rows that stay keep their place in selections."""
        wanted = {run.id for run in runs}
        for row in reversed(range(len(self._runs))):
            if self._runs[row].id not in wanted:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._runs[row]
                self.endRemoveRows()
        before, before_waiting = self._asked, self._waiting
        self._asked, self._waiting = dict(asked), list(waiting)
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
            if (
                self._runs[row] != run
                or before.get(run.id) != asked.get(run.id)
                or _place(before_waiting, run.id) != _place(self._waiting, run.id)
            ):
                self._runs[row] = run
                self.dataChanged.emit(self.index(row), self.index(row))
        self._show()


def arranged(runs: Sequence[RunSummary], waiting: Sequence[str]) -> list[RunSummary]:
    """Runs as the list has them: those that go on, those that wait in their order, the others."""
    place = {run_id: at for at, run_id in enumerate(waiting)}
    going_on = [run for run in runs if not run.state.is_over and run.id not in place]
    queued = sorted((run for run in runs if run.id in place), key=lambda run: place[run.id])
    over = [run for run in runs if run.state.is_over and run.id not in place]
    return [*going_on, *queued, *over]


def _place(waiting: Sequence[str], run_id: str) -> int | None:
    return waiting.index(run_id) if run_id in waiting else None


def _dragged(data: QMimeData) -> str:
    return bytes(data.data(MIME_TYPE).data()).decode("utf-8", "replace")


def _details(run: RunSummary) -> str:
    together = f", {run.gpus} processes together" if run.gpus > 1 else ""
    lines = [
        f"Run {run.id}",
        f"recipe {run.recipe}, label set {run.label_set}, device {run.device or 'auto'}{together}",
        f"asked for {moment(run.created)}" if run.created else "",
        f"fold {run.fold} of {run.folds} of {run.group}" if run.group else "",
        _parent_words(run),
        f"can go on from iteration {run.checkpoint}" if run.checkpoint is not None else "",
        _upper(silence_words(run.silent_seconds)) if run.silent_seconds is not None else "",
        _upper(stale_words(run)),
        run.reason,
    ]
    return "\n".join(line for line in lines if line)


def _parent_words(run: RunSummary) -> str:
    if not run.parent:
        return ""
    if run.on_repaired_labels:
        return f"trains {run.parent} again on repaired labels"
    return f"tries {run.parent} again with other settings"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
