"""All runs of a dataset: the table above, four ways to look at them below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.runs.table.columns import Column, RunRow, RunTable
from core.runs.table.export import groups_csv, rows_csv
from core.runs.table.grouping import GROUPINGS
from widgets import theme
from widgets.elided_label import ElidedLabel
from widgets.empty_state import EmptyState
from widgets.experiments import words
from widgets.experiments.column_picker import ColumnPicker
from widgets.experiments.curves import CurvesView
from widgets.experiments.differences_view import DifferencesView
from widgets.experiments.filter_field import FilterField
from widgets.experiments.parallel import ParallelView
from widgets.experiments.run_model import MOST_TICKED
from widgets.experiments.run_tree import RunTree
from widgets.experiments.scatter import ScatterView
from widgets.experiments.scatter_bar import ScatterBar
from widgets.plots.shown_run import ShownRun
from widgets.run_colors import colors, run_color
from widgets.tab_bar import KeyedTabBar

TABLE, PARALLEL, SCATTER, CURVES, DIFFERENCES = "table", "parallel", "scatter", "curves", "recipes"
VIEWS = (PARALLEL, SCATTER, CURVES, DIFFERENCES)
_TITLES = {
    PARALLEL: ("Parallel coordinates", "Settings and figures of all runs as lines"),
    SCATTER: ("Scatter", "Two figures of all runs against each other, such as time and mDice"),
    CURVES: ("Curves", "Training curves of the ticked runs"),
    DIFFERENCES: ("Recipe differences", "Settings in which the ticked runs differ"),
}


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
    picture_requested = Signal(str)
    """A view (`TABLE` or one of `VIEWS`) is to be saved as a picture."""
    picture_copy_requested = Signal(str)
    """A view is to be copied as a picture."""
    csv_requested = Signal(str)
    """What a view shows is to be saved as CSV."""

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
        self.filter_field = FilterField()
        self.group_box = QComboBox()
        self.columns_button = ColumnPicker("Columns", "Choose the columns of the table")
        self.compare_button = QPushButton(words.compare(0))
        self.count_label = QLabel()
        self.narrowed_button = QToolButton()
        self.troubles_button = QToolButton()
        self.tree = RunTree()
        self.nothing = EmptyState("magnify", *words.NOTHING_FOUND)
        self.tabs = KeyedTabBar("Ways to look at the runs")
        self.parallel, self.scatter = ParallelView(), ScatterView()
        self.curves, self.differences = CurvesView(), DifferencesView()
        self.axes_button = ColumnPicker("Axes", "Choose the axes")
        self.scatter_bar = ScatterBar()
        self.export_button = QToolButton()
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self._tree_stack = QStackedWidget()
        self._bars: list[QWidget] = []
        self._views = QStackedWidget()
        self._note = ElidedLabel(
            "Drag along an axis to keep only what goes through there; click it to let all through."
        )
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
        return VIEWS[self.tabs.currentIndex()]

    def show_view(self, view: str) -> None:
        """Show one of `VIEWS` below the table."""
        if view in VIEWS:
            self.tabs.setCurrentIndex(VIEWS.index(view))

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
        self.filter_field.set_columns(table.columns)
        self._whole = [row for row in table.rows if not row.problem]
        self._automatic = words.automatic_columns(table)
        self.columns_button.set_columns(table.columns, self._automatic)
        self.scatter_bar.set_columns(words.figure_columns(table.columns))
        self._show_troubles()
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
        match view:
            case "parallel":
                return self.parallel.picture()
            case "scatter":
                return self.scatter.picture()
            case "curves":
                return self.curves.picture()
            case "recipes":
                return self.differences.picture()
            case _:
                return self.tree.picture()

    def csv(self, view: str) -> str:
        """What a view shows, as CSV."""
        match view:
            case "curves":
                return self.curves.csv()
            case "recipes":
                return self.differences.csv()
            case "parallel":
                rows = [row for row in self._inside_rows() if not row.problem]
                return rows_csv(self._with_names(self._axes()), rows)
            case "scatter":
                both = [each for each in (self.scatter_bar.right, self.scatter_bar.up) if each]
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
        self._rows = self.filter_field.filter.keep(self._table.rows)
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
            self.axes_button.set_columns(figures, self._automatic_axes)
            self.parallel.set_runs(readable, self._axes(), self._whole)
        if self.view == SCATTER or self._insides.get(SCATTER) is not None:
            bar = self.scatter_bar
            self.scatter.set_runs(readable, bar.right, bar.up, log=bar.log)
            bar.show_counting(self.scatter.is_log, self.scatter.can_be_log)
        self._is_narrowing = False

    def _axes(self) -> list[Column]:
        chosen = self.axes_button.chosen
        wanted = self._automatic_axes if chosen is None else chosen
        return [each for key in wanted if (each := self._table.column(key)) is not None]

    def _inside_rows(self) -> list[RunRow]:
        insides = [each for each in self._insides.values() if each is not None]
        return [row for row in self._rows if all(row.id in inside for inside in insides)]

    def _show_rows(self) -> None:
        """The table: what brushes and boxes leave of that."""
        rows = self._inside_rows()
        chosen = self.columns_button.chosen
        wanted = self._automatic if chosen is None else chosen
        names = list(dict.fromkeys(["name", *wanted]))
        columns = [each for key in names if (each := self._table.column(key)) is not None]
        by = self.group_box.currentData() or ""
        self.tree.set_content(self._table, rows, columns, by)
        self._tree_stack.setCurrentIndex(0 if rows else 1)
        self.count_label.setText(words.count(len(rows), len(self._table.rows)))
        is_narrowed = any(each is not None for each in self._insides.values())
        self.count_label.setVisible(not is_narrowed)
        self.narrowed_button.setVisible(is_narrowed)
        self.narrowed_button.setText(f"{words.narrowed(len(rows), len(self._rows))}  ×")
        self._show_ticked()

    def _show_ticked(self) -> None:
        ticked = self.ticked
        self.compare_button.setText(words.compare(len(ticked)))
        self.compare_button.setEnabled(bool(ticked))
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

    def _show_troubles(self) -> None:
        short, each = words.troubles(self._table)
        self.troubles_button.setVisible(bool(short))
        self.troubles_button.setText(short)
        self.troubles_button.setToolTip(each)

    # Hands

    def _connect(self) -> None:
        tree, model = self.tree, self.tree.run_model
        self.filter_field.changed.connect(self._find)
        self.group_box.activated.connect(lambda _at: self._show_rows())
        self.columns_button.changed.connect(self._show_rows)
        self.axes_button.changed.connect(self._show_views)
        self.scatter_bar.changed.connect(self._show_views)
        self.compare_button.clicked.connect(self.compare)
        self.narrowed_button.clicked.connect(self.clear_narrowing)
        self.troubles_button.clicked.connect(self._tell_troubles)
        tree.current_changed.connect(lambda _run: self._mark())
        tree.opened.connect(lambda run_id: self.compare_requested.emit([run_id]))
        tree.compare_requested.connect(self.compare)
        tree.filter_requested.connect(self.filter_field.add)
        tree.hide_requested.connect(self.columns_button.hide_column)
        model.ticked_changed.connect(self._show_ticked)
        model.refused.connect(self.refused)
        self.tabs.currentChanged.connect(self._on_tab)
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

    def clear_narrowing(self) -> None:
        """Take brushes and boxes away."""
        self.parallel.clear_brushes()
        self.scatter.clear_box()

    def _narrow(self, name: str, inside: set[str] | None) -> None:
        self._insides[name] = inside
        (self.scatter if name == PARALLEL else self.parallel).set_inside(inside)
        if not self._is_narrowing:  # the rows are shown in any case afterwards
            self._show_rows()

    def _mark(self) -> None:
        for view in (self.parallel, self.scatter):
            view.set_marked(self.ticked, self.tree.current)

    def _on_tab(self, at: int) -> None:
        self._views.setCurrentIndex(at)
        for place, bar in enumerate(self._bars):
            bar.setVisible(place == at)
        self._show_views()
        self._show_curves()

    def _tell_troubles(self) -> None:
        menu = QMenu(self)
        for sentence in words.troubles(self._table)[1].split("\n"):
            menu.addAction(sentence.replace("&", "&&")).setEnabled(False)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.troubles_button.mapToGlobal(self.troubles_button.rect().bottomLeft()))

    # Layout

    def _lay_out(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID)
        column.addLayout(self._top_row())
        self._tree_stack.addWidget(self.tree)
        self._tree_stack.addWidget(self.nothing)
        self.splitter.setObjectName("ExperimentsSplitter")
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self._tree_stack)
        self.splitter.addWidget(self._lower())
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([240, 300])
        column.addWidget(self.splitter, 1)
        self.addWidget(self.empty)
        self.addWidget(body)

    def _top_row(self) -> QHBoxLayout:
        for by, text in GROUPINGS.items():
            self.group_box.addItem(f"Group by {text}" if by else "No groups", by)
        self.group_box.setToolTip("Put runs together, with mean and spread of their figures")
        self.group_box.setAccessibleName(self.group_box.toolTip())
        self.group_box.setObjectName("GroupBox")
        self.group_box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.group_box.setMinimumContentsLength(14)
        self.count_label.setProperty("role", "muted")
        for button, tip in (
            (self.narrowed_button, "Take away what was drawn into axes and scatter"),
            (self.troubles_button, ""),
        ):
            button.setProperty("role", "chip")
            button.setToolTip(tip)
            button.hide()
        self.troubles_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        theme.set_icon(self.troubles_button, "alert-outline", "warning")
        self.compare_button.setProperty("role", "primary")
        self.compare_button.setObjectName("CompareRuns")
        self.compare_button.setToolTip(
            f"Look at the samples of the ticked runs, at most {MOST_TICKED} (Return in the table)"
        )
        self.filter_field.edit.setMinimumWidth(200)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        row.addWidget(self.filter_field, 1)
        for widget in (
            self.count_label,
            self.narrowed_button,
            self.troubles_button,
            self.group_box,
            self.columns_button,
            self.compare_button,
        ):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        self.count_label.setFixedHeight(28)
        return row

    def _lower(self) -> QWidget:
        for view in VIEWS:
            title, tip = _TITLES[view]
            self.tabs.setTabToolTip(self.tabs.addTab(title), tip)
        self.tabs.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._note.setProperty("role", "muted")
        parallel_bar = QWidget()
        line = QHBoxLayout(parallel_bar)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.GRID)
        line.addWidget(self.axes_button)
        line.addWidget(self._note, 1)
        self._bars = [parallel_bar, self.scatter_bar, self.curves.bar, self.differences.bar]
        for widget in (self.parallel, self.scatter, self.curves, self.differences):
            self._views.addWidget(widget)
        self._make_export_menu()
        head = QHBoxLayout()
        head.setContentsMargins(theme.GRID, theme.GRID // 2, theme.GRID, theme.GRID // 2)
        head.setSpacing(2 * theme.GRID)
        head.addWidget(self.tabs)
        for bar in self._bars:
            head.addWidget(bar, 1)
        self._on_tab(0)
        head.addWidget(self.export_button)
        frame = QFrame()
        frame.setObjectName("ExperimentViews")
        frame.setProperty("role", "panel")
        column = QVBoxLayout(frame)
        column.setContentsMargins(1, 0, 1, 1)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._views, 1)
        return frame

    def _make_export_menu(self) -> None:
        menu = QMenu(self.export_button)
        for text, signal, is_table in (
            ("Picture of this view (PNG)…", self.picture_requested, False),
            ("Copy the picture", self.picture_copy_requested, False),
            ("Figures of this view (CSV)…", self.csv_requested, False),
            ("Picture of the table of runs (PNG)…", self.picture_requested, True),
            ("Table of runs (CSV)…", self.csv_requested, True),
        ):
            if text.startswith("Picture of the table"):
                menu.addSeparator()
            menu.addAction(text).triggered.connect(
                lambda _on=False, signal=signal, is_table=is_table: signal.emit(
                    TABLE if is_table else self.view
                )
            )
        self.export_button.setMenu(menu)
        self.export_button.setProperty("role", "chip")
        self.export_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.export_button.setToolTip("Save views as pictures and tables as CSV")
        self.export_button.setAccessibleName(self.export_button.toolTip())
        theme.set_icon(self.export_button, "export-variant")
