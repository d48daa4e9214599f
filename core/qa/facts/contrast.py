"""The fact "contrast": how far the objects stand out from the background right around them."""

from __future__ import annotations

from typing import NamedTuple
from weakref import WeakKeyDictionary

import cv2
import numpy as np
import numpy.typing as npt

from core.images import Array
from core.qa.registry import fact
from core.qa.view import SampleView

Floats = npt.NDArray[np.float32]

WEAK_EDGE = 10.0
"""Where the outline's colour difference is smaller, the edge is hard to see."""

COLUMNS = ("difference", "weak_share", "light_inside", "light_outside")
"""What the numbers of the fact are; see `Contrast`."""

# The objects with their surroundings are looked at in so many pixels, the longer side.
_SIDE = 128
# What is inside and what is outside is averaged over a square of this side around each pixel.
_REACH = 9
_NEXT = np.ones((3, 3), np.uint8)


class Contrast(NamedTuple):
    """How the foreground of a mask stands out in its photo.

    Attributes:
        difference: Colour difference across the outline, the median along it, CIE 1976 ΔE*ab:
            2 can just be noticed, 10 is weak, 100 is black against white.
        weak_share: Percentage of the outline where the difference is smaller than `WEAK_EDGE`.
        light_inside: Mean lightness L* just inside the outline, 0 (black) to 100 (white).
        light_outside: The same just outside it.
    """

    difference: float
    weak_share: float
    light_inside: float
    light_outside: float


_measured: WeakKeyDictionary[SampleView, Contrast | None] = WeakKeyDictionary()


@fact("contrast")
def contrast(view: SampleView) -> Floats | None:
    """The `Contrast` of the foreground, all classes together.

    Returns:
        float32[4] as in `COLUMNS`; None without a photo of the mask's size, without an object, or
        where an object fills the whole picture.
    """
    found = contrast_of(view)
    return None if found is None else np.array(found, np.float32)


def contrast_of(view: SampleView) -> Contrast | None:
    """The sample's contrast, measured once for the fact and the checks; see `contrast`."""
    if view not in _measured:
        _measured[view] = _measure(view)
    return _measured[view]


def _measure(view: SampleView) -> Contrast | None:
    image, mask = view.image, view.mask
    if image is None or mask is None or not view.is_matched:
        return None
    ignore = view.dataset.ignore_index
    ignored = (mask == ignore).view(np.uint8) if view.counts[ignore] else None
    return outline_contrast(image, view.foreground, ignored)


def outline_contrast(
    image: Array, foreground: Array, ignored: Array | None = None
) -> Contrast | None:
    """Compare the colours on both sides of an outline, place by place.

    At each pixel of the outline the mean CIELAB colour of the foreground nearby is compared with
    that of the background nearby, so that a black and white cat on a grey carpet counts as
    clearly visible, though its mean colour is the carpet's. The difference is the CIE 1976 colour
    difference (CIE 15:2004); about 2.3 of it is just noticeable (Mahy, Van Eycken and Oosterlinck,
    "Evaluation of Uniform Color Spaces", 1994).

    Args:
        image: RGB, uint8 H×W×3.
        foreground: 1 for objects, uint8 H×W.
        ignored: 1 where it is unknown what is there, uint8 H×W.

    Returns:
        None when there is no outline between foreground and background.
    """
    window = _window(foreground)
    if window is None:
        return None
    colors, inside, outside = _shrunk(
        image[window], foreground[window], None if ignored is None else ignored[window]
    )
    edge = np.flatnonzero(cv2.bitwise_and(cv2.dilate(outside, _NEXT), inside))
    if len(edge) == 0:
        return None
    lab = cv2.cvtColor(colors, cv2.COLOR_RGB2LAB).astype(np.uint8, copy=False)
    here, there = _nearby(lab, inside, edge), _nearby(lab, outside, edge)
    # In 8 bits OpenCV keeps L* times 2.55, and a* and b* as they are but for an offset.
    off = (here - there) * np.array([100 / 255, 1, 1], np.float32)
    difference = np.sqrt(np.square(off).sum(1))
    return Contrast(
        float(np.median(difference)),
        100 * float((difference < WEAK_EDGE).mean()),
        float(here[:, 0].mean()) * 100 / 255,
        float(there[:, 0].mean()) * 100 / 255,
    )


def _window(foreground: Array) -> tuple[slice, slice] | None:
    """The foreground's bounding box with some surroundings; None without foreground."""
    x, y, width, height = cv2.boundingRect(foreground)
    if width == 0:
        return None
    margin = max(_REACH, max(width, height) // 12)
    return (
        slice(max(0, y - margin), y + height + margin),
        slice(max(0, x - margin), x + width + margin),
    )


def _shrunk(image: Array, foreground: Array, ignored: Array | None) -> tuple[Array, Array, Array]:
    """Colours, inside and outside at a size of at most `_SIDE`; the masks of 0 and 1."""
    # By a whole number: OpenCV averages whole pixels several times as fast as parts of them.
    times = max(1, -(-max(foreground.shape) // _SIDE))
    if times > 1:
        image, foreground = _averaged(image, times), _majority(foreground, times)
        ignored = None if ignored is None else _majority(ignored, times)
    outside = (foreground == 0).view(np.uint8)
    if ignored is not None:
        outside &= (ignored == 0).view(np.uint8)
    return image, foreground, outside


def _averaged(pixels: Array, times: int) -> Array:
    height, width = (max(1, side // times) for side in pixels.shape[:2])
    whole = pixels[: height * times, : width * times]
    return cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA).astype(
        np.uint8, copy=False
    )


def _majority(mask: Array, times: int) -> Array:
    """A shrunk mask of 0 and 1: pixels that are full by half, or by half of what the fullest is."""
    shares = _averaged(mask * np.uint8(255), times)
    return (shares > min(127, int(shares.max()) // 2)).view(np.uint8)


def _nearby(lab: Array, side: Array, edge: npt.NDArray[np.intp]) -> Floats:
    """Mean colour near each pixel of the edge, of the pixels on one side of it: float32 n×3."""
    # Right at the outline pixels mix the colours of both sides: they only count for what is thin.
    sums, count = _sums(lab, cv2.erode(side, _NEXT).astype(np.uint8, copy=False), edge)
    thin = count == 0
    if thin.any():
        sums[thin], count[thin] = _sums(lab, side, edge[thin])
    return np.asarray(sums / np.maximum(count, 1)[:, None], np.float32)


def _sums(lab: Array, chosen: Array, edge: npt.NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Sum of the colours of the chosen pixels near each pixel of the edge, and their number."""

    def around(pixels: Array) -> Floats:
        summed = cv2.boxFilter(
            pixels, cv2.CV_32F, (_REACH, _REACH), normalize=False, borderType=cv2.BORDER_CONSTANT
        )
        return np.asarray(summed, np.float32)

    near = around(cv2.bitwise_and(lab, lab, mask=chosen).astype(np.uint8, copy=False))
    return near.reshape(-1, 3)[edge], around(chosen).ravel()[edge]
