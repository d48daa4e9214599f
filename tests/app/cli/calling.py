"""Calling commands: what a call gives back, and how a child process is started."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Outcome:
    """What a command did: its exit code and what it printed where."""

    code: int
    out: str
    err: str

    @property
    def is_one_clear_line(self) -> bool:
        """Whether standard error ends with one line on what went wrong, and no traceback."""
        lines = self.err.strip().splitlines()
        return bool(lines) and lines[-1].startswith("Error: ") and "Traceback" not in self.err


Command = Callable[..., Outcome]


def child_environment(**changes: str) -> dict[str, str]:
    """The environment of a `petseg` process whose working directory is not the checkout."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **changes}


def petseg_command(*arguments: object) -> list[str]:
    """The command line of a `petseg` process."""
    return [sys.executable, "-P", "-m", "app.cli.main", *(str(part) for part in arguments)]
