"""Objects found, missed and made up: connected pieces of truth and prediction, matched by overlap.

An object is an 8-connected piece of one class, as the quality checks count pieces. An object of the
truth and one of the prediction belong together when their IoU is above one half; since no two
objects of a mask overlap, each then has at most one partner (Kirillov, He, Girshick, Rother,
Dollár: "Panoptic Segmentation", CVPR 2019, https://arxiv.org/abs/1801.00868). Other than there,
partners may differ in class: that is an object of a wrong class, neither missed nor made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from core.evaluation.metrics.confusion import Counts, Mask
from core.masks.counting import bounds
from core.masks.geometry import around

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


class _Overlaps(NamedTuple):
    """What the pieces of two masks share.

    Attributes:
        pairs: Pieces that share pixels, n×2 of their numbers.
        common: How many pixels each two share.
        true_areas: Pixels of each true piece by its number; those of no piece come first.
        predicted_areas: The same of the predicted pieces.
    """

    pairs: Counts
    common: Counts
    true_areas: Counts
    predicted_areas: Counts


def match_objects(
    prediction: Mask,
    truth: Mask,
    *,
    classes: Sequence[int],
    ignore_index: int = 255,
) -> Counts:
    """Match the objects of one image.

    Ignored pixels belong to no object: they are left out of a predicted object's pixels, and one
    that lies mostly in them is not judged.

    Args:
        prediction: Predicted classes, uint8 H×W.
        truth: True classes, uint8 H×W.
        classes: The classes whose pieces are objects, of those that occur in the truth or the
            prediction: without the background.
        ignore_index: Truth value that is not counted, whatever `classes` holds.

    Returns:
        int64 n×5, one row for each object or pair of objects; see `ObjectColumn`. The class that is
        not there is `NOTHING`.
    """
    wanted = [value for value in classes if value != ignore_index]
    rect = around(bounds(mask == value) for value in wanted for mask in (truth, prediction))
    if rect.is_empty:
        return np.zeros((0, ObjectColumn.WIDTH), np.int64)
    part = rect.slices
    true, predicted = _pieces(truth[part], wanted), _pieces(prediction[part], wanted)
    overlaps = _overlaps(true, predicted)
    in_ignored = np.zeros(len(predicted.classes), np.int64)
    ignored = truth[part] == ignore_index
    if ignored.any():
        in_ignored = np.bincount(predicted.labels[ignored], minlength=len(predicted.classes))
    return _matched(true.classes, predicted.classes, overlaps, in_ignored)


def object_matrix(matches: Counts, num_classes: int) -> Counts:
    """Objects by true and predicted class, int64 (K+1)×(K+1).

    Rows are true classes, columns predicted ones. The last row holds predicted objects that are
    not there (false alarms), the last column true ones that were not found (misses).
    """
    side = num_classes + 1
    classes = matches[:, [ObjectColumn.TRUE_CLASS, ObjectColumn.PREDICTED_CLASS]]
    rows, columns = np.where(classes == NOTHING, num_classes, classes).T
    return np.bincount(rows * side + columns, minlength=side * side).reshape(side, side)


def _pieces(mask: Mask, classes: Sequence[int]) -> _Pieces:
    labels = np.zeros(mask.shape, np.int32)
    numbered = [NOTHING]
    for value in classes:
        of_class = mask == value
        rect = bounds(of_class)
        if rect.is_empty:
            continue
        stencil = np.ascontiguousarray(of_class[rect.slices]).view(np.uint8)
        count, found = cv2.connectedComponents(stencil, connectivity=8)
        before = len(numbered) - 1
        if before:
            found += np.multiply(stencil, before, dtype=np.int32)
        labels[rect.slices] += found.astype(np.int32, copy=False)
        numbered += [value] * (count - 1)
    return _Pieces(labels, np.array(numbered, np.int64))


def _overlaps(true: _Pieces, predicted: _Pieces) -> _Overlaps:
    rows, columns = len(true.classes), len(predicted.classes)
    if rows * columns <= _MOST_CELLS:
        # The smallest type that holds every cell's number keeps the arithmetic in vector units.
        kind = np.min_scalar_type(rows * columns)
        cells = true.labels.astype(kind) * kind.type(columns) + predicted.labels.astype(kind)
        table = np.bincount(cells.ravel(), minlength=rows * columns).reshape(rows, columns)
        pairs = np.argwhere(table[1:, 1:]) + 1
        return _Overlaps(pairs, table[tuple(pairs.T)], table.sum(axis=1), table.sum(axis=0))
    # Masks of specks have more pairs than memory should hold.
    both = (true.labels > 0) & (predicted.labels > 0)
    cells = true.labels[both].astype(np.int64) * columns + predicted.labels[both]
    found, counts = np.unique(cells, return_counts=True)
    return _Overlaps(
        np.column_stack(np.divmod(found, columns)),
        counts,
        np.bincount(true.labels.ravel(), minlength=rows),
        np.bincount(predicted.labels.ravel(), minlength=columns),
    )


def _matched(
    true_classes: Counts, predicted_classes: Counts, found: _Overlaps, in_ignored: Counts
) -> Counts:
    """Pairs first, then what was missed, then what was made up."""
    true_areas, predicted_areas = found.true_areas, found.predicted_areas - in_ignored
    first, second = found.pairs.T
    either = true_areas[first] + predicted_areas[second] - found.common
    is_match = found.common > MATCHED_ABOVE * either
    first, second, common = first[is_match], second[is_match], found.common[is_match]
    missed = true_areas >= SMALLEST
    made_up = (predicted_areas >= SMALLEST) & (2 * in_ignored <= found.predicted_areas)
    for alone, partners in ((missed, first), (made_up, second)):
        alone[0] = False
        alone[partners] = False
    # Number 0 stands for no piece: its class is NOTHING, and in its place of areas comes 0.
    rows = np.concatenate([first, np.flatnonzero(missed), np.zeros(made_up.sum(), np.int64)])
    columns = np.concatenate([second, np.zeros(missed.sum(), np.int64), np.flatnonzero(made_up)])
    shared = np.zeros(len(rows), np.int64)
    shared[: len(common)] = common
    matches = np.empty((len(rows), ObjectColumn.WIDTH), np.int64)
    matches[:, ObjectColumn.TRUE_CLASS] = true_classes[rows]
    matches[:, ObjectColumn.PREDICTED_CLASS] = predicted_classes[columns]
    matches[:, ObjectColumn.TRUE_PIXELS] = np.where(rows, true_areas[rows], 0)
    matches[:, ObjectColumn.PREDICTED_PIXELS] = np.where(columns, predicted_areas[columns], 0)
    matches[:, ObjectColumn.COMMON_PIXELS] = shared
    return matches
