"""How a run's worker is started: one process, or several under torchrun.

Torch is not loaded here. torchrun is a process like any other: it starts the workers, watches them,
and ends all when one dies. It puts each into a session of its own, so a mark in their environment,
which their children inherit, tells which processes belong to a run.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import psutil

from core.runs.devices import visible_devices
from core.runs.processes import describe_exit, python_command, python_environment

_MARK = "PETSEG_RUN"
_TORCHRUN = "torch.distributed.run"

# What torchrun prints of each process that ended badly, the first one last.
_DEATH = re.compile(r"rank\s*:\s*(?P<rank>\d+)[^\n]*\n\s*exitcode\s*:\s*(?P<code>-?\d+)")
_TERMINATED = -15
_ERROR_LENGTH = 300
# The last line of a traceback, but not of torchrun's own about its children.
_ERROR = re.compile(
    r"^(?:\[rank\d+\]:\s*)?((?!torch\.distributed\.elastic)[\w.]*(?:Error|Exception): .+)$",
    re.MULTILINE,
)


def worker_command(module: str, folder: Path, processes: int) -> list[str]:
    """The command that works on the run in `folder` with so many processes."""
    if processes <= 1:
        return python_command(module, str(folder))
    return python_command(
        _TORCHRUN,
        "--standalone",
        f"--nproc_per_node={processes}",
        "--module",
        module,
        str(folder),
    )


def worker_environment(folder: Path, processes: int, devices: Sequence[str]) -> dict[str, str]:
    """The environment of that command."""
    extra = {
        # A worker that dies of a signal leaves its stack in the log; matplotlib, which MMEngine
        # loads, must not look for a display.
        "PYTHONFAULTHANDLER": "1",
        "MPLBACKEND": "Agg",
        _MARK: str(folder),
        **visible_devices(devices),
    }
    if processes > 1:
        # torchrun starts its children without our -P, and with one thread each.
        extra["PYTHONSAFEPATH"] = "1"
        cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
        extra["OMP_NUM_THREADS"] = str(max(1, cores // processes))
    return python_environment(**extra)


def marked_processes(folder: Path) -> list[psutil.Process]:
    """All live processes that were started to work on a run, and their children.

    That they carry its mark is a proof: a process id alone may have passed to a stranger.
    """
    found, ours = [], os.path.realpath(folder)
    for process in psutil.process_iter():
        try:
            if process.status() == psutil.STATUS_ZOMBIE or process.pid == os.getpid():
                continue
            mark = process.environ().get(_MARK)
            if mark is not None and os.path.realpath(mark) == ours:
                found.append(process)
        except psutil.Error:
            continue  # it is somebody else's, or has just ended
    return found


def process_that_died(log: str) -> str:
    """Which of several processes died first and how, from what torchrun printed; "" if it did not.

    Args:
        log: The text of the present attempt.
    """
    deaths = [(int(match["code"]), int(match["rank"])) for match in _DEATH.finditer(log)]
    if not deaths:
        return ""
    # The one that a signal took brought down the others, which noticed or were ended by torchrun.
    by_signal = [death for death in deaths if death[0] < 0 and death[0] != _TERMINATED]
    code, rank = (by_signal or deaths)[-1]
    errors = _ERROR.findall(log) if code >= 0 else []
    why = f" ({errors[0][:_ERROR_LENGTH]})" if errors else ""
    return f"Process {rank + 1} of the run {describe_exit(code)}{why}"
