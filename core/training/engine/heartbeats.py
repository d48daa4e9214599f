"""A sign of life every two seconds, whatever the training is busy with."""

from __future__ import annotations

import contextlib
import threading

from core.runs.events import EventWriter, Heartbeat

INTERVAL = 2.0


class Heartbeats:
    """Writes heartbeat events from a thread of its own, from `start` to `stop`.

    A first iteration that takes a minute, a long validation or a slow disk then does not look
    like a worker that hangs; one that really hangs in the system's hands (a lost network folder,
    a stuck driver that keeps Python locked) falls silent.

    Args:
        events: Where to write.
        interval: Seconds between two.
    """

    def __init__(self, events: EventWriter, interval: float = INTERVAL) -> None:
        self._events = events
        self._interval = interval
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeats", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; when this returns no more heartbeat is written. Without `start` nothing happens."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(self._interval):
            # While the disk is full there is no sign of life; once there is room, there is again.
            with contextlib.suppress(OSError):
                self._events.write(Heartbeat())
