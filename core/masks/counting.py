"""Counting pixels, and finding where they are."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.images import Array
from core.masks.geometry import EMPTY, Rect
from core.masks.shapes.regions import Bools

Counts = npt.NDArray[np.int64]


def count_values(mask: Array) -> Counts:
    """Number of pixels of each value in a mask, int64 of 256."""
    # OpenCV counts ten times as fast as numpy, in float32, which is exact up to 2²⁴: so some rows
    # at a time.
    counts = np.zeros(256, np.int64)
    rows = max(1, (1 << 24) // max(mask.shape[1], 1))
    for top in range(0, mask.shape[0], rows):
        part = mask[top : top + rows]
        counts += cv2.calcHist([part], [0], None, [256], [0, 256]).ravel().astype(np.int64)
    return counts


def bounds(stencil: Bools) -> Rect:
    """The smallest rectangle around the true pixels of a stencil; empty when there are none."""
    rows = np.flatnonzero(stencil.any(axis=1))
    if not rows.size:
        return EMPTY
    columns = np.flatnonzero(stencil.any(axis=0))
    x, y = int(columns[0]), int(rows[0])
    return Rect(x, y, int(columns[-1]) - x + 1, int(rows[-1]) - y + 1)
