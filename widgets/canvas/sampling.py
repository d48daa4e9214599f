"""From image pixels to screen pixels: what a part of a view shows, as plain arrays.

Everything here costs what the part of the view costs, whatever the size of the image, because
only the image pixels that are seen are read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from core.images import Array
from core.masks.geometry import Rect

Indices = npt.NDArray[np.intp]
Pixels = npt.NDArray[Any]

# The smallest level of a pyramid is not smaller than this on its longer side.
_SMALLEST_LEVEL = 512


class ImagePyramid:
    """A photo, and copies of it at 1/2, 1/4, … of its size, ready to be shown at any zoom.

    Building one costs a pass over the photo, so for large photos do it off the UI thread.

    Args:
        rgb: uint8 H×W×3.
    """

    def __init__(self, rgb: Array) -> None:
        self.height, self.width = int(rgb.shape[0]), int(rgb.shape[1])
        # 0xAARRGGBB in memory order on little-endian machines, which is what Qt paints fastest.
        level: Array = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGRA).astype(np.uint8, copy=False)
        self._levels = [level]
        while max(level.shape[:2]) >= 2 * _SMALLEST_LEVEL:
            half = ((level.shape[1] + 1) // 2, (level.shape[0] + 1) // 2)
            level = cv2.resize(level, half, interpolation=cv2.INTER_AREA).astype(
                np.uint8, copy=False
            )
            self._levels.append(level)

    @property
    def bgra(self) -> Array:
        """The photo itself, uint8 H×W×4 in the order blue, green, red, 255; not to be written."""
        return self._levels[0]

    @property
    def smallest(self) -> Array:
        """A small copy of the whole photo, uint8 H×W×4 like `bgra`; not to be written."""
        return self._levels[-1]

    def rgb(self, rect: Rect | None = None) -> Array:
        """A copy of a part of the photo (all of it for None), RGB uint8 H×W×3."""
        part = self.bgra if rect is None else self.bgra[rect.slices]
        return cv2.cvtColor(part, cv2.COLOR_BGRA2RGB).astype(np.uint8, copy=False)

    def render(self, part: DevicePart) -> Array:
        """The photo as a part of the view shows it.

        Zoomed in, pixels are squares (nearest neighbour, the same rule as for masks, so that both
        always lie on each other exactly). Zoomed out, they are averaged.

        Returns:
            uint8 H×W×4 in the byte order of QImage.Format_RGB32.
        """
        if part.scale >= 1.0:
            columns, rows = part.source_indices(self.width, self.height)
            pixels = self._levels[0].view(np.uint32)[..., 0]
            return take(pixels, columns, rows)[..., None].view(np.uint8)
        depth = min(int(math.log2(1 / part.scale) + 1e-6), len(self._levels) - 1)
        return smooth_part(self._levels[depth], part, self.width, self.height)


@dataclass(frozen=True, slots=True)
class DevicePart:
    """A rectangle of a view's device pixels, and where the image lies under it.

    Attributes:
        left: First column of the part.
        top: First row.
        width: Columns of the part, all of them inside the image.
        height: Rows of the part.
        scale: Device pixels per image pixel.
        x: Device column of the image's left edge.
        y: Device row of the image's top edge.
    """

    left: int
    top: int
    width: int
    height: int
    scale: float
    x: float
    y: float

    def clipped(self, image_width: int, image_height: int) -> DevicePart:
        """The part of this part whose pixel centres lie on the image; width or height may be 0."""
        left = max(self.left, math.ceil(self.x - 0.5))
        top = max(self.top, math.ceil(self.y - 0.5))
        right = min(self.left + self.width, math.ceil(self.x + image_width * self.scale - 0.5))
        bottom = min(self.top + self.height, math.ceil(self.y + image_height * self.scale - 0.5))
        return DevicePart(
            left, top, max(right - left, 0), max(bottom - top, 0), self.scale, self.x, self.y
        )

    def grown(self, margin: int) -> DevicePart:
        """The part with `margin` device pixels more on every side."""
        return DevicePart(
            self.left - margin,
            self.top - margin,
            self.width + 2 * margin,
            self.height + 2 * margin,
            self.scale,
            self.x,
            self.y,
        )

    def source_indices(
        self, width: int, height: int, stretch: tuple[float, float] = (1.0, 1.0)
    ) -> tuple[Indices, Indices]:
        """The column and the row of the array that each device column and row shows.

        Args:
            width: Columns of the array.
            height: Rows of the array.
            stretch: Array pixels per image pixel, for an array of another size than the image.
        """
        columns = _nearest(self.left, self.width, self.x, self.scale / stretch[0], width)
        rows = _nearest(self.top, self.height, self.y, self.scale / stretch[1], height)
        return columns, rows


def smooth_part(level: Pixels, part: DevicePart, width: int, height: int) -> Pixels:
    """What a part of a view shows of an array that covers an image, between its pixels too.

    Args:
        level: H×W or H×W×C of a type that OpenCV takes, of any size.
        part: The device pixels wanted.
        width: Columns of the image that the array covers.
        height: Rows of that image.
    """
    # Pixel centres are at half coordinates on both sides.
    step_x = level.shape[1] / width / part.scale
    step_y = level.shape[0] / height / part.scale
    matrix = np.array(
        [
            [step_x, 0.0, (part.left + 0.5 - part.x) * step_x - 0.5],
            [0.0, step_y, (part.top + 0.5 - part.y) * step_y - 0.5],
        ]
    )
    return np.asarray(
        cv2.warpAffine(
            level,
            matrix,
            (part.width, part.height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
    )


def take(array: Pixels, columns: Indices, rows: Indices) -> Pixels:
    """`array[rows][:, columns]` for sorted indices, reading no more than what is asked for."""
    if not len(columns) or not len(rows):
        return np.zeros((len(rows), len(columns)), array.dtype)
    left, right = columns[0], columns[-1] + 1
    top, bottom = rows[0], rows[-1] + 1
    if _is_run(columns) and _is_run(rows):
        return np.ascontiguousarray(array[top:bottom, left:right])
    if len(rows) > bottom - top:
        # Zoomed in: few array pixels, each shown many times.
        across = array[top:bottom, left:right].take(columns - left, axis=1)
        return np.asarray(across.take(rows - top, axis=0))
    return np.asarray(array[rows, left:right].take(columns - left, axis=1))


def edges(indices: Array, reach: int) -> Array:
    """Where a value changes: 255 on pixels with another value within `reach` pixels, else 0.

    With a reach of 1 only the four direct neighbours count, from 2 on the diagonal ones too.
    """
    shape = cv2.MORPH_CROSS if reach == 1 else cv2.MORPH_RECT
    kernel = cv2.getStructuringElement(shape, (2 * reach + 1, 2 * reach + 1))
    highest, lowest = cv2.dilate(indices, kernel), cv2.erode(indices, kernel)
    return cv2.compare(highest, lowest, cv2.CMP_NE).astype(np.uint8, copy=False)


def enlarged(
    array: Array, part: DevicePart, stretch: tuple[float, float], reach: int
) -> tuple[Array, Array, Indices, Indices]:
    """What a part of a view shows of an array whose pixels are large squares there, and its edges.

    Edges are bands along the sides of squares. So each square is cut into 3 × 3 fields, corners,
    sides and middle: they are far fewer than device pixels, and hold the same. It is true where
    squares are at least twice `reach` wide.

    Args:
        array: uint8 H×W.
        part: The device pixels wanted, inside the image.
        stretch: Array pixels per image pixel, across and down.
        reach: As in `edges`, from 2 on; 0 for no edges.

    Returns:
        The fields' values, uint8 3h×3w; 255 on fields that are edges, else 0; and the column and
        the row of fields that each device column and row shows.
    """
    height, width = array.shape
    columns, rows = part.grown(reach).source_indices(width, height, stretch)
    block = array[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    shape = (block.shape[0], 3, block.shape[1], 3)
    values, marked = np.empty(shape, np.uint8), np.zeros(shape, np.uint8)
    values[...] = block[:, None, :, None]
    if reach:
        across, down = _differ(block[:, 1:], block[:, :-1]), _differ(block[1:], block[:-1])
        falling = _differ(block[1:, 1:], block[:-1, :-1])
        rising = _differ(block[1:, :-1], block[:-1, 1:])
        marked[:, :, 1:, 0] = marked[:, :, :-1, 2] = across[:, None]
        marked[1:, 0] |= down[:, :, None]
        marked[:-1, 2] |= down[:, :, None]
        marked[1:, 0, 1:, 0] |= falling
        marked[:-1, 2, :-1, 2] |= falling
        marked[1:, 0, :-1, 2] |= rising
        marked[:-1, 2, 1:, 0] |= rising
    flat = (3 * block.shape[0], 3 * block.shape[1])
    return values.reshape(flat), marked.reshape(flat), _fields(columns, reach), _fields(rows, reach)


def _fields(indices: Indices, reach: int) -> Indices:
    """Which third of its pixel each device pixel shows, as 3 · pixel + 0, 1 or 2."""
    middle = indices[reach : len(indices) - reach]
    at_start = middle != indices[: len(middle)]
    at_end = middle != indices[2 * reach :]
    fields: Indices = 3 * (middle - indices[0]) + np.where(at_start, 0, np.where(at_end, 2, 1))
    return fields


def _differ(one: Array, other: Array) -> Array:
    return np.not_equal(one, other).view(np.uint8) * np.uint8(255)


def _is_run(indices: Indices) -> bool:
    """Whether sorted indices name neighbours, each once."""
    return len(indices) == indices[-1] - indices[0] + 1 and bool((np.diff(indices) == 1).all())


def _nearest(first: int, count: int, offset: float, scale: float, length: int) -> Indices:
    places = (np.arange(first, first + count) + (0.5 - offset)) / scale
    nearest: Indices = np.clip(np.floor(places), 0, max(length - 1, 0)).astype(np.intp)
    return nearest
