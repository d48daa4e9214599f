"""Shapes drawn by hand, as the pixels they cover. Nothing here writes to a mask.

Coordinates are continuous: pixel (column i, row j) covers [i, i+1) × [j, j+1). A pixel belongs to
a shape when its *centre* (i + 0.5, j + 0.5) does. A centre on the border counts as inside for what
a brush covers and for ellipses; polygons and rectangles hold the centres on their left and upper
edges and not those on their right and lower ones, so that neighbours neither overlap nor leave a
gap.

Every shape is found as runs (`runs.py`), which costs what its rows cost; only the stencil itself
costs what its pixels cost.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from core.images import Array
from core.masks.geometry import EMPTY, Rect, whole
from core.masks.shapes.runs import SLACK, Floats, Ints, filled, swept_runs, to_pixels
from core.masks.shapes.runs import Point as Point
from core.masks.shapes.runs import Tip as Tip

Bools = npt.NDArray[np.bool_]
Shape = tuple[int, ...]

# Height of the bands that a long segment is cut into, in diameters of the brush, and the least
# diameter that is reckoned with, so that thin lines are not cut into crumbs.
_BAND = 1.5
_LEAST_BAND = 128


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """Some pixels of a mask.

    Attributes:
        rect: A rectangle that holds them all, inside the mask.
        stencil: bool array of the rectangle's height × width, True for the region's pixels.
            Not to be written to: it may be shared.
    """

    rect: Rect
    stencil: Bools

    @property
    def is_empty(self) -> bool:
        """Whether it holds no pixel."""
        return self.rect.is_empty or not self.stencil.any()

    @property
    def area(self) -> int:
        """Number of pixels."""
        return int(np.count_nonzero(self.stencil))

    def holds(self, x: int, y: int) -> bool:
        """Whether the pixel in column `x` and row `y` belongs to it."""
        column, row = x - self.rect.x, y - self.rect.y
        inside = 0 <= column < self.rect.width and 0 <= row < self.rect.height
        return inside and bool(self.stencil[row, column])

    def values(self, mask: Array) -> Array:
        """The mask's values on the region's pixels, uint8 N."""
        return mask[self.rect.slices][self.stencil]


NOTHING = Region(EMPTY, np.zeros((0, 0), bool))


def everything(shape: Shape) -> Region:
    """All pixels of a mask of that shape (height, width)."""
    return Region(whole(shape), np.ones(shape[:2], bool))


def snapped(center: Point, diameter: int) -> Point:
    """Where a brush lies when it is put down at a point.

    The centre snaps to a pixel's centre for odd diameters and to a corner for even ones, so a
    brush of a given size always covers the same pixels; a brush of size 1 covers the pixel that
    the point is on.
    """
    if diameter < 1:
        raise ValueError(f"a brush covers at least one pixel, not {diameter}")
    if diameter % 2:
        return math.floor(center[0]) + 0.5, math.floor(center[1]) + 0.5
    return math.floor(center[0] + 0.5), math.floor(center[1] + 0.5)


def dab(shape: Shape, center: Point, diameter: int, tip: Tip = "round") -> Region:
    """A dab of a brush, which lies where `snapped` says.

    Args:
        shape: Height and width of the mask.
        center: Where the brush is, in continuous image coordinates (x, y).
        diameter: In pixels, at least 1; for a square brush the length of its sides.
        tip: Whether the brush is a disc or a square.
    """
    x, y = snapped(center, diameter)
    stencil = _tip_stencil(diameter, tip)
    rect = Rect(round(x - diameter / 2), round(y - diameter / 2), diameter, diameter)
    inside = rect.intersected(whole(shape))
    if inside.is_empty:
        return NOTHING
    return Region(inside, stencil[inside.moved(-rect.x, -rect.y).slices])


def segment(shape: Shape, start: Point, end: Point, diameter: int, tip: Tip = "round") -> Region:
    """A straight stroke of a brush: all that its tip covers on the way.

    For a round brush that is the pixels within half a diameter of the line, for a square one those
    in the hexagon that the square sweeps. Both ends snap as in `dab`, so the stroke covers the dabs
    at its ends. A stroke of size 1 is 8-connected, whatever the tip.
    """
    path = snapped(start, diameter), snapped(end, diameter)
    if path[0] == path[1]:
        return dab(shape, start, diameter, tip)
    box = _swept_box(shape, path, diameter)
    if box.is_empty:
        return NOTHING
    first, last = swept_runs(path, diameter, tip, box)
    return Region(box, filled(box, np.arange(box.y, box.bottom), first, last))


def segment_parts(
    shape: Shape, start: Point, end: Point, diameter: int, tip: Tip = "round"
) -> list[Region]:
    """What `segment` covers, cut into regions whose rectangles hold little else.

    The rectangle around a long slanted line holds mostly pixels beside it, in the worst case the
    whole mask. Cut into bands of rows, the line costs what its own pixels cost.

    Returns:
        Regions that do not overlap and together are the segment; most strokes need only one.
    """
    path = snapped(start, diameter), snapped(end, diameter)
    box = _swept_box(shape, path, diameter)
    if box.height <= _BAND * max(diameter, _LEAST_BAND):
        return [segment(shape, start, end, diameter, tip)]
    first, last = swept_runs(path, diameter, tip, box)
    rows = np.arange(box.height)
    bands = np.array_split(rows, math.ceil(box.height / (_BAND * max(diameter, _LEAST_BAND))))
    parts = (_fitting(band + box.y, first[band], last[band]) for band in bands)
    return [part for part in parts if not part.rect.is_empty]


def rectangle(shape: Shape, corner: Point, opposite: Point) -> Region:
    """The pixels whose centres lie in a rectangle, given by two opposite corners.

    A centre on the left or upper edge is inside, on the right or lower edge outside: rectangles
    that share an edge neither overlap nor leave a gap. It is as if the corners snapped to the
    nearest corners of pixels.
    """
    (left, right), (top, bottom) = (
        sorted((math.ceil(a - 0.5), math.ceil(b - 0.5)))
        for a, b in zip(corner, opposite, strict=True)
    )
    rect = Rect(left, top, right - left, bottom - top).intersected(whole(shape))
    return Region(rect, np.ones((rect.height, rect.width), bool)) if rect.area else NOTHING


def ellipse(shape: Shape, corner: Point, opposite: Point) -> Region:
    """The pixels whose centres lie in the ellipse that touches the sides of a rectangle.

    A centre on the border is inside, as it is for a round brush: a circle covers the same pixels
    as a dab of its size. An ellipse without width or height is nothing.

    Args:
        shape: Height and width of the mask.
        corner: A corner of the rectangle, in continuous image coordinates (x, y).
        opposite: The corner opposite to it.
    """
    (left, right), (top, bottom) = (sorted(pair) for pair in zip(corner, opposite, strict=True))
    across, down = (right - left) / 2, (bottom - top) / 2
    box = _box(shape, left, top, right, bottom)
    if box.is_empty or not across or not down:
        return NOTHING
    rows = np.arange(box.y, box.bottom)
    height = (rows + 0.5 - (top + bottom) / 2) / (down + SLACK)
    half = (across + SLACK) * np.sqrt(np.maximum(1 - height**2, 0.0))
    half[np.abs(height) > 1] = -np.inf
    middle = (left + right) / 2
    return Region(box, filled(box, rows, *to_pixels(middle - half, middle + half, box)))


def polygon(shape: Shape, points: Sequence[Point]) -> Region:
    """The inside of a polygon by the even-odd rule: see `rings`.

    Args:
        shape: Height and width of the mask.
        points: Corners in order, in continuous image coordinates; the last joins the first.
    """
    return rings(shape, [points])


def rings(shape: Shape, outlines: Sequence[Sequence[Point]]) -> Region:
    """The inside of several polygons taken together, by the even-odd rule.

    A pixel is inside when a ray from its centre to the left crosses the outlines an odd number of
    times. So an outline inside another one cuts a hole, one beside it adds a part, and a part that
    an outline encloses twice is outside. A centre exactly on a left or upper edge is inside, on a
    right or lower edge outside: polygons that share an edge neither overlap nor leave a gap.

    Args:
        shape: Height and width of the mask.
        outlines: For each ring its corners in order, in continuous image coordinates; the last
            joins the first. Rings of fewer than three corners hold nothing.
    """
    corners = [np.asarray(ring, np.float64) for ring in outlines if len(ring) >= 3]
    if not corners:
        return NOTHING
    points = np.concatenate(corners)
    box = _box(shape, *points.min(axis=0).tolist(), *points.max(axis=0).tolist())
    if box.is_empty:
        return NOTHING
    following = np.concatenate([np.roll(ring, -1, axis=0) for ring in corners])
    rows, columns = _crossings(points, following, box)
    # Every row is crossed an even number of times; between an odd crossing and the next lies a run.
    order = np.lexsort((columns, rows))
    rows, columns = rows[order], columns[order]
    return Region(box, filled(box, rows[::2], columns[::2], columns[1::2]))


def _crossings(starts: Floats, ends: Floats, box: Rect) -> tuple[Ints, Ints]:
    """Where edges cross the rows of a box: for each crossing its row, and the first column of the
    box whose centre is not left of it."""
    downwards = (starts[:, 1] <= ends[:, 1])[:, None]
    (xa, ya), (xb, yb) = np.where(downwards, starts, ends).T, np.where(downwards, ends, starts).T
    first = np.clip(np.ceil(ya - 0.5), box.y, box.bottom).astype(np.int64)
    count = np.clip(np.ceil(yb - 0.5), box.y, box.bottom).astype(np.int64) - first
    edge = np.repeat(np.arange(len(starts)), count)
    rows = np.arange(edge.size) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    slope = (xb - xa)[edge] / (yb - ya)[edge]
    crossings = xa[edge] + (rows + 0.5 - ya[edge]) * slope
    return rows, np.clip(np.ceil(crossings - 0.5), box.x, box.right).astype(np.int64)


@lru_cache(maxsize=8)
def _tip_stencil(diameter: int, tip: Tip) -> Bools:
    box = Rect(0, 0, diameter, diameter)
    middle = (diameter / 2, diameter / 2)
    runs = swept_runs((middle, middle), diameter, tip, box)
    stencil = filled(box, np.arange(diameter), *runs)
    stencil.flags.writeable = False
    return stencil


def _box(shape: Shape, left: float, top: float, right: float, bottom: float) -> Rect:
    """The pixels of a mask that lie in a rectangle at least in part."""
    x, y = math.floor(left), math.floor(top)
    return Rect(x, y, math.ceil(right) - x, math.ceil(bottom) - y).intersected(whole(shape))


def _swept_box(shape: Shape, path: tuple[Point, Point], diameter: int) -> Rect:
    (x0, y0), (x1, y1), reach = *path, diameter / 2
    return _box(
        shape, min(x0, x1) - reach, min(y0, y1) - reach, max(x0, x1) + reach, max(y0, y1) + reach
    )


def _fitting(rows: Ints, first: Ints, last: Ints) -> Region:
    """Runs as a region whose rectangle is no larger than it must be."""
    held = np.flatnonzero(first < last)
    if not held.size:
        return NOTHING
    rows, first, last = rows[held], first[held], last[held]
    x, y = int(first.min()), int(rows[0])
    rect = Rect(x, y, int(last.max()) - x, int(rows[-1]) - y + 1)
    return Region(rect, filled(rect, rows, first, last))
