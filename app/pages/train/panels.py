"""The widgets of the Train page and their places."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from app.pages.page import Page
from widgets import theme
from widgets.plots.options import GOAL_MDICE
from widgets.plots.plot_bar import PlotBar
from widgets.plots.run_plots import RunPlots
from widgets.previews.strip import PreviewStrip
from widgets.training.form import TrainingForm
from widgets.training.goal_notice import GoalNotice
from widgets.training.log_view import LogView
from widgets.training.run_header import RunHeader
from widgets.training.run_panel import RunPanel

_FORM_WIDTH = 304
_RUNS_WIDTH = 288
_BELOW_HEIGHT = 192


class TrainPanels:
    """Left the form; in the middle header and plots; right the runs; below previews and log.

    Args:
        page: The page that gets them.
    """

    def __init__(self, page: Page) -> None:
        self.form = TrainingForm()
        self.header = RunHeader(goal=GOAL_MDICE)
        self.goal_notice = GoalNotice()
        self.plot_bar = PlotBar()
        self.plots = RunPlots()
        self.open_button = self.plots.empty.add_button(
            "Open a folder…", page.session.open_folder_requested.emit, icon="folder-open-outline"
        )
        self.runs = RunPanel()
        self.previews = PreviewStrip()
        self.log = LogView()
        self._below = QTabWidget()
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._columns.setObjectName("TrainColumns")
        self._rows = QSplitter(Qt.Orientation.Vertical)
        self._rows.setObjectName("TrainRows")
        self._watching = QSplitter(Qt.Orientation.Horizontal)
        self._watching.setObjectName("TrainWatching")
        self._lay_out(page)

    def _lay_out(self, page: Page) -> None:
        self.form.setMinimumWidth(264)
        self.runs.setMinimumWidth(232)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(theme.GRID, 2 * theme.GRID, 0, 0)
        column.setSpacing(theme.GRID)
        column.addWidget(self.goal_notice)
        column.addWidget(self.header)
        column.addWidget(self.plot_bar)
        column.addWidget(self.plots, 1)
        for widget in (middle, self.runs):
            self._watching.addWidget(widget)
        self._watching.setStretchFactor(0, 1)
        self._watching.setSizes([1000, _RUNS_WIDTH])
        self._rows.addWidget(self._watching)
        self._rows.addWidget(self._make_below())
        self._rows.setStretchFactor(0, 1)
        self._rows.setSizes([1000, _BELOW_HEIGHT])
        self._columns.addWidget(self.form)
        self._columns.addWidget(self._rows)
        self._columns.setStretchFactor(1, 1)
        self._columns.setSizes([_FORM_WIDTH, 1000])
        for splitter in self._splitters():
            splitter.setChildrenCollapsible(False)
        whole = QVBoxLayout(page)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._columns)

    def _make_below(self) -> QWidget:
        previews = QWidget()
        room = QVBoxLayout(previews)
        room.setContentsMargins(theme.GRID, theme.GRID, theme.GRID, theme.GRID // 2)
        room.addWidget(self.previews)
        self._below.setDocumentMode(True)
        self._below.tabBar().setDrawBase(False)
        self._below.addTab(previews, "Previews")
        self._below.addTab(self.log, "Log")
        self._below.setTabToolTip(0, "What the chosen run predicts for a few validation photos")
        self._below.setTabToolTip(1, "What the worker of the chosen run prints")
        panel = QWidget()
        column = QVBoxLayout(panel)
        column.setContentsMargins(theme.GRID, 0, 2 * theme.GRID, theme.GRID)
        column.addWidget(self._below)
        return panel

    def show_log(self) -> None:
        """Bring the log to the front."""
        self._below.setCurrentWidget(self.log)

    def _splitters(self) -> tuple[QSplitter, ...]:
        return self._columns, self._rows, self._watching

    def sizes(self) -> dict[str, list[int]]:
        """The sizes of the panels, by the splitter's name."""
        return {splitter.objectName(): splitter.sizes() for splitter in self._splitters()}

    def set_sizes(self, sizes: Mapping[str, list[int]]) -> None:
        """Take over sizes that `sizes` gave."""
        for splitter in self._splitters():
            known = sizes.get(splitter.objectName())
            if known and len(known) == splitter.count():
                splitter.setSizes(known)
