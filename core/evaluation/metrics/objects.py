"""Objects found, missed and made up: connected pieces of truth and prediction, matched by overlap.

An object is an 8-connected piece of one class, as the quality checks count pieces. An object of the
truth and one of the prediction belong together when their IoU is above one half; since no two
objects of a mask overlap, each then has at most one partner (Kirillov, He, Girshick, Rother,
Dollár: "Panoptic Segmentation", CVPR 2019, https://arxiv.org/abs/1801.00868). Other than there,
partners may differ in class: that is an object of a wrong class, neither missed nor made up.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from core.evaluation.metrics.confusion import Counts, Mask
from core.masks.counting import bounds

NOTHING = -1
"""Stands for the class of an object that has no partner."""

MATCHED_ABOVE = 0.5
SMALLEST = 10
"""Pixels; a smaller piece without a partner is a speck, not an object. As the check "Specks"."""

_MOST_CELLS = 1 << 20

Labels = npt.NDArray[np.int32]


class ObjectColumn:
    """What the columns of the matches are."""

    TRUE_CLASS = 0
    PREDICTED_CLASS = 1
    TRUE_PIXELS = 2
    PREDICTED_PIXELS = 3
    COMMON_PIXELS = 4
    WIDTH = 5


class _Pieces(NamedTuple):
    """The pieces of a mask: a number at each pixel, 0 for none, and the class of each number."""

    labels: Labels
    classes: Counts

    @property
    def areas(self) -> Counts:
        """Pixels by number; those of no piece come first."""
        return np.bincount(self.labels.ravel(), minlength=len(self.classes))


def match_objects(
    prediction: Mask,
    truth: Mask,
    *,
    num_classes: int,
    ignore_index: int = 255,
    background: int | None = 0,
) -> Counts:
    """Match the objects of one image.

    Ignored pixels belong to no object: they are left out of a predicted object's pixels, and one
    that lies mostly in them is not judged.

    Args:
        prediction: Predicted classes, uint8 H×W.
        truth: True classes, uint8 H×W.
        num_classes: Number of classes K.
        ignore_index: Truth value that is not counted.
        background: The class that is no object; None when all are.

    Returns:
        int64 n×5, one row for each object or pair of objects; see `ObjectColumn`. The class that is
        not there is `NOTHING`.
    """
    ignored = truth == ignore_index
    true, predicted = truth, prediction
    if background != 0:  # below, what is no object is 0 and class c is c + 1
        true, predicted = _shifted(truth, background), _shifted(prediction, background)
    true = np.where(ignored, np.uint8(0), true) if ignored.any() else true
    shift = 0 if background == 0 else 1
    part = bounds(cv2.bitwise_or(true, predicted)) if true.size else None
    if part is None or part.is_empty:
        return np.zeros((0, ObjectColumn.WIDTH), np.int64)
    crop = part.slices
    ours = _pieces(np.ascontiguousarray(predicted[crop]), num_classes + shift)
    theirs = _pieces(np.ascontiguousarray(true[crop]), num_classes + shift)
    in_ignored = np.bincount(ours.labels[ignored[crop]], minlength=len(ours.classes))
    matches = _matched(theirs, ours, in_ignored)
    classes = matches[:, : ObjectColumn.TRUE_PIXELS]
    classes[classes != NOTHING] -= shift
    return matches


def object_matrix(matches: Counts, num_classes: int) -> Counts:
    """Objects by true and predicted class, int64 (K+1)×(K+1).

    Rows are true classes, columns predicted ones. The last row holds predicted objects that are
    not there (false alarms), the last column true ones that were not found (misses).
    """
    side = num_classes + 1
    classes = matches[:, [ObjectColumn.TRUE_CLASS, ObjectColumn.PREDICTED_CLASS]]
    rows, columns = np.where(classes == NOTHING, num_classes, classes).T
    return np.bincount(rows * side + columns, minlength=side * side).reshape(side, side)


def _shifted(mask: Mask, background: int | None) -> Mask:
    moved = mask + np.uint8(1)
    if background is not None:
        moved[mask == background] = 0
    return moved


def _pieces(mask: Mask, above: int) -> _Pieces:
    """The pieces of the classes from 1 up to, not including, `above`."""
    labels = np.zeros(mask.shape, np.int32)
    classes = [NOTHING]
    present = np.flatnonzero(np.bincount(mask.ravel(), minlength=256)[:above])
    for value in present.tolist():
        if value == 0:
            continue
        of_class = mask == value
        crop = bounds(of_class).slices
        found, numbers = cv2.connectedComponents(
            np.ascontiguousarray(of_class[crop]).view(np.uint8), connectivity=8
        )
        numbers[numbers > 0] += len(classes) - 1
        labels[crop] += numbers
        classes += [value] * (found - 1)
    return _Pieces(labels, np.array(classes, np.int64))


def _matched(true: _Pieces, predicted: _Pieces, in_ignored: Counts) -> Counts:
    """Pairs first, then what was missed, then what was made up."""
    pairs, common = _overlaps(true.labels, predicted.labels, len(predicted.classes))
    true_areas = true.areas
    all_predicted = predicted.areas
    predicted_areas = all_predicted - in_ignored
    either = true_areas[pairs[:, 0]] + predicted_areas[pairs[:, 1]] - common
    is_match = common > MATCHED_ABOVE * either
    pairs, common = pairs[is_match], common[is_match]
    missed = true_areas >= SMALLEST
    made_up = (predicted_areas >= SMALLEST) & (2 * in_ignored <= all_predicted)
    for alone, matched in ((missed, pairs[:, 0]), (made_up, pairs[:, 1])):
        alone[0] = False
        alone[matched] = False
    first, second = np.flatnonzero(missed), np.flatnonzero(made_up)
    rows = np.zeros((len(pairs) + len(first) + len(second), ObjectColumn.WIDTH), np.int64)
    rows[: len(pairs)] = np.column_stack(
        [
            true.classes[pairs[:, 0]],
            predicted.classes[pairs[:, 1]],
            true_areas[pairs[:, 0]],
            predicted_areas[pairs[:, 1]],
            common,
        ]
    )
    not_found = rows[len(pairs) : len(pairs) + len(first)]
    not_found[:, ObjectColumn.TRUE_CLASS] = true.classes[first]
    not_found[:, ObjectColumn.PREDICTED_CLASS] = NOTHING
    not_found[:, ObjectColumn.TRUE_PIXELS] = true_areas[first]
    not_there = rows[len(pairs) + len(first) :]
    not_there[:, ObjectColumn.TRUE_CLASS] = NOTHING
    not_there[:, ObjectColumn.PREDICTED_CLASS] = predicted.classes[second]
    not_there[:, ObjectColumn.PREDICTED_PIXELS] = predicted_areas[second]
    return rows


def _overlaps(true: Labels, predicted: Labels, columns: int) -> tuple[Counts, Counts]:
    """Which pieces share pixels, n×2 of their numbers, and how many each two share."""
    cells = true.ravel().astype(np.int64) * columns + predicted.ravel()
    cells = cells[(true.ravel() > 0) & (predicted.ravel() > 0)]
    if (int(true.max()) + 1) * columns <= _MOST_CELLS:
        counts = np.bincount(cells)
        found = np.flatnonzero(counts)
        counts = counts[found]
    else:  # a mask of specks has more pairs than memory should hold
        found, counts = np.unique(cells, return_counts=True)
    return np.column_stack(np.divmod(found, columns)), counts
