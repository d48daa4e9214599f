"""The widgets of the Train page and their places."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from app.pages.page import Page
from widgets import theme
from widgets.plots.options import GOAL_MDICE
from widgets.plots.run_plots import RunPlots
from widgets.training.form import TrainingForm
from widgets.training.log_view import LogView
from widgets.training.run_header import RunHeader
from widgets.training.run_panel import RunPanel

_FORM_WIDTH = 304
_RUNS_WIDTH = 288
_LOG_HEIGHT = 120


class TrainPanels:
    """Left the form; in the middle header and plots; right the runs; below the log.

    Args:
        page: The page that gets them.
    """

    def __init__(self, page: Page) -> None:
        self.form = TrainingForm()
        self.header = RunHeader(goal=GOAL_MDICE)
        self.plots = RunPlots()
        self.open_button = self.plots.empty.add_button(
            "Open a folder…", page.session.open_folder_requested.emit, icon="folder-open-outline"
        )
        self.runs = RunPanel()
        self.log = LogView()
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
        column.addWidget(self.header)
        column.addWidget(self.plots, 1)
        for widget in (middle, self.runs):
            self._watching.addWidget(widget)
        self._watching.setStretchFactor(0, 1)
        self._watching.setSizes([1000, _RUNS_WIDTH])
        self._rows.addWidget(self._watching)
        self._rows.addWidget(self._log_panel())
        self._rows.setStretchFactor(0, 1)
        self._rows.setSizes([1000, _LOG_HEIGHT])
        self._columns.addWidget(self.form)
        self._columns.addWidget(self._rows)
        self._columns.setStretchFactor(1, 1)
        self._columns.setSizes([_FORM_WIDTH, 1000])
        for splitter in self._splitters():
            splitter.setChildrenCollapsible(False)
        whole = QVBoxLayout(page)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._columns)

    def _log_panel(self) -> QWidget:
        title = QLabel("Log")
        title.setProperty("role", "heading")
        panel = QWidget()
        column = QVBoxLayout(panel)
        column.setContentsMargins(theme.GRID, 0, 2 * theme.GRID, 2 * theme.GRID)
        column.setSpacing(theme.GRID // 2)
        column.addWidget(title)
        column.addWidget(self.log, 1)
        return panel

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
