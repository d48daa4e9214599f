"""One program at a time: a lock on a file, which a program that dies gives back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import PetsegError


@contextmanager
def locked(path: Path, what: str, busy: PetsegError, *, patience: float = 0.0) -> Iterator[None]:
    """Inside, no other program holds the same lock. Its folder is made where there is none.

    The operating system takes the lock back when the process ends, however it ends.

    Args:
        path: The lock's file. It holds nothing, and stays.
        what: What is locked, as a clause begins: "The queue".
        busy: Raised when another program holds it for too long.
        patience: How long to wait for it, in seconds.

    Raises:
        PetsegError: `busy`; or the folder cannot be written, or knows no locks.
    """
    # Takes 50 ms to import, and most programs lock nothing.
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=patience)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise busy from None
    except (OSError, NotImplementedError) as error:
        raise PetsegError(
            f"{what} cannot be locked against other programs "
            f"({getattr(error, 'strerror', None) or error})",
            path=path,
            remedy="Make the folder writable, or choose another workspace.",
        ) from error
    try:
        yield
    finally:
        lock.release()
