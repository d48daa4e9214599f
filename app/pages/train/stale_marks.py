"""Runs whose masks were changed since are marked on the Train page, with the list of them."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.jobs import Jobs
from app.session import Session
from app.stale_runs import StaleRuns
from app.training_control import TrainingControl
from app.training_watch import RunsSnapshot
from widgets.training.words import run_title


class StaleMarks(QObject):
    """Adds to the list of runs what is stale, and opens the list of what has changed.

    Args:
        control: Tells the runs.
        session: Says which masks were saved; opens samples.
        jobs: Runs the looking.
        page: The page that the list belongs to.
    """

    def __init__(
        self, control: TrainingControl, session: Session, jobs: Jobs, page: QWidget
    ) -> None:
        super().__init__(page)
        self._control = control
        self._session = session
        self._page = page
        self._stale = StaleRuns(session, jobs, self)
        self._changes: dict[str, int] = {}
        control.runs_changed.connect(self._on_runs)
        control.set_marks(self._stale.marked)
        self._stale.changed.connect(control.mark_again)

    def show_list(self, run_id: str) -> None:
        """Show what has changed since a run was made."""
        from widgets.training.stale_list import StaleDialog

        found, snapshot = self._stale.of(run_id), self._control.snapshot
        run = None if snapshot is None else snapshot.find(run_id)
        if found is None or run is None:
            return
        dialog = StaleDialog(run_title(run), found, self._page)
        dialog.sample_chosen.connect(self._session.edit)
        dialog.open()

    def _on_runs(self, snapshot: RunsSnapshot) -> None:
        changes = {run.id: run.data_changes for run in snapshot.runs}
        before, self._changes = self._changes, changes
        self._stale.set_runs(list(changes))
        # What a worker has found is learned now, so that it makes its run stale no more.
        if any(count != before.get(run, count) for run, count in changes.items()):
            self._stale.look()
