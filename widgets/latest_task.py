"""Work off the UI thread of which only the newest request matters, such as decoding a photo."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

_log = logging.getLogger(__name__)

Work = Callable[[], Any]


class _Delivery(QObject):
    """Brings results to the UI thread. Outlives its task as long as a worker still needs it."""

    made = Signal(int, object)


class _Queue:
    """At most one request waits: a newer one takes its place."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting: tuple[int, Work] | None = None
        self.is_working = False
        self.delivery = _Delivery()

    def put(self, number: int, work: Work) -> bool:
        """Leave a request; True when a worker has to be started for it."""
        with self.lock:
            self.waiting = (number, work)
            starts, self.is_working = not self.is_working, True
            return starts

    def take(self) -> tuple[int, Work] | None:
        with self.lock:
            request, self.waiting = self.waiting, None
            self.is_working = request is not None
            return request

    def clear(self) -> None:
        with self.lock:
            self.waiting = None


class _Worker(QRunnable):
    def __init__(self, queue: _Queue) -> None:
        super().__init__()
        self._queue = queue

    def run(self) -> None:
        while (request := self._queue.take()) is not None:
            number, work = request
            try:
                result = work()
            except Exception as error:
                # A defect of the program: expected failures are part of the result.
                _log.exception("background work failed")
                result = error
            self._queue.delivery.made.emit(number, result)


class LatestTask(QObject):
    """Runs one function at a time in a thread; a newer request makes older ones pointless.

    The functions must not touch widgets. What they raise is logged, and not delivered.
    """

    done = Signal(object)
    """The result of the newest request."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = 0
        self._pool = QThreadPool()
        self._pool.setMaxThreadCount(1)
        self._queue = _Queue()
        self._queue.delivery.made.connect(self._deliver)
        self.destroyed.connect(self._queue.clear)

    def request(self, work: Work) -> None:
        """Run `work()` as soon as the thread is free, unless something newer is asked for."""
        self._number += 1
        if self._queue.put(self._number, work):
            self._pool.start(_Worker(self._queue))

    def forget(self) -> None:
        """Want no result any more."""
        self._number += 1
        self._queue.clear()

    def shut_down(self) -> None:
        """Wait for the thread to end; what it was at is not delivered."""
        self.forget()
        self._pool.waitForDone()

    def _deliver(self, number: int, result: object) -> None:
        if number == self._number and not isinstance(result, Exception):
            self.done.emit(result)
