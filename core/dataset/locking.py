"""One window at a time edits the masks of a workspace."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import time
from pathlib import Path
from typing import NamedTuple

from core.errors import PetsegError

_LOCK, _HOLDER = "editor.lock", "editor.json"


class Holder(NamedTuple):
    """Who edits the masks of a workspace.

    Attributes:
        pid: Number of the process; 0 when it is not known.
        host: Name of the machine; "" when it is not known.
        since: When it began, in seconds since 1970; 0 when it is not known.
    """

    pid: int
    host: str
    since: float

    def in_words(self) -> str:
        """Who it is, for the user."""
        if not self.pid:
            return "another window"
        where = "" if self.host == platform.node() else f" on {self.host}"
        begun = time.strftime("%H:%M", time.localtime(self.since))
        return f"another window{where} (process {self.pid}, since {begun})"


class WorkspaceLock:
    """The right to edit the masks of a workspace.

    The operating system takes it back when the process ends, however it ends: a killed window
    blocks nobody. A small file beside it says who has it, for people to read.

    Args:
        folder: The workspace.
    """

    def __init__(self, folder: Path) -> None:
        # Takes 50 ms to import, and a window without a dataset needs none.
        from filelock import FileLock

        self._path = folder / _LOCK
        self._holder = folder / _HOLDER
        self._lock = FileLock(self._path, timeout=0, thread_local=False)

    @property
    def is_held(self) -> bool:
        """Whether this object has it."""
        return bool(self._lock.is_locked)

    def acquire(self) -> bool:
        """Take it, without waiting; False when another window has it.

        Raises:
            PetsegError: the folder cannot be written, or knows no locks.
        """
        from filelock import Timeout

        if self.is_held:
            return True
        try:
            self._lock.acquire()
        except Timeout:
            return False
        except (OSError, NotImplementedError) as error:
            reason = getattr(error, "strerror", None) or error
            raise PetsegError(
                f"The workspace cannot be locked against a second window ({reason})",
                path=self._path,
                remedy="See to it that no other window edits this dataset.",
            ) from error
        said = {"pid": os.getpid(), "host": platform.node(), "since": time.time()}
        # It says who, and is not what locks: a full disk must not let a second window in.
        try:
            self._holder.write_text(json.dumps(said), "utf-8")
        except OSError:
            with contextlib.suppress(OSError):  # or it would name whoever had the lock before
                self._holder.unlink(missing_ok=True)
        return True

    def holder(self) -> Holder:
        """Who has it, as far as that is known."""
        try:
            said = json.loads(self._holder.read_text("utf-8"))
            holder = Holder(int(said["pid"]), str(said["host"]), float(said["since"]))
            time.localtime(holder.since)  # not every number is a time
            return holder
        except (OSError, ValueError, KeyError, TypeError, OverflowError):
            return Holder(0, "", 0.0)  # it is being written just now, or was removed

    def release(self) -> None:
        """Give it back; nothing happens when this object does not have it."""
        if self.is_held:
            with contextlib.suppress(OSError):  # it says who, and is not what locks
                self._holder.unlink(missing_ok=True)
            self._lock.release()
