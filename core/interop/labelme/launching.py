"""Starting LabelMe beside this program. It belongs to the user: it stays when we end."""

from __future__ import annotations

import importlib.util
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from core.errors import PetsegError
from core.files import atomic_write_text
from core.runs.processes import (
    describe_exit,
    is_alive,
    python_command,
    python_environment,
    start_detached,
)

LABELS_FILE = "labels.txt"
LOG_FILE = "labelme.log"

_MODULE = "core.interop.labelme.launcher"
_LAST_BYTES = 4096
# What Qt 5 says when a library of the system is missing, and what usually is.
_NO_SCREEN = "Could not load the Qt platform plugin"
_MISSING_LIBRARY = (
    "Its Qt 5 misses a library of the system; on Debian and Ubuntu "
    "`sudo apt install libxcb-xinerama0` brings it."
)


def is_installed() -> bool:
    """Whether LabelMe can be started. It is looked for, not imported."""
    return importlib.util.find_spec("labelme") is not None


def require_installed() -> None:
    """Make sure that LabelMe can be started.

    Raises:
        PetsegError: it is not installed.
    """
    if not is_installed():
        raise PetsegError(
            "LabelMe is not installed",
            remedy="Install it with `pip install labelme`, into the environment that this program "
            "runs in.",
        )


def labelme_command(target: Path, labels: Path) -> list[str]:
    """The command that opens LabelMe.

    Args:
        target: A LabelMe file, or a folder of photos with their LabelMe files.
        labels: A text file with the labels to offer, one a line, in their order.
    """
    arguments = ("--labels", str(labels), "--no-sort-labels", str(target))
    return python_command(_MODULE, *arguments)


def start_labelme(target: Path, folder: Path, labels: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start LabelMe on a file or folder, as a process that outlives this one.

    Args:
        target: A LabelMe file, or a folder of photos with their LabelMe files.
        folder: Where the list of labels and LabelMe's log go.
        labels: The labels to offer.

    Returns:
        The process; the caller reaps it.

    Raises:
        PetsegError: LabelMe is not installed, or cannot be started.
    """
    require_installed()
    atomic_write_text(folder / LABELS_FILE, "".join(f"{label}\n" for label in labels))
    try:
        return start_detached(
            labelme_command(target, folder / LABELS_FILE),
            folder=folder,
            log=folder / LOG_FILE,
            environment=python_environment(),
        )
    except OSError as error:
        raise PetsegError(
            f"LabelMe cannot be started ({error.strerror or error})",
            path=folder,
            remedy="Check that `python -m labelme` starts it from a terminal.",
        ) from error


class LabelMeProcess(Protocol):
    """A LabelMe that was started."""

    @property
    def pid(self) -> int:
        """Its process."""

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""


class EarlierProcess:
    """A LabelMe that an earlier run of this program started; how it ends cannot be known.

    Args:
        pid: Its process.
        created: When that was started, in seconds since 1970.
    """

    def __init__(self, pid: int, created: float) -> None:
        self.pid = pid
        self._created = created

    def poll(self) -> int | None:
        """0 once it has ended; None while it runs."""
        return None if self.pid and is_alive(self.pid, self._created) else 0


def why_it_ended(code: int, folder: Path) -> str:
    """Why LabelMe ended, as a sentence; "" when the user closed it."""
    if code == 0:
        return ""
    lines = _last_lines(folder / LOG_FILE)
    said = f" Its last words: {lines[-1]}" if lines else ""
    if any(_NO_SCREEN in line for line in lines):
        said = f" {_MISSING_LIBRARY}"
    return f"LabelMe {describe_exit(code)}.{said} Its log is {folder / LOG_FILE}."


def _last_lines(log: Path) -> list[str]:
    try:
        text = log.read_bytes()[-_LAST_BYTES:].decode("utf-8", "replace")
    except OSError:
        return []
    return [line.strip() for line in text.splitlines() if line.strip()]
