"""Which checkpoints a run has. No torch: a checkpoint's name says its iteration."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

_NAME = re.compile(r"iter_(\d+)\.pth")


def last_checkpoint(folder: Path) -> Path | None:
    """The checkpoint with the most iterations in a run's `checkpoints/`; None when there is none.

    A file that a killed writer left behind has no table of contents and does not count. Whether
    the content is sound is seen by the worker, which falls back to the one before.
    """
    found = [
        (int(match[1]), path)
        for path in folder.glob("iter_*.pth")
        if (match := _NAME.fullmatch(path.name))
    ]
    return next((path for _, path in sorted(found, reverse=True) if zipfile.is_zipfile(path)), None)


def iteration_of(checkpoint: Path) -> int:
    """The iteration after which a checkpoint was written.

    Raises:
        ValueError: its name is not one that a worker gives.
    """
    match = _NAME.fullmatch(checkpoint.name)
    if match is None:
        raise ValueError(f"{checkpoint.name} is no checkpoint of a worker")
    return int(match[1])
