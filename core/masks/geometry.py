"""Rectangles of pixels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Rect(NamedTuple):
    """A rectangle of pixels: columns `x` to `x + width - 1`, rows `y` to `y + height - 1`.

    As a tuple it has the form of a flag's box. A rectangle without pixels is `EMPTY` or any other
    with a width or height of 0.
    """

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column beyond the rectangle."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row beyond the rectangle."""
        return self.y + self.height

    @property
    def is_empty(self) -> bool:
        """Whether it holds no pixel."""
        return self.width <= 0 or self.height <= 0

    @property
    def area(self) -> int:
        """Number of pixels."""
        return 0 if self.is_empty else self.width * self.height

    @property
    def slices(self) -> tuple[slice, slice]:
        """The rectangle as an index into an H×W array: rows, columns."""
        return slice(self.y, self.bottom), slice(self.x, self.right)

    def intersected(self, other: Rect) -> Rect:
        """The pixels that both rectangles hold; `EMPTY` when there are none."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Rect(x, y, right - x, bottom - y) if right > x and bottom > y else EMPTY

    def united(self, other: Rect) -> Rect:
        """The smallest rectangle around both."""
        if self.is_empty:
            return other
        if other.is_empty:
            return self
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Rect(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)

    def grown(self, margin: int) -> Rect:
        """The rectangle with `margin` pixels more on every side; an empty one stays empty."""
        if self.is_empty:
            return EMPTY
        return Rect(
            self.x - margin, self.y - margin, self.width + 2 * margin, self.height + 2 * margin
        )

    def moved(self, dx: int, dy: int) -> Rect:
        """The rectangle shifted by whole pixels."""
        return Rect(self.x + dx, self.y + dy, self.width, self.height)


EMPTY = Rect(0, 0, 0, 0)


def whole(shape: tuple[int, ...]) -> Rect:
    """The rectangle of all pixels of an H×W(×C) array."""
    return Rect(0, 0, int(shape[1]), int(shape[0]))


def around(rects: Iterable[Rect]) -> Rect:
    """The smallest rectangle around all of them; `EMPTY` for none."""
    result = EMPTY
    for rect in rects:
        result = result.united(rect)
    return result
