"""Jobs that are run one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject

from app.jobs import JobHandle

Start = Callable[[], JobHandle]
"""Starts a job."""


class InTurn(QObject):
    """Starts each job once the one before it has ended and its result was taken in."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._todo: deque[Start] = deque()
        self._is_busy = False

    def add(self, start: Start) -> None:
        """Start a job when it is its turn."""
        self._todo.append(start)
        self._begin_next()

    def clear(self) -> None:
        """Begin nothing of what still waits."""
        self._todo.clear()

    def _begin_next(self) -> None:
        if not self._is_busy and self._todo:
            self._is_busy = True
            self._todo.popleft()().finished.connect(self._on_finished)

    def _on_finished(self) -> None:
        self._is_busy = False
        self._begin_next()
