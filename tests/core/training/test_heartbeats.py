"""Signs of life, whatever the disk does."""

from __future__ import annotations

import errno
import threading

from core.runs.events import Event
from core.training.engine.heartbeats import Heartbeats


class FullForAMoment:
    """Takes events, but for the second one."""

    def __init__(self) -> None:
        self.asked = 0
        self.went_on = threading.Event()

    def write(self, event: Event) -> None:
        self.asked += 1
        if self.asked == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        if self.asked == 4:
            self.went_on.set()


def test_that_heartbeats_come_again_once_a_full_disk_has_room():
    events = FullForAMoment()
    heartbeats = Heartbeats(events, interval=0.001)
    heartbeats.start()
    assert events.went_on.wait(20)
    heartbeats.stop()
