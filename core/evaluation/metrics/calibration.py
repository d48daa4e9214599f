"""Whether a run is as often right as it is sure: confidence held against what came true.

Pixels are gathered in bins by the stored confidence of the predicted class. In a calibrated run,
of the pixels with a confidence of 80 %, 80 % are right. The expected calibration error is the mean
difference of the two over the bins, weighted by their pixels (Guo, Pleiss, Sun, Weinberger: "On
Calibration of Modern Neural Networks", ICML 2017, https://arxiv.org/abs/1706.04599).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.evaluation.metrics.confusion import Counts, Mask

BINS = 15
"""As in the paper. 255 is a multiple of it, so no bin holds more levels than another."""

_LEVELS = np.arange(256, dtype=np.int64)
# A bin holds what is above its lower end and up to its upper end; the first holds 0 as well.
_BEGINNINGS = np.concatenate([[0], 1 + 255 // BINS * np.arange(1, BINS)])
# What is counted apart of each level of confidence: wrong and right, without and with an object.
_RIGHT, _OBJECT, _IGNORED, _KINDS = 1, 2, 4, 5


class CalibrationColumn:
    """What the columns of the counts of a bin are.

    The first three are of all pixels, the others only of those where an object is predicted.
    Sums of confidence are in 255ths.
    """

    PIXELS = 0
    RIGHT = 1
    CONFIDENCE = 2
    OBJECT_PIXELS = 3
    OBJECT_RIGHT = 4
    OBJECT_CONFIDENCE = 5
    WIDTH = 6


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Pixels of like confidence.

    Attributes:
        low: Lower end of the bin, 0 to 1.
        high: Upper end.
        pixels: How many there are.
        confidence: Their mean confidence in percent; None without pixels.
        accuracy: How many of them are right, in percent; None without pixels.
    """

    low: float
    high: float
    pixels: int
    confidence: float | None
    accuracy: float | None


def count_calibration(
    prediction: Mask,
    truth: Mask,
    confidence: Mask,
    *,
    ignore_index: int = 255,
    background: int | None = 0,
) -> Counts:
    """Count one image.

    Args:
        prediction: Predicted classes, uint8 H×W.
        truth: True classes, uint8 H×W.
        confidence: Probability of the predicted class, uint8 H×W, 0 to 255 for 0 to 1.
        ignore_index: Truth value that is not counted.
        background: The class that is no object; None when all are.

    Returns:
        int64 15×6, one row for each bin; see `CalibrationColumn`.
    """
    levels = np.zeros((_KINDS, 256), np.int64)
    # OpenCV counts in float32, which is exact up to 2²⁴: so some rows at a time.
    rows = max(1, (1 << 24) // max(truth.shape[1], 1))
    for top in range(0, truth.shape[0], rows):
        part = slice(top, top + rows)
        kinds = (prediction[part] == truth[part]).view(np.uint8) * np.uint8(_RIGHT)
        if background is None:
            kinds |= np.uint8(_OBJECT)
        else:
            kinds |= (prediction[part] != background).view(np.uint8) * np.uint8(_OBJECT)
        kinds[truth[part] == ignore_index] = _IGNORED
        levels += (
            cv2.calcHist(
                [kinds, confidence[part]], [0, 1], None, [_KINDS, 256], [0, _KINDS, 0, 256]
            )
            .reshape(_KINDS, 256)
            .astype(np.int64)
        )
    right, right_object = levels[_RIGHT], levels[_RIGHT | _OBJECT]
    of_objects = levels[_OBJECT] + right_object
    counts = np.empty((BINS, CalibrationColumn.WIDTH), np.int64)
    counts[:, :3] = _binned(levels[0] + right + of_objects, right + right_object)
    counts[:, 3:] = _binned(of_objects, right_object)
    return counts


def reliability(counts: Counts, *, of_objects: bool = False) -> tuple[ReliabilityBin, ...]:
    """The bins of summed counts, for a diagram of accuracy against confidence.

    Args:
        counts: Sums over images of what `count_calibration` gives.
        of_objects: Only the pixels where an object is predicted. The background is most of an
            image and mostly sure and right, so it hides what is of interest.
    """
    found = []
    for number, row in enumerate(counts[:, 3:] if of_objects else counts[:, :3]):
        pixels, right, confidence = (int(value) for value in row)
        found.append(
            ReliabilityBin(
                low=number / BINS,
                high=(number + 1) / BINS,
                pixels=pixels,
                confidence=100 * confidence / (255 * pixels) if pixels else None,
                accuracy=100 * right / pixels if pixels else None,
            )
        )
    return tuple(found)


def calibration_error(
    counts: npt.NDArray[np.generic], *, of_objects: bool = False
) -> npt.NDArray[np.float64]:
    """The expected calibration error in percent.

    Args:
        counts: Sums over images, any number of axes and then 15×6.
        of_objects: See `reliability`.

    Returns:
        float64 of the leading axes; nan where no pixel was counted.
    """
    part = np.asarray(counts[..., 3:] if of_objects else counts[..., :3], np.float64)
    pixels = part[..., 0].sum(axis=-1)
    gap = np.abs(part[..., 1] - part[..., 2] / 255).sum(axis=-1)
    result = np.full(pixels.shape, np.nan)
    np.divide(100 * gap, pixels, out=result, where=pixels > 0)
    return result


def _binned(pixels: Counts, right: Counts) -> Counts:
    """Bins of counts by level: pixels, right ones, and the sum of their levels."""
    by_level = np.column_stack([pixels, right, pixels * _LEVELS])
    return np.add.reduceat(by_level, _BEGINNINGS, axis=0)
