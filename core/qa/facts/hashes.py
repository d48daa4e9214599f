"""The fact "phash": 64 bits that stay nearly the same when a photo is resized or compressed."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.images import Array
from core.qa.registry import fact
from core.qa.view import SampleView

BITS = 64
"""Length of a hash."""

_SIDE = 32
_BLOCK = 8
# A wave weaker than this (in brightness, 0 to 255, at 32×32 pixels) is noise, and so is its sign.
_CLEAR = 2.0
# With fewer clear waves the hash is chance: an empty wall, a blank page, a plain gradient.
_FEWEST_CLEAR = 20


@fact("phash")
def phash(view: SampleView) -> npt.NDArray[np.uint64] | None:
    """The perceptual hash of the photo: uint64[1]; None without a photo, or one without content."""
    grey = view.grey
    found = None if grey is None or grey.size == 0 else perceptual_hash(grey)
    return None if found is None else np.array([found], np.uint64)


def perceptual_hash(grey: Array) -> int | None:
    """The signs of the 64 lowest waves of a picture, as one number.

    The picture is shrunk to 32×32 pixels and cosine-transformed; kept are the signs of the
    coefficients of the lowest 8×8 block without the mean, and of one more. After C. Zauner,
    "Implementation and Benchmarking of Perceptual Image Hash Functions" (2010), with the sign
    instead of the comparison with the median: so the hash of the mirror image is known too
    (`mirrored`), since mirroring turns the sign of every wave of odd horizontal frequency.

    Args:
        grey: Brightness, uint8 H×W, of any size.

    Returns:
        0 to 2**64 - 1; None when the picture shows too little for its hash to mean anything.
    """
    small = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    waves = cv2.dct(small)[_ROWS, _COLUMNS]
    if np.count_nonzero(np.abs(waves) > _CLEAR) < _FEWEST_CLEAR:
        return None
    return int(np.packbits(waves > 0).view(">u8")[0])


def _order() -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Row and column of the coefficients behind the bits, the highest bit first."""
    rows, columns = np.divmod(np.arange(1, BITS), _BLOCK)
    return np.append(rows, _BLOCK), np.append(columns, 0)


_ROWS, _COLUMNS = _order()

MIRRORED = np.uint64(int(np.packbits(_COLUMNS % 2 == 1).view(">u8")[0]))
"""The bits that mirroring a picture left to right turns over: `hash ^ MIRRORED`."""
