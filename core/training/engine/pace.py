"""How fast a training goes, and when it will be done."""

from __future__ import annotations

import time
from collections.abc import Callable

_SMOOTHING = 0.1


class Pace:
    """Measures iterations and validations apart from each other.

    Args:
        clock: Gives seconds; replaced in tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._mark = clock()
        self._total = 0
        self._interval: int | None = None
        self._seconds: float | None = None
        self._measured = 0
        self._waited: float | None = None
        self._validation: float | None = None
        self._validation_began = 0.0

    def begin(self, *, total: int, interval: int | None) -> None:
        """Start the clock: `total` iterations, validated every `interval` (None: never)."""
        self._total, self._interval = total, interval
        self._mark = self._clock()

    def iteration_done(self, waited: float = 0.0) -> None:
        """One iteration ended; its time runs from the end of what was before it.

        Args:
            waited: Seconds of it that went by until its batch was there.
        """
        now = self._clock()
        seconds = now - self._mark
        self._mark = now
        self._measured += 1
        # The first iteration also allocates memory and is left out as soon as there is another.
        if self._seconds is None or self._waited is None or self._measured == 2:
            self._seconds, self._waited = seconds, waited
        else:
            self._seconds += _SMOOTHING * (seconds - self._seconds)
            self._waited += _SMOOTHING * (waited - self._waited)

    def resume(self) -> None:
        """What went by since the last iteration (a checkpoint was written) belongs to none."""
        self._mark = self._clock()

    def validation_begins(self) -> None:
        """A validation began."""
        self._validation_began = self._clock()

    def validation_done(self) -> None:
        """A validation ended; what follows is iterations again."""
        now = self._clock()
        self._validation = now - self._validation_began
        self._mark = now

    @property
    def seconds_per_iteration(self) -> float:
        """Smoothed seconds of one iteration; 0 before the first."""
        return self._seconds or 0.0

    @property
    def data_seconds(self) -> float:
        """Smoothed seconds of an iteration spent waiting for its batch; 0 before the first."""
        return self._waited or 0.0

    def eta(self, done: int) -> float | None:
        """Seconds until the end after `done` iterations; None before the first.

        Before the first validation its time is not known, and counts as nothing.
        """
        if self._seconds is None:
            return None
        seconds = max(self._total - done, 0) * self._seconds
        if self._interval and self._validation is not None:
            seconds += self._validations_after(done) * self._validation
        return seconds

    def _validations_after(self, done: int) -> int:
        assert self._interval
        last = 0 if self._total % self._interval == 0 else 1
        return self._total // self._interval - done // self._interval + last
