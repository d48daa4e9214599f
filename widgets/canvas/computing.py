"""What a tool computes in the background, and whether something is under way."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from core.errors import PetsegError
from widgets.latest_task import LatestTask

_log = logging.getLogger(__name__)


class Computing(QObject):
    """Runs the newest of a tool's computations in a thread, and drops what is out of date."""

    busy_changed = Signal(bool)
    failed = Signal(str)
    """A computation has failed: a sentence that says why."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._done: Callable[[Any], None] | None = None
        self._task = LatestTask(self)
        self._task.done.connect(self._on_done)

    @property
    def is_busy(self) -> bool:
        """Whether something is being computed."""
        return self._done is not None

    def request(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Run `work` in the thread and hand its result to `done`, unless something newer comes."""

        def guarded() -> Any:
            try:
                return work()
            except PetsegError as error:
                return _Failure(str(error))
            except Exception:
                _log.exception("a tool's computation failed")
                return _Failure("This could not be computed; the log says more.")

        was_busy, self._done = self.is_busy, done
        if not was_busy:
            self.busy_changed.emit(True)
        self._task.request(guarded)

    def forget(self) -> None:
        """Want no result any more."""
        self._task.forget()
        if self.is_busy:
            self._done = None
            self.busy_changed.emit(False)

    def shut_down(self) -> None:
        """End the thread."""
        self.forget()
        self._task.shut_down()

    def _on_done(self, result: object) -> None:
        done, self._done = self._done, None
        self.busy_changed.emit(False)
        if isinstance(result, _Failure):
            self.failed.emit(result.text)
        elif done is not None:
            done(result)


class _Failure:
    def __init__(self, text: str) -> None:
        self.text = text
