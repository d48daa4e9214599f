"""Connected pieces of a mask, found from a click. Nothing here writes to a mask.

Pieces of classes are 8-connected, as the quality checks count them; what lies between pieces
(holes, and what a flood fill covers) is 4-connected. So a diagonal line of single pixels is one
piece, and it does separate what is on its two sides.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from core.images import Array
from core.masks.counting import bounds
from core.masks.geometry import Rect, around, whole
from core.masks.shapes.regions import NOTHING, Bools, Region

Pixel = tuple[int, int]

BACKGROUND = 0


# How far around a click is looked at before all of the mask is. Each try costs what it looks at.
_REACHES = (128, 512)

# OpenCV's fill goes run by run, and is slow where every row is cut into many. Finding all pieces
# costs the same whatever they look like, and 4 bytes a pixel: so that is for masks up to a size.
_MANY_RUNS, _LABELLED_UP_TO = 0.1, 1 << 26
# The fill counts columns and rows in 16 bits, its own frame of one pixel included.
_FILLED_UP_TO = (1 << 16) - 3


class OutOfReach(Exception):  # noqa: N818 - it is an answer, not a failure
    """What was asked for is larger than what may be looked at."""


def flood(mask: Array, point: Pixel, *, most: int | None = None) -> Region:
    """The pixels that a flood fill from a pixel covers: 4-connected, all of the same value.

    Args:
        mask: Class indices, uint8 H×W.
        point: Column and row of the pixel; outside the mask nothing is found.
        most: Number of pixels of the mask that may be looked at; None for all of it.

    Raises:
        OutOfReach: the area reaches beyond what may be looked at.
    """
    if not _inside(mask, point):
        return NOTHING
    value = mask[point[1], point[0]]
    return _reached(mask, point, lambda part: part == value, 4, most)


def component(
    mask: Array, point: Pixel, *, any_class: bool = False, most: int | None = None
) -> Region:
    """The piece that a pixel belongs to: 8-connected pixels of its class.

    Args:
        mask: Class indices, uint8 H×W.
        point: Column and row of the pixel.
        any_class: Take every class but the background for one, so that an animal of two classes
            is one piece.
        most: Number of pixels of the mask that may be looked at; None for all of it.

    Returns:
        Nothing when the pixel is background or outside the mask.

    Raises:
        OutOfReach: the piece reaches beyond what may be looked at.
    """
    if not _inside(mask, point) or mask[point[1], point[0]] == BACKGROUND:
        return NOTHING
    value = mask[point[1], point[0]]
    if any_class:
        return _reached(mask, point, lambda part: part != BACKGROUND, 8, most)
    return _reached(mask, point, lambda part: part == value, 8, most)


def others(mask: Array, piece: Region, value: int | None, *, most: int | None = None) -> Region:
    """The pixels of all other pieces.

    Args:
        mask: Class indices, uint8 H×W.
        piece: The piece that is left out.
        value: The class of the others; None for every class but the background.
        most: Number of pixels of the mask that may be looked at; None for all of it.

    Raises:
        OutOfReach: the mask is larger than what may be looked at.
    """
    if most is not None and mask.size > most:
        raise OutOfReach
    chosen = mask != BACKGROUND if value is None else mask == value
    chosen[piece.rect.slices] &= ~piece.stencil
    return trimmed(Region(whole(mask.shape), chosen))


def count_pieces(region: Region) -> int:
    """Number of 8-connected pieces that a region falls into."""
    if region.rect.is_empty:
        return 0
    count, _ = cv2.connectedComponents(region.stencil.view(np.uint8), connectivity=8)
    return int(count) - 1


def hole(mask: Array, point: Pixel, *, most: int | None = None) -> Region | None:
    """The hole that a pixel lies in.

    A hole is a 4-connected area of one value that touches neither the border of the mask nor the
    background (being background itself, or another class inside an object). So a separate piece
    on the background is not a hole in it.

    Args:
        mask: Class indices, uint8 H×W.
        point: Column and row of the pixel.
        most: Number of pixels of the mask that may be looked at; None for all of it.

    Returns:
        The hole, or None when the pixel is not in one.

    Raises:
        OutOfReach: the area reaches beyond what may be looked at.
    """
    area = flood(mask, point, most=most)
    if area.is_empty or _touches_border(area.rect, mask):
        return None
    return None if _counts_around(mask, area)[BACKGROUND] else area


def surrounding_class(mask: Array, region: Region) -> int | None:
    """The value that most of the pixels beside a region have; None when nothing is beside it."""
    counts = _counts_around(mask, region)
    return int(counts.argmax()) if counts.any() else None


def area_of(region: Region) -> int:
    """Number of pixels of a region, counted fast and without holding up other threads."""
    if region.rect.is_empty:
        return 0
    return cv2.countNonZero(region.stencil.view(np.uint8))


def holes_of(mask: Array, piece: Region) -> Region:
    """All pixels that a piece encloses without holding them: its holes and what lies in them."""
    if piece.rect.is_empty:
        return NOTHING
    # What is outside is 4-connected with a frame of one pixel around the piece.
    framed = np.pad(piece.stencil.view(np.uint8), 1)
    cv2.floodFill(framed, None, (0, 0), 2, flags=4)
    return trimmed(Region(piece.rect, framed[1:-1, 1:-1] == 0))


def trimmed(region: Region) -> Region:
    """The same pixels in the smallest rectangle that holds them."""
    inner = bounds(region.stencil)
    if inner.is_empty:
        return NOTHING
    return Region(inner.moved(region.rect.x, region.rect.y), region.stencil[inner.slices])


def joined(*regions: Region) -> Region:
    """The pixels that any of some regions holds."""
    rect = around(region.rect for region in regions)
    stencil = np.zeros((rect.height, rect.width), bool)
    for region in regions:
        if not region.rect.is_empty:
            stencil[region.rect.moved(-rect.x, -rect.y).slices] |= region.stencil
    return Region(rect, stencil)


def stencil_in(region: Region, rect: Rect) -> Bools:
    """Which pixels of a rectangle belong to a region: bool of the rectangle's height × width."""
    stencil = np.zeros((rect.height, rect.width), bool)
    common = region.rect.intersected(rect)
    if not common.is_empty:
        own = region.stencil[common.moved(-region.rect.x, -region.rect.y).slices]
        stencil[common.moved(-rect.x, -rect.y).slices] = own
    return stencil


