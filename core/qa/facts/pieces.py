"""The connected pieces of a mask: of each class, and of all classes together."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.qa.registry import fact
from core.qa.view import SampleView

SPECK_AREA = 5
"""Pieces of this many pixels or fewer are specks, not objects, and no row of `pieces`."""

MOST_PIECES = 4096
"""Of more pieces in one mask only the largest are kept: such a mask is noise, not objects."""

COLUMNS = ("class", "area", "x", "y", "width", "height", "center_x", "center_y")
"""What the columns of the fact `pieces` hold."""

_EMPTY: npt.NDArray[np.float32] = np.zeros((0, len(COLUMNS)), np.float32)


@fact("pieces")
def pieces(view: SampleView) -> npt.NDArray[np.float32] | None:
    """The objects of each class but the background: 8-connected, of more than `SPECK_AREA` pixels.

    Two objects of one class that touch are one piece; a change of class parts them.

    Returns:
        float32[n, 8], by class: class index, area in pixels, bounding box (x, y, width, height)
        in pixels, and the centre of mass as shares of width and height, 0 to 1. None without a
        mask.
    """
    mask = view.mask
    if mask is None:
        return None
    found = [
        _pieces_of(mask, index)
        for index in foreground_classes(view)
        if view.counts[index] > SPECK_AREA
    ]
    if not found:
        return _EMPTY
    rows = np.concatenate(found)
    if len(rows) > MOST_PIECES:
        largest = np.sort(np.argpartition(-rows[:, 1], MOST_PIECES)[:MOST_PIECES])
        rows = rows[largest]
    return rows


@fact("components")
def components(view: SampleView) -> npt.NDArray[np.int32] | None:
    """How many 8-connected components the foreground has, all classes merged, specks included.

    Returns:
        int32[1]; None without a mask.
    """
    if view.mask is None:
        return None
    return np.array([len(view.components)], np.int32)


def foreground_classes(view: SampleView) -> list[int]:
    """The classes in the mask, without the background and the ignored value, ascending."""
    present = np.flatnonzero(view.counts[: view.dataset.num_classes])
    left_out = (0, view.dataset.ignore_index)
    return [int(index) for index in present if int(index) not in left_out]


def _pieces_of(mask: npt.NDArray[np.uint8], index: int) -> npt.NDArray[np.float32]:
    height, width = mask.shape
    of_class = (mask == index).view(np.uint8)
    x, y, box_width, box_height = cv2.boundingRect(of_class)
    # Labelling costs most, and objects fill a part of the picture.
    inside = of_class[y : y + box_height, x : x + box_width]
    _, _, stats, centers = cv2.connectedComponentsWithStats(inside, connectivity=8)
    large = np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] > SPECK_AREA) + 1
    rows = np.empty((len(large), len(COLUMNS)), np.float32)
    rows[:, 0] = index
    rows[:, 1] = stats[large, cv2.CC_STAT_AREA]
    rows[:, 2] = stats[large, cv2.CC_STAT_LEFT] + x
    rows[:, 3] = stats[large, cv2.CC_STAT_TOP] + y
    rows[:, 4] = stats[large, cv2.CC_STAT_WIDTH]
    rows[:, 5] = stats[large, cv2.CC_STAT_HEIGHT]
    # The centre of a pixel is half a pixel from its edge; so 0 and 1 are the picture's edges.
    rows[:, 6] = (centers[large, 0] + x + 0.5) / width
    rows[:, 7] = (centers[large, 1] + y + 0.5) / height
    return rows
