"""What the tests of runs share: scripts of workers, checkpoints, and waiting."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from core.runs.store import Run

OBEYS = """
from core.runs import control
begin()
while (asked := control.read_request(folder)) is None:
    time.sleep(0.01)
if asked == "pause":
    events.write(Paused(iteration=7))
else:
    events.write(Stopped(iteration=7, reason="stop"))
"""
"""A worker that trains on until it is asked for something."""


def until(condition: Callable[[], bool], seconds: float = 120) -> None:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def with_checkpoint(run: Run, iteration: int) -> Path:
    """Give a run a file that looks like a whole checkpoint (torch's are zip files)."""
    path = run.checkpoints_dir / f"iter_{iteration}.pth"
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data", "weights")
    return path
