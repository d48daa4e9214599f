"""Is the mask's border systematically displaced from the object's edges in the photo?

An annotator's slip, a wrong crop or an off-by-some conversion moves a whole mask. Its border then
lies beside the edges of the object, and fits them clearly better after a common shift.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from core.flags import Box
from core.images import Array

Floats = npt.NDArray[np.float32]

# Photos are looked at on this scale.
_SCALE_SIDE = 256
_EDGE_SIGMA = 1.0
# A gradient of this many times its surroundings' average counts half of a perfect edge.
_USUAL_EDGE = np.float32(1.4)
_MAX_POINTS = 300
_MIN_POINTS = 24
# The border fits "as it is" when it fits within this share of the smallest shift reported.
_AT_HOME = 0.4


@dataclass(frozen=True, slots=True)
class BorderShift:
    """A mask that would fit better elsewhere.

    Attributes:
        px: Length of the shift that makes it fit best, in pixels of the mask.
        dx, dy: That shift, to the right and down.
        gain: How many times better the border fits there than where it is.
        boxes: Bounding boxes of the mask's objects, as (x, y, width, height).
    """

    px: float
    dx: float
    dy: float
    gain: float
    boxes: tuple[Box, ...]


class _Border(NamedTuple):
    """Points of the border (x right, y down) with their unit normals."""

    x: npt.NDArray[np.intp]
    y: npt.NDArray[np.intp]
    normal_x: Floats
    normal_y: Floats


def border_shift(
    image: Array,
    mask: Array,
    *,
    ignore_index: int = 255,
    reach: float = 16.0,
    min_shift: float = 5.0,
    min_gain: float = 1.1,
    min_rise: float = 0.25,
) -> BorderShift | None:
    """Look for a common shift that moves the mask's border onto edges of the photo.

    For every shift within `reach`, the photo's gradient across the border is averaged along the
    border. Each point's gradient is first related to its surroundings, so that a few strong edges
    or a busy texture do not outvote the rest.

    Args:
        image: Photo, RGB uint8 H×W×3.
        mask: Class indices, uint8 H×W; 0 is background, all other classes count as one object.
        ignore_index: Mask value that belongs to no object.
        reach: Largest shift looked at, in pixels of a photo scaled to a longer side of 256.
        min_shift: Smaller shifts are not reported; in the same pixels.
        min_gain: The best shift must fit this many times better than the mask as it is.
        min_rise: The best fit's lead over the mask as it is, as a share of its lead over an
            ordinary place.

    Returns:
        The shift in pixels of the mask, or None when the mask fits as it is, or has no border
        inside the photo.

    Raises:
        ValueError: image and mask differ in size.
    """
    if image.shape[:2] != mask.shape:
        raise ValueError(f"the photo is {image.shape[:2]}, the mask {mask.shape}")
    foreground = ((mask > 0) & (mask != ignore_index)).astype(np.uint8)
    factor = max(1.0, max(mask.shape) / _SCALE_SIDE)
    small_image, small_foreground = _shrunk(image, foreground, factor)
    border = _border_points(small_foreground)
    if border.x.size < _MIN_POINTS:
        return None
    steps = round(reach)
    fit = _fit_by_shift(small_image, border, steps)
    row, column = np.unravel_index(int(fit.argmax()), fit.shape)
    dx, dy = int(column) - steps, int(row) - steps
    offsets = np.arange(-steps, steps + 1)
    distance = np.hypot(offsets[None, :], offsets[:, None])
    best, here, ordinary = fit.max(), fit[distance <= _AT_HOME * min_shift].max(), np.median(fit)
    gain = float(best / max(here, 1e-6))
    rise = float((best - here) / max(best - ordinary, 1e-6))
    if np.hypot(dx, dy) < min_shift or gain < min_gain or rise < min_rise:
        return None
    return BorderShift(
        px=float(np.hypot(dx, dy)) * factor,
        dx=dx * factor,
        dy=dy * factor,
        gain=gain,
        boxes=_object_boxes(foreground),
    )


def _shrunk(image: Array, foreground: Array, factor: float) -> tuple[Array, Array]:
    if factor <= 1.0:
        return image, foreground
    size = (round(foreground.shape[1] / factor), round(foreground.shape[0] / factor))
    size = (max(1, size[0]), max(1, size[1]))
    share = cv2.resize(foreground * np.uint8(255), size, interpolation=cv2.INTER_AREA)
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return small.astype(np.uint8, copy=False), (share > 127).astype(np.uint8)


def _border_points(foreground: Array) -> _Border:
    """Points all along the border, without those where the photo cuts the object off."""
    inner = cv2.erode(foreground, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_REPLICATE)
    rim = (foreground > 0) & (inner == 0)
    rim[:2] = rim[-2:] = False
    rim[:, :2] = rim[:, -2:] = False
    y, x = np.nonzero(rim)
    step = max(1, -(-x.size // _MAX_POINTS))
    x, y = x[::step], y[::step]
    soft = cv2.GaussianBlur(foreground.astype(np.float32), (0, 0), 1.5)
    across = cv2.Sobel(soft, cv2.CV_32F, 1, 0)[y, x]
    down = cv2.Sobel(soft, cv2.CV_32F, 0, 1)[y, x]
    length = np.hypot(across, down) + np.float32(1e-6)
    return _Border(x, y, across / length, down / length)


def _fit_by_shift(image: Array, border: _Border, steps: int) -> Floats:
    """How well the border fits after each shift: float32 of (2·steps+1)², [dy, dx], 0 to 1."""
    soft = cv2.GaussianBlur(image, (0, 0), _EDGE_SIGMA).astype(np.float32)
    across = cv2.Sobel(soft, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    # The structure tensor summed over the colour channels gives the squared gradient in any
    # direction n as n'Jn (Di Zenzo, 1986). Shifts beyond the photo's rim read a flat margin.
    add_channels = np.ones((1, across.shape[2]), np.float32)
    tensor = [
        np.pad(np.asarray(cv2.transform(product, add_channels), np.float32), steps)
        for product in (across * across, across * down, down * down)
    ]
    strength = np.sqrt(np.asarray(tensor[0] + tensor[2], np.float32))
    usual = cv2.boxFilter(strength, -1, (2 * steps + 1, 2 * steps + 1))
    width = strength.shape[1]
    shifts = np.arange(2 * steps + 1)
    offsets = (shifts[:, None] * width + shifts[None, :]).ravel()
    # Where each border point comes to lie in the padded arrays, for every shift.
    places = (border.y * width + border.x)[:, None] + offsets[None, :]
    n_x, n_y = border.normal_x[:, None], border.normal_y[:, None]
    squared = tensor[0].take(places) * (n_x * n_x)
    squared += tensor[1].take(places) * (2 * n_x * n_y)
    squared += tensor[2].take(places) * (n_y * n_y)
    edge = np.sqrt(np.maximum(squared, 0, out=squared), out=squared)
    level = usual[border.y + steps, border.x + steps][:, None] + np.float32(1)
    edge /= edge + _USUAL_EDGE * level
    counted = _points_inside(border, shifts - steps, image.shape[:2])
    fit = edge.sum(0).reshape(counted.shape) / np.maximum(counted, 1)
    return np.asarray(cv2.GaussianBlur(fit, (0, 0), 1.0), np.float32)


def _points_inside(
    border: _Border, offsets: npt.NDArray[np.intp], shape: tuple[int, int]
) -> Floats:
    """How many border points lie inside the photo after each shift, [dy, dx]."""
    rows = border.y[:, None] + offsets[None, :]
    columns = border.x[:, None] + offsets[None, :]
    in_rows = ((rows >= 0) & (rows < shape[0])).astype(np.float32)
    in_columns = ((columns >= 0) & (columns < shape[1])).astype(np.float32)
    return np.asarray(in_rows.T @ in_columns, np.float32)


def _object_boxes(foreground: Array) -> tuple[Box, ...]:
    _, _, stats, _ = cv2.connectedComponentsWithStats(foreground, connectivity=8)
    return tuple((int(x), int(y), int(width), int(height)) for x, y, width, height, _ in stats[1:])