def _reached(
    mask: Array,
    point: Pixel,
    choose: Callable[[Array], Bools],
    connectivity: int,
    most: int | None,
) -> Region:
    """The chosen pixels connected to a chosen pixel, found by looking around it ever farther.

    So a small piece of a large mask costs what a small mask costs.
    """
    image = whole(mask.shape)
    near = [Rect(point[0] - reach, point[1] - reach, 2 * reach, 2 * reach) for reach in _REACHES]
    for window in [*(each.intersected(image) for each in near), image]:
        if most is not None and window.area > most:
            break
        at = (point[0] - window.x, point[1] - window.y)
        found = connected(choose(mask[window.slices]), at, connectivity)
        rect = found.rect.moved(window.x, window.y)
        # An area that touches no side of the window but the mask's own does not go on behind it.
        wider = rect.grown(1).intersected(image)
        if wider.intersected(window) == wider:
            return Region(rect, found.stencil)
    raise OutOfReach


def connected(chosen: Bools, point: Pixel, connectivity: int) -> Region:
    """The chosen pixels connected to a chosen pixel.

    Args:
        chosen: bool H×W.
        point: Column and row of a chosen pixel.
        connectivity: 4 or 8.
    """
    longest = max(chosen.shape)
    if longest > _FILLED_UP_TO or (chosen.size <= _LABELLED_UP_TO and _is_ragged(chosen)):
        _, labels = cv2.connectedComponents(chosen.view(np.uint8), connectivity=connectivity)
        same = labels == labels[point[1], point[0]]
        return trimmed(Region(whole(chosen.shape), same))
    height, width = chosen.shape
    # OpenCV's fill does not enter pixels that are set in its mask, and sets those it visits.
    visited = np.zeros((height + 2, width + 2), np.uint8)
    flags = connectivity | cv2.FLOODFILL_MASK_ONLY | (1 << 8)
    filled = np.ascontiguousarray(chosen).view(np.uint8)
    _, _, _, box = cv2.floodFill(filled, visited, point, 0, flags=flags)
    rect = Rect(*(int(side) for side in box))
    rows, columns = rect.moved(1, 1).slices
    stencil = visited[rows, columns].view(bool)
    # A small part must not keep all that was visited in memory; of a large one a copy costs time.
    return Region(rect, stencil if 2 * rect.area > chosen.size else stencil.copy())


def _is_ragged(chosen: Bools) -> bool:
    """Whether the rows change often between chosen and not chosen, judged by some of them."""
    some = chosen[::16]
    return bool(np.count_nonzero(some[:, 1:] != some[:, :-1]) > _MANY_RUNS * some.size)


def _counts_around(mask: Array, region: Region) -> npt.NDArray[np.int64]:
    """How many of the pixels beside a region have each value, int64 of 256."""
    rect = region.rect.grown(1).intersected(whole(mask.shape))
    stencil = stencil_in(region, rect).view(np.uint8)
    wider = cv2.dilate(stencil, cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)))
    beside = cv2.subtract(wider, stencil)
    counts = cv2.calcHist([mask[rect.slices]], [0], beside, [256], [0, 256])
    return np.asarray(counts.ravel(), np.int64)


def _touches_border(rect: Rect, mask: Array) -> bool:
    inner = whole(mask.shape).grown(-1)
    return rect.intersected(inner).area < rect.area


def _inside(mask: Array, point: Pixel) -> bool:
    return Rect(*point, 1, 1).intersected(whole(mask.shape)).area == 1
