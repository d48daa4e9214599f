"""One run, as the files in its folder tell it."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from core.errors import PetsegError
from core.locking import locked
from core.runs.checkpoint_files import iteration_of, last_checkpoint
from core.runs.events import BestScore, EventTail
from core.runs.progress import RunProgress
from core.runs.record import RunRecord, RunState, load_record, save_record
from core.runs.worker_file import WorkerFile, read_worker_file

SILENT_AFTER = 15.0
"""Seconds without an event after which a running worker is said to give no sign of life."""

_LOCK = ".descriptions.lock"  # beside the runs: a run's folder holds only what is the run's
_PATIENCE = 20.0


class RunSummary(BaseModel):
    """One line of the list of runs.

    Attributes:
        reason: Why the run ended as it did, or what one that is not over waits for or works on, in
            a sentence; empty when there is nothing to say.
        started: When the worker began to train; None when it never did.
        seconds: Wall time of the work so far, pauses not counted.
        eta: Seconds until the end, while the run goes on and says so.
        host: The other machine that a running run works on; "" when that is this one.
        last_event: When the worker last said something.
        silent_seconds: How long a running worker has said nothing, once that is longer than
            `SILENT_AFTER`; None while it speaks.
        checkpoint: Iteration from which the run can go on; None when it cannot: it goes on or
            waits, has finished, or has no checkpoint.
        suggestion: Form fields with which a failed run would work.
        parent: Id of the run that this one tries again, or trains again on repaired labels.
        on_repaired_labels: Whether it is the latter.
        group: What the folds of a dataset have in common, of which it is one; else None.
        fold: Which of them, from 1.
        folds: How many there are.
        gpus: Number of processes that train together.
        goal: The mDice that the run is to reach, in percent; None where its recipe names none.
        data_changes: How often its worker found other files than the record said.
        stale: What has changed in its data since, in words, filled in by whoever has looked; ""
            where nothing has, or nobody has looked.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    recipe: str
    label_set: str
    state: RunState
    reason: str = ""
    best: BestScore | None = None
    started: datetime | None = None
    seconds: float | None = None
    iteration: int = 0
    max_iters: int = 0
    eta: float | None = None
    device: str = ""
    host: str = ""
    created: datetime | None = None
    last_event: datetime | None = None
    silent_seconds: float | None = None
    checkpoint: int | None = None
    suggestion: dict[str, Any] | None = None
    parent: str | None = None
    on_repaired_labels: bool = False
    group: str | None = None
    fold: int | None = None
    folds: int | None = None
    gpus: int = 1
    goal: float | None = None
    data_changes: int = 0
    stale: str = ""


