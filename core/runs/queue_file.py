"""`queue.json`: in which order runs wait, and whether the queue is paused.

Several programs may have the same runs open. Whoever changes the file or starts runs holds the
lock beside it, which the operating system takes back when a program dies.
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from core.errors import PetsegError
from core.files import atomic_write_text
from core.locking import locked

_log = logging.getLogger(__name__)

FILE_NAME = "queue.json"
_LOCK = ".queue.lock"
_PATIENCE = 20.0


class QueueFile(BaseModel):
    """The content of `queue.json`.

    Attributes:
        paused: Whether nothing new is started.
        order: Ids of waiting runs, the next one first. A waiting run that is not named comes after
            them; ids of runs that do not wait mean nothing.
    """

    version: int = 1
    paused: bool = False
    order: list[str] = Field(default_factory=list)


def read_queue(runs_dir: Path) -> QueueFile:
    """The queue of a folder of runs; an empty one that goes on when nothing was written yet.

    A damaged file counts as none: nothing is lost but an order, and the next change writes it anew.
    """
    path = runs_dir / FILE_NAME
    try:
        return QueueFile.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return QueueFile()
    except ValidationError as error:
        _log.warning("%s is damaged and not used: %s", path, error)
        return QueueFile()
    except OSError as error:
        raise PetsegError(
            f"The order of the queue cannot be read ({error.strerror or error})",
            path=path,
            remedy="Check that you may read the file.",
        ) from error


def write_queue(runs_dir: Path, queue: QueueFile) -> None:
    """Write the queue, atomically. Call it with the lock."""
    atomic_write_text(runs_dir / FILE_NAME, queue.model_dump_json(indent=1) + "\n")


def queue_lock(runs_dir: Path) -> AbstractContextManager[None]:
    """Keep other programs from changing the queue and from starting runs meanwhile.

    Raises:
        PetsegError: another program holds it for long, or the folder cannot be written.
    """
    busy = PetsegError(
        "Another program holds the queue",
        path=runs_dir / _LOCK,
        remedy="Wait a moment and try again, or end the program that hangs.",
    )
    return locked(runs_dir / _LOCK, "The queue", busy, patience=_PATIENCE)
