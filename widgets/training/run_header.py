"""The strip above the plots: what the chosen run does at the moment."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

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
    silence_words,
    stale_words,
    state_look,
    suggestion_words,
    took,
)

_NAME_WIDTH = 96
_RESUME_TIP = "Go on from the last checkpoint, as if the run had never stopped"
_AGAIN_TIP = "Fill the form with this run's settings and the change that lets it work"
_STALE_TIP = "See which masks and photos are others than those that the run used"
_SUSPECTS_TIP = (
    "Let the folds judge the masks that they have not learned, and see the least believed first"
)
_SILENT_HINT = "A slow machine may need that long; otherwise stop the run and look into its log."


class RunHeader(QFrame):
    """State, iteration, time left, device, speed, memory, and the score against the goal.

    Where a run ended in a way that leaves something to do, it offers that.

    Args:
        goal: The mDice to be reached, in percent.
    """

    resume_requested = Signal(str)
    """The id of a run that is to go on."""
    again_requested = Signal(str)
    """The id of a failed run that is to be tried with what its failure suggests."""
    suspects_requested = Signal(str)
    """The name of the folds whose label suspects are wanted."""
    stale_requested = Signal(str)
    """The id of a run whose data has changed: the list of it is wanted."""

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
        self.best = ElidedLabel()
        self.reason = QLabel()
        self.silence = QLabel()
        self.resume_button = QPushButton("Resume")
        self.again_button = QPushButton()
        self.stale_button = QPushButton()
        self.suspects_button = QPushButton("Label suspects")
        self._lay_out()
        self.resume_button.clicked.connect(lambda: self._emit(self.resume_requested))
        self.again_button.clicked.connect(lambda: self._emit(self.again_requested))
        self.suspects_button.clicked.connect(self._ask_for_suspects)
        self.stale_button.clicked.connect(lambda: self._emit(self.stale_requested))
        theme.signals.changed.connect(self._refresh)
        self.show_run(None)

    def show_run(self, run: RunSummary | None, asked: str | None = None) -> None:
        """Turn to a run (its events are given anew), or update what is known of it."""
        if run is None or self._run is None or run.id != self._run.id:
            self._figures = RunFigures()
        self._run, self._asked = run, asked
        self._refresh()

    def set_goal(self, goal: float) -> None:
        """Hold the score against another goal."""
        self._goal = goal
        self._refresh()

    def append(self, events: Sequence[Event]) -> None:
        """Take more events of the run into account."""
        self._figures.add(events)
        self._refresh()

    def _lay_out(self) -> None:
        self._icon.setFixedSize(theme.ICON_SIZE)
        self._name.setProperty("role", "heading")
        self._name.setMinimumWidth(_NAME_WIDTH)
        # As wide as its text wherever there is room for it.
        self.best.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
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
        column.addLayout(self._notes())

    def _notes(self) -> QHBoxLayout:
        self.silence.setObjectName("run_silence")
        self.silence.setWordWrap(True)
        self.silence.setProperty("role", "warning")
        for button, name, icon, tip in (
            (self.resume_button, "resume_run", "play-circle-outline", _RESUME_TIP),
            (self.again_button, "run_again", "restart", _AGAIN_TIP),
            (self.stale_button, "run_stale", "history", _STALE_TIP),
            (self.suspects_button, "run_suspects", "label-off-outline", _SUSPECTS_TIP),
        ):
            button.setObjectName(name)
            button.setToolTip(tip)
            theme.set_icon(button, icon)
        notes = QHBoxLayout()
        notes.setSpacing(theme.GRID)
        notes.addWidget(self.stale_button, 0, Qt.AlignmentFlag.AlignTop)
        notes.addWidget(self.reason, 1)
        notes.addWidget(self.silence, 1)
        notes.addStretch(0)  # takes the room that no text wants
        notes.addWidget(self.suspects_button, 0, Qt.AlignmentFlag.AlignTop)
        notes.addWidget(self.again_button, 0, Qt.AlignmentFlag.AlignTop)
        notes.addWidget(self.resume_button, 0, Qt.AlignmentFlag.AlignTop)
        return notes

    def _emit(self, signal: SignalInstance) -> None:
        if self._run is not None:
            signal.emit(self._run.id)

    def _ask_for_suspects(self) -> None:
        if self._run is not None and self._run.group:
            self.suspects_requested.emit(self._run.group)

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
        where = [figures.device or run.device or UNKNOWN, figures.gpu]
        self.device.set_text(" · ".join(part for part in where if part))
        self.memory.set_text(figures.memory or UNKNOWN)
        words, role = goal_words(figures.best or run.best, self._goal)
        self.best.setText(f"Best mDice {words}")
        _set_role(self.best, role)
        self._show_notes(run)

    def _show_notes(self, run: RunSummary) -> None:
        """Why it ended, what can be done about it, and whether a running worker is silent."""
        self.reason.setText(_reason_of(run))
        self.reason.setVisible(bool(self.reason.text()))
        bad = run.state in (RunState.CRASHED, RunState.FAILED)
        _set_role(self.reason, "error" if bad else "muted")
        silent = run.silent_seconds if run.state is RunState.RUNNING else None
        self.silence.setVisible(silent is not None)
        if silent is not None:
            words = silence_words(silent)
            self.silence.setText(f"{words[:1].upper()}{words[1:]}. {_SILENT_HINT}")
        self.stale_button.setVisible(bool(run.stale))
        words = stale_words(run)
        self.stale_button.setText(f"{words[:1].upper()}{words[1:]}…")
        self.suspects_button.setVisible(bool(run.group) and run.state is RunState.FINISHED)
        self.resume_button.setVisible(run.checkpoint is not None)
        if run.checkpoint is not None:
            self.resume_button.setToolTip(f"{_RESUME_TIP}: from iteration {run.checkpoint}")
        self.again_button.setVisible(bool(run.suggestion))
        if run.suggestion:
            self.again_button.setText(f"Start again with {suggestion_words(run.suggestion)}")

    def _show_time(self, run: RunSummary) -> None:
        if run.state is RunState.RUNNING:
            eta = self._figures.eta
            self.left.set_title("Time left")
            self.left.set_text(UNKNOWN if eta is None else duration(eta))
        else:
            self.left.set_title("Took")
            self.left.set_text(took(run) or UNKNOWN)


def _reason_of(run: RunSummary) -> str:
    if run.group and run.state is RunState.FINISHED and not run.reason:
        return f"Fold {run.fold} of {run.folds} of {run.group}."
    if run.reason or run.state is not RunState.PAUSED:
        return run.reason
    return f"Paused at iteration {run.iteration}. Nothing is lost."


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
