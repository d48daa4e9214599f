"""One program at a time predicts a split of a run: two would mix their predictions."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from core.errors import PetsegError
from core.locking import locked

_LOCK = ".lock"


def split_lock(folder: Path) -> AbstractContextManager[None]:
    """Keep other programs from predicting into a folder. It is made where there is none.

    Args:
        folder: The folder of a split's predictions.

    Raises:
        PetsegError: another program holds it, or the folder cannot be written.
    """
    busy = PetsegError(
        f"{folder.name} is being predicted by another program",
        path=folder,
        remedy="Wait until it is done, or end it, and predict once more.",
    )
    return locked(folder / _LOCK, "The predictions", busy)
