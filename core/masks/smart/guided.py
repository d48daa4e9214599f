"""A border that was found on a smaller copy, drawn along the edges of the photo itself.

A fast guided filter: He, Sun and Tang, "Guided Image Filtering", IEEE PAMI 35(6), 2013; He and Sun,
"Fast Guided Filter", 2015, arXiv:1505.00996.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.images import Array
from core.masks.geometry import Rect
from core.masks.shapes.regions import Bools
from core.masks.smart.shrinking import spread

Floats = npt.NDArray[np.float32]

_BAND_BLOCKS = 2
_FILTER_RADIUS, _FILTER_EPSILON = 3, 1e-4
# The photo is looked at in squares of this many pixels, so that memory does not follow its size.
_SLAB = 512


def along_edges(photo: Array, area: Rect, factor: int, small: Array, found: Bools) -> Bools:
    """Bring a result on a shrunk copy to the photo's own size, its border along edges.

    On the copy, the result is fitted by a linear function of the colour around every pixel; the
    function's coefficients are then applied to the photo's pixels, in a band of a few blocks on
    both sides of the border. Elsewhere every pixel has the value of its block.

    Args:
        photo: uint8 H×W×4 or H×W×3 in OpenCV's order (blue, green, red).
        area: The part of the photo that the copy shows.
        factor: Pixels of the photo on one side of a pixel of the copy.
        small: The copy, uint8 h×w×3.
        found: The result, bool h×w.

    Returns:
        bool, of the area's height × width.
    """
    slopes, offset = _guided(small.astype(np.float32) / np.float32(255), found.astype(np.float32))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _BAND_BLOCKS + 1,) * 2)
    as_bytes = found.astype(np.uint8)
    band = (cv2.dilate(as_bytes, kernel) != 0) & (cv2.erode(as_bytes, kernel) == 0)
    result = spread(found, factor, area.height, area.width).copy()
    rows, columns = found.shape
    step = max(1, _SLAB // factor)
    for top in range(0, rows, step):
        for left in range(0, columns, step):
            part = slice(top, min(top + step, rows)), slice(left, min(left + step, columns))
            if not band[part].any():
                continue
            place = Rect(
                left * factor,
                top * factor,
                (part[1].stop - left) * factor,
                (part[0].stop - top) * factor,
            ).intersected(Rect(0, 0, area.width, area.height))
            seen = place.moved(area.x, area.y)
            colors = photo[seen.slices][..., :3].astype(np.float32) / 255
            here = _sampled(slopes, place, factor), _sampled(offset, place, factor)
            inside = np.einsum("yxc,yxc->yx", here[0], colors) + here[1] > 0.5
            at_border = spread(band[part], factor, place.height, place.width)
            np.copyto(result[place.slices], inside, where=at_border)
    return result


def _sampled(values: Floats, place: Rect, factor: int) -> Floats:
    """What values of the copy are at a rectangle of the photo's pixels, linear in between."""
    shift = (0.5 - factor / 2) / factor
    matrix = np.array(
        [
            [1 / factor, 0, place.x / factor + shift],
            [0, 1 / factor, place.y / factor + shift],
        ]
    )
    return cv2.warpAffine(
        values,
        matrix,
        (place.width, place.height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    ).astype(np.float32, copy=False)


def _guided(guide: Floats, values: Floats) -> tuple[Floats, Floats]:
    """The guided filter's coefficients with a guide of three channels: its equations 19 and 20.

    Args:
        guide: float32 H×W×3, 0 to 1.
        values: float32 H×W.

    Returns:
        Slopes float32 H×W×3 and offset float32 H×W, both averaged over the filter's window.
    """

    def mean(array: Floats) -> Floats:
        side = 2 * _FILTER_RADIUS + 1
        return cv2.blur(array, (side, side)).astype(np.float32, copy=False)

    guide_mean, value_mean = mean(guide), mean(values)
    together = mean(guide * values[..., None]) - guide_mean * value_mean[..., None]
    spreads = np.empty((*values.shape, 3, 3), np.float32)
    for i in range(3):
        for j in range(i, 3):
            product = mean(np.ascontiguousarray(guide[..., i] * guide[..., j]))
            spreads[..., i, j] = product - guide_mean[..., i] * guide_mean[..., j]
            spreads[..., j, i] = spreads[..., i, j]
    spreads += np.float32(_FILTER_EPSILON) * np.eye(3, dtype=np.float32)
    slopes = np.linalg.solve(spreads, together[..., None])[..., 0].astype(np.float32)
    offset = value_mean - np.einsum("yxc,yxc->yx", slopes, guide_mean)
    return mean(np.ascontiguousarray(slopes)), mean(offset)
