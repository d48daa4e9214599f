"""`worker.json`: which process works on a run, so that a later program can find it again."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ValidationError

from core.errors import PetsegError
from core.files import atomic_write_text
from core.runs.processes import create_time, is_alive

FILE_NAME = "worker.json"


class WorkerFile(BaseModel):
    """The worker's process id, and when that process was created (seconds since 1970)."""

    pid: int
    created: float

    def is_alive(self) -> bool:
        """Whether that very process still runs."""
        return is_alive(self.pid, self.created)


def read_worker_file(folder: Path) -> WorkerFile | None:
    """The process that works or worked on the run; None when none was noted."""
    try:
        return WorkerFile.model_validate_json((folder / FILE_NAME).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def write_worker_file(folder: Path, pid: int) -> None:
    """Note the process that works on the run, atomically."""
    note = WorkerFile(pid=pid, created=create_time(pid) or 0.0)
    atomic_write_text(folder / FILE_NAME, note.model_dump_json() + "\n")


def claim(folder: Path) -> None:
    """Note this process as the one that is about to start the run's worker.

    Two programs that start the same run at the same moment cannot both succeed.

    Raises:
        PetsegError: a live process has the run already.
    """
    path = folder / FILE_NAME
    previous = read_worker_file(folder)
    if previous is not None and not previous.is_alive():
        path.unlink(missing_ok=True)
    note = WorkerFile(pid=os.getpid(), created=create_time(os.getpid()) or 0.0)
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(note.model_dump_json() + "\n")
    except FileExistsError:
        raise PetsegError(
            "The run is being worked on already",
            path=folder,
            remedy="Stop or cancel it first, or start a new run.",
        ) from None


def release(folder: Path) -> None:
    """Take back a claim whose worker could not be started."""
    (folder / FILE_NAME).unlink(missing_ok=True)
