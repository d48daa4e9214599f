"""The border of a mask, laid over the photo's edges: does it run along them, here or beside?

Everything is measured on a scale of 256 pixels for the photo's longer side.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from core.flags import Box
from core.images import Array
from core.qa.appearance.edges import EdgeMap, Floats, Indices
from core.qa.appearance.small import shrink, small_of
from core.qa.view import SampleView

_KEY = "appearance.border"
_SIDE = 256
_MOST_POINTS = 200
_FEWEST_POINTS = 24
# Shifts, and edges beside the border, are looked for this far away, in pixels.
SHIFTS = 16
BESIDE = 8
# An edge this far from the border, in pixels, is its own.
_OWN = 1
# In a place without any edge as strong as this none is missed.
_FAINT = np.float32(5)
# A gradient of this many times its surroundings' average counts half of a perfect edge.
_USUAL_EDGE = np.float32(1.4)
# A mask that fits within this many pixels fits where it is.
_AT_HOME = 2.0
# Places of the border where the edge is weaker than this, of the strongest nearby, are shown.
_SHOWN = 0.5
_CELL = 16
_CORE = np.ones((3, 3), np.uint8)


class Shift(NamedTuple):
    """The shift after which a mask's border would fit the photo best.

    Attributes:
        dx, dy: To the right and down, in pixels of a photo of 256 pixels.
        gain: How many times better the border fits there than where it is.
        rise: Its lead there over the border as it is, of its lead over an ordinary place.
    """

    dx: float
    dy: float
    gain: float
    rise: float


class Border:
    """Points along the border of a mask's foreground, and the photo around them.

    Attributes:
        factor: Pixels of the given mask for one pixel of the scale of 256.
    """

    def __init__(
        self,
        image: Array,
        foreground: Array,
        factor: float,
        origin: tuple[int, int],
        x: Indices,
        y: Indices,
    ) -> None:
        """See `border_between`, which makes one of a part of a photo that begins at `origin`."""
        self.factor = factor
        self._image = image
        self._origin = origin
        self._x, self._y = x, y
        soft = cv2.blur(cv2.blur(foreground, (3, 3)), (3, 3))
        across = cv2.Sobel(soft, cv2.CV_16S, 1, 0)[y, x].astype(np.float32)
        down = cv2.Sobel(soft, cv2.CV_16S, 0, 1)[y, x].astype(np.float32)
        length = np.hypot(across, down) + np.float32(1e-3)
        self._normal_x, self._normal_y = across / length, down / length

    @cached_property
    def weakness(self) -> Floats:
        """For every point, how much weaker the photo's edge is there than beside it, 0 to 1.

        Compared are the gradients across the border: the one at the border, give or take a pixel,
        and the strongest within eight pixels to both sides.
        """
        height, width = self._image.shape[:2]
        half = (max(1, width // 2), max(1, height // 2))
        image = np.asarray(cv2.resize(self._image, half, interpolation=cv2.INTER_AREA), np.uint8)
        edges = EdgeMap(image, BESIDE, 0.6)
        steps = np.arange(-BESIDE, BESIDE + 1, dtype=np.float32)
        x = self._x[:, None] + steps * self._normal_x[:, None]
        y = self._y[:, None] + steps * self._normal_y[:, None]
        strength = edges.at(
            _rescaled(x, half[0] / width),
            _rescaled(y, half[1] / height),
            self._normal_x,
            self._normal_y,
        )
        own = strength[:, BESIDE - _OWN : BESIDE + _OWN + 1].max(1)
        return np.asarray(1 - own / (strength.max(1) + _FAINT), np.float32)

    @property
    def disagreement(self) -> float:
        """The mean weakness of the photo's edges along the border, 0 to 1; see `weakness`."""
        return float(self.weakness.mean())

    def worst_stretches(self) -> tuple[list[int], list[Box]]:
        """Where the border runs far from the edges: numbers of points and boxes, worst first."""
        weak = np.flatnonzero(self.weakness > _SHOWN)
        height, width = self._image.shape[:2]
        cells = np.zeros((-(-height // _CELL), -(-width // _CELL)), np.int32)
        np.add.at(cells, (self._y[weak] // _CELL, self._x[weak] // _CELL), 1)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(
            (cells >= 2).astype(np.uint8), connectivity=8
        )
        points = np.bincount(labels.ravel(), cells.ravel(), count).astype(int)
        order = sorted(range(1, count), key=lambda number: -points[number])
        boxes = []
        for number in order:
            left, top, columns, rows, _ = (int(value) * _CELL for value in stats[number])
            right, bottom = min(left + columns, width), min(top + rows, height)
            x0, x1 = (round((at + self._origin[0]) * self.factor) for at in (left, right))
            y0, y1 = (round((at + self._origin[1]) * self.factor) for at in (top, bottom))
            boxes.append((x0, y0, x1 - x0, y1 - y0))
        return [int(points[number]) for number in order], boxes

    @cached_property
    def best_shift(self) -> Shift:
        """The common shift, of at most 16 pixels, that moves the border onto edges of the photo.

        For every shift the photo's gradient across the border is averaged along the border. Each
        point's gradient is first related to its surroundings, so that a few strong edges or a
        busy texture do not outvote the rest.
        """
        offsets = np.arange(-SHIFTS, SHIFTS + 1, 2, dtype=np.int32)
        fit = self._fit(offsets)
        row, column = (int(place) for place in np.unravel_index(int(fit.argmax()), fit.shape))
        distance = np.hypot(offsets[None, :], offsets[:, None])
        best, here, ordinary = fit.max(), fit[distance <= _AT_HOME].max(), np.median(fit)
        return Shift(
            dx=float(offsets[column]) + 2 * _peak(fit[row], column),
            dy=float(offsets[row]) + 2 * _peak(fit[:, column], row),
            gain=float(best / max(here, 1e-6)),
            rise=float((best - here) / max(best - ordinary, 1e-6)),
        )

    def _fit(self, offsets: Indices) -> Floats:
        """How well the border fits after each shift: float32 [down, right], 0 to 1."""
        edges = EdgeMap(self._image, SHIFTS, 1.0)
        edge = edges.shifted(self._x, self._y, self._normal_x, self._normal_y, offsets)
        usual = edges.usual(self._x, self._y) + np.float32(1)
        edge /= edge + (_USUAL_EDGE * usual)[:, None]
        # Only points that stay inside the photo count.
        rows, columns = self._y[:, None] + offsets, self._x[:, None] + offsets
        in_rows = ((rows >= 0) & (rows < edges.height)).astype(np.float32)
        in_columns = ((columns >= 0) & (columns < edges.width)).astype(np.float32)
        counted = np.maximum(in_rows.T @ in_columns, 1)
        fit = edge.sum(0).reshape(counted.shape) / counted
        return np.asarray(cv2.GaussianBlur(fit, (3, 3), 0.6), np.float32)


def border_between(image: Array, mask: Array, ignore_index: int = 255) -> Border | None:
    """Lay the border of a mask over its photo.

    Args:
        image: RGB uint8 H×W×3.
        mask: Class indices, uint8 H×W; 0 is background, all other classes count as one object.
        ignore_index: Mask value that belongs to no object.

    Returns:
        None when the mask has next to no border inside the photo.

    Raises:
        ValueError: image and mask differ in size.
    """
    small = shrink(image, mask, _SIDE)
    foreground = (small.mask != 0) & (small.mask != ignore_index)
    foreground = foreground.view(np.uint8) * np.uint8(255)
    # What is further from the object than any shift is of no interest.
    x, y, width, height = cv2.boundingRect(foreground)
    left, top = max(0, x - SHIFTS - 2), max(0, y - SHIFTS - 2)
    rows = slice(top, y + height + SHIFTS + 2)
    columns = slice(left, x + width + SHIFTS + 2)
    foreground = np.ascontiguousarray(foreground[rows, columns])
    inner = cv2.erode(foreground, _CORE, borderType=cv2.BORDER_REPLICATE)
    # Where the photo cuts the object off there is no edge to be found.
    rim = cv2.subtract(foreground, inner)[2:-2, 2:-2]
    found = cv2.findNonZero(rim) if rim.size else None
    if found is None or found.size < 2 * _FEWEST_POINTS:
        return None
    points: npt.NDArray[np.int32] = found.reshape(-1, 2).astype(np.int32) + np.int32(2)
    points = points[:: -(-len(points) // _MOST_POINTS)]
    image = np.ascontiguousarray(small.image[rows, columns])
    return Border(image, foreground, small.factor, (left, top), points[:, 0], points[:, 1])


def border_of(view: SampleView) -> Border | None:
    """The border of the sample's mask over its photo, found once for all checks.

    None unless photo and mask are there, match, and show a border.
    """
    kept = vars(view)
    if _KEY not in kept:
        small = small_of(view)
        border = None
        if small is not None:
            border = border_between(small.image, small.mask, view.dataset.ignore_index)
            if border is not None:
                border.factor *= small.factor
        kept[_KEY] = border
    found: Border | None = kept[_KEY]
    return found


def _rescaled(places: npt.NDArray[Any], factor: float) -> Floats:
    # Pixel centres lie at half numbers, counted from the photo's corner.
    half = np.float32(0.5)
    return np.asarray((places + half) * np.float32(factor) - half, np.float32)


def _peak(values: Floats, place: int) -> float:
    """Where between its neighbours a maximum lies, -0.5 to 0.5, by a parabola through three."""
    if not 0 < place < len(values) - 1:
        return 0.0
    before, at, after = (float(value) for value in values[place - 1 : place + 2])
    bend = before - 2 * at + after
    return 0.0 if bend > -1e-9 else min(0.5, max(-0.5, 0.5 * (before - after) / bend))
