"""A mask as pieces of one class each, for formats that keep objects one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

from core.images import Array
from core.masks.geometry import Rect

MOST_PIECES = 100
"""Of a class with more pieces than this the smallest ones go together: programs grow slow."""


class Piece(NamedTuple):
    """Pixels of one class.

    Attributes:
        value: The class.
        rect: The smallest rectangle around them.
        stencil: uint8 of the rectangle's height × width, 1 for the piece's pixels.
        pieces: How many connected pieces they are.
    """

    value: int
    rect: Rect
    stencil: Array
    pieces: int


def values_of(mask: Array) -> list[int]:
    """The values of a mask but 0, which is what nothing is drawn on."""
    counts = np.bincount(mask.ravel(), minlength=256)
    return [int(value) for value in np.flatnonzero(counts) if value != 0]


def pieces_of(mask: Array) -> Iterator[Piece]:
    """The 8-connected pieces of each class but 0, the largest first; together they are the mask.

    Args:
        mask: Class indices, uint8 H×W.
    """
    for value in values_of(mask):
        count, labels, stats, _ = cv2.connectedComponentsWithStats(
            (mask == value).view(np.uint8), connectivity=8, ltype=cv2.CV_32S
        )
        order = [int(n) + 1 for n in np.argsort(-stats[1:, cv2.CC_STAT_AREA], kind="stable")]
        for number in order[:MOST_PIECES]:
            rect = Rect(*(int(side) for side in stats[number, :4]))
            yield Piece(value, rect, (labels[rect.slices] == number).view(np.uint8), 1)
        rest = order[MOST_PIECES:]
        if rest:
            chosen = np.zeros(count, bool)
            chosen[rest] = True
            together = chosen[labels].view(np.uint8)
            rect = Rect(*(int(side) for side in cv2.boundingRect(together)))
            yield Piece(value, rect, np.ascontiguousarray(together[rect.slices]), len(rest))
