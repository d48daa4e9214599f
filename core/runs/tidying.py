"""Naming runs anew, and deleting them: only ever on somebody's word."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from core.errors import PetsegError
from core.runs.queue_file import queue_lock
from core.runs.store import Run, RunState, RunStore


@dataclass(frozen=True, slots=True)
class RunContents:
    """What is lost with a run.

    Attributes:
        checkpoints: Number of files with weights.
        predictions: Number of predicted masks.
        size: Bytes of everything in the folder.
    """

    checkpoints: int = 0
    predictions: int = 0
    size: int = 0


def contents_of(run: Run) -> RunContents:
    """Look what a run's folder holds. Reads every folder in it: not for the UI thread."""
    size = 0
    for folder, _, names in os.walk(run.folder):
        for name in names:
            path = Path(folder, name)
            if not path.is_symlink():
                size += path.stat().st_size
    return RunContents(
        checkpoints=len(list(run.checkpoints_dir.glob("*.pth"))),
        predictions=len(list((run.folder / "predictions").glob("*/*.png"))),
        size=size,
    )


def rename_run(store: RunStore, run: Run, name: str) -> None:
    """Give a run another name; its id and its folder stay.

    Raises:
        PetsegError: the name is taken or cannot be shown.
    """
    if name != run.name:
        store.check_name(name)
        run.update(name=name)


def delete_run(run: Run) -> None:
    """Delete a run's folder for good: checkpoints, predictions and curves.

    It disappears from the list at once, even where deleting many files takes a while.

    Raises:
        PetsegError: the run goes on or waits, or a file cannot be deleted.
    """
    with queue_lock(run.folder.parent):  # no program may start it meanwhile
        if run.state() in (RunState.RUNNING, RunState.QUEUED):
            raise PetsegError(
                f"The run {run.name} is not over",
                path=run.folder,
                remedy="Cancel it first.",
            )
        away = run.folder.with_name(f".{run.id}.deleted")
        try:
            shutil.rmtree(away, ignore_errors=True)  # what an earlier attempt left
            run.folder.rename(away)
        except OSError as error:
            raise _cannot_delete(run.folder, error) from error
    try:
        shutil.rmtree(away)
    except OSError as error:
        raise _cannot_delete(away, error) from error


def _cannot_delete(path: Path, error: OSError) -> PetsegError:
    return PetsegError(
        f"The run's folder cannot be deleted ({error.strerror or error})",
        path=path,
        remedy="Make the folder writable, close programs that use its files, and delete it again.",
    )
