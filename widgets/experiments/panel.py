"""All runs of a dataset: the table above, four ways to look at them below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.runs.table.columns import Column, RunRow, RunTable
from core.runs.table.export import groups_csv, rows_csv
from widgets import theme
from widgets.empty_state import EmptyState
from widgets.experiments import words
from widgets.experiments.run_tree import RunTree
from widgets.experiments.run_views import (
    CURVES,
    DIFFERENCES,
    PARALLEL,
    SCATTER,
    TABLE,
    VIEWS,
    RunViews,
)
from widgets.experiments.top_row import TopRow
from widgets.plots.shown_run import ShownRun
from widgets.run_colors import colors, run_color

__all__ = ["CURVES", "DIFFERENCES", "PARALLEL", "SCATTER", "TABLE", "VIEWS", "ExperimentsPanel"]


class ExperimentsPanel(QStackedWidget):
    """Chooses among all runs.

    Filter, brushes and boxes narrow what is shown; ticks say which runs to compare; the current
    run is emphasised in every view.
    """

    compare_requested = Signal(object)
    """The ids (list) of the runs that the user wants to compare, or of one to look at."""
    curves_wanted = Signal()
    """Curves of other runs are looked at: `curves.runs`."""
    refused = Signal(str)
    """Why something was not done, in a sentence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ExperimentsPanel")
        self._table = RunTable()
        self._rows: list[RunRow] = []
        self._whole: list[RunRow] = []
        self._automatic: list[str] = []
        self._automatic_axes: list[str] = []
        self._insides: dict[str, set[str] | None] = {}
        self._is_narrowing = False
        self.empty = EmptyState("flask-outline", *words.NO_DATASET)
        self.top = TopRow()
        self.tree = RunTree()
        self.nothing = EmptyState("magnify", *words.NOTHING_FOUND)
        self.views = RunViews()
        self.parallel, self.scatter = self.views.parallel, self.views.scatter
        self.curves, self.differences = self.views.curves, self.views.differences
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self._tree_stack = QStackedWidget()
        self._lay_out()
        self._connect()
        self.clear()

    # What is shown

    @property
    def table(self) -> RunTable:
        """All runs."""
        return self._table

    @property
    def rows(self) -> list[RunRow]:
        """The runs that the filter lets through."""
        return list(self._rows)

    @property
    def ticked(self) -> list[str]:
        """The ids of the ticked runs."""
        return self.tree.run_model.ticked

    @property
    def view(self) -> str:
        """Which of `VIEWS` is shown below the table."""
        return self.views.view

    def show_view(self, view: str) -> None:
        """Show one of `VIEWS` below the table."""
        self.views.show_view(view)

    def clear(self, *, has_dataset: bool = False) -> None:
        """Show that there are no runs to look at."""
        self.tree.run_model.set_ticked(())
        self.set_table(RunTable())
        self.empty.say(*(words.READING if has_dataset else words.NO_DATASET))

    def set_table(self, table: RunTable) -> None:
        """Show these runs; ticks, filter, brushes and the current run stay."""
        self._table = table
        self.empty.say(*words.NO_RUNS)
        self.setCurrentIndex(1 if table.rows else 0)
        self.top.filter_field.set_columns(table.columns)
        self._whole = [row for row in table.rows if not row.problem]
        self._automatic = words.automatic_columns(table)
        self.top.columns_button.set_columns(table.columns, self._automatic)
        self.views.scatter_bar.set_columns(words.figure_columns(table.columns))
        self.top.show_troubles(table)
        self._find()

    def set_ticked(self, run_ids: Sequence[str]) -> None:
        """Tick these runs and no others."""
        self.tree.run_model.set_ticked(run_ids)

    def titles(self) -> dict[str, str]:
        """What each run is called."""
        return {row.id: row.name for row in self._table.rows}

    # To take away

    def picture(self, view: str) -> QPixmap:
        """A view at twice its size."""
        return self.tree.picture() if view == TABLE else self.views.picture(view)

    def csv(self, view: str) -> str:
        """What a view shows, as CSV."""
        match view:
            case _ if view == CURVES:
                return self.curves.csv()
            case _ if view == DIFFERENCES:
                return self.differences.csv()
            case _ if view == PARALLEL:
                rows = [row for row in self._inside_rows() if not row.problem]
                return rows_csv(self._with_names(self._axes()), rows)
            case _ if view == SCATTER:
                both = [
                    each
                    for each in (self.views.scatter_bar.right, self.views.scatter_bar.up)
                    if each
                ]
                keys = [each.id for each in both]
                rows = [
                    row
                    for row in self._inside_rows()
                    if all(row.get(key) is not None for key in keys)
                ]
                return rows_csv(self._with_names(both), rows)
            case _:
                model = self.tree.run_model
                if model.groups:
                    return groups_csv(model.columns, model.groups)
                return rows_csv(model.columns, model.shown_rows)

    def _with_names(self, columns: Sequence[Column]) -> list[Column]:
        first = [each for key in ("id", "name") if (each := self._table.column(key)) is not None]
        return [*first, *(column for column in columns if column not in first)]

    # What is chosen

    def _find(self) -> None:
        self._rows = self.top.filter_field.filter.keep(self._table.rows)
        self._show_views()
        self._show_rows()

    def _show_views(self) -> None:
        """The drawn views: all runs that the filter lets through.

        One that is hidden waits until it is shown, unless something drawn into it narrows the runs.
        """
        self._is_narrowing = True
        readable = [row for row in self._rows if not row.problem]
        if self.view == PARALLEL or self._insides.get(PARALLEL) is not None:
            self._automatic_axes = words.automatic_axes(self._table, readable)
            figures = words.figure_columns(self._table.columns)
            self.views.axes_button.set_columns(figures, self._automatic_axes)
            self.parallel.set_runs(readable, self._axes(), self._whole)
        if self.view == SCATTER or self._insides.get(SCATTER) is not None:
            bar = self.views.scatter_bar
            self.scatter.set_runs(readable, bar.right, bar.up, log=bar.log)
            bar.show_counting(self.scatter.is_log, self.scatter.can_be_log)
        self._is_narrowing = False

    def _axes(self) -> list[Column]:
        chosen = self.views.axes_button.chosen
        wanted = self._automatic_axes if chosen is None else chosen
        return [each for key in wanted if (each := self._table.column(key)) is not None]

    def _inside_rows(self) -> list[RunRow]:
        insides = [each for each in self._insides.values() if each is not None]
        return [row for row in self._rows if all(row.id in inside for inside in insides)]

    def _show_rows(self) -> None:
        """The table: what brushes and boxes leave of that."""
        rows = self._inside_rows()
        chosen = self.top.columns_button.chosen
        wanted = self._automatic if chosen is None else chosen
        names = list(dict.fromkeys(["name", *wanted]))
        columns = [each for key in names if (each := self._table.column(key)) is not None]
        by = self.top.grouping
        self.tree.set_content(self._table, rows, columns, by)
        self._tree_stack.setCurrentIndex(0 if rows else 1)
        is_narrowed = any(each is not None for each in self._insides.values())
        counts = len(rows), len(self._rows), len(self._table.rows)
        self.top.show_count(*counts, is_narrowed=is_narrowed)
        self._show_ticked()

    def _show_ticked(self) -> None:
        ticked = self.ticked
        self.top.show_ticked(ticked)
        for view in (self.parallel, self.scatter):
            view.set_marked(ticked, self.tree.current)
        self._show_curves()
        self.differences.set_runs(self._table, ticked)

    def _show_curves(self) -> None:
        titles = self.titles()
        before = self.curves.runs
        shown = [
            ShownRun(run_id, titles.get(run_id, run_id), run_color(run_id))
            for run_id in (self.ticked if self.view == CURVES else ())
        ]
        self.curves.set_runs(shown)
        if self.curves.runs != before:
            self.curves_wanted.emit()

    # Hands

    def _connect(self) -> None:
        top, views, tree, model = self.top, self.views, self.tree, self.tree.run_model
        top.filter_field.changed.connect(self._find)
        top.group_box.activated.connect(lambda _at: self._show_rows())
        top.columns_button.changed.connect(self._show_rows)
        views.axes_button.changed.connect(self._show_views)
        views.scatter_bar.changed.connect(self._show_views)
        top.compare_button.clicked.connect(self.compare)
        top.narrowed_button.clicked.connect(views.clear_narrowing)
        tree.current_changed.connect(lambda _run: self._mark())
        tree.opened.connect(lambda run_id: self.compare_requested.emit([run_id]))
        tree.compare_requested.connect(self.compare)
        tree.filter_requested.connect(top.filter_field.add)
        tree.hide_requested.connect(top.columns_button.hide_column)
        model.ticked_changed.connect(self._show_ticked)
        model.refused.connect(self.refused)
        views.changed.connect(self._on_view)
        for name, view in ((PARALLEL, self.parallel), (SCATTER, self.scatter)):
            view.narrowed.connect(lambda inside, name=name: self._narrow(name, inside))
            view.run_clicked.connect(tree.choose)
        self.scatter.tick_requested.connect(lambda run: model.tick(run, run not in model.ticked))
        colors.changed.connect(self._show_curves)

    def compare(self) -> None:
        """Ask for the ticked runs to be compared, or for the current one to be looked at."""
        wanted = self.ticked or [self.tree.current]
        if wanted != [""]:
            self.compare_requested.emit(wanted)

    def _narrow(self, name: str, inside: set[str] | None) -> None:
        self._insides[name] = inside
        (self.scatter if name == PARALLEL else self.parallel).set_inside(inside)
        if not self._is_narrowing:  # the rows are shown in any case afterwards
            self._show_rows()

    def _mark(self) -> None:
        for view in (self.parallel, self.scatter):
            view.set_marked(self.ticked, self.tree.current)

    def _on_view(self) -> None:
        self._show_views()
        self._show_curves()

    # Layout

    def _lay_out(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID)
        column.addWidget(self.top)
        self._tree_stack.addWidget(self.tree)
        self._tree_stack.addWidget(self.nothing)
        self.splitter.setObjectName("ExperimentsSplitter")
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self._tree_stack)
        self.splitter.addWidget(self.views)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([240, 300])
        column.addWidget(self.splitter, 1)
        self.addWidget(self.empty)
        self.addWidget(body)
