"""Appending to a journal, so that a step is on its way to the disk before it counts as done."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from core.errors import PetsegError
from core.files import sync_folder
from core.masks.history import Delta
from core.masks.journal.records import (
    NO_REVISION,
    Header,
    Record,
    Redone,
    Saved,
    Stepped,
    Undone,
    encode,
)

_FLAGS = os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)

OnProblem = Callable[[PetsegError], None]


class JournalWriter:
    """Writes the journal of one mask.

    The file is made with the first record. A record is one write to the operating system, which
    keeps it from then on whatever happens to this process; `sync` makes it outlast a power
    failure too, and may be called from another thread.

    A record that cannot be written raises nothing, so that painting goes on: `on_problem` is told
    once, the record waits, and every later one tries to write those that wait first.

    Args:
        path: The journal's file.
        header: What it is about; the length and the CRC of `base` are filled in.
        base: The mask that the first step changes, as `header.base` says.
        on_problem: Is told that nothing can be written, in words for the user.
    """

    def __init__(
        self, path: Path, header: Header, base: bytes = b"", on_problem: OnProblem | None = None
    ) -> None:
        self.path = path
        self.problem: PetsegError | None = None
        """Why the newest records are not on the disk; None while they are."""
        self._header = replace(header, base_length=len(base), base_crc=zlib.crc32(base))
        self._base: bytes | None = base
        self._on_problem = on_problem
        self._length = 0
        self._waiting: list[bytes] = []

    @classmethod
    def continued(
        cls, path: Path, header: Header, length: int, on_problem: OnProblem | None = None
    ) -> JournalWriter:
        """Go on with a journal that was read; what stands behind `length` bytes is cut off."""
        writer = cls(path, header, b"", on_problem)
        writer._header = header
        writer._base = None
        writer._length = length
        return writer

    @property
    def is_begun(self) -> bool:
        """Whether anything was recorded."""
        return self._base is None

    def begin(self) -> None:
        """Make the file now, without waiting for the first record."""
        self._append(b"")

    def stepped(self, name: str, deltas: tuple[Delta, ...]) -> None:
        """Record a step."""
        self._record(Stepped(name, deltas))

    def undone(self) -> None:
        """Record that the last step was taken back."""
        self._record(Undone())

    def redone(self) -> None:
        """Record that the last undone step was done again."""
        self._record(Redone())

    def saved(self, revision: int, file_hash: str | None) -> None:
        """Record that the mask's file holds a revision now."""
        if self._base is not None and revision != NO_REVISION:
            # Nothing was edited: the journal will begin with the file as it is now.
            hashed = self._header.file_hash if file_hash is None else file_hash
            self._header = replace(self._header, file_hash=hashed, saved=True)
        else:
            self._record(Saved(revision, file_hash))

    def sync(self) -> None:
        """Wait until the disk has what was written.

        Raises:
            OSError: it cannot be made to last.
        """
        try:
            handle = os.open(self.path, _FLAGS)
        except FileNotFoundError:
            return  # not begun, or done with meanwhile
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        sync_folder(self.path.parent)  # or the file's name may be lost

    def _record(self, record: Record) -> None:
        self._append(encode(record))

    def _append(self, data: bytes) -> None:
        if self._base is not None:
            self._waiting.append(self._header.encoded() + self._base)
            self._base = None
        if data:
            self._waiting.append(data)
        try:
            self._write(b"".join(self._waiting))
        except OSError as error:
            self._tell(error)
            return
        self._waiting.clear()
        self.problem = None

    def _write(self, data: bytes) -> None:
        """Write behind what is known to be whole, and over whatever a failure left there."""
        flags = _FLAGS
        if self._length == 0:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            flags |= os.O_CREAT
        handle = os.open(self.path, flags, 0o666)
        try:
            if os.fstat(handle).st_size > self._length:
                os.ftruncate(handle, self._length)
            os.lseek(handle, self._length, os.SEEK_SET)
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(handle, rest) :]
        finally:
            os.close(handle)
        self._length += len(data)

    def _tell(self, error: OSError) -> None:
        is_new = self.problem is None
        self.problem = PetsegError(
            f"The journal of unsaved strokes cannot be written ({error.strerror or error})",
            path=self.path,
            remedy="You can go on painting, but a crash would lose what you paint: save soon, and "
            "free disk space or make the folder writable.",
        )
        if is_new and self._on_problem is not None:
            self._on_problem(self.problem)
