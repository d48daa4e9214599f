"""COCO's run-length codes: the lengths of runs of 0 and 1 in turn, column by column, 0 first.

Source: the COCO API's `maskApi.c` and the data format at cocodataset.org. A code is a list of
lengths, or a text with five bits of a length per sign, from the third length on the difference to
the one before the last.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.images import Array
from core.masks.geometry import Rect

_FIRST_SIGN = 48


def encode(stencil: Array, rect: Rect, height: int, width: int) -> list[int]:
    """The lengths of the runs of a mask that is 0 but for one rectangle.

    Args:
        stencil: uint8 of the rectangle's height × width, 0 or 1.
        rect: Where it lies.
        height: Of the whole mask.
        width: Of the whole mask.
    """
    # Row by row of the turned stencil is column by column; a rim tells where runs begin and end.
    columns = np.zeros((rect.width, rect.height + 2), np.int8)
    columns[:, 1:-1] = stencil.T
    steps = np.diff(columns, axis=1)
    column, row = np.nonzero(steps == 1)
    begins = (column + rect.x) * height + row + rect.y
    column, row = np.nonzero(steps == -1)
    ends = (column + rect.x) * height + row + rect.y
    # A run to the foot of a column goes on at the head of the next one.
    joined = begins[1:] == ends[:-1]
    begins = np.delete(begins, np.flatnonzero(joined) + 1)
    ends = np.delete(ends, np.flatnonzero(joined))
    places = np.concatenate([[0], np.stack([begins, ends], axis=1).ravel(), [height * width]])
    lengths = np.diff(places)
    return [int(length) for length in (lengths if lengths[-1] else lengths[:-1])]


def decode(counts: Sequence[int], height: int, width: int) -> Array:
    """The mask of a run-length code, uint8 H×W.

    Raises:
        ValueError: the lengths are no lengths, or do not add up to the mask's pixels.
    """
    total = height * width
    if any(isinstance(n, bool) or not isinstance(n, int) or not 0 <= n <= total for n in counts):
        raise ValueError("its runs are no lengths")
    if sum(counts) != total:
        raise ValueError(f"its runs add up to {sum(counts)} pixels, not to {total}")
    values = np.arange(len(counts), dtype=np.int64) % 2
    flat = np.repeat(values.astype(np.uint8), np.asarray(counts, np.int64))
    return np.ascontiguousarray(flat.reshape(width, height).T)


def unpack(text: str) -> list[int]:
    """The lengths that a text stands for.

    Raises:
        ValueError: it is no such text.
    """
    counts: list[int] = []
    number, shift = 0, 0
    for sign in text:
        bits = ord(sign) - _FIRST_SIGN
        if not 0 <= bits < 64 or shift > 60:
            raise ValueError("its text is no run-length code")
        number |= (bits & 0x1F) << shift
        shift += 5
        if bits & 0x20:
            continue
        if bits & 0x10:
            number -= 1 << shift
        counts.append(number + counts[-2] if len(counts) > 2 else number)
        number, shift = 0, 0
    if shift:
        raise ValueError("its text is cut off")
    return counts
