"""The live plots of a run: loss, learning rate, mDice and Dice per class over the iterations."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QStackedWidget, QWidget

from core.dataset.model import ClassInfo
from core.runs.events import Event
from widgets import theme
from widgets.empty_state import EmptyState
from widgets.plots.axis import label_iterations, mark_percent
from widgets.plots.panel import PlotPanel
from widgets.plots.run_data import TOTAL_LOSS, RunData
from widgets.plots.style import (
    EMPHASIS_WIDTH,
    LINE_WIDTH,
    class_color,
    loss_color,
    loss_words,
)

GOAL_MDICE = 75.0
"""The study's goal: mDice on the validation split, in percent."""

NO_RUN = "Choose a recipe and start: the loss appears here."
_FIRST_ITERATIONS = "{} appears with the first iterations."
_FIRST_VALIDATION = "{} appears with the first validation."
_ENDED_EMPTY = "Nothing was recorded."

_FIRST_VIEW = 100.0


class RunPlots(QStackedWidget):
    """Four plots that share their x axis, fed with the events of one run.

    Args:
        goal: The mDice to be reached, in percent.
    """

    def __init__(self, *, goal: float = GOAL_MDICE, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("RunPlots")
        self._classes: Sequence[ClassInfo] = ()
        self._data = RunData()
        self._follows_run = True
        self._is_over = False
        self.loss = PlotPanel("Loss")
        self.lr = PlotPanel("Learning rate", y_range=(0, None))
        self.dice = PlotPanel("Validation mDice, %", y_range=(0, 100), value_format=".2f")
        self.class_dice = PlotPanel("Class Dice, %", y_range=(0, 100), value_format=".2f")
        self.panels = (self.loss, self.dice, self.lr, self.class_dice)
        self.dice.set_goal(goal, f"goal {goal:g} %")
        self.empty = EmptyState("chart-line", NO_RUN)
        self._lay_out()
        self._connect()
        self.clear()

    @property
    def data(self) -> RunData:
        """The curves shown."""
        return self._data

    def say_what_to_do(self) -> None:
        """Say, while there is no run, how to get one."""
        self.empty.say(NO_RUN)

    def set_classes(self, classes: Sequence[ClassInfo]) -> None:
        """Say which classes there are, for their colours."""
        self._classes = tuple(classes)
        self._refresh_colors()

    def clear(self) -> None:
        """Show no run."""
        self._data = RunData()
        self._follows_run = True
        self._is_over = False
        for panel in self.panels:
            panel.clear()
        self._set_x_range()
        self._set_notes()
        self.setCurrentIndex(0)

    def begin(self) -> None:
        """Show a run that has no points yet."""
        self.clear()
        self.setCurrentIndex(1)

    def set_over(self, over: bool) -> None:
        """Say whether more points may come."""
        self._is_over = over
        self._set_notes()

    def append(self, events: Sequence[Event]) -> None:
        """Draw more events of the run. The cost is that of the new events, and of one redraw."""
        self._data.add(events)
        self.setCurrentIndex(1)
        self._add_new_curves()
        best = self._data.best
        if best is not None:
            self.dice.mark_best(best.iteration, best.mDice)
        if self._follows_run:
            self._set_x_range()
        self._set_notes()
        self._refresh()

    def point_counts(self) -> dict[str, int]:
        """Number of points of each curve: the losses by their names, `lr`, `mDice`, `dice/…`."""
        return {name: len(series) for name, series in self._data.all_series().items()}

    def reset_view(self) -> None:
        """Show the whole run again, after zooming."""
        self._follows_run = True
        self._set_x_range()
        self._refresh()

    def _lay_out(self) -> None:
        grid_page = QWidget()
        grid = QGridLayout(grid_page)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.GRID)
        grid.setVerticalSpacing(theme.GRID // 2)
        for number, panel in enumerate(self.panels):
            row, column = number // 2 * 2, number % 2
            # Heads in one row and plots in the next: plots side by side begin at one height.
            grid.addWidget(panel.head, row, column, Qt.AlignmentFlag.AlignBottom)
            grid.addWidget(panel.plot, row + 1, column)
            grid.setRowStretch(row + 1, 1)
            grid.setColumnStretch(column, 1)
            panel.plot.setToolTip("Wheel: zoom · drag: move · double click: whole run")
        for panel in (self.lr, self.class_dice):
            label_iterations(panel.plot)
        for panel in (self.dice, self.class_dice):
            mark_percent(panel.plot)
        self.addWidget(self.empty)
        self.addWidget(grid_page)

    def _connect(self) -> None:
        for panel in self.panels:
            panel.pointed_at.connect(self._set_crosshair)
            panel.moved_by_hand.connect(self._on_moved_by_hand)
            panel.reset_requested.connect(self.reset_view)
            if panel is not self.loss:
                panel.plot.setXLink(self.loss.plot)
            panel.view.sigXRangeChanged.connect(lambda *_, panel=panel: panel.refresh())
            panel.view.sigResized.connect(lambda *_, panel=panel: panel.refresh())
        theme.signals.changed.connect(self._restyle)

    def _add_new_curves(self) -> None:
        for name in self._data.losses:
            if not self.loss.has_curve(name):
                self._set_loss_curve(name)
        for name in self._data.class_dice:
            if not self.class_dice.has_curve(name):
                self._set_class_curve(name)
        if not self.lr.has_curve("lr"):
            self._set_single_curves()

    def _set_loss_curve(self, name: str) -> None:
        self.loss.set_curve(
            name,
            loss_words(name),
            self._data.losses[name],
            loss_color(name, list(self._data.losses)),
            width=EMPHASIS_WIDTH if name == TOTAL_LOSS else LINE_WIDTH,
        )

    def _set_class_curve(self, name: str) -> None:
        self.class_dice.set_curve(
            name,
            name,
            self._data.class_dice[name],
            class_color(name, self._classes),
            width=LINE_WIDTH,
            marked=True,
        )

    def _set_single_curves(self) -> None:
        accent = theme.color("accent")
        self.lr.set_curve("lr", "learning rate", self._data.lr, accent, width=LINE_WIDTH)
        self.dice.set_curve(
            "mDice", "mDice", self._data.dice, accent, width=LINE_WIDTH, marked=True
        )

    def _refresh_colors(self) -> None:
        for name in self._data.losses:
            self._set_loss_curve(name)
        for name in self._data.class_dice:
            self._set_class_curve(name)
        if self.lr.has_curve("lr"):
            self._set_single_curves()

    def _restyle(self) -> None:
        self._refresh_colors()
        for panel in self.panels:
            panel.restyle()

    def _refresh(self) -> None:
        for panel in self.panels:
            panel.refresh()

    def _set_x_range(self) -> None:
        last = max((s.x[-1] for s in self._data.all_series().values() if len(s)), default=0.0)
        end = max(float(self._data.max_iters), last) or _FIRST_VIEW
        # The other plots follow: their x axes are linked.
        self.loss.view.setXRange(0, end, padding=0.015)

    def _set_notes(self) -> None:
        has_loss, has_dice = bool(self._data.losses), bool(len(self._data.dice))
        for panel, name, sentence, has_points in (
            (self.loss, "The loss", _FIRST_ITERATIONS, has_loss),
            (self.lr, "The learning rate", _FIRST_ITERATIONS, has_loss),
            (self.dice, "mDice", _FIRST_VALIDATION, has_dice),
            (self.class_dice, "Dice per class", _FIRST_VALIDATION, has_dice),
        ):
            nothing = _ENDED_EMPTY if self._is_over else sentence.format(name)
            panel.set_note("" if has_points else nothing)

    def _set_crosshair(self, x: float | None) -> None:
        for panel in self.panels:
            panel.set_crosshair(x)

    def _on_moved_by_hand(self) -> None:
        self._follows_run = False
