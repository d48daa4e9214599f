"""Cutting a connected piece in two along a line, and joining two. Nothing here writes to a mask."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from core.images import Array
from core.masks.counting import bounds
from core.masks.geometry import Rect, whole
from core.masks.pieces.finding import (
    BACKGROUND,
    Pixel,
    component,
    connected,
    joined,
    stencil_in,
    trimmed,
)
from core.masks.shapes.regions import NOTHING, Bools, Point, Region

Pixels = npt.NDArray[np.intp]

_HALF_DIAGONAL = 0.708


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A piece that a line has been drawn through.

    The three regions have no pixel in common and together are the piece. No pixel of the smaller
    side touches one of the larger side, not even at a corner.

    Attributes:
        line: The pixels under the line.
        smaller: The side with fewer pixels; it may fall into several pieces.
        larger: The other side.
    """

    line: Region
    smaller: Region
    larger: Region


def line_pixels(start: Pixel, end: Pixel) -> Pixels:
    """The pixels of a straight line, intp N×2 of column and row, from start to end.

    The line is 4-connected, so nothing 8-connected slips through it at a corner.
    """
    (x0, y0), (x1, y1) = start, end
    across, down = abs(x1 - x0), abs(y1 - y0)
    # The line leaves one column for the next at these places of its length, and so for rows.
    moments = np.concatenate(
        [(np.arange(across) + 0.5) / max(across, 1), (np.arange(down) + 0.5) / max(down, 1)]
    )
    order = np.argsort(moments, kind="stable")
    is_across = order < across
    x = x0 + np.sign(x1 - x0) * np.cumsum(is_across)
    y = y0 + np.sign(y1 - y0) * np.cumsum(~is_across)
    return np.concatenate([[[x0, y0]], np.stack([x, y], axis=1)]).astype(np.intp)


def piece_under(
    mask: Array, start: Pixel, end: Pixel, *, any_class: bool = False, most: int | None = None
) -> Region:
    """The piece that most of a line lies on; nothing when it lies on background only.

    Args:
        mask: Class indices, uint8 H×W.
        start: Column and row of one end, which may lie beside the mask.
        end: The other end.
        any_class: As in `component`.
        most: As in `component`.

    Raises:
        OutOfReach: a piece reaches beyond what may be looked at.
    """
    places = _inside(line_pixels(start, end), whole(mask.shape))
    best, length = NOTHING, 0
    while len(places):
        places = places[mask[places[:, 1], places[:, 0]] != BACKGROUND]
        if len(places) <= length:
            break
        x, y = places[0]
        piece = component(mask, (int(x), int(y)), any_class=any_class, most=most)
        covered = _held(piece, places)
        if int(covered.sum()) > length:
            best, length = piece, int(covered.sum())
        places = places[~covered]
    return best


def lengthened(piece: Region, start: Point, end: Point) -> tuple[Point, Point]:
    """A line that ends inside a piece, continued straight until it leaves the piece.

    Args:
        piece: The piece.
        start: One end of the line, in continuous image coordinates (x, y).
        end: The other end.
    """
    return _left(piece, start, end), _left(piece, end, start)


def split(piece: Region, start: Point, end: Point) -> Cut | None:
    """Cut a piece along a line.

    The smaller side is everything on one side of the line that the line parts from the rest: both
    ends of a horseshoe, for a line across both.

    Args:
        piece: An 8-connected piece of a mask.
        start: One end of the line, in continuous image coordinates (x, y).
        end: The other end.

    Returns:
        None when the piece still holds together around the line.
    """
    first, last = _pixel(start), _pixel(end)
    places = _inside(line_pixels(first, last), piece.rect)
    under = np.zeros(piece.stencil.shape, bool)
    under[places[:, 1] - piece.rect.y, places[:, 0] - piece.rect.x] = True
    under &= piece.stencil
    rest = piece.stencil & ~under
    count, labels = cv2.connectedComponents(rest.view(np.uint8), connectivity=8)
    if count < 3:  # the background of the labels, and one piece
        return None
    is_right = _is_right(labels, count, under, piece.rect, start, end)
    sizes = np.bincount(labels.ravel(), minlength=count)
    if is_right[1:].all() or not is_right[1:].any():
        is_right = np.zeros(count, bool)
        is_right[1 + int(sizes[1:].argmax())] = True
    is_right[0] = False
    right = is_right[labels]
    left = rest & ~right
    sides = sorted((left, right), key=np.count_nonzero)
    smaller, larger, line = (trimmed(Region(piece.rect, each)) for each in (*sides, under))
    return Cut(line, smaller, larger)


