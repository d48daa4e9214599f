"""The strip above the plots: what the chosen run does at the moment."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from core.runs.events import Event
from core.runs.store import RunState, RunSummary
from widgets import theme
from widgets.durations import duration
from widgets.elided_label import ElidedLabel
from widgets.training.figures import RunFigures
from widgets.training.words import (
    UNKNOWN,
    goal_words,
    iterations,
    run_title,
    state_look,
    took,
)


class RunHeader(QFrame):
    """State, iteration, time left, device, speed, memory, and the score against the goal.

    Args:
        goal: The mDice to be reached, in percent.
    """

    def __init__(self, *, goal: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("RunHeader")
        self.setProperty("role", "panel")
        self._goal = goal
        self._figures = RunFigures()
        self._run: RunSummary | None = None
        self._asked: str | None = None
        self._icon = QLabel()
        self._name = ElidedLabel()
        self.state = QLabel()
        self.progress = QProgressBar()
        self.iteration = _Figure("Iteration")
        self.left = _Figure("Time left")
        self.speed = _Figure("Speed")
        self.device = _Figure("Device")
        self.memory = _Figure("Memory")
        self.best = QLabel()
        self.reason = QLabel()
        self._lay_out()
        theme.signals.changed.connect(self._refresh)
        self.show_run(None)

    def show_run(self, run: RunSummary | None, asked: str | None = None) -> None:
        """Turn to a run (its events are given anew), or update what is known of it."""
        if run is None or self._run is None or run.id != self._run.id:
            self._figures = RunFigures()
        self._run, self._asked = run, asked
        self._refresh()

    def append(self, events: Sequence[Event]) -> None:
        """Take more events of the run into account."""
        self._figures.add(events)
        self._refresh()

    def _lay_out(self) -> None:
        self._icon.setFixedSize(theme.ICON_SIZE)
        self._name.setProperty("role", "heading")
        self.state.setObjectName("run_state")
        self.best.setObjectName("run_best")
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress of the run")
        self.reason.setObjectName("run_reason")
        self.reason.setWordWrap(True)
        self.reason.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        title = QHBoxLayout()
        title.setSpacing(theme.GRID)
        title.addWidget(self._icon)
        title.addWidget(self._name, 1)
        title.addWidget(self.state)
        title.addWidget(_separator())
        title.addWidget(self.best)
        figures = QHBoxLayout()
        figures.setSpacing(2 * theme.GRID)
        for figure in (self.iteration, self.left, self.speed, self.device, self.memory):
            figures.addWidget(figure, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GRID, theme.GRID, theme.GRID, theme.GRID)
        column.setSpacing(theme.GRID)
        column.addLayout(title)
        column.addWidget(self.progress)
        column.addLayout(figures)
        column.addWidget(self.reason)

    def _refresh(self) -> None:
        run = self._run
        self.setVisible(run is not None)
        if run is None:
            return
        look = state_look(run.state, self._asked)
        self._icon.setPixmap(theme.icon(look.icon, look.role).pixmap(theme.ICON_SIZE))
        self._name.setText(run_title(run))
        self._name.setToolTip(f"{run.id}\nrecipe {run.recipe}, label set {run.label_set}")
        self.state.setText(look.word)
        _set_role(self.state, look.role)
        figures = self._figures
        done = max(figures.iteration, run.iteration)
        planned = figures.max_iters or run.max_iters
        self.progress.setRange(0, planned or 1)
        self.progress.setValue(done)
        self.progress.setVisible(run.state is RunState.RUNNING)
        self.iteration.set_text(iterations(done, planned) if planned else UNKNOWN)
        self._show_time(run)
        self.speed.set_text(figures.speed or UNKNOWN)
        self.device.set_text(figures.device or run.device or UNKNOWN)
        self.memory.set_text(figures.memory or UNKNOWN)
        words, role = goal_words(figures.best or run.best, self._goal)
        self.best.setText(f"Best mDice {words}")
        _set_role(self.best, role)
        self.reason.setText(run.reason)
        self.reason.setVisible(bool(run.reason))
        bad = run.state in (RunState.CRASHED, RunState.FAILED)
        _set_role(self.reason, "error" if bad else "muted")

    def _show_time(self, run: RunSummary) -> None:
        if run.state is RunState.RUNNING:
            eta = self._figures.eta
            self.left.set_title("Time left")
            self.left.set_text(UNKNOWN if eta is None else duration(eta))
        else:
            self.left.set_title("Took")
            self.left.set_text(took(run) or UNKNOWN)


class _Figure(QWidget):
    """A caption and a figure below it."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = QLabel(title)
        self._title.setProperty("role", "muted")
        self._text = ElidedLabel(UNKNOWN)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._title)
        column.addWidget(self._text)

    def text(self) -> str:
        """The figure shown."""
        return self._text.text()

    def set_title(self, title: str) -> None:
        """Change the caption."""
        self._title.setText(title)

    def set_text(self, text: str) -> None:
        """Change the figure."""
        self._text.setText(text)


def _separator() -> QLabel:
    label = QLabel("·")
    label.setProperty("role", "muted")
    return label


def _set_role(label: QLabel, role: str) -> None:
    if label.property("role") != role:
        label.setProperty("role", role)
        # Qt does not look at a style sheet's conditions again by itself.
        label.style().unpolish(label)
        label.style().polish(label)
