"""Where in the picture the objects of a class lie."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.qa.facts.pieces import foreground_classes
from core.qa.registry import fact
from core.qa.view import SampleView

CELLS = 16
"""The picture is divided into this many columns and as many rows, whatever its size."""

_SIDE = 512


@fact("grid")
def grid(view: SampleView) -> npt.NDArray[np.uint8] | None:
    """How full of each class but the background every cell of a 16×16 grid is.

    Returns:
        uint8[n, 1 + 256], a row per class in the mask: the class index, then the cells' occupancy
        row by row, 0 for none to 255 for full. None without a mask.
    """
    mask = view.mask
    if mask is None:
        return None
    classes = foreground_classes(view)
    # Every so many pixels of a huge mask tell as much, for a hundredth of the memory.
    height, width = mask.shape
    mask = mask[:: max(1, height // _SIDE), :: max(1, width // _SIDE)]
    rows = np.empty((len(classes), 1 + CELLS * CELLS), np.uint8)
    for row, index in zip(rows, classes, strict=True):
        row[0] = index
        full = (mask == index).view(np.uint8) * np.uint8(255)
        row[1:] = cv2.resize(full, (CELLS, CELLS), interpolation=cv2.INTER_AREA).ravel()
    return rows