def bridge(mask: Array, first: Region, second: Region, gap: int) -> Region:
    """The background between two pieces where they are close.

    A pixel is between them when the straight way from its nearest pixel of one piece to its nearest
    pixel of the other crosses it, and is no longer than across a gap of `gap` pixels.
    Where the pieces come closest a line of pixels joins them in any case.

    Args:
        mask: Class indices, uint8 H×W.
        first: A piece.
        second: Another piece.
        gap: Width of the widest gap that is bridged, in pixels.

    Returns:
        Nothing when the pieces touch nowhere within the gap, or only other classes lie between.
    """
    reach = gap + 1
    image = whole(mask.shape)
    rect = first.rect.grown(reach).intersected(second.rect.grown(reach)).intersected(image)
    if gap < 1 or rect.is_empty:
        return NOTHING
    # Pieces that lie in each other share a large rectangle and are close in a small part of it;
    # below, every pixel that is looked at costs a hundred bytes.
    wide = rect.grown(reach).intersected(image)
    close = bounds(_within(first, wide, reach) & _within(second, wide, reach))
    # The nearest pixel of a piece may lie that far outside the part.
    wide = close.moved(wide.x, wide.y).grown(reach).intersected(image)
    one, other = stencil_in(first, wide), stencil_in(second, wide)
    if not one.any() or not other.any():
        return NOTHING
    near_one, near_other = _nearest(one), _nearest(other)
    here = np.indices(one.shape)
    to_one, to_other = near_one - here, near_other - here
    way = np.hypot(*(near_one - near_other))
    # The two directions are opposite, and the way passes within half a pixel of the centre, or
    # half a diagonal: so a slanted way is 8-connected.
    is_opposite = (to_one * to_other).sum(axis=0) < 0
    beside = np.abs(to_one[0] * to_other[1] - to_one[1] * to_other[0])
    background = mask[wide.slices] == BACKGROUND
    between = background & is_opposite & (way <= reach) & (beside <= _HALF_DIAGONAL * way)
    shortest = np.where(one, np.hypot(*to_other), np.inf)
    row, column = np.unravel_index(int(shortest.argmin()), shortest.shape)
    if shortest[row, column] > reach:
        return NOTHING
    line = line_pixels(
        (int(column), int(row)),
        (int(near_other[1, row, column]), int(near_other[0, row, column])),
    )
    between[line[:, 1], line[:, 0]] |= background[line[:, 1], line[:, 0]]
    # What is not connected with both pieces, for another class is in the way, joins nothing.
    count, labels = cv2.connectedComponents((one | other | between).view(np.uint8), connectivity=8)
    joins = np.zeros((2, count), bool)
    for place, piece in enumerate((one, other)):
        joins[place, labels[piece]] = True
    return trimmed(Region(wide, between & (joins[0] & joins[1])[labels]))


def merged(mask: Array, first: Region, second: Region, gap: int) -> tuple[Region, bool]:
    """What has to get the first piece's class so that two pieces become one.

    Returns:
        The second piece with the background that joins it with the first; and whether the two
        are then one piece.
    """
    joint = bridge(mask, first, second, gap)
    region = joined(second, joint)
    everything = joined(first, region)
    row, column = np.argwhere(stencil_in(first, everything.rect))[0]
    reached = connected(everything.stencil, (int(column), int(row)), 8)
    x, y = everything.rect.x, everything.rect.y
    moved = Region(reached.rect.moved(x, y), reached.stencil)
    return region, bool((stencil_in(moved, second.rect) & second.stencil).any())


def _is_right(
    labels: npt.NDArray[Any], count: int, under: Bools, rect: Rect, start: Point, end: Point
) -> Bools:
    """For each component whether it lies to the right of the line, judged beside the line."""
    beside = cv2.dilate(under.view(np.uint8), np.ones((3, 3), np.uint8)) != 0
    rows, columns = np.nonzero(beside & (labels > 0))
    x, y = columns + rect.x + 0.5 - start[0], rows + rect.y + 0.5 - start[1]
    turn = (end[0] - start[0]) * y - (end[1] - start[1]) * x
    weights = np.bincount(labels[rows, columns], weights=np.sign(turn), minlength=count)
    return np.asarray(weights > 0, bool)


def _within(piece: Region, rect: Rect, reach: int) -> Bools:
    """The pixels of a rectangle that are no farther than that from a piece's pixels in it."""
    inside = stencil_in(piece, rect)
    if not inside.any():
        return inside
    elsewhere = (~inside).view(np.uint8)
    near: Bools = cv2.distanceTransform(elsewhere, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) <= reach + 1
    return near


def _nearest(targets: Bools) -> Pixels:
    """Row and column of the target nearest to each pixel, intp 2×H×W."""
    from scipy import ndimage  # takes a fifth of a second to load: not before it is needed

    indices: Pixels = ndimage.distance_transform_edt(
        ~targets, return_distances=False, return_indices=True
    )
    return indices


def _left(piece: Region, at: Point, away_from: Point) -> Point:
    """Where a line that goes from a point on through another has left a piece."""
    dx, dy = at[0] - away_from[0], at[1] - away_from[1]
    length = math.hypot(dx, dy)
    if not length or not piece.holds(*_pixel(at)):
        return at
    steps = np.arange(0, math.hypot(piece.rect.width, piece.rect.height) + 2, 0.5)
    x, y = at[0] + dx / length * steps, at[1] + dy / length * steps
    places = np.stack([np.floor(x), np.floor(y)], axis=1).astype(np.intp)
    first = int(_held(piece, places).argmin())
    return float(x[first]), float(y[first])


def _held(piece: Region, places: Pixels) -> Bools:
    """Which places belong to a piece."""
    column, row = places[:, 0] - piece.rect.x, places[:, 1] - piece.rect.y
    inside = (column >= 0) & (column < piece.rect.width) & (row >= 0) & (row < piece.rect.height)
    held = np.zeros(len(places), bool)
    held[inside] = piece.stencil[row[inside], column[inside]]
    return held


def _inside(places: Pixels, rect: Rect) -> Pixels:
    x, y = places[:, 0], places[:, 1]
    return places[(x >= rect.x) & (x < rect.right) & (y >= rect.y) & (y < rect.bottom)]


def _pixel(point: Point) -> Pixel:
    return math.floor(point[0]), math.floor(point[1])