class Run:
    """One run, as its folder tells it. Every question looks at the files again.

    Not safe for use from several threads at once; two `Run` objects of one folder are fine.

    Attributes:
        id: Name of the folder.
        folder: Absolute path.
        problem: Why `run.json` could not be read; empty when it could.
    """

    def __init__(self, folder: Path) -> None:
        self.id = folder.name
        self.folder = folder
        self.problem = ""
        self._tail = EventTail(folder / "events.jsonl")
        self._progress = RunProgress()
        self._record: RunRecord | None = None
        self._record_path = str(folder / "run.json")
        self._stamp: tuple[int, int] | None = None
        self._checkpoint: tuple[int, int | None] | None = None

    def __repr__(self) -> str:
        return f"Run({self.id!r})"

    @property
    def events_path(self) -> Path:
        """The `events.jsonl`."""
        return self.folder / "events.jsonl"

    @property
    def log_path(self) -> Path:
        """What the worker printed."""
        return self.folder / "worker.log"

    @property
    def checkpoints_dir(self) -> Path:
        """Where the checkpoints are."""
        return self.folder / "checkpoints"

    @property
    def config_path(self) -> Path:
        """The resolved config as data (`config.json`)."""
        return self.folder / "config.json"

    @property
    def record(self) -> RunRecord:
        """The content of `run.json`, read again when the file changed.

        Raises:
            PetsegError: it is missing or damaged.
        """
        stamp = self._stamp_now()
        if self._record is None or stamp != self._stamp:
            self._record = load_record(self.folder)
            self._stamp = stamp
        return self._record

    def _stamp_now(self) -> tuple[int, int] | None:
        try:
            status = os.stat(self._record_path)  # noqa: PTH116 - asked of every run, each second
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino

    def update(self, **changes: Any) -> RunRecord:
        """Change fields of `run.json` on disk and return the new content.

        The run's worker, its supervisor and the user's renaming may all do so at one moment: each
        changes its own fields, and keeps what the others wrote.

        Raises:
            PetsegError: it is missing or damaged, or another program holds it for long.
        """
        lock = self.folder.parent / _LOCK
        busy = PetsegError(
            "Another program holds the descriptions of the runs",
            path=lock,
            remedy="Wait a moment and try again, or end the program that hangs.",
        )
        with locked(lock, "The run's description", busy, patience=_PATIENCE):
            record = load_record(self.folder).model_copy(update=changes)
            save_record(self.folder, record)
        return record

    def _readable(self) -> RunRecord | None:
        try:
            record = self.record
        except PetsegError as error:
            self.problem = str(error)
            return None
        self.problem = ""
        return record

    @property
    def name(self) -> str:
        """The name the user gave, or the id."""
        record = self._readable()
        return record.name if record else self.id

    @property
    def recipe(self) -> str:
        """Name of the recipe."""
        record = self._readable()
        return record.recipe if record else ""

    @property
    def label_set(self) -> str:
        """The label set that the run learns."""
        record = self._readable()
        return record.label_set if record else ""

    @property
    def created(self) -> datetime:
        """When the run was asked for, with time zone."""
        record = self._readable()
        if record is not None:
            return record.created
        try:
            return datetime.fromtimestamp(self.folder.stat().st_mtime, UTC)
        except OSError:  # deleted a moment ago
            return datetime.fromtimestamp(0, UTC)

    @property
    def overrides(self) -> dict[str, Any]:
        """What the user changed of the recipe."""
        record = self._readable()
        return dict(record.overrides) if record else {}

    def progress(self) -> RunProgress:
        """How far the run is, from all events up to now."""
        for event in self._tail.read():
            self._progress.add(event)
        return self._progress

    @property
    def damaged_events(self) -> int:
        """How many lines of its events could not be read, of those that `progress` has seen."""
        return self._tail.damaged

    def state(self) -> RunState:
        """Where the run stands.

        An unreadable `run.json` counts as failed. A run without a terminal event whose process is
        gone counts as crashed, whether or not a supervisor has noted that yet.
        """
        return self.state_and_reason()[0]

    def reason(self) -> str:
        """One sentence on why the run ended as it did; empty when there is nothing to say."""
        return self.state_and_reason()[1]

    def best(self) -> BestScore | None:
        """The best validation so far."""
        return self.progress().best

    def state_and_reason(self) -> tuple[RunState, str]:
        """Both at once; see `state` and `reason`."""
        record = self._readable()
        if record is None:
            return RunState.FAILED, self.problem
        if record.state is RunState.QUEUED:
            return RunState.QUEUED, ""
        if record.state.is_over:
            return record.state, record.reason
        worker = read_worker_file(self.folder)
        # The process is asked first: an event that it wrote before it ended is then seen below.
        # Whoever starts a worker notes it before: without a note it was not started.
        gone = record.attempt > 0 if worker is None else worker.is_gone()
        progress = self.progress()
        if progress.ended is not None and not self._is_from_before(record):
            return progress.ended, progress.reason
        if gone:
            return RunState.CRASHED, "The worker process ended without saying why."
        return RunState.RUNNING, ""

    def _is_from_before(self, record: RunRecord) -> bool:
        # A resumed run whose new worker has not written anything yet.
        return record.events_from > 0 and self._tail.offset <= record.events_from

    def summary(self, now: float | None = None) -> RunSummary:
        """The run in one line.

        Args:
            now: The present moment, in seconds since 1970; the clock's by default.
        """
        state, reason = self.state_and_reason()
        progress = self.progress()
        record = self._record if not self.problem else None
        worker = read_worker_file(self.folder) if state is RunState.RUNNING else None
        host = worker.host if worker is not None and worker.is_elsewhere() else ""
        if host:
            reason = f"It works on {host}. Cancel it if that machine is gone."
        return RunSummary(
            id=self.id,
            name=record.name if record else self.id,
            recipe=record.recipe if record else "",
            label_set=record.label_set if record else "",
            state=state,
            reason=reason,
            best=progress.best,
            started=_moment(progress.started),
            seconds=progress.active_seconds,
            iteration=progress.iteration,
            max_iters=progress.max_iters,
            eta=progress.eta if state is RunState.RUNNING else None,
            device=_device(progress, record),
            host=host,
            created=record.created if record else None,
            last_event=_moment(progress.last_event),
            silent_seconds=_silence(progress, worker, now) if state is RunState.RUNNING else None,
            checkpoint=self._resumable_from(state),
            suggestion=progress.suggestion if state is RunState.FAILED else None,
            parent=record.parent if record else None,
            on_repaired_labels=record.on_repaired_labels if record else False,
            group=record.group if record else None,
            fold=record.fold if record else None,
            folds=record.folds if record else None,
            gpus=record.gpus if record else 1,
            goal=record.goal if record else None,
            data_changes=len(record.dataset.changes) if record else 0,
        )

    def _resumable_from(self, state: RunState) -> int | None:
        if self.problem or not state.is_over or state is RunState.FINISHED:
            return None
        try:
            stamp = self.checkpoints_dir.stat().st_mtime_ns
        except OSError:
            return None
        if self._checkpoint is None or self._checkpoint[0] != stamp:
            path = last_checkpoint(self.checkpoints_dir)
            self._checkpoint = stamp, None if path is None else iteration_of(path)
        return self._checkpoint[1]


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _device(progress: RunProgress, record: RunRecord | None) -> str:
    if record is None:
        return progress.device
    if record.devices and progress.device != "cpu":
        # The worker counts only the GPUs that it was shown; these are the machine's numbers.
        return ", ".join(record.devices)
    return progress.device or record.device


def _silence(progress: RunProgress, worker: WorkerFile | None, now: float | None) -> float | None:
    # Before its first event a worker loads torch: its silence begins when it does.
    signs = [progress.last_event, worker.created if worker is not None else None]
    heard = max((sign for sign in signs if sign is not None), default=None)
    now = time.time() if now is None else now
    if heard is None or now - heard < SILENT_AFTER:
        return None
    return float(int(now - heard))
