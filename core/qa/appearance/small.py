"""A photo and its mask on the scale at which they are compared, shared by all who look at both."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from core.images import Array
from core.qa.view import SampleView

_KEY = "appearance.small"
# Longer side in pixels. Objects are looked at on a scale of some fifty pixels anyway.
_LONGEST = 512


class Small(NamedTuple):
    """A photo and its mask, shrunk alike.

    Attributes:
        image: RGB uint8 H×W×3, its longer side at most 512.
        mask: Class indices, uint8 H×W.
        factor: Pixels of the given mask for one pixel here, at least 1.
    """

    image: Array
    mask: Array
    factor: float


def shrink(image: Array, mask: Array, longest: int = _LONGEST) -> Small:
    """Shrink a photo and its mask until the longer side is `longest`; small ones stay as they are.

    Args:
        image: RGB uint8 H×W×3.
        mask: Class indices, uint8 H×W.
        longest: The longer side wanted, in pixels.

    Raises:
        ValueError: image and mask differ in size.
    """
    if image.shape[:2] != mask.shape:
        raise ValueError(f"the photo is {image.shape[:2]}, the mask {mask.shape}")
    factor = max(1.0, max(mask.shape) / longest)
    if factor <= 1.0:
        return Small(image, mask, 1.0)
    size = (max(1, round(mask.shape[1] / factor)), max(1, round(mask.shape[0] / factor)))
    times = int(min(factor, *mask.shape))
    if times > 1:
        # OpenCV averages whole pixels several times as fast as parts of them: most of it is done
        # by a whole number. What it leaves out on the right and below is less than that.
        height, width = mask.shape[0] // times, mask.shape[1] // times
        image = image[: height * times, : width * times]
        image = np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA))
    return Small(
        np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8),
        np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST_EXACT), np.uint8),
        factor,
    )


def small_of(view: SampleView) -> Small | None:
    """The sample, shrunk once for all checks; None unless photo and mask are there and match."""
    # Kept where the view keeps its own computed properties, so that it goes when the view goes.
    kept = vars(view)
    if _KEY not in kept:
        image, mask = view.image, view.mask
        small = None
        if image is not None and mask is not None and view.is_matched and mask.size > 0:
            small = shrink(image, mask)
        kept[_KEY] = small
    found: Small | None = kept[_KEY]
    return found
