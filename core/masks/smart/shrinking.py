"""Smaller copies of parts of a photo, whose pixels are whole blocks of the photo's."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from core.images import Array
from core.masks.geometry import Rect

Values = npt.NDArray[Any]


def shrunk(photo: Array, rect: Rect, factor: int) -> Array:
    """A part of a photo, each of whose pixels is the mean of a block of the photo's pixels.

    Blocks at the right and lower border that are not whole are filled up with the last column
    and row, so that pixel (i, j) of the copy always stands for the block of `factor` × `factor`
    pixels that begins at (rect.x + i · factor, rect.y + j · factor).

    Args:
        photo: uint8 H×W×4 or H×W×3; the first three channels are taken, in their order.
        rect: The part, inside the photo and not empty.
        factor: Pixels of the photo on one side of a block, at least 1.

    Returns:
        uint8 ⌈height / factor⌉ × ⌈width / factor⌉ × 3, a copy.
    """
    if factor < 1:
        raise ValueError(f"a block has at least one pixel, not {factor}")
    part = photo[rect.slices]
    if factor > 1:
        below, right = -rect.height % factor, -rect.width % factor
        if below or right:
            part = cv2.copyMakeBorder(part, 0, below, 0, right, cv2.BORDER_REPLICATE).astype(
                np.uint8, copy=False
            )
        size = (part.shape[1] // factor, part.shape[0] // factor)
        part = cv2.resize(part, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return np.ascontiguousarray(part[..., :3])


def spread(values: Values, factor: int, height: int, width: int) -> Values:
    """The opposite way: every value repeated over its block, cut to `height` × `width`."""
    if factor > 1:
        values = values.repeat(factor, axis=0)[:height].repeat(factor, axis=1)
    return values[:height, :width]
