"""One program at a time predicts a split of a run: two would mix their predictions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import PetsegError

_LOCK = ".lock"


@contextmanager
def split_lock(folder: Path) -> Iterator[None]:
    """Keep other programs from predicting into a folder. It is made where there is none.

    The operating system takes the lock back when the process ends, however it ends.

    Args:
        folder: The folder of a split's predictions.

    Raises:
        PetsegError: another program holds it, or the folder cannot be written.
    """
    path = folder / _LOCK
    lock = FileLock(path, timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise PetsegError(
            f"{folder.name} is being predicted by another program",
            path=folder,
            remedy="Wait until it is done, or end it, and predict once more.",
        ) from None
    except (OSError, NotImplementedError) as error:
        raise PetsegError(
            f"The predictions cannot be locked against other programs "
            f"({getattr(error, 'strerror', None) or error})",
            path=path,
            remedy="Make the folder writable, or choose another workspace.",
        ) from error
    try:
        yield
    finally:
        lock.release()
