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
        self._todo: deque[tuple[Start, bool]] = deque()
        self._is_busy = False

    def add(self, start: Start, *, is_wished: bool = True) -> None:
        """Start a job when it is its turn; somebody wished for it, or it is only looked."""
        self._todo.append((start, is_wished))
        self._begin_next()

    def clear(self) -> int:
        """Begin nothing of what still waits; returns how much of it somebody wished for."""
        wishes = sum(is_wished for _, is_wished in self._todo)
        self._todo.clear()
        return wishes

    def _begin_next(self) -> None:
        if not self._is_busy and self._todo:
            self._is_busy = True
            self._todo.popleft()[0]().finished.connect(self._on_finished)

    def _on_finished(self) -> None:
        self._is_busy = False
        self._begin_next()
