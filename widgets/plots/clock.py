"""What the iterations of a run are in epochs and in time of work. No Qt in here."""

from __future__ import annotations

import math
from enum import StrEnum

import numpy as np

from widgets.plots.series import Floats, GrowingArray


class XAxis(StrEnum):
    """What the curves of several runs are aligned by."""

    ITERATION = "iteration"
    EPOCH = "epoch"
    TIME = "time"


class Clock:
    """A table of iterations with their epoch and their second of work.

    Curves keep their points by iteration; a view over epochs or time asks here which iterations it
    shows, and converts only the points that it draws.

    Time of work counts from the `started` of each attempt. Pauses are left out; work that was lost
    and done again counts twice, because it took that time.
    """

    def __init__(self) -> None:
        self._iterations = GrowingArray()
        self._epochs = GrowingArray()
        self._seconds = GrowingArray()

    def tick(self, iteration: float, epoch: float | None, seconds: float) -> None:
        """Note one moment; iterations go on ascending, what does not is left out."""
        if len(self._iterations) and iteration <= self._iterations.values[-1]:
            return
        last = self._seconds.values[-1] if len(self._seconds) else 0.0
        self._iterations.extend([iteration])
        self._epochs.extend([math.nan if epoch is None else epoch])
        # A clock that was set back in between does not turn time around.
        self._seconds.extend([max(seconds, float(last))])

    def truncate_after(self, iteration: float) -> None:
        """Forget the moments beyond an iteration."""
        size = int(np.searchsorted(self._iterations.values, iteration, "right"))
        for column in (self._iterations, self._epochs, self._seconds):
            column.truncate(size)

    def knows(self, axis: XAxis) -> bool:
        """Whether the run says enough to be shown along that axis."""
        if axis is XAxis.ITERATION:
            return True
        column = self._column(axis).values
        return len(column) > 0 and bool(np.isfinite(column[-1]))

    def convert(self, axis: XAxis, iterations: Floats) -> Floats:
        """Places on the axis: the iterations themselves, epochs, or seconds."""
        if axis is XAxis.ITERATION or len(self._iterations) == 0:
            return iterations
        return np.interp(iterations, self._iterations.values, self._column(axis).values)

    def place(self, axis: XAxis, iteration: float) -> float:
        """The place of one iteration on the axis."""
        return float(self.convert(axis, np.array([iteration]))[0])

    def iteration_at(self, axis: XAxis, place: float) -> float:
        """The iteration at a place on the axis, infinite beyond both ends of the table."""
        if axis is XAxis.ITERATION:
            return place
        column = self._column(axis).values
        if len(column) == 0 or place < column[0]:
            return -math.inf
        if place >= column[-1]:
            return math.inf
        return float(np.interp(place, column, self._iterations.values))

    def planned_end(self, axis: XAxis, max_iters: int) -> float:
        """Where the run will end on the axis, at the pace it has; 0 while nothing is known."""
        if axis is XAxis.ITERATION:
            return float(max_iters)
        column = self._column(axis).values
        if not self.knows(axis):
            return 0.0
        if axis is XAxis.TIME:  # how long it takes is only known once it is over
            return float(column[-1])
        done = float(self._iterations.values[-1])
        return float(column[-1]) * max(max_iters / done, 1.0) if done else 0.0

    def _column(self, axis: XAxis) -> GrowingArray:
        return self._epochs if axis is XAxis.EPOCH else self._seconds
