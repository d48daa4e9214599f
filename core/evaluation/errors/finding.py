"""Finding the errors of one prediction: which regions are wrong, and in which way."""

from __future__ import annotations

import numpy as np

from core.evaluation.errors.kinds import KINDS
from core.evaluation.errors.label_suspects import Doubt, at_doubt, is_believed, suspected
from core.evaluation.errors.partition import Partition, partition
from core.evaluation.errors.pieces import Labels
from core.evaluation.errors.region_columns import RegionColumns
from core.evaluation.errors.regions import ErrorRegion
from core.evaluation.errors.rules import RULES, Rules
from core.evaluation.metrics.confusion import Mask
from core.masks.counting import count_values


def find_errors(
    prediction: Mask,
    truth: Mask,
    *,
    num_classes: int,
    ignore_index: int = 255,
    background: int | None = 0,
    confidence: Mask | None = None,
    doubt: Doubt | None = None,
    rules: Rules = RULES,
) -> list[ErrorRegion]:
    """Divide the wrong pixels of a prediction into regions, by the rules of `rules.py`.

    Every pixel whose class is wrong and that counts lies in exactly one region, so the pixels
    summed by true and predicted class are the confusion matrix without its diagonal.

    Args:
        prediction: Predicted classes, uint8 H×W.
        truth: True classes, uint8 H×W.
        num_classes: Number of classes.
        ignore_index: Truth value that does not count.
        background: The class that is no object, as `background_of` says; None where every class
            is one.
        confidence: Probability of the predicted class, uint8 H×W, 0 to 255 for 0 to 1.
        doubt: What runs that have not seen the sample say of its mask; None when none was asked.
        rules: The thresholds.

    Returns:
        The regions, largest first.

    Raises:
        ValueError: the shapes differ, or there are values that are no class.
    """
    columns, _ = find_columns(
        prediction,
        truth,
        num_classes=num_classes,
        ignore_index=ignore_index,
        background=background,
        confidence=confidence,
        rules=rules,
    )
    kinds = suspected(
        columns,
        truth.size,
        doubted=None if doubt is None else at_doubt(columns, doubt),
        believed=None if doubt is None else np.full(len(columns), is_believed(doubt, rules)),
        rules=rules,
    )
    return [columns.region(place, KINDS[kinds[place]]) for place in range(len(columns))]


def find_columns(
    prediction: Mask,
    truth: Mask,
    *,
    num_classes: int,
    ignore_index: int = 255,
    background: int | None = 0,
    confidence: Mask | None = None,
    rules: Rules = RULES,
) -> tuple[RegionColumns, Labels | None]:
    """As `find_errors`, but as columns, and before labels are suspected.

    Returns:
        The regions; and int32 H×W, for each pixel the place of its region plus 1, 0 where it is in
        none, or None when nothing is wrong.
    """
    if prediction.shape != truth.shape:
        raise ValueError(f"shapes differ: {prediction.shape} and {truth.shape}")
    if confidence is not None and confidence.shape != truth.shape:
        raise ValueError(f"shapes differ: {confidence.shape} and {truth.shape}")
    _require_classes(prediction, num_classes, None)
    _require_classes(truth, num_classes, ignore_index)
    found = partition(
        prediction, truth, ignore_index=ignore_index, background=background, rules=rules
    )
    if found is None:
        return RegionColumns.empty(), None
    columns = _measured(found, prediction, truth, confidence)
    order = np.argsort(-columns.pixels, kind="stable")
    places = np.zeros(len(order) + 1, np.int32)
    places[order + 1] = np.arange(1, len(order) + 1)
    return columns.at(order), places[found.regions]


def _measured(
    found: Partition, prediction: Mask, truth: Mask, confidence: Mask | None
) -> RegionColumns:
    """The regions of a partition, measured."""
    at = np.flatnonzero(found.regions)
    numbers = found.regions.ravel()[at] - 1
    pixels = np.bincount(numbers)
    y, x = np.divmod(at, truth.shape[1])
    middle_x, middle_y = np.bincount(numbers, x) / pixels, np.bincount(numbers, y) / pixels
    off = np.square(x - middle_x[numbers]) + np.square(y - middle_y[numbers])
    order = np.lexsort((off, numbers))  # of each region the pixel nearest to its middle first
    starts = np.concatenate(([0], np.cumsum(pixels)[:-1]))
    x, y, at = x[order], y[order], at[order]
    left, top = np.minimum.reduceat(x, starts), np.minimum.reduceat(y, starts)
    anchors = at[starts]
    true_class = truth.ravel()[anchors]
    sure = np.full(len(pixels), np.nan)
    if confidence is not None:
        sure = np.add.reduceat(confidence.ravel()[at].astype(np.float64), starts) / (255 * pixels)
    objects = found.objects.areas[found.objects.labels.ravel()[anchors]]
    depth = np.maximum.reduceat(found.depth.ravel()[at], starts)
    return RegionColumns(
        form=found.forms.ravel()[anchors],
        true_class=true_class,
        predicted_class=prediction.ravel()[anchors],
        left=left.astype(np.int32),
        top=top.astype(np.int32),
        width=(np.maximum.reduceat(x, starts) - left + 1).astype(np.int32),
        height=(np.maximum.reduceat(y, starts) - top + 1).astype(np.int32),
        pixels=pixels.astype(np.int32),
        anchor_x=x[starts].astype(np.int32),
        anchor_y=y[starts].astype(np.int32),
        confidence=np.asarray(sure, np.float32),
        object_pixels=objects.astype(np.int32),
        thickness=np.where(objects > 0, np.maximum(0, 2 * depth - 1), 0).astype(np.float32),
    )


def _require_classes(mask: Mask, num_classes: int, ignore_index: int | None) -> None:
    if not mask.size or int(mask.max()) < num_classes:
        return
    counts = count_values(mask)
    if ignore_index is not None:
        counts[ignore_index] = 0
    if counts[num_classes:].any():
        illegal = (np.flatnonzero(counts[num_classes:]) + num_classes).tolist()
        raise ValueError(f"{illegal} are no classes: there are {num_classes}")
