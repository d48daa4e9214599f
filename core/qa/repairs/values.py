"""The repair of illegal values: pixels that are neither a class nor ignored."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.errors import PetsegError
from core.images import Array
from core.qa.registry import Options
from core.qa.repairs.registry import RepairContext, RepairOption, repair

Bools = npt.NDArray[np.bool_]

BY_NEIGHBOURS = -1
_BACKGROUND = 0
# Beyond this distance from the nearest legal pixel a vote of neighbours says no more than that
# pixel, and costs a pass over the mask for each further pixel.
_MOST_ROUNDS = 48
_NEIGHBOURS = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))


@repair(
    "snap_values",
    title="Replace illegal values",
    words="Pixels whose value is no class get the class that most of their neighbours have.",
    options={
        "to_class": RepairOption(
            BY_NEIGHBOURS,
            BY_NEIGHBOURS,
            254,
            "",
            "Give them the class",
            no_class="that most neighbours have",
        )
    },
)
def snap_values(mask: Array, context: RepairContext, options: Options) -> Array:
    """Give illegal pixels a class.

    Round by round, from the rim inwards, each takes the class that most of its eight neighbours
    have; of classes with equal votes the one with the lowest index. Where that does not reach, it
    is the class of the nearest pixel that has one; background in a mask without any class.

    Raises:
        PetsegError: the class asked for does not exist.
    """
    legal = context.legal(mask)
    illegal = ~legal & (mask != context.ignore_index)
    mended = mask.copy()
    wanted = int(options["to_class"])
    if wanted != BY_NEIGHBOURS:
        if wanted >= len(context.classes) or wanted == context.ignore_index:
            raise PetsegError(
                f"There is no class {wanted}",
                remedy=f"The classes are 0 to {len(context.classes) - 1}.",
            )
        mended[illegal] = wanted
        return mended
    if not illegal.any():
        return mended
    if not legal.any():
        mended[illegal] = _BACKGROUND
        return mended
    _let_neighbours_vote(mended, legal, illegal)
    if illegal.any():
        from scipy import ndimage  # takes a fifth of a second to load

        nearest = ndimage.distance_transform_edt(
            ~legal, return_distances=False, return_indices=True
        )
        rows, columns = nearest[:, illegal]
        mended[illegal] = mended[rows, columns]
    return mended


def _let_neighbours_vote(mask: Array, legal: Bools, illegal: Bools) -> None:
    """Write classes into illegal pixels; `legal` and `illegal` follow."""
    square = np.ones((3, 3), np.uint8)
    for _ in range(_MOST_ROUNDS):
        beside = cv2.dilate(legal.view(np.uint8), square) != 0
        rows, columns = np.nonzero(illegal & beside)
        if not rows.size:
            return
        mask[rows, columns] = _most_frequent(mask, legal, rows, columns)
        legal[rows, columns] = True
        illegal[rows, columns] = False


def _most_frequent(
    mask: Array, legal: Bools, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]
) -> Array:
    """The class that most legal neighbours of each pixel have; each has one such neighbour."""
    height, width = mask.shape
    values = np.empty((len(_NEIGHBOURS), rows.size), np.int16)
    counts = np.empty((len(_NEIGHBOURS), rows.size), np.bool_)
    for place, (down, right) in enumerate(_NEIGHBOURS):
        y, x = rows + down, columns + right
        inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
        y, x = y.clip(0, height - 1), x.clip(0, width - 1)
        values[place] = mask[y, x]
        counts[place] = inside & legal[y, x]
    # A vote for each neighbour from all that agree with it; then the class itself decides ties.
    votes = np.zeros(values.shape, np.int16)
    for place in range(len(_NEIGHBOURS)):
        votes += (values == values[place]) & counts[place]
    ranks = np.where(counts, votes * 256 + (255 - values), -1)
    best = ranks.argmax(axis=0)
    chosen: Array = values[best, np.arange(rows.size)].astype(np.uint8)
    return chosen
