"""Growing columns of numbers that stay cheap to draw, however long they get. No Qt in here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Points that one entry of the coarse level stands for.
_BLOCK = 64
_CAPACITY = 256


class GrowingArray:
    """A float64 vector that grows at its end without being copied each time."""

    def __init__(self) -> None:
        self._buffer = np.empty(_CAPACITY, np.float64)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def values(self) -> Floats:
        """A view of the values so far; valid until the next change."""
        return self._buffer[: self._size]

    def extend(self, values: Sequence[float] | Floats) -> None:
        """Append values."""
        needed = self._size + len(values)
        if needed > len(self._buffer):
            # Doubling makes the cost of copying constant per value.
            grown = np.empty(max(needed, 2 * len(self._buffer)), np.float64)
            grown[: self._size] = self.values
            self._buffer = grown
        self._buffer[self._size : needed] = values
        self._size = needed

    def truncate(self, size: int) -> None:
        """Keep the first `size` values."""
        self._size = min(size, self._size)


class Window(NamedTuple):
    """What is to be drawn of a series.

    Attributes:
        x: Where the points are; where those of a group begin, if they were gathered.
        y: Their values, or the smallest value of each group.
        high: The largest value of each group; None where the points come as they are.
    """

    x: Floats
    y: Floats
    high: Floats | None

    def scaled(self, x: Callable[[Floats], Floats], y: Callable[[Floats], Floats]) -> Window:
        """The same in other coordinates."""
        return Window(x(self.x), y(self.y), None if self.high is None else y(self.high))

    def values(self) -> Floats:
        """All y of it, without NaN."""
        y = self.y if self.high is None else np.concatenate([self.y, self.high])
        return y[np.isfinite(y)]


class Series:
    """Points of one curve, in ascending x.

    Beside the points it keeps the smallest and largest y of each block of points, so that a view
    of a million of them looks at a few thousand numbers. NaN stands for "no value": such a point
    leaves a gap.
    """

    def __init__(self) -> None:
        self._x = GrowingArray()
        self._y = GrowingArray()
        self._low = GrowingArray()
        self._high = GrowingArray()
        self.cuts = 0
        """How often points were dropped, for those who keep something beside the series."""

    def __len__(self) -> int:
        return len(self._x)

    @property
    def x(self) -> Floats:
        """The x of all points, ascending."""
        return self._x.values

    @property
    def y(self) -> Floats:
        """The y of all points."""
        return self._y.values

    def extend(self, x: Sequence[float] | Floats, y: Sequence[float] | Floats) -> None:
        """Append points; `x` goes on ascending. Infinite y become NaN, as they cannot be drawn."""
        if len(x) == 0:
            return
        values = np.array(y, np.float64)
        values[~np.isfinite(values)] = np.nan
        self._x.extend(x)
        self._y.extend(values)
        self._update_blocks()

    def truncate_after(self, x: float) -> None:
        """Drop the points beyond `x`."""
        size = int(np.searchsorted(self.x, x, "right"))
        self.cuts += size < len(self)
        self._x.truncate(size)
        self._y.truncate(size)
        for level in (self._low, self._high):
            level.truncate(size // _BLOCK)

    def nearest(self, x: float) -> tuple[float, float] | None:
        """The point whose x is nearest; None when there are no points."""
        xs = self.x
        if len(xs) == 0:
            return None
        x = min(max(x, float(xs[0])), float(xs[-1]))
        right = int(np.searchsorted(xs, x))
        left = max(right - 1, 0)
        index = left if abs(xs[left] - x) <= abs(xs[right] - x) else right
        return float(xs[index]), float(self.y[index])

    def window(self, low: float, high: float, columns: int) -> Window:
        """The points to draw between two x, at most about `2 * columns` of them.

        Few points come as they are. Many are gathered into groups, of which the smallest and the
        largest y are given, so that no peak is lost. Groups begin at fixed points, so that the
        picture does not shimmer while the series grows. One more point on each side lets the line
        reach the edge.

        Args:
            low: Left edge.
            high: Right edge.
            columns: Number of pixel columns there are to draw in.
        """
        xs = self.x
        first = max(int(np.searchsorted(xs, low)) - 1, 0)
        last = min(int(np.searchsorted(xs, high, "right")) + 1, len(xs))
        count = last - first
        columns = max(columns, 1)
        if count <= 2 * columns:
            return Window(xs[first:last], self.y[first:last], None)
        # A power of two is at least half full, so there are between `columns` and `2 * columns`.
        group = 1 << (max(count // columns, 2).bit_length() - 1)
        first -= first % group
        if group < _BLOCK:
            return _gather(xs[first:last], self.y[first:last], self.y[first:last], group)
        return self._gather_blocks(first, last, group)

    def _gather_blocks(self, first: int, last: int, group: int) -> Window:
        begin, end = first // _BLOCK, min(last // _BLOCK, len(self._low))
        whole = _gather(
            self.x[first : end * _BLOCK : _BLOCK],
            self._low.values[begin:end],
            self._high.values[begin:end],
            group // _BLOCK,
        )
        # What does not fill a block yet: the newest points.
        rest = slice(end * _BLOCK, last)
        if rest.start >= rest.stop:
            return whole
        tail = _gather(self.x[rest], self.y[rest], self.y[rest], _BLOCK)
        assert whole.high is not None
        assert tail.high is not None
        return Window(
            np.concatenate([whole.x, tail.x]),
            np.concatenate([whole.y, tail.y]),
            np.concatenate([whole.high, tail.high]),
        )

    def _update_blocks(self) -> None:
        done, full = len(self._low), len(self) // _BLOCK
        if full > done:
            blocks = self.y[done * _BLOCK : full * _BLOCK].reshape(-1, _BLOCK)
            # fmin and fmax pass over NaN, without a warning where there is nothing else.
            self._low.extend(np.fmin.reduce(blocks, axis=1))
            self._high.extend(np.fmax.reduce(blocks, axis=1))


def _gather(x: Floats, low: Floats, high: Floats, group: int) -> Window:
    starts = np.arange(0, len(x), group)
    return Window(x[starts], np.fmin.reduceat(low, starts), np.fmax.reduceat(high, starts))
