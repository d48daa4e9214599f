"""How well the borders of a prediction fit, counted per image so that images can be summed up.

Two measures, each within a band around the borders:

- Boundary IoU (Cheng, Girshick, Dollár, Berg, Kirillov: "Boundary IoU: Improving Object-Centric
  Image Segmentation Evaluation", CVPR 2021, https://arxiv.org/abs/2103.16562): the IoU of those
  pixels of a class that are at most d from its border, in truth and in prediction.
- Boundary F1 (Csurka, Larlus, Perronnin: "What is a good evaluation measure for semantic
  segmentation?", BMVC 2013, https://doi.org/10.5244/C.27.32): how many border pixels of the
  prediction lie at most d from a border pixel of the truth (precision), and the reverse (recall).

Distances are those of the authors' code for Boundary IoU: the larger of the distances in x and y.
So one erosion and one dilation of the class indices find the bands of all classes at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from core.evaluation.metrics.confusion import Counts, Mask
from core.evaluation.metrics.counting import Bools, count_true
from core.masks.counting import bounds
from core.masks.geometry import whole

IOU_BAND, F1_BAND = 0.02, 0.0075
"""Widths as a share of the image's diagonal: as Cheng et al. and Csurka et al. have them."""


class Reach(NamedTuple):
    """The widths of the bands in pixels."""

    iou: int
    f1: int


class BoundaryColumn:
    """What the columns of the counts of a class are; all are pixels."""

    CLASS = 0
    IN_BOTH = 1
    IN_EITHER = 2
    PREDICTED = 3
    PREDICTED_NEAR = 4
    TRUE = 5
    TRUE_NEAR = 6
    WIDTH = 7


def reach_of(shape: tuple[int, ...], band: float | None = None) -> Reach:
    """How wide the bands of an image are.

    Args:
        shape: Height and width of the image.
        band: None for the published widths, 2 % of the diagonal for Boundary IoU and 0.75 % for
            boundary F1. Otherwise one width for both: pixels from 1 on, a share of the diagonal
            below 1. A band reaches no further than the image's larger side: all lies within.

    Raises:
        ValueError: the band is not above 0.
    """
    if band is not None and not band > 0:
        raise ValueError(f"a band must be wider than nothing, not {band}")
    diagonal, most = math.hypot(*shape[:2]), max(1, *shape[:2])
    iou, f1 = (IOU_BAND, F1_BAND) if band is None else (band, band)
    # A window of 100,000 pixels would take gigabytes, and find what one of the image's size finds.
    widths = (round(each * diagonal if each < 1 else min(each, most)) for each in (iou, f1))
    return Reach(*(min(most, max(1, width)) for width in widths))


def count_boundaries(
    prediction: Mask,
    truth: Mask,
    *,
    classes: Sequence[int],
    ignore_index: int = 255,
    band: float | None = None,
) -> Counts:
    """Count one image.

    The frame of the image counts as a border for Boundary IoU, as in the authors' code, and not
    for boundary F1. Nobody knows where borders run in ignored pixels: pixels as near to one as the
    band is wide are left out.

    Args:
        prediction: Predicted classes, uint8 H×W.
        truth: True classes, uint8 H×W.
        classes: The classes to count: those that occur in the truth or the prediction.
        ignore_index: Truth value that is not counted, whatever `classes` holds.
        band: See `reach_of`.

    Returns:
        int64 n×7, one row for each class; see `BoundaryColumn`.
    """
    wanted = [value for value in classes if value != ignore_index]
    counts = np.zeros((len(wanted), BoundaryColumn.WIDTH), np.int64)
    if not truth.size:
        return counts
    reach = reach_of(truth.shape, band)
    bands = _band(prediction, reach.iou), _band(truth, reach.iou)
    edges = _edges(prediction), _edges(truth)
    ignored = truth == ignore_index
    if ignored.any():
        for found, width in ((bands, reach.iou), (edges, reach.f1)):
            known = _far_from(ignored, width)
            for each in found:
                each &= known
    for row, value in zip(counts, wanted, strict=True):
        predicted, true = prediction == value, truth == value
        row[BoundaryColumn.CLASS] = value
        row[BoundaryColumn.IN_BOTH : BoundaryColumn.PREDICTED] = _count_overlap(
            bands[0] & predicted, bands[1] & true
        )
        row[BoundaryColumn.PREDICTED :] = _count_near(
            edges[0] & predicted, edges[1] & true, reach.f1
        )
    return counts


def _count_overlap(predicted: Bools, true: Bools) -> tuple[int, int]:
    """Pixels in both, and pixels in at least one."""
    both = count_true(predicted & true)
    return both, count_true(predicted) + count_true(true) - both


def _band(mask: Mask, reach: int) -> Bools:
    """The pixels that have another value, or the frame of the image, within reach."""
    window = _window(reach)
    # Another value lies in the window where its smallest and its largest differ.
    band: Bools = cv2.erode(mask, window) != cv2.dilate(mask, window)
    band[:reach] = True
    band[-reach:] = True
    band[:, :reach] = True
    band[:, -reach:] = True
    return band


def _edges(mask: Mask) -> Bools:
    """The pixels with a neighbour of another value."""
    window = _window(1)
    edges: Bools = cv2.erode(mask, window) != cv2.dilate(mask, window)
    return edges


def _count_near(predicted: Bools, true: Bools, reach: int) -> tuple[int, int, int, int]:
    """Predicted border pixels, those near a true one, true ones, those near a predicted one."""
    rect = bounds(predicted | true)
    if rect.is_empty:
        return 0, 0, 0, 0
    window = _window(reach)
    part = rect.grown(reach).intersected(whole(predicted.shape)).slices
    ours = np.ascontiguousarray(predicted[part]).view(np.uint8)
    theirs = np.ascontiguousarray(true[part]).view(np.uint8)
    return (
        cv2.countNonZero(ours),
        cv2.countNonZero(cv2.bitwise_and(ours, cv2.dilate(theirs, window))),
        cv2.countNonZero(theirs),
        cv2.countNonZero(cv2.bitwise_and(theirs, cv2.dilate(ours, window))),
    )


def _far_from(ignored: Bools, reach: int) -> Bools:
    far: Bools = cv2.dilate(ignored.view(np.uint8), _window(reach)) == 0
    return far


def _window(reach: int) -> Mask:
    return np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
