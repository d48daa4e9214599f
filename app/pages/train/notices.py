"""What is said of runs whichever page is in front: that they start, end, and pass their goals."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.pages.train.goal_watch import GoalWatch
from app.session import Session
from app.training_control import TrainingControl
from app.training_watch import RunsSnapshot
from core.runs.store import RunState, RunSummary
from widgets.training.words import end_words, folds_done_words, passed_words, run_title


class RunNotices(QObject):
    """Watches from the moment a dataset is open, before the Train page has any panels.

    Args:
        control: Tells the runs.
        session: Gets the messages.
    """

    passed_changed = Signal()
    """A run has passed its goal, or there is no such news any more: see `passed`."""

    def __init__(self, control: TrainingControl, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._control = control
        self._session = session
        self._goals = GoalWatch()
        self.passed: tuple[str, str] | None = None
        """The id of the run that passed its goal last, and the sentence on it."""
        session.dataset_changed.connect(self._forget)
        control.runs_changed.connect(self._on_runs)
        control.run_started.connect(self._on_started)
        control.run_ended.connect(self._on_ended)

    def _forget(self) -> None:
        self._goals.clear()
        self.passed = None
        self.passed_changed.emit()

    def _on_runs(self, snapshot: RunsSnapshot) -> None:
        for run in self._goals.newly_passed(snapshot.runs):
            words = passed_words(run)
            self.passed = run.id, words
            self._session.message.emit(words)
            self.passed_changed.emit()

    def _on_started(self, run: RunSummary) -> None:
        self._session.message.emit(f"Run {run_title(run)} started.")

    def _on_ended(self, run: RunSummary) -> None:
        is_bad = run.state in (RunState.CRASHED, RunState.FAILED)
        tell = self._session.problem if is_bad else self._session.message
        tell.emit(end_words(run))
        snapshot = self._control.snapshot
        words = folds_done_words(run, snapshot.runs) if snapshot is not None else ""
        if words:
            self._session.message.emit(words)
