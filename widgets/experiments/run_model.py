"""All runs as a Qt model: rows, or groups of rows with the mean and spread of their figures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QPixmap

from core.runs.record import RunState
from core.runs.table.columns import Column, RunRow, RunTable, Value
from core.runs.table.grouping import RunGroup, group_rows
from widgets import theme
from widgets.run_colors import colors, run_color
from widgets.training.words import state_look

MOST_TICKED = 6
"""So many runs can be compared at once."""

RUN_ROLE = int(Qt.ItemDataRole.UserRole)
"""The `RunRow`, or None for a group."""

BEST = "★"
_SWATCH = 12
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter

Index = QModelIndex | QPersistentModelIndex
T = TypeVar("T")


class ExperimentModel(QAbstractItemModel):
    """Shows rows that were chosen elsewhere, sorted, in groups or not; runs can be ticked."""

    ticked_changed = Signal()
    """Other runs are ticked, or in another order."""
    refused = Signal(str)
    """Why a run was not ticked, in a sentence."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[RunRow] = []
        self._columns: list[Column] = []
        self._by = ""
        self._groups: list[RunGroup] = []
        self._ticked: list[str] = []
        self._sorted_by = ""
        self._descending = False
        self._best: dict[str, float] = {}
        colors.changed.connect(self._recolor)

    # What is shown

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that are shown; the first one holds names and ticks."""
        return tuple(self._columns)

    @property
    def shown_rows(self) -> list[RunRow]:
        """The runs in the order in which they stand."""
        return [row for group in self._groups for row in group.rows] if self._by else self._rows

    @property
    def groups(self) -> tuple[RunGroup, ...]:
        """The groups in the order in which they stand; none while there are no groups."""
        return tuple(self._groups)

    @property
    def ticked(self) -> list[str]:
        """The ids of the ticked runs, in the order in which they were ticked."""
        return list(self._ticked)

    @property
    def sorting(self) -> tuple[str, bool]:
        """The column that sorts ("" for none), and whether it does so downwards."""
        return self._sorted_by, self._descending

    def set_content(
        self, table: RunTable, rows: Sequence[RunRow], columns: Sequence[Column], by: str = ""
    ) -> None:
        """Show these runs.

        Args:
            table: All runs: ticks of runs that are gone go too.
            rows: Those to be shown.
            columns: What to show of them.
            by: What groups them, see `GROUPINGS`; "" for no groups.
        """
        known = {row.id for row in table.rows if not row.problem}
        ticked = [run_id for run_id in self._ticked if run_id in known]
        arranged, groups = self._arranged(rows, columns, by)
        same_places = (
            by == self._by
            and [c.id for c in columns] == [c.id for c in self._columns]
            and [row.id for row in arranged] == [row.id for row in self._rows]
            and [[row.id for row in g.rows] for g in groups]
            == [[row.id for row in g.rows] for g in self._groups]
        )
        if not same_places:
            self.beginResetModel()
        before = self._rows
        self._rows, self._groups = arranged, groups
        self._columns, self._by = list(columns), by
        self._best = _best(arranged, columns)
        if not same_places:
            self.endResetModel()
        elif before != arranged:
            self._all_changed()
        if ticked != self._ticked:
            self._ticked = ticked
            self.ticked_changed.emit()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort runs, and groups by their means; runs without a value stay last."""
        if not 0 <= column < len(self._columns):
            return
        self._sorted_by = self._columns[column].id
        self._descending = order == Qt.SortOrder.DescendingOrder
        kept = [(index, self._key(index)) for index in self.persistentIndexList()]
        self.layoutAboutToBeChanged.emit()
        self._rows, self._groups = self._arranged(self._rows, self._columns, self._by)
        for index, key in kept:
            self.changePersistentIndex(index, self._found(key, index.column()))
        self.layoutChanged.emit()

    # Ticks

    def tick(self, run_id: str, ticked: bool = True) -> bool:
        """Tick a run or take its tick away; False where that cannot be."""
        if ticked == (run_id in self._ticked):
            return True
        index = self.index_of(run_id)
        if ticked and len(self._ticked) >= MOST_TICKED:
            self.refused.emit(
                f"{MOST_TICKED} runs are ticked, and more cannot be compared at once: "
                "take a tick away first."
            )
            return False
        (self._ticked.append if ticked else self._ticked.remove)(run_id)
        colors.tell_apart(self._ticked)
        if index.isValid():
            self.dataChanged.emit(index, index)
        self.ticked_changed.emit()
        return True

    def set_ticked(self, run_ids: Sequence[str]) -> None:
        """Tick these runs and no others."""
        wanted = list(dict.fromkeys(run_ids))[:MOST_TICKED]
        if wanted == self._ticked:
            return
        self._ticked = wanted
        colors.tell_apart(wanted)
        self._all_changed()
        self.ticked_changed.emit()

    # Qt's questions

    def index_of(self, run_id: str) -> QModelIndex:
        """The place of a run; an invalid one where it is not shown."""
        return self._found(("run", run_id), 0)

    def row_at(self, index: Index) -> RunRow | None:
        """The run at a place; None for a group."""
        if not index.isValid():
            return None
        group = index.internalId()
        if group:
            return self._groups[group - 1].rows[index.row()]
        return None if self._by else self._rows[index.row()]

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """A place."""
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        # Top places have the number 0, runs within a group its number counted from 1.
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        """The group of a run."""
        if not index.isValid() or not index.internalId():
            return QModelIndex()
        return self.createIndex(index.internalId() - 1, 0, 0)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Number of runs or groups."""
        if not parent.isValid():
            return len(self._groups) if self._by else len(self._rows)
        if self._by and not parent.internalId() and parent.column() == 0:
            return len(self._groups[parent.row()].rows)
        return 0

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Number of columns."""
        return len(self._columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Runs can be chosen and ticked, those that cannot be read only chosen."""
        flag = Qt.ItemFlag
        if not index.isValid():
            return flag.NoItemFlags
        flags = flag.ItemIsSelectable | flag.ItemIsEnabled
        row = self.row_at(index)
        if row is not None:
            flags |= flag.ItemNeverHasChildren
            if index.column() == 0 and not row.problem:
                flags |= flag.ItemIsUserCheckable
        return flags

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Titles of columns, and what they mean."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        column = self._columns[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.head
            case Qt.ItemDataRole.ToolTipRole:
                return f"{column.tip}\nIn filters: {column.id}\nClick: sort"
            case Qt.ItemDataRole.TextAlignmentRole:
                return _RIGHT if column.is_number else _LEFT
            case _:
                return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a cell shows."""
        if not index.isValid():
            return None
        column, row = self._columns[index.column()], self.row_at(index)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.is_number else _LEFT
        if row is None:
            return self._group_data(self._groups[index.row()], index.column(), role)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.text_of(row, column)
            case Qt.ItemDataRole.CheckStateRole if index.column() == 0 and not row.problem:
                is_ticked = row.id in self._ticked
                # Qt reads the number; Python's enum would count as no tick.
                return (Qt.CheckState.Checked if is_ticked else Qt.CheckState.Unchecked).value
            case Qt.ItemDataRole.DecorationRole if index.column() == 0:
                return _swatch(run_color(row.id))
            case Qt.ItemDataRole.DecorationRole if column.id == "state":
                look = state_look(row.state)
                return theme.icon(look.icon, look.role)
            case Qt.ItemDataRole.DecorationRole if column.id == "stale" and row.get("stale"):
                return theme.icon("history", "warning")
            case Qt.ItemDataRole.ForegroundRole if row.problem:
                return theme.color("error")
            case Qt.ItemDataRole.ToolTipRole:
                return self._tip(row, column)
            case Qt.ItemDataRole.FontRole if self._is_best(row, column):
                return _bold()
            case _ if role == RUN_ROLE:
                return row
            case _:
                return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tick a run."""
        row = self.row_at(index)
        if row is None or role != Qt.ItemDataRole.CheckStateRole or row.problem:
            return False
        return self.tick(row.id, Qt.CheckState(value) == Qt.CheckState.Checked)

    # Inside

    def _arranged(
        self, rows: Sequence[RunRow], columns: Sequence[Column], by: str
    ) -> tuple[list[RunRow], list[RunGroup]]:
        key = self._sorted_by
        arranged = list(rows)
        if key:
            arranged = _sorted(arranged, [row.get(key) for row in arranged], self._descending)
        if not by:
            return arranged, []
        groups = group_rows(arranged, by, columns)
        if key:
            values: list[Value] = []
            for group in groups:
                spread = group.spreads.get(key)
                values.append(spread.mean if spread is not None else group.common.get(key))
            if key == "name":
                values = [group.title for group in groups]
            groups = _sorted(groups, values, self._descending)
        return arranged, groups

    def _key(self, index: Index) -> tuple[str, str]:
        row = self.row_at(index)
        return ("run", row.id) if row is not None else ("group", self._groups[index.row()].title)

    def _found(self, key: tuple[str, str], column: int) -> QModelIndex:
        kind, name = key
        if kind == "group":
            at = next((n for n, each in enumerate(self._groups) if each.title == name), -1)
            return self.index(at, column) if at >= 0 else QModelIndex()
        if not self._by:
            at = next((n for n, row in enumerate(self._rows) if row.id == name), -1)
            return self.index(at, column) if at >= 0 else QModelIndex()
        for place, group in enumerate(self._groups):
            for at, row in enumerate(group.rows):
                if row.id == name:
                    return self.index(at, column, self.index(place, 0))
        return QModelIndex()

    def _all_changed(self) -> None:
        last = len(self._columns) - 1
        count = self.rowCount()
        if not count or last < 0:
            return
        self.dataChanged.emit(self.index(0, 0), self.index(count - 1, last))
        for place, group in enumerate(self._groups):
            parent = self.index(place, 0)
            first, end = self.index(0, 0, parent), self.index(len(group.rows) - 1, last, parent)
            self.dataChanged.emit(first, end)

    def _recolor(self) -> None:
        self._all_changed()

    def text_of(self, row: RunRow, column: Column) -> str:
        """What a cell says."""
        if column.id == "state":
            return "Unreadable" if row.problem else state_look(row.state).word
        text = column.text(row.get(column.id))
        return f"{BEST} {text}" if self._is_best(row, column) else text

    def _is_best(self, row: RunRow, column: Column) -> bool:
        best = self._best.get(column.id)
        return best is not None and row.number(column.id) == best

    def _group_data(self, group: RunGroup, place: int, role: int) -> object:
        column = self._columns[place]
        match role:
            case Qt.ItemDataRole.DisplayRole if place == 0:
                return group_title(group)
            case Qt.ItemDataRole.DisplayRole if column.is_number:
                found = group.spreads.get(column.id)
                return "" if found is None else column.spread_text(found.mean, found.spread)
            case Qt.ItemDataRole.DisplayRole:
                common = group.common.get(column.id, "")
                is_state = column.id == "state" and bool(common)
                return state_look(RunState(common)).word if is_state else common
            case Qt.ItemDataRole.ToolTipRole if column.is_number:
                found = group.spreads.get(column.id)
                if found is None:
                    return None
                return (
                    f"Mean of {found.count}, ± their standard deviation"
                    if found.spread is not None
                    else "One value, so there is no spread"
                )
            case Qt.ItemDataRole.FontRole:
                return _bold()
            case _:
                return None

    def _tip(self, row: RunRow, column: Column) -> str:
        lines = [self.text_of(row, column), row.notes.get(column.id, "")]
        if column.id in ("name", "state"):
            lines = [row.name, f"Folder {row.id}", row.problem or row.reason]
        return "\n".join(line for line in lines if line)


def group_title(group: RunGroup) -> str:
    """What a group is called: what its runs have in common, and how many they are."""
    count = "1 run" if len(group.rows) == 1 else f"{len(group.rows)} runs"
    return f"{group.title} ({count})"


def _sorted(things: list[T], values: Sequence[Value], descending: bool) -> list[T]:
    """Things by their values; those without one stay last either way."""
    known = [(v, n) for n, v in enumerate(values) if v is not None and v != ""]
    known.sort(key=lambda each: _sort_key(each[0]), reverse=descending)
    missing = [n for n, v in enumerate(values) if v is None or v == ""]
    return [things[n] for n in (*(n for _, n in known), *missing)]


def _sort_key(value: Value) -> tuple[int, float, str]:
    return (1, 0.0, value.lower()) if isinstance(value, str) else (0, value or 0.0, "")


def _best(rows: Sequence[RunRow], columns: Sequence[Column]) -> dict[str, float]:
    """The best value of each figure that has one, where there is something to be better than."""
    best: dict[str, float] = {}
    for column in columns:
        if column.better != "higher":
            continue
        numbers = [value for row in rows if (value := row.number(column.id)) is not None]
        if len(numbers) > 1:
            best[column.id] = max(numbers)
    return best


@lru_cache(maxsize=64)
def _swatch(color: tuple[int, int, int]) -> QPixmap:
    pixmap = QPixmap(_SWATCH, _SWATCH)
    pixmap.fill(QColor(*color))
    return pixmap


def _bold() -> QFont:
    font = theme.base_font()
    font.setBold(True)
    return font
