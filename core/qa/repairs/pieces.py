"""Repairs of a mask's pieces: specks, holes, and all pieces but the largest.

Pieces are 8-connected and holes 4-connected, exactly as the checks count them.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from core.images import Array
from core.masks.geometry import Rect, whole
from core.qa.registry import Options
from core.qa.repairs.registry import RepairContext, RepairOption, repair

BACKGROUND = 0
_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
_MOST_PIXELS = 100_000_000


@repair(
    "drop_specks",
    title="Drop specks",
    words="Pieces smaller than the limit become background. Touching classes count as one piece.",
    options={
        "smallest": RepairOption(
            10, 2, 10_000, "px", "Smaller pieces become background", follows="noise"
        )
    },
)
def drop_specks(mask: Array, context: RepairContext, options: Options) -> Array:
    """Turn components of the merged foreground with fewer pixels than the limit to background."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        context.foreground(mask), connectivity=8, ltype=cv2.CV_32S
    )
    is_speck = stats[:, cv2.CC_STAT_AREA] < options["smallest"]
    is_speck[0] = False
    mended = mask.copy()
    mended[is_speck[labels]] = BACKGROUND
    return mended


@repair(
    "keep_largest",
    title="Keep the largest piece",
    words="All pieces but the largest become background.",
    options={"per_class": RepairOption(0, 0, 1, "", "Keep the largest piece of every class")},
)
def keep_largest(mask: Array, context: RepairContext, options: Options) -> Array:
    """Keep the largest component of the merged foreground, or the largest of each class.

    Of pieces of one size the first from the top stays.
    """
    mended = mask.copy()
    if not options["per_class"]:
        mended[_all_but_the_largest(context.foreground(mask))] = BACKGROUND
        return mended
    for info in context.classes:
        if info.index not in (BACKGROUND, context.ignore_index):
            of_class = (mask == info.index).view(np.uint8)
            mended[_all_but_the_largest(of_class)] = BACKGROUND
    return mended


@repair(
    "fill_holes",
    title="Fill holes",
    words="Background enclosed by an object gets the class of the object around it.",
    options={
        "smallest": RepairOption(1, 1, _MOST_PIXELS, "px", "Leave smaller holes as they are"),
        "largest": RepairOption(0, 0, _MOST_PIXELS, "px", "Leave larger holes (0: fill them all)"),
    },
)
def fill_holes(mask: Array, context: RepairContext, options: Options) -> Array:
    """Give enclosed background the class that most of the enclosing piece's rim has.

    A hole is a 4-connected area without foreground that does not reach the mask's border. Ignored
    pixels in it stay ignored, and a hole with nothing but illegal values around it stays.
    """
    if context.ignore_index == BACKGROUND:
        return mask
    foreground = context.foreground(mask)
    # A frame of background makes everything that is open to the outside one component.
    outside_and_holes = np.pad(foreground ^ 1, 1, constant_values=1)
    count, holes, stats, _ = cv2.connectedComponentsWithStats(
        outside_and_holes, connectivity=4, ltype=cv2.CV_32S
    )
    mended = mask.copy()
    outside = int(holes[0, 0])
    wanted = _of_size(stats[:, cv2.CC_STAT_AREA], options)
    numbers = [n for n in range(1, count) if n != outside and wanted[n]]
    if not numbers:
        return mended
    _, pieces = cv2.connectedComponents(foreground, connectivity=8, ltype=cv2.CV_32S)
    legal = context.legal(mask)
    holes = holes[1:-1, 1:-1]
    for number in numbers:
        x, y, width, height = (int(value) for value in stats[number][:4])
        box = Rect(x - 1, y - 1, width, height)
        around = box.grown(1).intersected(whole(mask.shape)).slices
        stencil = (holes[around] == number).view(np.uint8)
        # What lies left of a hole's first pixel in its top row belongs to the piece around it,
        # never to an island in the hole.
        column = box.x + int(np.argmax(holes[box.y, box.x : box.x + width] == number))
        piece = pieces[box.y, column - 1]
        rim = (cv2.dilate(stencil, _CROSS) != 0) & (pieces[around] == piece) & legal[around]
        values = mask[around][rim]
        if values.size:
            to_fill = (stencil != 0) & (mask[around] == BACKGROUND)
            mended[around][to_fill] = np.bincount(values).argmax()
    return mended


def _of_size(areas: npt.NDArray[Any], options: Options) -> npt.NDArray[np.bool_]:
    largest = options["largest"] or np.inf
    fits: npt.NDArray[np.bool_] = (areas >= options["smallest"]) & (areas <= largest)
    return fits


def _all_but_the_largest(chosen: Array) -> npt.NDArray[np.bool_]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        chosen, connectivity=8, ltype=cv2.CV_32S
    )
    if count <= 2:
        return np.zeros(chosen.shape, np.bool_)
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    others: npt.NDArray[np.bool_] = (labels != 0) & (labels != largest)
    return others
