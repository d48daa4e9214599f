"""Reading and writing users' files: a crash or a full disk never leaves half a file."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import tempfile
from pathlib import Path

from core.errors import PetsegError

_NO_WAIT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_MOST_AT_ONCE = 1 << 24


def read_bytes(path: Path) -> bytes:
    """Read a whole file.

    Raises:
        PetsegError: it is missing, may not be read, is a folder, a loop of links, or no file of
            data at all (a pipe would be waited for without end).
    """
    # With plain system calls: a scan reads two small files per sample, and Python's file objects
    # take longer than the reading does. A pipe must not be waited for, hence O_NONBLOCK.
    try:
        handle = os.open(path, os.O_RDONLY | _NO_WAIT)
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise OSError(errno.EINVAL, "it is not a file of data")
            data = os.read(handle, status.st_size + 1)
            if len(data) == status.st_size:
                return data
            parts = [data]  # it is growing, or larger than one call reads
            while part := os.read(handle, _MOST_AT_ONCE):
                parts.append(part)
            return b"".join(parts)
        finally:
            os.close(handle)
    except OSError as error:
        raise PetsegError(
            f"The file cannot be opened ({error.strerror or error})",
            path=path,
            remedy="Check that the file exists and that you may read it.",
        ) from error


def atomic_write(path: Path, data: bytes, *, within: Path | None = None) -> None:
    """Write `data` to `path` so that readers see either the old file or the whole new one.

    A temporary file in the same folder is written, flushed, synced to disk and renamed over the
    target. Missing parent folders are created. An existing file keeps its permission bits.

    Args:
        path: The file.
        data: Its content.
        within: A folder that the file lies in, however deep, and that is not created: what was
            deleted while somebody worked on it does not come back half. By default every missing
            folder is created.

    Raises:
        PetsegError: the folder cannot be written or the disk is full, or there is no folder
            `within`; the old file is untouched.
    """
    try:
        if within is None:
            path.parent.mkdir(parents=True, exist_ok=True)
        else:
            _make_folders(path.parent, within)
        handle, temporary = tempfile.mkstemp(
            prefix=f".{path.name[:60]}.", suffix=".tmp", dir=path.parent
        )
    except OSError as error:
        if within is not None and not within.is_dir():
            raise PetsegError(
                "The folder was deleted or moved meanwhile, and nothing is written into it",
                path=within,
                remedy="Begin again, if it is there under another name.",
            ) from error
        raise _cannot_write(path, error) from error
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(_mode_for(path))
        Path(temporary).replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        Path(temporary).unlink(missing_ok=True)


def atomic_write_text(path: Path, text: str, *, within: Path | None = None) -> None:
    """Write `text` as UTF-8 with the guarantees of `atomic_write`."""
    atomic_write(path, text.encode("utf-8"), within=within)


def _make_folders(folder: Path, within: Path) -> None:
    """Make a folder and those above it, up to `within`, which has to be there."""
    if folder == within:
        return
    try:
        folder.mkdir(exist_ok=True)
    except FileNotFoundError:
        if folder.parent == within:
            raise
        _make_folders(folder.parent, within)
        folder.mkdir(exist_ok=True)


def content_hash(data: bytes) -> str:
    """Return a 32-digit hexadecimal BLAKE2b hash of `data`."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def is_writable_folder(path: Path) -> bool:
    """Tell whether the program may write into `path`.

    A folder without any write bit counts as read-only even for a superuser: whoever removed the
    bits meant the data to stay as it is.
    """
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return bool(mode & 0o222) and os.access(path, os.W_OK)


def _mode_for(path: Path) -> int:
    try:
        return path.stat().st_mode & 0o777
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder: those of new and of renamed files."""
    # Folders cannot be opened on Windows, where a rename is durable enough without it.
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _cannot_write(path: Path, error: OSError) -> PetsegError:
    return PetsegError(
        f"The file could not be written ({error.strerror or error})",
        path=path,
        remedy="Free disk space or make the folder writable, then save again.",
    )
