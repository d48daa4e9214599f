"""Counting pixels, and finding where they are."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.images import Array
from core.masks.geometry import EMPTY, Rect
from core.masks.shapes.regions import Bools

Counts = npt.NDArray[np.int64]


def count_values(mask: Array, where: Bools | None = None) -> Counts:
    """Number of pixels of each value in a mask, int64 of 256.

    Args:
        mask: uint8 H×W.
        where: Bools of the same shape; only those pixels are counted. None for all of them.
    """
    # OpenCV counts ten times as fast as numpy, in float32, which is exact up to 2²⁴: so some rows
    # at a time.
    if where is not None and cv2.countNonZero(where.view(np.uint8)) == where.size:
        where = None  # counting all of them takes half the time
    counts = np.zeros(256, np.int64)
    rows = max(1, (1 << 24) // max(mask.shape[1], 1))
    for top in range(0, mask.shape[0], rows):
        part = mask[top : top + rows]
        only = None if where is None else where[top : top + rows].view(np.uint8)
        counts += cv2.calcHist([part], [0], only, [256], [0, 256]).ravel().astype(np.int64)
    return counts


def bounds(stencil: Bools | Array) -> Rect:
    """The smallest rectangle around what is not 0 in a bool or uint8 array; empty for nothing."""
    if not stencil.size:
        return EMPTY
    # OpenCV looks from the outside inwards, so a full stencil costs next to nothing.
    found = Rect(*(int(side) for side in cv2.boundingRect(stencil.view(np.uint8))))
    return EMPTY if found.is_empty else found
