"""Pieces of photos around regions, all of one size, to be shown side by side."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from core.evaluation.errors.regions import Box
from core.images import Array

_MARGIN = 0.2


@dataclass(frozen=True, slots=True)
class Patch:
    """A square piece of a photo.

    Attributes:
        pixels: RGB, uint8 side×side×3.
        box: Where the region lies in it: left, top, width, height in pixels of the patch.
        source: The square of the photo that is shown: left, top, width, height.
    """

    pixels: Array
    box: Box
    source: Box


def cut_patch(photo: Array, box: Box, side: int = 96) -> Patch:
    """Cut out a region with some of what is around it.

    The square is moved so that it lies inside the photo; where the photo is narrower than the
    square its edge is drawn out.

    Args:
        photo: RGB, uint8 H×W×3.
        box: The region's rectangle.
        side: Width and height of the patch in pixels.
    """
    left, top, width, height = box
    wanted = max(8, round(max(width, height) * (1 + 2 * _MARGIN)))
    x = _placed(left + width / 2 - wanted / 2, wanted, photo.shape[1])
    y = _placed(top + height / 2 - wanted / 2, wanted, photo.shape[0])
    part = photo[max(0, y) : y + wanted, max(0, x) : x + wanted]
    missing = (
        max(0, -y),
        max(0, y + wanted - photo.shape[0]),
        max(0, -x),
        max(0, x + wanted - photo.shape[1]),
    )
    square = cv2.copyMakeBorder(part, *missing, borderType=cv2.BORDER_REPLICATE)
    smaller = wanted > side
    pixels = cv2.resize(
        square, (side, side), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    )
    scale = side / wanted
    inside = (
        round((left - x) * scale),
        round((top - y) * scale),
        max(1, round(width * scale)),
        max(1, round(height * scale)),
    )
    return Patch(pixels.astype(np.uint8, copy=False), inside, (x, y, wanted, wanted))


def _placed(start: float, length: int, whole: int) -> int:
    """Where a stretch begins so that it lies inside, or centred over what is shorter."""
    if length >= whole:
        return (whole - length) // 2
    return int(min(max(0, round(start)), whole - length))
