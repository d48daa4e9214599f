"""Sizes, pixel counts and light of a sample."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.qa.registry import fact
from core.qa.view import SampleView


@fact("size")
def size(view: SampleView) -> npt.NDArray[np.int32] | None:
    """Width and height in pixels of the photo, or of the mask when there is no photo.

    Returns:
        int32[2]; None when neither can be read.
    """
    picture = view.image if view.image is not None else view.mask
    if picture is None:
        return None
    height, width = picture.shape[:2]
    return np.array([width, height], np.int32)


@fact("mask_size")
def mask_size(view: SampleView) -> npt.NDArray[np.int32] | None:
    """Width and height of the mask in pixels, which a faulty sample has unlike its photo's.

    Returns:
        int32[2]; None without a mask.
    """
    if view.mask is None:
        return None
    height, width = view.mask.shape
    return np.array([width, height], np.int32)


@fact("counts")
def counts(view: SampleView) -> npt.NDArray[np.int64] | None:
    """Pixels per class in the mask; pixels that are ignored or of no class are not counted.

    Returns:
        int64[number of classes]; None without a mask.
    """
    if view.mask is None:
        return None
    number = view.dataset.num_classes
    pixels = np.zeros(number, np.int64)
    known = min(number, len(view.counts))
    pixels[:known] = view.counts[:known]
    if view.dataset.ignore_index < number:
        pixels[view.dataset.ignore_index] = 0
    return pixels


@fact("light")
def light(view: SampleView) -> npt.NDArray[np.float32] | None:
    """Brightness and contrast: mean and standard deviation of the photo's grey values, 0 to 255.

    Returns:
        float32[2]; None without a photo.
    """
    if view.grey is None:
        return None
    mean, deviation = cv2.meanStdDev(view.grey)
    return np.array([mean[0, 0], deviation[0, 0]], np.float32)
