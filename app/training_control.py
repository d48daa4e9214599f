"""Starting, stopping and following runs for the window, without making it wait."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.jobs import JobHandle, Jobs
from app.training_watch import RunsSnapshot, TrainingWatch
from core.errors import PetsegError
from core.runs.store import Run, RunState, RunSummary
from core.runs.supervisor import Supervisor
from core.training.request import TrainRequest, create_run


class TrainingControl(QObject):
    """The verbs of the Train page, and what becomes of them as signals.

    Args:
        jobs: Runs what takes longer than a moment.
        supervisor: Starts the workers; another one than the program's in tests.
    """

    runs_changed = Signal(object)
    """A `RunsSnapshot`."""
    events = Signal(object)
    """A list of events of the followed run, in order."""
    log = Signal(str)
    """Text that the worker of the followed run printed."""
    run_queued = Signal(str)
    """The id of a run that was made on request; it starts when its device is free."""
    run_started = Signal(object)
    """The summary of a run that waited and now runs."""
    run_ended = Signal(object)
    """The summary of a run that was not over before."""
    refused = Signal(str)
    """Why no run was made, in words."""
    preparing_changed = Signal(bool)
    """Whether a request is being checked at the moment."""
    problem = Signal(str)

    def __init__(
        self, jobs: Jobs, parent: QObject | None = None, *, supervisor: Supervisor | None = None
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._supervisor = supervisor or Supervisor()
        self._watch = TrainingWatch(self._supervisor, self)
        self._watch.runs.connect(self._take_runs)
        self._watch.events.connect(self._take_events)
        self._watch.log.connect(self._take_log)
        self._watch.problem.connect(self.problem)
        self._runs_dir: Path | None = None
        self._followed: str | None = None
        self._ticket = 0
        self.snapshot: RunsSnapshot | None = None

    @property
    def followed(self) -> str | None:
        """The run whose events are sent."""
        return self._followed

    def open(self, runs_dir: Path | None) -> None:
        """Turn to the runs of another dataset, or of none. Those that go on are picked up."""
        self._runs_dir = runs_dir
        self._followed = None
        self.snapshot = None
        if not self._watch.isRunning():
            self._watch.start()
        self._watch.watch(runs_dir)

    def start(self, request: TrainRequest) -> None:
        """Check a request and queue its run."""
        runs_dir = self._runs_dir
        if runs_dir is None:
            self.refused.emit("Open a dataset first.")
            return

        def work(job: JobHandle) -> str:
            made = create_run(request.dataset, runs_dir, request, on_progress=job.progress)
            return made.id

        def done(run_id: str) -> None:
            if runs_dir == self._runs_dir:
                self._watch.look_now(advance=True)
                self.run_queued.emit(run_id)

        def failed(error: PetsegError) -> None:
            self.refused.emit(str(error))

        self.preparing_changed.emit(True)
        job = self._jobs.start("Preparing the run", work, done, failed)
        job.finished.connect(lambda: self.preparing_changed.emit(False))

    def stop(self, run_id: str) -> None:
        """Let a run finish its iteration, save and validate, and then end."""
        self._ask(run_id, "Asking the run to stop", self._supervisor.request_stop)

    def cancel(self, run_id: str) -> None:
        """End a run at once; nothing more is saved."""
        self._ask(run_id, "Cancelling the run", self._supervisor.cancel)

    def follow(self, run_id: str | None) -> None:
        """Send the events and the log of a run from their beginning, and of no other."""
        if self._followed is not None:
            self._watch.unfollow(self._followed)
        self._followed = run_id
        if run_id is not None:
            self._ticket = self._watch.follow(run_id)

    def files_of(self, run_id: str) -> Run:
        """The files of a run.

        Raises:
            PetsegError: no dataset is open.
        """
        if self._runs_dir is None:
            raise PetsegError("No dataset is open", remedy="Open one first.")
        return Run(self._runs_dir / run_id)

    def shut_down(self) -> None:
        """End the watching. The workers go on."""
        self._watch.shut_down()

    def _ask(self, run_id: str, title: str, verb: Callable[[Run], None]) -> None:
        run = self.files_of(run_id)
        self._jobs.start(title, lambda _job: verb(run), lambda _none: self._watch.look_now())

    def _take_runs(self, snapshot: RunsSnapshot) -> None:
        if snapshot.runs_dir != self._runs_dir:
            return  # still under way from the dataset before
        before, self.snapshot = self.snapshot, snapshot
        self.runs_changed.emit(snapshot)
        if before is None:
            return
        for run in snapshot.runs:
            self._tell_change(before.find(run.id), run)

    def _tell_change(self, before: RunSummary | None, run: RunSummary) -> None:
        if before is None or before.state is run.state:
            return
        if run.state.is_over:
            self.run_ended.emit(run)
        elif run.state is RunState.RUNNING:
            self.run_started.emit(run)

    def _take_events(self, _run_id: str, events: list[object], ticket: int) -> None:
        if ticket == self._ticket and self._followed is not None:
            self.events.emit(events)

    def _take_log(self, _run_id: str, text: str, ticket: int) -> None:
        if ticket == self._ticket and self._followed is not None:
            self.log.emit(text)
