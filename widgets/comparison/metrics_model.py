"""The metrics of one or more runs as a table: a row per run, and their difference for two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from core.evaluation.comparing.paired import Difference
from core.evaluation.metrics.confusion import Metrics
from widgets import theme
from widgets.comparison.differences import (
    DELTA_TIP,
    NOTHING,
    difference_words,
    interval_text,
    signed,
)
from widgets.comparison.metric_columns import MetricColumn, metric_columns

__all__ = ["BEST", "GOAL_MDICE", "NOTHING", "MetricsModel", "RunMetrics", "signed"]

GOAL_MDICE = 75.0
"""The mDice, in percent, at which the study counts its task as done."""

BEST = "★"
"""Shown before the best figure of a column."""

_DELTA = 3

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class RunMetrics:
    """One run in the table.

    Attributes:
        letter: How the run is called on this page, `A` or `B`.
        name: The run's name.
        color: The run's colour, the same in all views.
        metrics: Its figures; None while they are not known.
        note: Why there are no figures, in a few words; or more about the run, for the tooltip.
        interval: Where the mDice of other sets of images would lie, in percent; None for unknown.
        difference: How much more mDice than the first run it has; None for unknown.
    """

    letter: str
    name: str
    color: tuple[int, int, int]
    metrics: Metrics | None = None
    note: str = ""
    interval: tuple[float, float] | None = None
    difference: Difference | None = None


class MetricsModel(QAbstractTableModel):
    """Rows are runs, columns are metrics in percent with two decimals.

    With exactly two runs that have figures a third row says what B has more than A. With more a
    column says how much more mDice than A each has, which takes no rows from the views. The best
    value of a column is bold and carries a star, and says so to screen readers.

    Args:
        goal: mDice in percent that counts as reached.
    """

    def __init__(self, parent: QObject | None = None, *, goal: float = GOAL_MDICE) -> None:
        super().__init__(parent)
        self.goal = goal
        self._runs: list[RunMetrics] = []
        self._columns: list[MetricColumn] = []

    def set_runs(self, runs: Sequence[RunMetrics], class_names: Sequence[str]) -> None:
        """Show those runs; `class_names` gives the columns of the classes."""
        self.beginResetModel()
        self._runs = list(runs)
        self._columns = metric_columns(class_names)
        self.endResetModel()

    @property
    def runs(self) -> list[RunMetrics]:
        """The runs shown, top first."""
        return list(self._runs)

    @property
    def has_delta(self) -> bool:
        """Whether the last row is the difference of two runs."""
        return len(self._runs) == 2 and all(run.metrics is not None for run in self._runs)

    @property
    def delta_column(self) -> int | None:
        """The column of what each run has more than the first; None where there is none."""
        return _DELTA if len(self._runs) > 2 and self._runs[0].metrics is not None else None

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Number of rows."""
        return 0 if parent.isValid() else len(self._runs) + self.has_delta

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """The run, the goal, perhaps the difference, and one column per metric."""
        if parent.isValid() or not self._columns:
            return 0
        return len(self._columns) + 2 + (self.delta_column is not None)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What Qt asks of a cell."""
        if not index.isValid():
            return None
        row, column = index.row(), index.column()
        roles = Qt.ItemDataRole
        if role == roles.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if column in (0, 2) else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == roles.DisplayRole:
            text = self._text(row, column) + self._interval_text(row, column)
            return f"{BEST} {text}" if self._is_best(row, column) else text
        if role == roles.ToolTipRole:
            return self._tooltip(row, column)
        if role == roles.AccessibleTextRole:
            text = self._text(row, column)
            return f"{text}, best" if self._is_best(row, column) else text
        if role == roles.FontRole:
            font = QFont()
            font.setBold(self._is_best(row, column))
            return font
        if role == roles.DecorationRole:
            return self._decoration(row, column)
        if role == roles.ForegroundRole and row == len(self._runs):
            return theme.color("muted") if column == 0 else None
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Column titles with their units."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < self.columnCount():
            return None
        roles = Qt.ItemDataRole
        if role == roles.DisplayRole:
            return self._title(section)
        if role == roles.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section in (0, 2) else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == roles.ToolTipRole:
            metric = self._metric(section)
            if metric is not None:
                return metric.tooltip
            if section == self.delta_column:
                return DELTA_TIP
            return f"The goal is an mDice of {self.goal:g} %." if section == 2 else None
        return None

    def as_rows(self) -> list[list[str]]:
        """The whole table as text, titles first, for the clipboard."""
        columns = range(self.columnCount())
        titles = [self._title(column).replace("\n", " ") for column in columns]
        rows = [[self._text(row, column) for column in columns] for row in range(self.rowCount())]
        return [titles, *rows]

    # Column 0 is the run, 1 the mDice, 2 the goal, perhaps 3 the difference; the others are the
    # metrics after mDice.
    def _metric(self, column: int) -> MetricColumn | None:
        if column in (0, 2) or column == self.delta_column:
            return None
        before = 2 + (self.delta_column is not None)
        return self._columns[0 if column == 1 else column - before]

    def _title(self, column: int) -> str:
        metric = self._metric(column)
        if metric is not None:
            return metric.title
        if column == self.delta_column:
            return f"Δ to {self._runs[0].letter}\npoints"
        return "Run" if column == 0 else f"Goal\n{self.goal:g} %"

    def _value(self, row: int, column: int) -> float | None:
        metric = self._metric(column)
        if metric is None:
            return self._delta(row) if column == self.delta_column else None
        if row < len(self._runs):
            metrics = self._runs[row].metrics
            return None if metrics is None else metric.value(metrics)
        first, second = (self._value(each, column) for each in (0, 1))
        return None if first is None or second is None else second - first

    def _delta(self, row: int) -> float | None:
        """How much more mDice a run has than the first one; None for the first itself."""
        first, other = self._value(0, 1), self._value(row, 1)
        return None if not row or first is None or other is None else other - first

    def _text(self, row: int, column: int) -> str:
        is_delta = row == len(self._runs)
        if column == 0:
            if is_delta:
                return "Δ  B − A, in points"
            return f"{self._runs[row].letter}  {self._runs[row].name}"
        if column == 2:
            return "" if is_delta else self._goal_text(row)
        value = self._value(row, column)
        if value is None:
            return NOTHING
        return signed(value) if is_delta or column == self.delta_column else f"{value:.2f}"

    def _difference(self, row: int, column: int) -> Difference | None:
        """The difference with its interval that a cell shows; None for any other cell."""
        if column == self.delta_column:
            return self._runs[row].difference
        return self._runs[1].difference if row == len(self._runs) and column == 1 else None

    def _interval_text(self, row: int, column: int) -> str:
        difference = self._difference(row, column)
        if difference is not None and self._value(row, column) is not None:
            return interval_text(difference)
        interval = self._runs[row].interval if column == 1 and row < len(self._runs) else None
        if interval is None or self._value(row, column) is None:
            return ""
        return f" ({interval[0]:.1f}–{interval[1]:.1f})"

    def _goal_text(self, row: int) -> str:
        value = self._value(row, 1)
        if value is None:
            return NOTHING
        return "reached" if value >= self.goal else "not reached"

    def _tooltip(self, row: int, column: int) -> str | None:
        difference = self._difference(row, column)
        if difference is not None:
            return difference_words(difference, self._runs[0].letter)
        if row == len(self._runs):
            return "How much more B has than A, in percentage points." if column == 0 else None
        if column == self.delta_column and row == 0:
            return "The others are held against this run."
        run = self._runs[row]
        if column == 0:
            return f"{run.name}\n{run.note}" if run.note else run.name
        if column == 2:
            value = self._value(row, 1)
            return None if value is None else f"{signed(value - self.goal)} points from the goal"
        if self._value(row, column) is None:
            if run.metrics is None:
                return run.note or None
            return "The class occurs neither in the masks nor in the predictions."
        said = ["The best of the runs"] if self._is_best(row, column) else []
        if column == 1 and run.interval is not None:
            low, high = run.interval
            said.append(
                f"On other images of this kind it would lie between {low:.1f} and {high:.1f} %"
                " (95 % interval)."
            )
        return "\n".join(said) or None

    def _is_best(self, row: int, column: int) -> bool:
        value = self._value(row, column) if row < len(self._runs) else None
        if value is None or len(self._runs) < 2 or column == self.delta_column:
            return False
        # What looks equal at two decimals has no winner.
        others = [self._value(each, column) for each in range(len(self._runs)) if each != row]
        known = [round(other, 2) for other in others if other is not None]
        return bool(known) and round(value, 2) > max(known)

    def _decoration(self, row: int, column: int) -> Any:
        if row == len(self._runs):
            return None
        if column == 0:
            return QColor(*self._runs[row].color)
        value = self._value(row, 1) if column == 2 else None
        if value is None:
            return None
        if value >= self.goal:
            return theme.icon("check-circle", "ok")
        return theme.icon("circle-outline", "muted")
