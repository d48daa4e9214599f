"""Segmentation metrics from one confusion matrix, pooled over a dataset or taken per image.

The pooled figures are MMSegmentation's `IoUMetric(iou_metrics=['mDice', 'mIoU'])`: areas are summed
over all images first and divided once, and a class that occurs nowhere is left out of the means.
Only numpy is needed, so the window can compute them too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from core.errors import PetsegError

Mask = npt.NDArray[np.uint8]
Counts = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float64]

# Counting may take 24 bytes a pixel, where no two neighbours are alike; in blocks that stays small
# for any image.
_BLOCK = 1 << 20


class ClassMetrics(BaseModel):
    """The figures of one class, in percent; None where the class gives nothing to divide by.

    Attributes:
        name: The class.
        dice: 2·TP / (2·TP + FP + FN); Dice 1945, https://doi.org/10.2307/1932409.
        acc: TP / (TP + FN), MMSegmentation's per-class accuracy (also called recall).
        iou: TP / (TP + FP + FN); Jaccard 1912, https://doi.org/10.1111/j.1469-8137.1912.tb05611.x.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    dice: float | None
    acc: float | None
    iou: float | None


class Metrics(BaseModel):
    """Figures pooled over a dataset, in percent and unrounded.

    Attributes:
        mDice: Mean of the classes' Dice.
        mAcc: Mean of the classes' accuracies.
        aAcc: Share of all counted pixels that are right.
        mIoU: Mean of the classes' IoU.
        classes: One entry per class, in the order of their indices.
    """

    model_config = ConfigDict(frozen=True)

    mDice: float  # noqa: N815 - the study's and MMSegmentation's spelling
    mAcc: float  # noqa: N815
    aAcc: float  # noqa: N815
    mIoU: float  # noqa: N815
    classes: tuple[ClassMetrics, ...]


