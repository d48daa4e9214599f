"""Background jobs of the window: progress, time left, cancel, and errors in words."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

from core.errors import PetsegError

_log = logging.getLogger(__name__)

Work = Callable[["JobHandle"], Any]


class JobHandle(QObject):
    """One job, as the work itself and the progress area see it.

    `progress` and `cancelled` may be called from the work's thread; the signals are delivered on
    the UI thread.
    """

    changed = Signal()
    finished = Signal()

    _delivered = Signal(object, object)

    def __init__(self, title: str) -> None:
        # No child of the jobs: what its signals call may be the last to hold them, and they would
        # then end, and their children with them, in the middle of its own end.
        super().__init__()
        self.title = title
        self.done = 0
        self.total = 0
        self.is_finished = False
        self.started = time.monotonic()
        self._last_report = 0.0
        self._cancel = threading.Event()

    def progress(self, done: int, total: int) -> None:
        """Report that `done` of `total` steps are done. Signals at most 20 times a second."""
        self.done, self.total = done, total
        now = time.monotonic()
        if done >= total or now - self._last_report >= 0.05:
            self._last_report = now
            self.changed.emit()

    def cancelled(self) -> bool:
        """Whether the user asked the job to end; the work looks here between steps."""
        return self._cancel.is_set()

    def cancel(self) -> None:
        """Ask the job to end at its next step."""
        self._cancel.set()
        self.changed.emit()

    @property
    def eta_seconds(self) -> float | None:
        """Seconds left at the pace so far; None before there is a pace."""
        if not 0 < self.done < self.total:
            return None
        elapsed = time.monotonic() - self.started
        return elapsed / self.done * (self.total - self.done)


class Jobs(QObject):
    """Runs work in a thread pool and brings its result back to the UI thread."""

    started = Signal(object)
    ended = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(3)
        self.running: list[JobHandle] = []

    def start(
        self,
        title: str,
        work: Work,
        on_done: Callable[[Any], None] | None = None,
        on_error: Callable[[PetsegError], None] | None = None,
    ) -> JobHandle:
        """Run `work(handle)` in the background.

        Args:
            title: What the status bar says while it runs.
            work: Called in a pool thread; must not touch widgets.
            on_done: Called with the result on the UI thread, unless the work raised.
            on_error: Called with the failure on the UI thread, be it a mistake in the program, too;
                without it the failure is shown as a message. One of the two is always called.
        """
        handle = JobHandle(title)
        self.running.append(handle)

        def deliver(result: Any, error: BaseException | None) -> None:
            handle.is_finished = True
            self.running.remove(handle)
            self.ended.emit(handle)
            try:
                if error is None:
                    if on_done is not None:
                        on_done(result)
                else:
                    failure = _in_words(title, error)
                    if on_error is not None:
                        on_error(failure)
                    else:
                        self.failed.emit(str(failure))
            finally:
                # Last, so that whoever waits for it finds the result taken in.
                handle.finished.emit()
                handle.deleteLater()

        handle._delivered.connect(deliver, Qt.ConnectionType.QueuedConnection)
        self.started.emit(handle)
        self._pool.start(_Runnable(handle, work))
        return handle

    def close_when_idle(self, close: Callable[[], None]) -> None:
        """Call `close` on the UI thread once every job that is running now has ended."""
        waiting = {id(handle) for handle in self.running}
        if not waiting:
            close()
            return

        def on_ended(handle: JobHandle) -> None:
            waiting.discard(id(handle))
            if not waiting:
                self.ended.disconnect(on_ended)
                close()

        self.ended.connect(on_ended)

    def shut_down(self) -> None:
        """Cancel everything and wait for the threads to end."""
        for handle in self.running:
            handle.cancel()
        self._pool.clear()
        self._pool.waitForDone()


class _Runnable(QRunnable):
    def __init__(self, handle: JobHandle, work: Work) -> None:
        super().__init__()
        self._handle = handle
        self._work = work

    def run(self) -> None:
        result: Any = None
        failure: BaseException | None = None
        try:
            result = self._work(self._handle)
        except BaseException as error:
            failure = error
        self._handle._delivered.emit(result, failure)


def _in_words(title: str, error: BaseException) -> PetsegError:
    """A failure for people; of a mistake in the program the log has the whole story."""
    if isinstance(error, PetsegError):
        return error
    _log.error("%s failed", title, exc_info=error)
    return PetsegError(f"{title} failed: {type(error).__name__}: {error}")
