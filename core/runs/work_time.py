"""How long a run was worked on: what its events cover, pauses left out."""

from __future__ import annotations

from core.runs.events import Event, Failed, Message, Started, Stopped

_LONG_SILENCE = 60.0


class WorkTime:
    """A fold over a run's events, in order: the time of its attempts.

    Each attempt counts from its `started` to its last event. What a worker says while it loads, or
    why it could not begin, belongs to none. Work that was lost and done again counts twice.
    """

    def __init__(self) -> None:
        self._closed = 0.0
        self._began: float | None = None
        self._until = 0.0
        self._has_started = False

    @property
    def seconds(self) -> float | None:
        """Seconds of work so far; None before the first `started`."""
        if not self._has_started:
            return None
        if self._began is None:
            return self._closed
        return self._closed + max(self._until - self._began, 0.0)  # a clock may be set back

    def add(self, event: Event) -> None:
        """Take one more event into account."""
        match event:
            case Started():
                self._close()
                self._has_started = True
                self._began = self._until = event.time
            case Message():
                return  # loading workers say it too; at work there are heartbeats besides
            case Failed() | Stopped() if event.time - self._until > _LONG_SILENCE:
                # A worker at work is never silent for long: that one had died before, and this is
                # the end of one that never began, or somebody else's word.
                self._close()
            case _ if self._began is not None:
                self._until = event.time
        if event.terminal:
            self._close()

    def _close(self) -> None:
        self._closed, self._began = self.seconds or 0.0, None
