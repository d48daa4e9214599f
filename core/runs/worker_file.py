"""`worker.json`: which process works on a run, so that a later program can find it again."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ValidationError

from core.errors import PetsegError
from core.files import atomic_write_text
from core.locking import locked
from core.runs.processes import create_time, host_name, is_alive, start_ticks, system_start

FILE_NAME = "worker.json"
_LOCK = ".workers.lock"  # beside the runs: a run's folder holds only what is the run's
_PATIENCE = 20.0


class RunIsBusy(PetsegError):  # noqa: N818 - it says how the run stands, as PetsegErrors do
    """A run has a worker already."""


class WorkerFile(BaseModel):
    """The worker's process, with what tells it from a later one of the same number.

    The seconds since 1970 at which a process was created are computed from the clock, and change
    when the clock is set; ticks since the system's start do not.

    Attributes:
        pid: Its process id.
        created: When it was created, in seconds since 1970 by the clock of that moment.
        host: Name of its machine; "" in files of earlier versions.
        system: Which start of which system counted the ticks (`system_start`); "" where unknown.
        ticks: When it was created, in ticks since then; None where unknown.
    """

    pid: int
    created: float
    host: str = ""
    system: str = ""
    ticks: int | None = None

    def is_alive(self) -> bool:
        """Whether that very process still runs on this machine."""
        if self.ticks is None:
            return is_alive(self.pid, self.created)
        return self.system == system_start() and start_ticks(self.pid) == self.ticks

    def is_elsewhere(self) -> bool:
        """Whether the process is on another machine, so that nobody here knows how it is."""
        if self.host in ("", host_name()):
            return False
        # This machine may have got another name meanwhile.
        return not (self.system and self.system == system_start()) and not self.is_alive()

    def is_gone(self) -> bool:
        """Whether the process is known to have ended."""
        return not self.is_alive() and not self.is_elsewhere()


def read_worker_file(folder: Path) -> WorkerFile | None:
    """The process that works or worked on the run; None when none was noted."""
    try:
        return WorkerFile.model_validate_json((folder / FILE_NAME).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def write_worker_file(folder: Path, pid: int) -> None:
    """Note the process that works on the run, atomically."""
    ticks = start_ticks(pid)
    note = WorkerFile(
        pid=pid,
        created=create_time(pid) or 0.0,
        host=host_name(),
        system=system_start() if ticks is not None else "",
        ticks=ticks,
    )
    atomic_write_text(folder / FILE_NAME, note.model_dump_json() + "\n")


def claim(folder: Path) -> None:
    """Note this process as the one that is about to start the run's worker.

    Two programs that start the same run at the same moment cannot both succeed. A damaged note is
    written anew.

    Raises:
        RunIsBusy: a process has the run already.
        PetsegError: the note cannot be written; then there is none.
    """
    busy = RunIsBusy(
        "The run is being worked on already",
        path=folder,
        remedy="Stop or cancel it first, or start a new run.",
    )
    with locked(folder.parent / _LOCK, "The run", busy, patience=_PATIENCE):
        previous = read_worker_file(folder)
        if previous is not None and not previous.is_gone():
            raise busy
        write_worker_file(folder, os.getpid())


def release(folder: Path) -> None:
    """Take back a claim whose worker could not be started, or the note of one that is over."""
    (folder / FILE_NAME).unlink(missing_ok=True)
