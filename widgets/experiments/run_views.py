"""The views below the table of runs, behind tabs, each with its own row of controls."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from widgets import theme
from widgets.elided_label import ElidedLabel
from widgets.experiments.column_picker import ColumnPicker
from widgets.experiments.curves import CurvesView
from widgets.experiments.differences_view import DifferencesView
from widgets.experiments.parallel import ParallelView
from widgets.experiments.scatter import ScatterView
from widgets.experiments.scatter_bar import ScatterBar
from widgets.tab_bar import KeyedTabBar

TABLE, PARALLEL, SCATTER, CURVES, DIFFERENCES = "table", "parallel", "scatter", "curves", "recipes"
VIEWS = (PARALLEL, SCATTER, CURVES, DIFFERENCES)
_TITLES = {
    PARALLEL: ("Parallel coordinates", "Settings and figures of all runs as lines"),
    SCATTER: ("Scatter", "Two figures of all runs against each other, such as time and mDice"),
    CURVES: ("Curves", "Training curves of the ticked runs"),
    DIFFERENCES: ("Recipe differences", "Settings in which the ticked runs differ"),
}


class RunViews(QFrame):
    """Parallel coordinates, scatter, curves, and differences of recipes."""

    changed = Signal()
    """Another view is shown."""
    picture_requested = Signal(str)
    """A view (`TABLE` or one of `VIEWS`) is to be saved as a picture."""
    picture_copy_requested = Signal(str)
    """A view is to be copied as a picture."""
    csv_requested = Signal(str)
    """What a view shows is to be saved as CSV."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tabs = KeyedTabBar("Ways to look at the runs")
        self.parallel, self.scatter = ParallelView(), ScatterView()
        self.curves, self.differences = CurvesView(), DifferencesView()
        self.axes_button = ColumnPicker("Axes", "Choose the axes")
        self.scatter_bar = ScatterBar()
        self.export_button = QToolButton()
        self._bars: list[QWidget] = []
        self._views = QStackedWidget()
        self._note = ElidedLabel(
            "Drag along an axis to keep only what goes through there; click it to let all through."
        )
        self._lay_out()
        self._on_tab(0)
        self.tabs.currentChanged.connect(self._on_tab)

    @property
    def view(self) -> str:
        """Which of `VIEWS` is shown."""
        return VIEWS[self.tabs.currentIndex()]

    def show_view(self, view: str) -> None:
        """Show one of `VIEWS`."""
        if view in VIEWS:
            self.tabs.setCurrentIndex(VIEWS.index(view))

    def picture(self, view: str) -> QPixmap:
        """A view at twice its size."""
        shown = (self.parallel, self.scatter, self.curves, self.differences)
        return shown[VIEWS.index(view)].picture()

    def clear_narrowing(self) -> None:
        """Take brushes and boxes away."""
        self.parallel.clear_brushes()
        self.scatter.clear_box()

    def _on_tab(self, at: int) -> None:
        self._views.setCurrentIndex(at)
        for place, bar in enumerate(self._bars):
            bar.setVisible(place == at)
        self.changed.emit()

    def _lay_out(self) -> None:
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
        head.addWidget(self.export_button)
        self.setObjectName("ExperimentViews")
        self.setProperty("role", "panel")
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 1, 1)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._views, 1)

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
