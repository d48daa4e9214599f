"""Shapes drawn by hand, as the pixels they cover. Nothing here writes to a mask.

Coordinates are continuous: pixel (column i, row j) covers [i, i+1) × [j, j+1). A pixel belongs to
a shape when its *centre* (i + 0.5, j + 0.5) does; for discs and capsules a centre on the border
counts as inside.
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

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Point = tuple[float, float]
Shape = tuple[int, ...]

# Distances are compared with this much slack, in pixels, so that rounding cannot make a
# symmetric shape lopsided.
_SLACK = 1e-9


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


def dab(shape: Shape, center: Point, diameter: int) -> Region:
    """A round dab of a brush.

    The centre snaps to a pixel's centre for odd diameters and to a corner for even ones, so a
    brush of a given size always covers the same pixels; a brush of size 1 covers the pixel that
    the point is on.

    Args:
        shape: Height and width of the mask.
        center: Where the brush is, in continuous image coordinates (x, y).
        diameter: In pixels, at least 1.
    """
    x, y = _snapped(center, diameter)
    disc = _disc(diameter)
    size = disc.shape[0]
    rect = Rect(round(x - size / 2), round(y - size / 2), size, size)
    return _clipped(rect, disc, shape)


def segment(shape: Shape, start: Point, end: Point, diameter: int) -> Region:
    """A straight stroke of a round brush: the pixels within half a diameter of a line.

    Both ends snap as in `dab`, so the stroke covers the dabs at its ends. A stroke of size 1 is
    8-connected.
    """
    (x0, y0), (x1, y1) = _snapped(start, diameter), _snapped(end, diameter)
    if (x0, y0) == (x1, y1):
        return dab(shape, start, diameter)
    radius = diameter / 2
    top = max(math.floor(min(y0, y1) - radius), 0)
    bottom = min(math.ceil(max(y0, y1) + radius), shape[0])
    left = max(math.floor(min(x0, x1) - radius), 0)
    right = min(math.ceil(max(x0, x1) + radius), shape[1])
    if top >= bottom or left >= right:
        return NOTHING
    # The stroke is convex, so in each row it is one run of pixels from `first` to before `last`.
    low, high = _capsule_runs(
        x0, y0, x1, y1, radius, np.arange(top, bottom, dtype=np.float64) + 0.5
    )
    first = np.ceil(low - 0.5 - _SLACK)[:, None]
    last = (np.floor(high - 0.5 + _SLACK) + 1)[:, None]
    columns = np.arange(left, right)
    stencil = (columns >= first) & (columns < last)
    return Region(Rect(left, top, right - left, bottom - top), stencil)


def polygon(shape: Shape, points: Sequence[Point]) -> Region:
    """The inside of a polygon by the even-odd rule.

    A pixel is inside when a ray from its centre to the left crosses the outline an odd number of
    times, so a part that the outline encloses twice is outside. A centre exactly on a left or
    upper edge is inside, on a right or lower edge outside: polygons that share an edge neither
    overlap nor leave a gap.

    Args:
        shape: Height and width of the mask.
        points: Corners in order, in continuous image coordinates; the last joins the first.
    """
    if len(points) < 3:
        return NOTHING
    corners = np.asarray(points, np.float64)
    left, top = (max(math.floor(v), 0) for v in corners.min(axis=0))
    right = min(math.ceil(corners[:, 0].max()), shape[1])
    bottom = min(math.ceil(corners[:, 1].max()), shape[0])
    if top >= bottom or left >= right:
        return NOTHING
    width = right - left
    # Each crossing of a row flips every pixel to its right; the running parity is the inside.
    flips = np.zeros((bottom - top, width + 1), bool)
    for (xa, ya), (xb, yb) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if ya > yb:
            xa, ya, xb, yb = xb, yb, xa, ya
        first = max(math.ceil(ya - 0.5), top)
        last = min(math.ceil(yb - 0.5), bottom)
        if first >= last:
            continue
        rows = np.arange(first, last)
        crossings = xa + (rows + 0.5 - ya) * ((xb - xa) / (yb - ya))
        columns = np.clip(np.ceil(crossings - 0.5) - left, 0, width).astype(np.intp)
        flips[rows - top, columns] ^= True
    stencil = np.logical_xor.accumulate(flips[:, :width], axis=1)
    return Region(Rect(left, top, width, bottom - top), stencil)


def _snapped(point: Point, diameter: int) -> Point:
    if diameter < 1:
        raise ValueError(f"a brush covers at least one pixel, not {diameter}")
    if diameter % 2:
        return math.floor(point[0]) + 0.5, math.floor(point[1]) + 0.5
    return math.floor(point[0] + 0.5), math.floor(point[1] + 0.5)


@lru_cache(maxsize=32)
def _disc(diameter: int) -> Bools:
    offsets = np.arange(diameter) + 0.5 - diameter / 2
    inside: Bools = np.hypot(offsets[:, None], offsets) <= diameter / 2 + _SLACK
    inside.flags.writeable = False
    return inside


def _clipped(rect: Rect, stencil: Bools, shape: Shape) -> Region:
    inside = rect.intersected(whole(shape))
    if inside.is_empty:
        return NOTHING
    return Region(inside, stencil[inside.moved(-rect.x, -rect.y).slices])


def _capsule_runs(
    x0: float, y0: float, x1: float, y1: float, radius: float, rows: Floats
) -> tuple[Floats, Floats]:
    """Where each row enters and leaves a capsule: the two discs and the band between."""
    low = np.full(rows.shape, np.inf)
    high = np.full(rows.shape, -np.inf)
    reach = radius + _SLACK
    for x, y in ((x0, y0), (x1, y1)):
        half = np.sqrt(np.maximum(reach**2 - (rows - y) ** 2, 0.0))
        hit = np.abs(rows - y) <= reach
        low[hit] = np.minimum(low[hit], (x - half)[hit])
        high[hit] = np.maximum(high[hit], (x + half)[hit])
    length = math.hypot(x1 - x0, y1 - y0)
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    # The band: at most `reach` beside the line, and between its ends along it.
    beside = _run(-uy, ux * (rows - y0) + uy * x0, -reach, reach)
    along = _run(ux, uy * (rows - y0) - ux * x0, 0.0, length)
    band_low = np.maximum(beside[0], along[0])
    band_high = np.minimum(beside[1], along[1])
    hit = band_low <= band_high
    low[hit] = np.minimum(low[hit], band_low[hit])
    high[hit] = np.maximum(high[hit], band_high[hit])
    return low, high


def _run(slope: float, constant: Floats, least: float, most: float) -> tuple[Floats, Floats]:
    """The x for which least ≤ slope · x + constant ≤ most, for each row's constant."""
    if slope == 0.0:
        inside = (constant >= least) & (constant <= most)
        return np.where(inside, -np.inf, np.inf), np.where(inside, np.inf, -np.inf)
    ends = (least - constant) / slope, (most - constant) / slope
    return np.minimum(*ends), np.maximum(*ends)
