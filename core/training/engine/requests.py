"""What is asked of a running training. Loaded only by worker processes."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from core.runs import control
from core.training.engine.ranks import Ranks

_ALL: tuple[control.Request, ...] = get_args(control.Request)


class Cancelled(BaseException):
    """Somebody asked for the run to end at once."""


class Paused(BaseException):
    """Somebody asked for a pause where all that is worth it has been saved already."""


class Requests:
    """Reads `control.json`; all processes of a run get the same answer at the same iteration.

    Args:
        folder: The run's folder.
        ranks: The processes of the run.
    """

    def __init__(self, folder: Path, ranks: Ranks) -> None:
        self._folder = folder
        self._ranks = ranks

    def read(self) -> control.Request | None:
        """What is asked now; all processes have to call it.

        Raises:
            Cancelled: that was asked.
        """
        number = 0
        if self._ranks.is_first:
            request = control.read_request(self._folder)
            number = 0 if request is None else _ALL.index(request) + 1
        number = self._ranks.share(number)
        if number == 0:
            return None
        if _ALL[number - 1] == "cancel":
            raise Cancelled
        return _ALL[number - 1]

    def interrupt(self) -> None:
        """Leave a validation for a cancel or a pause, where there is one process only.

        Several processes wait until they have measured their shares.

        Raises:
            Cancelled: that was asked.
            Paused: that was asked.
        """
        if self._ranks.world == 1 and self.read() == "pause":
            raise Paused
