"""Which of a run's checkpoints is meant when somebody asks for its predictions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.errors import PetsegError

CHECKPOINTS_FOLDER = "checkpoints"
_ITERATION = re.compile(r"(?:iter|epoch)_(\d+)\.pth$")


@dataclass(frozen=True, slots=True)
class CheckpointFile:
    """A checkpoint on disk.

    Attributes:
        path: The file.
        iteration: The iteration (or epoch) in its name; None when the name tells none.
        is_best: Whether it is the one with the best validation, and not just the last.
        size: Bytes.
        mtime_ns: When it was last written, in nanoseconds since 1970.
    """

    path: Path
    iteration: int | None
    is_best: bool
    size: int
    mtime_ns: int


def checkpoint_of(run_folder: Path) -> CheckpointFile:
    """The checkpoint to predict with: the best by validation mDice, else the last one.

    Raises:
        PetsegError: the run has not saved any yet.
    """
    folder = run_folder / CHECKPOINTS_FOLDER
    best = _newest(folder.glob("best_*.pth"))
    path = best or _last(folder)
    if path is None:
        raise PetsegError(
            "The run has no checkpoint yet",
            path=folder,
            remedy="Let it train until its first checkpoint is saved, or choose another run.",
        )
    try:
        status = path.stat()
    except OSError as error:
        raise PetsegError(
            f"The checkpoint cannot be opened ({error.strerror or error})",
            path=path,
            remedy="Check that the file exists and that you may read it.",
        ) from error
    return CheckpointFile(
        path, _iteration(path), best is not None, status.st_size, status.st_mtime_ns
    )


def _last(folder: Path) -> Path | None:
    # MMEngine notes the last one by its absolute path, which is wrong once the folder has moved.
    try:
        noted = (folder / "last_checkpoint").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        noted = ""
    if noted:
        path = folder / re.split(r"[\\/]", noted)[-1]
        if path.is_file():
            return path
    return _newest(path for path in folder.glob("*.pth") if _iteration(path) is not None)


def _newest(paths: Iterable[Path]) -> Path | None:
    found = [path for path in paths if path.is_file()]
    return max(found, key=lambda path: (_iteration(path) or -1, path.name), default=None)


def _iteration(path: Path) -> int | None:
    match = _ITERATION.search(path.name)
    return int(match.group(1)) if match else None
