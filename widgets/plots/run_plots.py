"""The live plots of runs: loss, learning rate, mDice, Dice per class, speed, and more."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QPixmap, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from core.dataset.model import ClassInfo
from core.runs.events import Event
from widgets import theme
from widgets.empty_state import EmptyState
from widgets.export_button import picture_of
from widgets.plots.catalogue import (
    PLOT_KINDS,
    begins_hidden,
    curve_text,
    is_smoothed,
    ordered,
    own_look,
    run_look,
)
from widgets.plots.export import CurveColumns, columns_of
from widgets.plots.legend import Legend
from widgets.plots.marks import BestPoint
from widgets.plots.notes import note_of
from widgets.plots.options import PlotOptions
from widgets.plots.panel import PlotPanel
from widgets.plots.plot_grid import PlotGrid, PlotScroll
from widgets.plots.run_data import CLASS_DICE, DICE, LOSS, LR, RunData
from widgets.plots.shared_x import SharedX
from widgets.plots.shown_run import ShownRun

NO_RUN = "Choose a recipe and start: the loss appears here."
_LEGEND_WIDTH = 220


class RunPlots(QStackedWidget):
    """Plots that share their x axis, fed with the events of one or several runs.

    With one run each curve has a colour; with several the colour tells the run and the kind of
    line the curve. The first run is the chosen one.
    """

    goal_moved = Signal(float)
    """The user dragged the goal line to a value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("RunPlots")
        self._classes: Sequence[ClassInfo] = ()
        self._options = PlotOptions()
        self._runs: list[ShownRun] = []
        self._data: dict[str, RunData] = {}
        self._is_over = False
        self._panels: dict[str, PlotPanel] = {}
        self._x = SharedX(self)
        self.empty = EmptyState("chart-line", NO_RUN)
        self.run_legend = Legend(most_width=_LEGEND_WIDTH)
        self._hidden_runs: set[str] = set()
        self._grid = PlotGrid()
        self._picture = QWidget()
        self._lay_out()
        self._x.changed.connect(self._refresh)
        self.run_legend.toggled.connect(self._show_run)
        theme.signals.changed.connect(self._restyle)
        self.set_options(self._options)
        self.clear()

    # What is shown

    @property
    def data(self) -> RunData:
        """The curves of the chosen run."""
        return self.data_of(self._runs[0].id) if self._runs else RunData()

    def data_of(self, run_id: str) -> RunData:
        """The curves of a run that is shown."""
        return self._data[run_id]

    @property
    def runs(self) -> tuple[ShownRun, ...]:
        """The runs that are shown, the chosen one first."""
        return tuple(self._runs)

    def panel(self, family: str) -> PlotPanel:
        """The plot of a kind of curves; made when first asked for."""
        if family not in self._panels:
            self._panels[family] = self._make_panel(family)
        return self._panels[family]

    @property
    def loss(self) -> PlotPanel:
        """The plot of the loss."""
        return self.panel(LOSS)

    @property
    def lr(self) -> PlotPanel:
        """The plot of the learning rate."""
        return self.panel(LR)

    @property
    def dice(self) -> PlotPanel:
        """The plot of mDice."""
        return self.panel(DICE)

    @property
    def class_dice(self) -> PlotPanel:
        """The plot of the Dice of each class."""
        return self.panel(CLASS_DICE)

    @property
    def options(self) -> PlotOptions:
        """How the curves are shown."""
        return self._options

    def set_options(self, options: PlotOptions) -> None:
        """Show the curves in another way."""
        if options.axis is not self._options.axis:
            self._x.follows_runs = True
        self._options = options
        shown = [family for family in options.shown if family in PLOT_KINDS]
        self._grid.arrange([self.panel(family) for family in shown])
        for family, panel in self._panels.items():
            kind = PLOT_KINDS[family]
            panel.set_axis(options.axis)
            panel.set_y(log=options.log and kind.can_be_log, cut_outliers=options.cut_outliers)
        self._grid.label(options.axis)
        self.dice.set_goal(options.goal)
        self._rebuild()

    def say_what_to_do(self) -> None:
        """Say, while there is no run, how to get one."""
        self.empty.say(NO_RUN)

    def set_classes(self, classes: Sequence[ClassInfo]) -> None:
        """Say which classes there are, for their colours."""
        self._classes = tuple(classes)
        self._rebuild()

    def clear(self) -> None:
        """Show no run."""
        self.show_runs(())

    def begin(self) -> None:
        """Show one run, which has no points yet."""
        self.clear()
        self.show_runs((ShownRun(),))

    def show_runs(self, runs: Sequence[ShownRun]) -> None:
        """Show these runs, the chosen one first. Those that were shown keep their points."""
        if list(runs) == self._runs:
            return
        before = {run.id for run in self._runs}
        if (len(before) > 1) != (len(runs) > 1):
            for panel in self._panels.values():
                panel.forget_hidden()
        self._runs = list(runs)
        self._data = {run.id: self._data.get(run.id) or RunData() for run in runs}
        self._hidden_runs &= set(self._data)
        if set(self._data) != before:
            self._x.follows_runs = True
        self._show_run_legend()
        self.setCurrentIndex(1 if runs else 0)
        self._rebuild()

    def set_over(self, over: bool) -> None:
        """Say whether more points of the chosen run may come."""
        self._is_over = over
        self._set_notes()

    def append(self, events: Sequence[Event], run_id: str | None = None) -> None:
        """Draw more events. The cost is that of the new events, and of one redraw.

        Args:
            events: In order.
            run_id: Whose they are; by default the chosen run's. Others than the shown ones are
                passed over.
        """
        if not self._runs:
            self.begin()
        data = self._data.get(self._runs[0].id if run_id is None else run_id)
        if data is None:
            return
        data.add(events)
        self._add_curves()
        self._x.follow(self._data.values(), self._options.axis)
        self._mark_best()
        self._set_notes()
        self._refresh()

    def point_counts(self) -> dict[str, int]:
        """Number of points of each curve of the chosen run.

        The losses by their names, `lr`, `mDice`, `dice/<class>`, and others by kind and name.
        """
        shorter = {LOSS: "{1}", LR: "{1}", DICE: "{1}", CLASS_DICE: "dice/{1}"}
        return {
            shorter.get(family, "{0}/{1}").format(family, name): len(series)
            for family, curves in self.data.families.items()
            for name, series in curves.items()
        }

    def reset_view(self) -> None:
        """Show whole runs again, after zooming."""
        self._x.follows_runs = True
        for panel in self._panels.values():
            panel.forget_box()
        self._x.follow(self._data.values(), self._options.axis)
        self._refresh()

    # To take away

    def picture(self) -> QPixmap:
        """All plots that are shown, at twice their size on the screen."""
        return picture_of([self.run_legend, self._grid] if len(self._runs) > 1 else [self._grid])

    def curves_in_view(self) -> list[CurveColumns]:
        """The points of all curves that are shown, within the x range that is shown."""
        axis, titles = self._options.axis, {run.id: run.title for run in self._runs}
        return [
            columns_of(curve, axis, panel.view.viewRange()[0], titles.get(run) or run, panel.title)
            for panel in self._grid.panels
            for run, curve in panel.curves
        ]

    # Inside

    def _lay_out(self) -> None:
        column = QVBoxLayout(self._picture)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID // 2)
        column.addWidget(self.run_legend)
        # Many plots on a small screen are scrolled rather than squeezed.
        column.addWidget(PlotScroll(self._grid), 1)
        self.addWidget(self.empty)
        self.addWidget(self._picture)

    def _make_panel(self, family: str) -> PlotPanel:
        kind = PLOT_KINDS[family]
        panel = PlotPanel(kind.title, y_range=kind.y_range, value_format=kind.value_format)
        panel.set_tip(kind.tip)
        panel.pointed_at.connect(self._set_crosshair)
        panel.reset_requested.connect(self.reset_view)
        panel.goal_moved.connect(self.goal_moved)
        panel.view.sigResized.connect(lambda *_: panel.refresh())
        self._x.add(panel)
        return panel

    def _show_run_legend(self) -> None:
        self.run_legend.clear()
        self.run_legend.setVisible(len(self._runs) > 1)
        if len(self._runs) < 2:
            self._hidden_runs.clear()
            return
        for run in self._runs:
            shown = run.id not in self._hidden_runs
            self.run_legend.set_entry(run.id, run.title, run.paint, shown=shown)

    def _show_run(self, run_id: str, shown: bool) -> None:
        (self._hidden_runs.discard if shown else self._hidden_runs.add)(run_id)
        for panel in self._panels.values():
            panel.hide_runs(frozenset(self._hidden_runs))
        self._mark_best()
        self._refresh()

    def _rebuild(self) -> None:
        """Make all curves anew: other runs, or other ways to show them."""
        for panel in self._panels.values():
            panel.clear()
            panel.hide_runs(frozenset(self._hidden_runs))
        self._add_curves()
        self._x.follow(self._data.values(), self._options.axis)
        self._mark_best()
        self._set_notes()
        self._refresh()

    def _add_curves(self) -> None:
        for panel, family in self._shown_panels():
            for name in self._names(family):
                for run in self._runs:
                    is_there = name in self._data[run.id].families[family]
                    if is_there and not panel.has_curve(name, run.id):
                        self._set_curve(panel, family, name, run)

    def _shown_panels(self) -> list[tuple[PlotPanel, str]]:
        return [(self._panels[f], f) for f in self._options.shown if f in self._panels]

    def _set_curve(self, panel: PlotPanel, family: str, name: str, run: ShownRun) -> None:
        data, several = self._data[run.id], len(self._runs) > 1
        names = self._names(family)
        legend = None
        if several:
            look, legend = run_look(
                family,
                names.index(name),
                run.paint,
                emphasised=run is self._runs[0],
            )
        else:
            look = own_look(family, name, names, self._classes, run.paint)
        panel.set_curve(
            name,
            curve_text(family, name),
            data.families[family][name],
            look,
            clock=data.clock,
            run=run.id,
            run_title=run.title if several else "",
            legend=legend,
            hidden=several and begins_hidden(family, name, self._classes),
            smoothing=self._options.smoothing if is_smoothed(family, name) else 0.0,
        )

    def _names(self, family: str) -> list[str]:
        names = (name for data in self._data.values() for name in data.families[family])
        return ordered(family, names, self._classes)

    def _restyle(self) -> None:
        for panel in self._panels.values():
            panel.restyle()
        self._rebuild()

    def _refresh(self) -> None:
        # Nobody sees it: it is drawn when the page comes to the front.
        if self.isVisible():
            for panel, _family in self._shown_panels():
                panel.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came while nobody looked."""
        super().showEvent(event)
        self._refresh()

    def _mark_best(self) -> None:
        axis, several, points = self._options.axis, len(self._runs) > 1, []
        for run in self._runs:
            data = self._data[run.id]
            if data.best is None or run.id in self._hidden_runs or not data.clock.knows(axis):
                continue
            color = run.paint if several else theme.color("ok")
            place = data.clock.place(axis, data.best.iteration)
            points.append(BestPoint(place, data.best.mDice, color))
        self.dice.mark_best(points)

    def _set_notes(self) -> None:
        runs, axis = self._data.values(), self._options.axis
        for panel, family in self._shown_panels():
            panel.set_note(note_of(family, runs, axis, is_over=self._is_over))

    def _set_crosshair(self, x: float | None) -> None:
        under_mouse = self.sender()
        for panel, _family in self._shown_panels():
            panel.set_crosshair(x, named=panel is under_mouse)
