"""The runs of a dataset: folders below `runs/` in the workspace."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from core.errors import PetsegError
from core.files import atomic_write_text
from core.runs.events import BestScore, EventTail
from core.runs.progress import RunProgress
from core.runs.record import DatasetRecord, RunRecord, RunState, load_record, save_record
from core.runs.worker_file import read_worker_file

__all__ = ["DatasetRecord", "Run", "RunRecord", "RunState", "RunStore", "RunSummary"]


class RunSummary(BaseModel):
    """One line of the list of runs.

    Attributes:
        reason: One sentence on why the run ended as it did; empty when there is nothing to say.
        started: When the worker began to train; None when it never did.
        seconds: Wall time of the work so far, pauses not counted.
        eta: Seconds until the end, while the run goes on and says so.
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
    created: datetime | None = None


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
        self._stamp: tuple[int, int] | None = None

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
            status = (self.folder / "run.json").stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino

    def update(self, **changes: Any) -> RunRecord:
        """Change fields of `run.json` on disk and return the new content."""
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
        return datetime.fromtimestamp(self.folder.stat().st_mtime, UTC)

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

    def state(self) -> RunState:
        """Where the run stands.

        An unreadable `run.json` counts as failed. A run without a terminal event whose process is
        gone counts as crashed, whether or not a supervisor has noted that yet.
        """
        return self._state_and_reason()[0]

    def reason(self) -> str:
        """One sentence on why the run ended as it did; empty when there is nothing to say."""
        return self._state_and_reason()[1]

    def best(self) -> BestScore | None:
        """The best validation so far."""
        return self.progress().best

    def _state_and_reason(self) -> tuple[RunState, str]:
        record = self._readable()
        if record is None:
            return RunState.FAILED, self.problem
        if record.state is RunState.QUEUED:
            return RunState.QUEUED, ""
        if record.state.is_over:
            return record.state, record.reason
        worker = read_worker_file(self.folder)
        # The process is asked first: an event that it wrote before it ended is then seen below.
        alive = worker is None or worker.is_alive()
        progress = self.progress()
        if progress.ended is not None and not self._is_from_before(record):
            return progress.ended, progress.reason
        if alive:
            return RunState.RUNNING, ""
        return RunState.CRASHED, "The worker process ended without saying why."

    def _is_from_before(self, record: RunRecord) -> bool:
        # A resumed run whose new worker has not written anything yet.
        return record.events_from > 0 and self._tail.offset <= record.events_from

    def summary(self) -> RunSummary:
        """The run in one line."""
        state, reason = self._state_and_reason()
        progress = self.progress()
        record = self._record if not self.problem else None
        started = progress.started
        return RunSummary(
            id=self.id,
            name=record.name if record else self.id,
            recipe=record.recipe if record else "",
            label_set=record.label_set if record else "",
            state=state,
            reason=reason,
            best=progress.best,
            started=None if started is None else datetime.fromtimestamp(started, UTC),
            seconds=progress.active_seconds,
            iteration=progress.iteration,
            max_iters=progress.max_iters,
            eta=progress.eta if state is RunState.RUNNING else None,
            device=progress.device or (record.device if record else ""),
            created=record.created if record else None,
        )


class RunStore:
    """Makes, lists and finds runs.

    Args:
        runs_dir: The folder of the runs; it need not exist yet.
    """

    def __init__(self, runs_dir: Path) -> None:
        self.runs_dir = runs_dir
        self._known: dict[str, Run] = {}

    def create(
        self,
        *,
        recipe: str,
        label_set: str,
        dataset: DatasetRecord,
        name: str | None = None,
        files: Mapping[str, str] | None = None,
        now: datetime | None = None,
        **details: Any,
    ) -> Run:
        """Make the folder of a new, queued run.

        The folder appears with everything in it or not at all.

        Args:
            recipe: Name of the recipe; part of the id.
            label_set: The label set to learn.
            dataset: The version of the dataset.
            name: What the user calls the run; the id by default. It must not be taken.
            files: Text files to put into the folder, by relative path.
            now: The moment that gives the run its id; the present by default.
            details: Further fields of `RunRecord`.

        Raises:
            PetsegError: the name is taken or empty, or the folder cannot be written.
        """
        now = now or datetime.now().astimezone()
        if name is not None:
            self._check_name(name)
        base = f"{now:%Y%m%d-%H%M%S}-{re.sub(r'[^A-Za-z0-9._-]+', '-', recipe)}"
        draft = self.runs_dir / f".{base}-{secrets.token_hex(4)}.tmp"
        try:
            draft.mkdir(parents=True)
            for relative, text in (files or {}).items():
                atomic_write_text(draft / relative, text)
            for attempt in range(1, 1000):
                run_id = base if attempt == 1 else f"{base}-{attempt}"
                folder = self.runs_dir / run_id
                if folder.exists():
                    continue
                record = RunRecord(
                    id=run_id,
                    name=name or run_id,
                    recipe=recipe,
                    label_set=label_set,
                    dataset=dataset,
                    created=now,
                    **details,
                )
                save_record(draft, record)
                try:
                    draft.rename(folder)
                except OSError:
                    if folder.exists():  # somebody was faster by a moment
                        continue
                    raise
                return self._run(folder)
            raise PetsegError("No free name for the run's folder was found", path=self.runs_dir)
        except OSError as error:
            raise PetsegError(
                f"The run's folder cannot be made ({error.strerror or error})",
                path=self.runs_dir,
                remedy="Make the folder writable, free disk space, or choose another workspace.",
            ) from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _check_name(self, name: str) -> None:
        if not name.strip() or "/" in name or not name.isprintable():
            raise PetsegError(
                f"{name!r} cannot be a run's name",
                remedy="Use letters, digits and signs other than '/'.",
            )
        if any(name in (run.id, run.name) for run in self.list()):
            raise PetsegError(
                f"There is already a run named {name!r}",
                path=self.runs_dir,
                remedy="Choose another name, or give none: then the run is named by its time.",
            )

    def list(self) -> list[Run]:
        """All runs, newest first, unreadable ones included."""
        try:
            folders = [
                entry
                for entry in self.runs_dir.iterdir()
                if entry.is_dir() and not entry.name.startswith(".")
            ]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise PetsegError(
                f"The folder of runs cannot be read ({error.strerror or error})",
                path=self.runs_dir,
                remedy="Check that you may read it.",
            ) from error
        runs = [self._run(folder) for folder in folders]
        self._known = {run.id: run for run in runs}
        return sorted(runs, key=lambda run: (run.created, run.id), reverse=True)

    def find(self, id_or_name: str) -> Run:
        """Return the run with that id or, failing that, the newest with that name.

        Raises:
            PetsegError: there is none.
        """
        runs = self.list()
        for run in runs:
            if run.id == id_or_name:
                return run
        for run in runs:
            if run.name == id_or_name:
                return run
        known = ", ".join(run.name for run in runs[:5]) or "none yet"
        raise PetsegError(
            f"There is no run {id_or_name!r}",
            path=self.runs_dir,
            remedy=f"The newest runs are: {known}. `petseg runs` lists them all.",
        )

    def _run(self, folder: Path) -> Run:
        return self._known.get(folder.name) or Run(folder)
