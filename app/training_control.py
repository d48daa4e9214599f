"""Starting, stopping and following runs for the window, without making it wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.jobs import JobHandle, Jobs
from app.training_watch import RunsSnapshot, TrainingWatch
from core.errors import PetsegError
from core.fetching import FetchProblem
from core.runs.queue import RunQueue, Step
from core.runs.store import Run, RunState, RunStore, RunSummary
from core.runs.supervisor import Supervisor
from core.runs.tidying import RunContents, contents_of, delete_run, rename_run
from core.training.again import request_again, retrain_request
from core.training.checks.planned import TRAIN
from core.training.folds.request import create_folds
from core.training.request import TrainRequest, create_run
from core.training.weights.fetching import WeightsError

Mark = Callable[[Iterable[RunSummary]], tuple[RunSummary, ...]]


class TrainingControl(QObject):
    """The verbs of the Train page, and what becomes of them as signals.

    Every verb returns at once; the disk and the processes are dealt with in the background.

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
    run_events = Signal(str, object)
    """A run of `follow_many`, and a list of its events, in order and from its first."""
    run_queued = Signal(str)
    """The id of a run that was made on request; it starts when its device is free."""
    folds_queued = Signal(str, int)
    """The name of a group of folds whose runs were made on request, and how many they are."""
    run_started = Signal(object)
    """The summary of a run that waited and now runs."""
    run_ended = Signal(object)
    """The summary of a run that was not over before."""
    refused = Signal(str)
    """Why no run was made, in words."""
    weights_missing = Signal(str)
    """Why weights could not be fetched, so that no run was made, and how to get them."""
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
        self._many: dict[str, int] = {}
        self._mark: Mark = tuple
        self.snapshot: RunsSnapshot | None = None

    def set_marks(self, mark: Mark) -> None:
        """Let somebody add to the summaries what is not in the runs' own files."""
        self._mark = mark
        self.mark_again()

    def mark_again(self) -> None:
        """Tell the runs once more, for there is something else to be added."""
        if self.snapshot is not None:
            self._take_runs(self.snapshot)

    @property
    def followed(self) -> str | None:
        """The run whose events are sent by `events`."""
        return self._followed

    def open(self, runs_dir: Path | None) -> None:
        """Turn to the runs of another dataset, or of none. Those that go on are picked up."""
        self._runs_dir = runs_dir
        self._followed = None
        self._many = {}
        self.snapshot = None
        if not self._watch.isRunning():
            self._watch.start()
        self._watch.watch(runs_dir)

    # Making runs

    def start(self, request: TrainRequest) -> None:
        """Check a request and queue its run."""
        self._make_one(lambda: request)

    def start_folds(
        self, request: TrainRequest, folds: int, splits: Sequence[str] = (TRAIN,)
    ) -> None:
        """Check a request and queue a run for each fold; none where one of them cannot be made."""

        def make(job: JobHandle, runs_dir: Path) -> list[Run]:
            return create_folds(
                request, runs_dir, folds, splits=splits, on_progress=job.progress,
                on_fetch=job.progress, cancelled=job.cancelled,
            )  # fmt: skip

        self._make("Preparing the folds", make)

    def retry(self, run_id: str, overrides: Mapping[str, Any]) -> None:
        """Queue a new run with a run's own settings and these changes; the old one is its parent.

        Args:
            run_id: The run, whatever became of it.
            overrides: Form fields, such as the `suggestion` of a run whose memory did not suffice.
        """
        run = self.files_of(run_id)
        self._make_one(lambda: request_again(run, overrides))

    def retrain(self, run_id: str) -> None:
        """Queue a run with a run's own settings, on the labels as they are now; its child."""
        run = self.files_of(run_id)
        self._make_one(lambda: retrain_request(run))

    def _make_one(self, make_request: Callable[[], TrainRequest]) -> None:
        def make(job: JobHandle, runs_dir: Path) -> list[Run]:
            request = make_request()
            made = create_run(
                request.dataset, runs_dir, request, on_progress=job.progress,
                on_fetch=job.progress, cancelled=job.cancelled,
            )  # fmt: skip
            return [made]

        self._make("Preparing the run", make)

    def _make(self, title: str, make: Callable[[JobHandle, Path], list[Run]]) -> None:
        runs_dir = self._runs_dir
        if runs_dir is None:
            self.refused.emit("Open a dataset first.")
            return

        def work(job: JobHandle) -> tuple[list[str], str]:
            made = make(job, runs_dir)
            return [run.id for run in made], made[0].record.group or ""

        def done(result: tuple[list[str], str]) -> None:
            ids, group = result
            if runs_dir == self._runs_dir:
                self._watch.look_now()
                self.run_queued.emit(ids[0])
                if len(ids) > 1:
                    self.folds_queued.emit(group, len(ids))

        def failed(error: PetsegError) -> None:
            if isinstance(error, WeightsError) and error.problem is not FetchProblem.CANCELLED:
                self.weights_missing.emit(
                    f"{error.what}. Fetch {error.address} some other way and save it as "
                    f"{error.target}, or begin otherwise:"
                )
            else:
                self.refused.emit(str(error))

        self.preparing_changed.emit(True)
        job = self._jobs.start(title, work, done, failed)
        job.finished.connect(lambda: self.preparing_changed.emit(False))

    # Verbs of one run

    def stop(self, run_id: str) -> None:
        """Let a run finish its iteration, save and validate, and then end."""
        self._ask(run_id, "Asking the run to stop", self._supervisor.request_stop)

    def pause(self, run_id: str) -> None:
        """Let a run finish its iteration and save, and then leave until it is resumed."""
        self._ask(run_id, "Asking the run to pause", self._supervisor.request_pause)

    def resume(self, run_id: str) -> None:
        """Let a run that is over go on from its last checkpoint when its device is free."""
        self._ask(run_id, "Resuming the run", lambda run: self._queue_of(run).resume(run))

    def cancel(self, run_id: str) -> None:
        """End a run at once; nothing more is saved."""
        self._ask(run_id, "Cancelling the run", self._supervisor.cancel)

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name."""

        def verb(run: Run) -> None:
            rename_run(RunStore(run.folder.parent), run, name)

        self._ask(run_id, "Renaming the run", verb)

    def weigh(self, run_id: str, tell: Callable[[RunContents], None]) -> None:
        """Look what would be lost with a run, and tell it on the UI thread."""
        run = self.files_of(run_id)
        self._jobs.start("Looking what the run holds", lambda _job: contents_of(run), tell)

    def delete(self, run_id: str) -> None:
        """Delete a run for good, with everything in its folder."""
        self._ask(run_id, "Deleting the run", delete_run)

    # The queue

    def move(self, run_id: str, step: Step) -> None:
        """Move a waiting run within the queue."""
        self._ask(run_id, "Moving the run", lambda run: self._queue_of(run).move(run.id, step))

    def move_to(self, run_id: str, place: int) -> None:
        """Put a waiting run at a place of the queue, counted from 0 among the others."""
        self._ask(run_id, "Moving the run", lambda run: self._queue_of(run).move_to(run.id, place))

    def pause_queue(self, paused: bool) -> None:
        """Start nothing new from now on, or again. Runs that go on do so."""
        runs_dir = self._runs_dir
        if runs_dir is not None:
            queue = RunQueue(RunStore(runs_dir), self._supervisor)
            self._jobs.start(
                "Pausing the queue" if paused else "Starting the queue",
                lambda _job: queue.pause(paused),
                lambda _none: self._watch.look_now(),
            )

    # Following

    def follow(self, run_id: str | None) -> None:
        """Send the events and the log of a run from their beginning, and of no other."""
        if self._followed is not None:
            self._watch.unfollow(self._ticket)
        self._followed = run_id
        if run_id is not None:
            self._ticket = self._watch.follow(run_id)

    def follow_many(self, run_ids: Iterable[str]) -> None:
        """Send the events of these runs by `run_events`, and of no others.

        Those that were followed before go on where they are; new ones begin with their first event.
        """
        wanted = list(dict.fromkeys(run_ids))
        for run_id in set(self._many) - set(wanted):
            self._watch.unfollow(self._many.pop(run_id))
        for run_id in wanted:
            if run_id not in self._many:
                self._many[run_id] = self._watch.follow(run_id)

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

    def _ask(self, run_id: str, title: str, verb: Callable[[Run], object]) -> None:
        run = self.files_of(run_id)
        job = self._jobs.start(title, lambda _job: verb(run))
        # Also when it was refused: what is shown may have been out of date.
        job.finished.connect(self._watch.look_now)

    def _queue_of(self, run: Run) -> RunQueue:
        return RunQueue(RunStore(run.folder.parent), self._supervisor)

    def _take_runs(self, snapshot: RunsSnapshot) -> None:
        if snapshot.runs_dir != self._runs_dir:
            return  # still under way from the dataset before
        snapshot = replace(snapshot, runs=self._mark(snapshot.runs))
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

    def _take_events(self, run_id: str, events: list[object], ticket: int) -> None:
        # Events with another ticket are still under way from an earlier wish.
        if ticket == self._ticket and self._followed is not None:
            self.events.emit(events)
        elif ticket == self._many.get(run_id):
            self.run_events.emit(run_id, events)

    def _take_log(self, _run_id: str, text: str, ticket: int) -> None:
        if ticket == self._ticket and self._followed is not None:
            self.log.emit(text)
