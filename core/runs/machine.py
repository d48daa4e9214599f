"""What runs on this machine, whichever dataset it belongs to: devices are the machine's.

A list of run folders in the user's state folder, one for each machine that shares it. What a run
holds and whether its worker lives, its own folder tells; entries of runs that are over, or gone,
mean nothing and are dropped by the next one that is noted.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs
from pydantic import BaseModel, Field, ValidationError

from core.errors import PetsegError
from core.files import atomic_write_text, is_writable_folder
from core.locking import locked
from core.runs.processes import host_name
from core.runs.record import RunState
from core.runs.run import Run

_log = logging.getLogger(__name__)

_PATIENCE = 20.0
# Set in a job of Slurm, PBS, LSF, Grid Engine or HTCondor.
_BATCH_JOB = ("SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "SGE_TASK_ID", "_CONDOR_JOB_AD")


class _Running(BaseModel):
    version: int = 1
    runs: list[Path] = Field(default_factory=list)


class MachineRuns:
    """The running runs of this user on this machine.

    Without a folder that can be written (a home that is read-only), each dataset knows its own
    runs only. So it is in a job of a cluster: there the scheduler gives the devices away, and two
    jobs on one machine may each call theirs `cuda:0`.
    """

    def __init__(self) -> None:
        host = re.sub(r"[^A-Za-z0-9._-]+", "-", host_name())
        self._path = Path(platformdirs.user_state_path("petseg")) / f"running-{host}.json"
        self._known: dict[Path, Run] = {}
        self._has_warned = False

    def of_other_datasets(self, runs_dir: Path) -> list[Run]:
        """The runs that are worked on now and lie in other folders than `runs_dir`."""
        ours = runs_dir.resolve()
        folders = [folder for folder in self._read() if folder.parent != ours]
        self._known = {folder: self._known.get(folder) or Run(folder) for folder in folders}
        return [run for run in self._known.values() if run.state() is RunState.RUNNING]

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other programs from giving devices away meanwhile.

        Raises:
            PetsegError: another program holds the lock for long.
        """
        if not self._is_usable():
            yield
            return
        busy = PetsegError(
            "Another program holds the list of running runs",
            path=self._path,
            remedy="Wait a moment and try again, or end the program that hangs.",
        )
        lock = self._path.with_suffix(".lock")
        with locked(lock, "The list of running runs", busy, patience=_PATIENCE):
            yield

    def note(self, run: Run) -> None:
        """Add a run that is about to be started. Call it with the lock.

        Raises:
            PetsegError: the disk is full.
        """
        if not self._is_usable():
            return
        folder = run.folder.resolve()
        others = [
            each
            for each in self._read()
            if each != folder and Run(each).state() is RunState.RUNNING
        ]
        content = _Running(runs=[*others, folder])
        atomic_write_text(self._path, content.model_dump_json(indent=1) + "\n")

    def _read(self) -> list[Path]:
        if _is_batch_job():
            return []
        try:
            return _Running.model_validate_json(self._path.read_bytes()).runs
        except FileNotFoundError:
            return []
        except (OSError, ValidationError) as error:
            self._warn(f"{self._path} cannot be read: {error}")
            return []

    def _is_usable(self) -> bool:
        if _is_batch_job():
            return False
        folder = self._path.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._warn(f"{folder} cannot be made: {error}")
            return False
        if not is_writable_folder(folder):
            self._warn(f"{folder} cannot be written")
            return False
        return True

    def _warn(self, text: str) -> None:
        if not self._has_warned:
            _log.warning("%s; the runs of other datasets are not known", text)
        self._has_warned = True


def _is_batch_job() -> bool:
    return any(os.environ.get(name) for name in _BATCH_JOB)
