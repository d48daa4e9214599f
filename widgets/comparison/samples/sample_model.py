"""The samples of a comparison as a table: a row per sample, sorted by how wrong the runs are."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from enum import IntEnum
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QPixmap

from core.evaluation.score_table import SampleScore
from core.flags import Flag, FlagBook, flag_book
from widgets import theme
from widgets.comparison.samples.columns import Places, SampleColumns
from widgets.comparison.samples.measures import LETTERS, By, Measure, Order, measures
from widgets.comparison.samples.picture import sample_picture
from widgets.row_steps import row_runs, row_steps

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class Column(IntEnum):
    """The first columns. Those of further runs follow, and the difference is the last."""

    PICTURE = 0
    SAMPLE = 1
    A = 2
    B = 3


class SampleModel(QAbstractTableModel):
    """Samples with a figure per run and, from two runs on, the difference of two of them.

    Changing what a figure is or the order moves rows (`layoutChanged`), narrowing removes and
    inserts them, and new figures of the same samples only repaint the cells that differ; the order
    then stays, so that nobody loses their place.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = SampleColumns([])
        self._runs = 1
        self._places: Places = np.zeros(0, np.intp)
        self._ids: list[str] = []
        self._rows: dict[str, int] | None = None
        self._measure: Measure = measures(())[0]
        self._order = Order.A_WORST
        self._pair = (0, 1)
        self._filter = ""
        self._chosen: frozenset[str] | None = None
        self._flags = FlagBook()
        self._thumbnail: Callable[[str], QPixmap | None] = lambda _sample: None
        theme.signals.changed.connect(self._on_theme_changed)

    @property
    def measure(self) -> Measure:
        """What the figures are."""
        return self._measure

    @property
    def order(self) -> Order:
        """How the rows are sorted."""
        return self._order

    @property
    def pair(self) -> tuple[int, int]:
        """The places of the two runs of which the difference is shown."""
        return self._pair

    @property
    def runs(self) -> int:
        """Number of runs."""
        return self._runs

    @property
    def delta_column(self) -> int | None:
        """The column of the difference; None for one run."""
        return Column.A + self._runs if self._runs > 1 else None

    @property
    def total(self) -> int:
        """Number of samples, those that are hidden included."""
        return len(self._columns)

    @property
    def chosen(self) -> int:
        """Number of samples that `set_chosen` leaves, whatever the filter hides of them."""
        if self._chosen is None:
            return len(self._columns)
        return sum(name in self._chosen for name in self._columns.ids)

    @property
    def ids(self) -> list[str]:
        """The samples shown, top first. Not to be changed."""
        return self._ids

    def knows(self, sample_id: str) -> bool:
        """Whether a sample is in the comparison, shown or not."""
        return sample_id in self._columns.places

    def scores(self, sample_id: str) -> list[SampleScore | None]:
        """A sample's scores, one per run; none for a sample that is not in the comparison."""
        if not self.knows(sample_id):
            return []
        return [self._columns.score(sample_id, run) for run in range(self._runs)]

    def row_of(self, sample_id: str) -> int:
        """The row of a sample; -1 when it is not shown."""
        if self._rows is None:
            self._rows = {name: row for row, name in enumerate(self._ids)}
        return self._rows.get(sample_id, -1)

    # What is shown

    def set_samples(self, columns: SampleColumns) -> None:
        """Show those samples.

        Where samples and runs are the same as before, the rows keep their order.
        """
        before, count = self._columns, max(len(columns.runs), 1)
        if count == self._runs and columns.ids == before.ids:
            self._columns = columns
            self._repaint_changes(before)
            return
        self.beginResetModel()
        self._columns, self._runs = columns, count
        if max(self._pair) >= count:
            self._pair = (0, 1)
        self._take(self._arranged())
        self.endResetModel()

    def set_measure(self, measure: Measure) -> None:
        """Choose what the figures are; the rows are sorted by it."""
        self._measure = measure
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.columnCount() - 1)
        self._rearrange()
        self._repaint()

    def set_order(self, order: Order) -> None:
        """Choose how the rows are sorted."""
        before, self._order = self._order, order
        self._rearrange()
        if before.run != order.run:
            self._repaint()  # the pictures carry the Dice of the run that is sorted by

    def set_pair(self, first: int, second: int) -> None:
        """Choose the two runs of which the difference is shown, by their places."""
        if (first, second) == self._pair:
            return
        self._pair = (first, second)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.columnCount() - 1)
        self._rearrange()
        self._repaint()

    def set_filter(self, text: str) -> None:
        """Show only samples whose id contains that text, whatever its case."""
        self._filter = text.strip().lower()
        self._narrow()

    def set_chosen(self, sample_ids: Collection[str] | None) -> None:
        """Show only those samples; all for None."""
        self._chosen = None if sample_ids is None else frozenset(sample_ids)
        self._narrow()

    def set_thumbnails(self, thumbnail: Callable[[str], QPixmap | None]) -> None:
        """Say where small pictures come from; the view asks only for those it paints."""
        self._thumbnail = thumbnail
        self._repaint()

    def thumbnail_is_ready(self, sample_id: str) -> None:
        """Repaint the picture of a sample."""
        row = self.row_of(sample_id)
        if row >= 0:
            cell = self.index(row, Column.PICTURE)
            self.dataChanged.emit(cell, cell, [Qt.ItemDataRole.DecorationRole])

    def set_flags(
        self, flags: Mapping[str, Sequence[Flag]], changed: Collection[str] | None = None
    ) -> None:
        """Show which samples are flagged; `changed` names those whose flags differ now."""
        self._flags = flag_book(flags)
        if changed is None:
            self._repaint()
            return
        for row in sorted(row for row in map(self.row_of, changed) if row >= 0):
            cell = self.index(row, Column.PICTURE)
            self.dataChanged.emit(cell, cell)

    def as_rows(self) -> list[list[object]]:
        """The samples shown as a table, titles first, with all runs and in full precision."""
        unit = self._measure.unit
        titles: list[object] = ["sample"]
        titles += [f"{LETTERS[run]}: {self._measure.title} ({unit})" for run in range(self._runs)]
        values = [self._columns.values(self._measure, run) for run in range(self._runs)]
        if self.delta_column is not None:
            first, second = self._pair
            titles.append(f"{LETTERS[second]} less {LETTERS[first]} ({unit})")
            values.append(self._columns.delta(self._measure, self._pair))
        rows = [
            [self._columns.ids[place], *(_known(column[place]) for column in values)]
            for place in self._places.tolist()
        ]
        return [titles, *rows]

    # What Qt asks

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        """Number of samples shown."""
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        """Picture and name, one column per run, and from two runs on their difference."""
        if parent.isValid():
            return 0
        return Column.A + self._runs + (self._runs > 1)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What Qt asks of a cell."""
        if not index.isValid():
            return None
        sample, column = self._ids[index.row()], index.column()
        roles = Qt.ItemDataRole
        if role == roles.UserRole:
            return sample
        if role == roles.DisplayRole:
            return self._text(index.row(), column)
        if role == roles.TextAlignmentRole and column >= Column.A:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == roles.DecorationRole and column == Column.PICTURE:
            return sample_picture(
                self._thumbnail(sample), self._badge(sample), self._flags.severity_of(sample)
            )
        if role == roles.ToolTipRole:
            return self._tooltip(sample, column)
        if role == roles.AccessibleTextRole and column == Column.PICTURE:
            count = self._flags.count_of(sample)
            flags = "1 flag" if count == 1 else f"{count or 'no'} flags"
            dice = self._badge(sample)
            return f"mDice {dice} %, {flags}" if dice else flags
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Column titles, with the unit of the figures."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < self.columnCount():
            return None
        roles = Qt.ItemDataRole
        if role == roles.DisplayRole:
            return self._title(section)
        if role == roles.TextAlignmentRole:
            is_left = section < Column.A
            side = Qt.AlignmentFlag.AlignLeft if is_left else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == roles.ToolTipRole:
            return self._title_tooltip(section)
        return None

    # Words

    def _title(self, section: int) -> str:
        if section in (Column.PICTURE, Column.SAMPLE):
            return "" if section == Column.PICTURE else "Sample"
        if section == self.delta_column:
            if self._runs == 2:
                return "Δ"
            first, second = self._pair
            return f"{LETTERS[second]}−{LETTERS[first]}"
        if self._measure.is_of_mask:
            return f"Quality {self._measure.unit}"
        return f"{LETTERS[section - Column.A]} {self._measure.unit}"

    def _title_tooltip(self, section: int) -> str:
        if section == Column.PICTURE:
            letter = LETTERS[self._dice_run]
            return (
                f"The photo with its mDice by run {letter}, in percent;"
                " a badge says that the checks flag the mask"
            )
        if section == Column.SAMPLE:
            return "Click to sort by name"
        title = self._measure.title
        if self._measure.is_of_mask:
            return (
                "How far runs that have not learned a mask believe it: 100 where nothing speaks"
                " against it, the lower the more suspicious. Click to sort."
            )
        if section == self.delta_column:
            first, second = self._pair
            return f"{title}: {LETTERS[second]} − {LETTERS[first]}. Click to sort."
        return f"{title}, run {LETTERS[section - Column.A]}. Click to sort."

    def _text(self, row: int, column: int) -> str:
        if column == Column.PICTURE:
            return ""
        if column == Column.SAMPLE:
            return self._ids[row].rsplit("/", 1)[-1]
        place = int(self._places[row])
        # Of many runs the columns are narrow: whoever wants more has the tooltip and the table.
        decimals = 2 if self._runs <= 2 else 1
        if column == self.delta_column:
            delta = self._columns.delta(self._measure, self._pair)[place]
            return self._measure.delta_text(_known(delta), decimals=decimals)
        value = self._columns.values(self._measure, column - Column.A)[place]
        return self._measure.text(_known(value), decimals=decimals)

    @property
    def _dice_run(self) -> int:
        """The run whose Dice the pictures carry: the one that is sorted by."""
        return self._order.run if self._order.by in (By.WORST, By.BEST) else self._pair[0]

    def _badge(self, sample: str) -> str:
        """The Dice that a sample's picture carries; "" for none."""
        run = min(self._dice_run, self._runs - 1)
        values = self._columns.values(_M_DICE, run)
        value = _known(values[self._columns.places[sample]])
        return "" if value is None else f"{value:.1f}"

    def _tooltip(self, sample: str, column: int) -> str | None:
        if column == Column.PICTURE:
            return "\n".join(flag.message for flag in self._flags.get(sample, ())) or None
        if column == Column.SAMPLE or column == self.delta_column:
            return "\n".join([sample, *self._figures(sample)])
        run = column - Column.A
        score = self._columns.score(sample, run) if run < len(self._columns.runs) else None
        if score is None:
            return f"Run {LETTERS[run]} has no figures for this sample."
        errors = score.errors
        return (
            f"{errors.missed:,} px missed, {errors.false:,} px false, "
            f"{errors.wrong_class:,} px of a wrong class"
        )

    def _figures(self, sample: str) -> list[str]:
        """The figure of each run, where there are so many that not all may be seen."""
        if self._runs <= 2:
            return []
        place = self._columns.places[sample]
        columns = [self._columns.values(self._measure, run) for run in range(self._runs)]
        return [
            f"{LETTERS[run]} {self._measure.text(_known(column[place]))}"
            for run, column in enumerate(columns)
        ]

    # Rows

    def _arranged(self) -> Places:
        order = self._order if self._order.needs <= self._runs else Order.A_WORST
        places = self._columns.sorted(self._measure, order, self._pair)
        if not self._filter and self._chosen is None:
            return places
        columns, chosen = self._columns, self._chosen
        keeps = np.fromiter(
            (
                self._filter in lowered and (chosen is None or name in chosen)
                for name, lowered in zip(columns.ids, columns.lowered, strict=True)
            ),
            np.bool_,
            len(columns),
        )
        return places[keeps[places]]

    def _take(self, places: Places) -> None:
        self._places, self._rows = places, None
        self._ids = [self._columns.ids[place] for place in places.tolist()]

    def _narrow(self) -> None:
        """Show more samples or fewer, in the order that they have."""
        places = self._arranged()
        if np.array_equal(places, self._places):
            return
        new = [self._columns.ids[place] for place in places.tolist()]
        steps = row_steps(self._ids, new)
        if steps is None:
            self.beginResetModel()
            self._take(places)
            self.endResetModel()
            return
        removed, inserted = steps
        for first, last in reversed(removed):
            self.beginRemoveRows(_NOWHERE, first, last)
            self._take(np.delete(self._places, slice(first, last + 1)))
            self.endRemoveRows()
        for first, last in inserted:
            self.beginInsertRows(_NOWHERE, first, last)
            self._take(np.insert(self._places, first, places[first : last + 1]))
            self.endInsertRows()

    def _rearrange(self) -> None:
        arranged = self._arranged()
        if np.array_equal(arranged, self._places):
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        names = [self._ids[index.row()] for index in before]
        self._take(arranged)
        after = [
            self.index(self.row_of(name), index.column())
            for name, index in zip(names, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _repaint_changes(self, before: SampleColumns) -> None:
        """Repaint the rows whose figures are others than before."""
        differs = np.zeros(len(before), np.bool_)
        for run in range(min(len(before.runs), len(self._columns.runs))):
            for measure in (self._measure, _M_DICE):
                old, new = before.values(measure, run), self._columns.values(measure, run)
                differs |= ~((old == new) | (np.isnan(old) & np.isnan(new)))
        runs = row_runs(iter(np.flatnonzero(differs[self._places]).tolist()))
        if runs is None:
            self._repaint()
            return
        last = self.columnCount() - 1
        for first_row, last_row in runs:
            self.dataChanged.emit(self.index(first_row, 0), self.index(last_row, last))

    def _repaint(self) -> None:
        if self._ids:
            last = self.index(len(self._ids) - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def _on_theme_changed(self) -> None:
        self._repaint()


_M_DICE = measures(())[0]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
