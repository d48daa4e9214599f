"""The training curves of several runs, over each other or side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.dataset.model import ClassInfo
from core.runs.events import Event
from widgets import theme
from widgets.empty_state import EmptyState
from widgets.export_button import picture_of
from widgets.plots.export import csv_text
from widgets.plots.options import PlotOptions
from widgets.plots.plot_bar import PlotBar
from widgets.plots.run_data import DICE, LOSS
from widgets.plots.run_plots import RunPlots
from widgets.plots.shown_run import ShownRun

_LEAST_WIDTH = 280
_SWATCH = 4


class CurvesView(QStackedWidget):
    """Shows the curves of runs, in their colours.

    Overlaid they share their axes; side by side each run has plots of its own, with the colours of
    the classes and losses.
    """

    options_changed = Signal(object)
    """The user wants the curves shown in another way: `PlotOptions`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("CurvesView")
        self._classes: Sequence[ClassInfo] = ()
        self._runs: list[ShownRun] = []
        self._events: dict[str, list[Event]] = {}
        self._options = PlotOptions(shown=(LOSS, DICE))
        self.empty = EmptyState(
            "chart-line",
            "No run is ticked",
            "Tick two to six runs in the table: their curves appear here.",
        )
        self.overlaid = RunPlots()
        self.beside: list[RunPlots] = []
        self._row = QWidget()
        self._columns = QHBoxLayout(self._row)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(theme.GRID)
        scroll = QScrollArea()
        scroll.setWidget(self._row)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for widget in (self.empty, self.overlaid, scroll):
            self.addWidget(widget)
        self.bar = QWidget()
        self.side_button = QToolButton()
        self.plot_bar = PlotBar()
        self._lay_out_bar()
        self.overlaid.set_options(self._options)
        self.plot_bar.set_options(self._options)
        self.plot_bar.changed.connect(self.set_options)
        self.overlaid.goal_moved.connect(self.plot_bar.goal.setValue)
        self.side_button.toggled.connect(lambda _on: self._show_runs())

    @property
    def runs(self) -> list[str]:
        """The ids of the runs that are shown."""
        return [run.id for run in self._runs]

    @property
    def options(self) -> PlotOptions:
        """How the curves are shown."""
        return self._options

    def set_options(self, options: PlotOptions) -> None:
        """Show the curves in another way."""
        self._options = options
        self.plot_bar.set_options(options)
        for plots in (self.overlaid, *self.beside):
            plots.set_options(options)
        self.options_changed.emit(options)

    def set_classes(self, classes: Sequence[ClassInfo]) -> None:
        """Say which classes there are, for their colours."""
        self._classes = tuple(classes)
        for plots in (self.overlaid, *self.beside):
            plots.set_classes(classes)

    def set_runs(self, runs: Sequence[ShownRun]) -> None:
        """Show these runs; those that were shown keep their points."""
        if list(runs) == self._runs:
            return
        self._runs = list(runs)
        known = {run.id for run in runs}
        self._events = {run: events for run, events in self._events.items() if run in known}
        self._show_runs()

    def append(self, run_id: str, events: Sequence[Event]) -> None:
        """Draw more events of a run, in order; runs that are not shown are passed over."""
        if run_id not in self.runs:
            return
        self._events.setdefault(run_id, []).extend(events)
        if self.side_button.isChecked():
            self.beside[self.runs.index(run_id)].append(events, run_id)
        else:
            self.overlaid.append(events, run_id)

    def picture(self) -> QPixmap:
        """The plots at twice their size, to be taken away."""
        if self.currentWidget() is self.overlaid:
            return self.overlaid.picture()
        return picture_of([self._row if self._runs else self.empty])

    def csv(self) -> str:
        """The points of the curves in view, as the Train page writes them."""
        shown = self.beside if self.side_button.isChecked() else [self.overlaid]
        return csv_text(curve for plots in shown for curve in plots.curves_in_view())

    def _lay_out_bar(self) -> None:
        self.side_button.setText("Side by side")
        self.side_button.setCheckable(True)
        self.side_button.setProperty("role", "chip")
        self.side_button.setToolTip("Give each run plots of its own, in place of shared ones")
        self.side_button.setAccessibleName("Curves side by side")
        # What it offers is offered for all views at one place.
        self.plot_bar.export_button.hide()
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        row.addWidget(self.side_button)
        row.addWidget(self.plot_bar, 1)

    def _show_runs(self) -> None:
        if not self._runs:
            self.overlaid.clear()
            self._show_beside([])
            self.setCurrentIndex(0)
            return
        if self.side_button.isChecked():
            self.overlaid.clear()
            self._show_beside(self._runs)
            self.setCurrentIndex(2)
            for plots, run in zip(self.beside, self._runs, strict=True):
                plots.append(self._events.get(run.id, []), run.id)
            return
        self._show_beside([])
        before = {run.id for run in self.overlaid.runs}
        self.overlaid.show_runs(self._runs)
        self.setCurrentIndex(1)
        for run in self._runs:
            if run.id not in before and self._events.get(run.id):
                self.overlaid.append(self._events[run.id], run.id)

    def _show_beside(self, runs: Sequence[ShownRun]) -> None:
        self.beside = []
        while (item := self._columns.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for run in runs:
            plots = RunPlots()
            plots.set_classes(self._classes)
            plots.set_options(self._options)
            plots.show_runs([run])
            self.beside.append(plots)
            self._columns.addWidget(_Column(run, plots), 1)


class _Column(QWidget):
    """One run's plots below its name, which is underlined in its colour."""

    def __init__(self, run: ShownRun, plots: RunPlots) -> None:
        super().__init__()
        self.setMinimumWidth(_LEAST_WIDTH)
        title = QLabel(run.title)
        title.setProperty("role", "heading")
        title.setToolTip(run.title)
        line = QFrame()
        line.setFixedHeight(_SWATCH)
        palette = line.palette()
        palette.setColor(line.backgroundRole(), run.paint)
        line.setPalette(palette)
        line.setAutoFillBackground(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID // 2)
        column.addWidget(title)
        column.addWidget(line)
        column.addWidget(plots, 1)