class ConfusionMatrix:
    """Counts of pixels by true and predicted class, over any number of images.

    Beside the K classes it keeps one row and one column for values that are no class, because
    MMSegmentation counts those pixels too: a class predicted where the truth has an unknown value
    lowers that class's Dice, but is in no accuracy.

    Args:
        num_classes: Number of classes K, 1 to 255.
        ignore_index: Truth value whose pixels are not counted at all.
    """

    def __init__(self, num_classes: int, ignore_index: int = 255) -> None:
        if not 1 <= num_classes <= 255:
            raise ValueError(f"num_classes must be 1 to 255, not {num_classes}")
        self.num_classes = num_classes
        self.ignore_index = ignore_index
        self._full: Counts = np.zeros((num_classes + 1, num_classes + 1), np.int64)

    @property
    def counts(self) -> Counts:
        """Pixels as int64 K×K: rows are true classes, columns predicted ones. A copy."""
        return self._full[:-1, :-1].copy()

    @property
    def full_counts(self) -> Counts:
        """Like `counts`, with a last row and column for values that are no class. A copy."""
        return self._full.copy()

    @property
    def labelled_pixels(self) -> int:
        """Number of pixels whose truth is a class and not ignored."""
        return int(self._full[:-1].sum())

    def add(self, prediction: Mask, truth: Mask) -> None:
        """Count one image.

        Args:
            prediction: Predicted classes, uint8 H×W.
            truth: True classes, uint8 H×W; pixels of `ignore_index` are left out.

        Raises:
            ValueError: the two differ in shape or are not uint8.
        """
        if prediction.dtype != np.uint8 or truth.dtype != np.uint8:
            raise ValueError(f"masks must be uint8, not {prediction.dtype} and {truth.dtype}")
        if prediction.shape != truth.shape:
            raise ValueError(f"shapes differ: {prediction.shape} and {truth.shape}")
        flat_prediction, flat_truth = prediction.ravel(), truth.ravel()
        for start in range(0, flat_truth.size, _BLOCK):
            block = slice(start, start + _BLOCK)
            self._add_block(flat_prediction[block], flat_truth[block])

    def add_entries(self, entries: Iterable[tuple[int, int, int]]) -> None:
        """Count what `entries` gave for another matrix of as many classes."""
        for true_class, predicted_class, pixels in entries:
            self._full[true_class, predicted_class] += pixels

    def add_counts(self, counts: Counts) -> None:
        """Count pixels that are given as int64 K×K: rows are true classes, columns predicted ones.

        Raises:
            ValueError: they are of another number of classes.
        """
        if counts.shape != (self.num_classes, self.num_classes):
            raise ValueError(f"expected {self.num_classes} classes, not counts of {counts.shape}")
        self._full[:-1, :-1] += counts

    def entries(self) -> list[tuple[int, int, int]]:
        """The cells that are not zero as (true class, predicted class, pixels).

        A value that is no class has the index `num_classes`. An image holds few classes, so this
        is small even where K is large.
        """
        side = self.num_classes + 1
        places = np.flatnonzero(self._full)
        pixels = self._full.ravel()[places]
        return [
            (place // side, place % side, count)
            for place, count in zip(places.tolist(), pixels.tolist(), strict=True)
        ]

    def merge(self, other: ConfusionMatrix) -> None:
        """Add the counts of a matrix of the same classes.

        Raises:
            ValueError: the number of classes or the ignored value differs.
        """
        if (other.num_classes, other.ignore_index) != (self.num_classes, self.ignore_index):
            raise ValueError("the matrices count different classes or ignore different values")
        self._full += other._full

    def dice(self) -> Scores:
        """Dice per class in percent, float64 of length K; nan where a class occurs nowhere."""
        intersection, predicted, labelled = self._areas()
        return _percent(2 * intersection, predicted + labelled)

    def iou(self) -> Scores:
        """Intersection over union per class in percent; nan where a class occurs nowhere."""
        intersection, predicted, labelled = self._areas()
        return _percent(intersection, predicted + labelled - intersection)

    def accuracy(self) -> Scores:
        """Share of each class's true pixels that are right, in percent; nan where it has none."""
        intersection, _, labelled = self._areas()
        return _percent(intersection, labelled)

    def metrics(self, class_names: Sequence[str]) -> Metrics:
        """The pooled figures.

        Equal to MMSegmentation's `IoUMetric.total_area_to_metrics` (mmseg/evaluation/metrics/
        iou_metric.py), which rounds them to two decimals; here rounding is left to whoever shows
        them. A class without a pixel in truth and prediction is None and in no mean.

        Raises:
            ValueError: `class_names` has another length than the number of classes.
            PetsegError: no pixel has a label, so there is nothing to measure.
        """
        if len(class_names) != self.num_classes:
            raise ValueError(f"{len(class_names)} names for {self.num_classes} classes")
        if self.labelled_pixels == 0:
            raise PetsegError(
                "There is nothing to measure: no pixel has a class",
                remedy="Check that the masks hold class indices and not only the ignored value.",
            )
        dice, iou, accuracy = self.dice(), self.iou(), self.accuracy()
        intersection, _, labelled = self._areas()
        return Metrics(
            mDice=float(np.nanmean(dice)),
            mAcc=float(np.nanmean(accuracy)),
            aAcc=float(100 * intersection.sum() / labelled.sum()),
            mIoU=float(np.nanmean(iou)),
            classes=tuple(
                ClassMetrics(
                    name=name,
                    dice=none_if_nan(dice[index]),
                    acc=none_if_nan(accuracy[index]),
                    iou=none_if_nan(iou[index]),
                )
                for index, name in enumerate(class_names)
            ),
        )

    def _add_block(self, prediction: Mask, truth: Mask) -> None:
        side = self.num_classes + 1
        # The smallest type that holds every cell's number keeps the arithmetic in vector units.
        kind = np.dtype(np.uint8 if side * side <= 256 else np.uint16).type
        cells = _capped(truth, self.num_classes).astype(kind, copy=False) * kind(side)
        cells += _capped(prediction, self.num_classes)
        found = _count_in_runs(cells, side * side).reshape(side, side)
        if self.ignore_index < self.num_classes:
            found[self.ignore_index] = 0
        elif found[-1].any():  # ignored pixels and those of unknown values share the last row
            is_ignored = truth == self.ignore_index
            if int(np.count_nonzero(is_ignored)) == int(found[-1].sum()):
                found[-1] = 0
            else:
                ignored = _capped(prediction[is_ignored], self.num_classes)
                found[-1] -= np.bincount(ignored, minlength=side)
        self._full += found

    def _areas(self) -> tuple[Counts, Counts, Counts]:
        """Pixels per class: right ones, predicted ones, true ones."""
        return (
            self._full.diagonal()[:-1],
            self._full[:, :-1].sum(axis=0),
            self._full[:-1].sum(axis=1),
        )


def _capped(mask: Mask, most: int) -> Mask:
    """The mask with all values above `most` set to it."""
    if not mask.size or int(mask.max()) <= most:
        return mask
    # numpy compares two arrays in vector units, but an array and a number pixel by pixel.
    return np.minimum(mask, np.full_like(mask, most))


def _count_in_runs(values: npt.NDArray[np.uint8 | np.uint16], length: int) -> Counts:
    """How often each value occurs, int64 of `length`.

    Masks consist of areas of one value. So it is not pixels that are put into bins, but runs of
    pixels: those are found in vector units, and there are fifty times fewer.
    """
    is_last = np.empty(values.size, np.bool_)
    np.not_equal(values[1:], values[:-1], out=is_last[:-1])
    is_last[-1] = True
    ends = np.flatnonzero(is_last)
    lengths = ends.copy()
    lengths[1:] -= ends[:-1]
    lengths[0] += 1
    # Whole numbers stay exact in float64 up to 2⁵³.
    return np.bincount(values[ends], lengths, minlength=length).astype(np.int64)


def per_image_dice(
    prediction: Mask, truth: Mask, num_classes: int, ignore_index: int = 255
) -> tuple[Scores, float]:
    """Dice of one image, per class and as the mean over the classes that occur in it.

    A class counts when it is in the truth or in the prediction; one that is in neither would score
    0/0. This mean is per image and not the dataset-pooled mDice of `ConfusionMatrix.metrics`.

    Args:
        prediction: Predicted classes, uint8 H×W.
        truth: True classes, uint8 H×W.
        num_classes: Number of classes K.
        ignore_index: Truth value that is not counted.

    Returns:
        float64 array of length K and its mean, in percent; nan where there is nothing to divide by.
    """
    matrix = ConfusionMatrix(num_classes, ignore_index)
    matrix.add(prediction, truth)
    scores = matrix.dice()
    return scores, mean_of_present(scores)


def mean_of_present(scores: Scores) -> float:
    """Mean of the values that are not nan; nan when all are."""
    present = scores[~np.isnan(scores)]
    return float(present.mean()) if present.size else float("nan")


def none_if_nan(value: float) -> float | None:
    """The value as a plain float, or None in place of nan, as JSON wants it."""
    return None if np.isnan(value) else float(value)


def _percent(part: Counts, whole: Counts) -> Scores:
    result = np.full(whole.shape, np.nan)
    np.divide(100.0 * part, whole, out=result, where=whole > 0)
    return result
