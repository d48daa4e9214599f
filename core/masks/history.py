"""What one stroke changed, kept small: the bytes of the changed rectangles, compressed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.images import Array
from core.masks.counting import bounds
from core.masks.geometry import Rect, around

TILE = 256
"""Side of the squares that a stroke copies before it writes into them, in pixels."""


@dataclass(frozen=True, slots=True)
class Delta:
    """The difference of two versions of a rectangle, as their exclusive or.

    The same bytes lead from the old version to the new one and back. Unchanged pixels are zero,
    so the bytes compress well.

    Attributes:
        rect: The smallest rectangle around the changed pixels.
        packed: zlib-compressed bytes, row by row; or one value where all pixels changed alike.
    """

    rect: Rect
    packed: bytes | int

    @staticmethod
    def between(before: Array, after: Array, rect: Rect) -> Delta | None:
        """The difference of two versions of `rect`; None when they are equal."""
        difference = np.bitwise_xor(before, after)
        inner = bounds(difference)
        if inner.is_empty:
            return None
        changed = difference[inner.slices]
        place = inner.moved(rect.x, rect.y)
        if changed.min() == changed.max():
            return Delta(place, int(changed[0, 0]))
        return Delta(place, zlib.compress(np.ascontiguousarray(changed).data, 1))

    def difference(self) -> Array | np.uint8:
        """The exclusive or itself: height × width values, or one for all of them.

        It turns the old version into the new one, and the new one into the old one.

        Raises:
            ValueError: the bytes are not those of a difference of this rectangle.
        """
        if isinstance(self.packed, int):
            return np.uint8(self.packed)
        # No more than the rectangle holds is ever unpacked: the bytes may come from a file.
        unpacker = zlib.decompressobj()
        try:
            values = unpacker.decompress(self.packed, self.rect.area + 1)
        except zlib.error as error:
            raise ValueError("the difference is damaged") from error
        if len(values) != self.rect.area:
            raise ValueError("the difference has another size than its rectangle")
        return np.frombuffer(values, np.uint8).reshape(self.rect.height, self.rect.width)

    @property
    def nbytes(self) -> int:
        """Bytes that the difference occupies."""
        return 1 if isinstance(self.packed, int) else len(self.packed)


@dataclass(frozen=True, slots=True)
class Step:
    """One undo step.

    Attributes:
        name: What the user did ("Brush").
        deltas: What changed, tile by tile.
        before: Revision of the mask before the step.
        after: Revision after it.
        gained: How many pixels more each value had after the step, (value, pixels), where that
            is known: it spares counting when the step is taken back.
    """

    name: str
    deltas: tuple[Delta, ...]
    before: int
    after: int
    gained: tuple[tuple[int, int], ...] | None = None

    @property
    def rect(self) -> Rect:
        """The smallest rectangle around everything that the step changed."""
        return around(delta.rect for delta in self.deltas)

    @property
    def nbytes(self) -> int:
        """Bytes that the step occupies."""
        return sum(delta.nbytes for delta in self.deltas)


class Stroke:
    """A step in the making: keeps the tiles as they were before the stroke touched them."""

    def __init__(self, name: str, pixels: Array) -> None:
        self.name = name
        self._pixels = pixels
        self._tiles: dict[tuple[int, int], Array] = {}

    def about_to_change(self, rect: Rect) -> None:
        """Keep the tiles that a rectangle lies on, unless they are kept already."""
        for tile in _tiles_of(rect):
            if tile not in self._tiles:
                self._tiles[tile] = self._pixels[self._rect(tile).slices].copy()

    def deltas(self) -> tuple[Delta, ...]:
        """What the stroke changed so far."""
        found = (
            Delta.between(before, self._pixels[self._rect(tile).slices], self._rect(tile))
            for tile, before in self._tiles.items()
        )
        return tuple(delta for delta in found if delta is not None)

    def rects(self) -> list[Rect]:
        """The tiles that are kept."""
        return [self._rect(tile) for tile in self._tiles]

    def restore(self) -> Rect:
        """Put every kept tile back; returns the rectangle around the changed pixels."""
        rect = around(delta.rect for delta in self.deltas())
        for tile, before in self._tiles.items():
            self._pixels[self._rect(tile).slices] = before
        return rect

    def _rect(self, tile: tuple[int, int]) -> Rect:
        height, width = self._pixels.shape
        x, y = tile[0] * TILE, tile[1] * TILE
        return Rect(x, y, min(TILE, width - x), min(TILE, height - y))


def _tiles_of(rect: Rect) -> Iterator[tuple[int, int]]:
    for row in range(rect.y // TILE, (rect.bottom - 1) // TILE + 1):
        for column in range(rect.x // TILE, (rect.right - 1) // TILE + 1):
            yield column, row
