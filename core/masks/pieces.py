"""Connected pieces of a mask, found from a click. Nothing here writes to a mask.

Pieces of classes are 8-connected, as the quality checks count them; what lies between pieces
(holes, and what a flood fill covers) is 4-connected. So a diagonal line of single pixels is one
piece, and it does separate what is on its two sides.
"""

from __future__ import annotations

import cv2
import numpy as np

from core.images import Array
from core.masks.geometry import Rect, whole
from core.masks.regions import NOTHING, Bools, Region

Pixel = tuple[int, int]

BACKGROUND = 0


def flood(mask: Array, point: Pixel) -> Region:
    """The pixels that a flood fill from a pixel covers: 4-connected, all of the same value.

    Args:
        mask: Class indices, uint8 H×W.
        point: Column and row of the pixel; outside the mask nothing is found.
    """
    x, y = point
    if not _inside(mask, point):
        return NOTHING
    return _connected(mask == mask[y, x], point, connectivity=4)


def component(mask: Array, point: Pixel, *, any_class: bool = False) -> Region:
    """The piece that a pixel belongs to: 8-connected pixels of its class.

    Args:
        mask: Class indices, uint8 H×W.
        point: Column and row of the pixel.
        any_class: Take every class but the background for one, so that an animal of two classes
            is one piece.

    Returns:
        Nothing when the pixel is background or outside the mask.
    """
    x, y = point
    if not _inside(mask, point) or mask[y, x] == BACKGROUND:
        return NOTHING
    chosen = mask != BACKGROUND if any_class else mask == mask[y, x]
    return _connected(chosen, point, connectivity=8)


def hole(mask: Array, point: Pixel) -> Region | None:
    """The hole that a pixel lies in.

    A hole is a 4-connected area of one value that touches neither the border of the mask nor the
    background (being background itself, or another class inside an object). So a separate piece
    on the background is not a hole in it.

    Args:
        mask: Class indices, uint8 H×W.
        point: Column and row of the pixel.

    Returns:
        The hole, or None when the pixel is not in one.
    """
    area = flood(mask, point)
    if area.is_empty or _touches_border(area.rect, mask):
        return None
    around = _values_around(mask, area)
    return None if (around == BACKGROUND).any() else area


def surrounding_class(mask: Array, region: Region) -> int | None:
    """The value that most of the pixels beside a region have; None when nothing is beside it."""
    around = _values_around(mask, region)
    if not around.size:
        return None
    return int(np.bincount(around, minlength=256).argmax())


def holes_of(mask: Array, piece: Region) -> Region:
    """All pixels that a piece encloses without holding them: its holes and what lies in them."""
    from scipy import ndimage  # takes a fifth of a second to load: not before it is needed

    filled = ndimage.binary_fill_holes(piece.stencil)
    return Region(piece.rect, filled & ~piece.stencil)


def _connected(chosen: Bools, point: Pixel, connectivity: int) -> Region:
    """The chosen pixels connected to a chosen pixel. Costs the area found, after one pass."""
    height, width = chosen.shape
    # OpenCV's fill does not enter pixels that are set in its mask, and sets those it visits.
    visited = np.zeros((height + 2, width + 2), np.uint8)
    flags = connectivity | cv2.FLOODFILL_MASK_ONLY | (1 << 8)
    _, _, _, box = cv2.floodFill(chosen.view(np.uint8), visited, point, 0, flags=flags)
    rect = Rect(*(int(side) for side in box))
    rows, columns = rect.moved(1, 1).slices
    return Region(rect, visited[rows, columns].astype(bool))


def _values_around(mask: Array, region: Region) -> Array:
    rect = region.rect.grown(1).intersected(whole(mask.shape))
    stencil = np.zeros((rect.height, rect.width), np.uint8)
    stencil[region.rect.moved(-rect.x, -rect.y).slices] = region.stencil
    wider = cv2.dilate(stencil, cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)))
    values: Array = mask[rect.slices][(wider != 0) & (stencil == 0)]
    return values


def _touches_border(rect: Rect, mask: Array) -> bool:
    inner = whole(mask.shape).grown(-1)
    return rect.intersected(inner).area < rect.area


def _inside(mask: Array, point: Pixel) -> bool:
    return Rect(*point, 1, 1).intersected(whole(mask.shape)).area == 1
