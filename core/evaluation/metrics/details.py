"""What is counted of a sample beside its confusion matrix: borders, objects, confidence.

`measure_details` counts one sample, `summarise` makes figures of many. The counts are small arrays
of whole numbers, so that those of a whole run are kept as a few columns (`pack`, `unpack`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.evaluation.metrics.boundary import BoundaryColumn, count_boundaries
from core.evaluation.metrics.calibration import (
    BINS,
    CalibrationColumn,
    ReliabilityBin,
    calibration_error,
    count_calibration,
    reliability,
)
from core.evaluation.metrics.confusion import Counts, Mask, none_if_nan
from core.evaluation.metrics.counting import classes_in
from core.evaluation.metrics.objects import (
    NOTHING,
    ObjectColumn,
    match_objects,
    object_matrix,
)
from core.evaluation.metrics.ratios import harmonic_percent, percent_of

Columns = dict[str, npt.NDArray[np.int64]]


@dataclass(frozen=True, slots=True, eq=False)
class SampleDetails:
    """Counts of one sample.

    Attributes:
        boundary: int64 n×7, one row for each class that occurs; see `BoundaryColumn`.
        objects: int64 n×5, one row for each object or matched pair; see `ObjectColumn`.
        calibration: int64 15×6, one row for each bin of confidence; see `CalibrationColumn`.
            None when the prediction was stored without its confidence.
    """

    boundary: Counts
    objects: Counts
    calibration: Counts | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SampleDetails):
            return NotImplemented
        if (self.calibration is None) != (other.calibration is None):
            return False
        return (
            np.array_equal(self.boundary, other.boundary)
            and np.array_equal(self.objects, other.objects)
            and (
                self.calibration is None
                or other.calibration is None
                or np.array_equal(self.calibration, other.calibration)
            )
        )

    # Equal by what the arrays hold.
    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class ClassBoundary:
    """How well the borders of a class fit, pooled, in percent; None where it has no border.

    Attributes:
        name: The class.
        iou: Boundary IoU.
        precision: Share of predicted border pixels near a true one.
        recall: Share of true border pixels near a predicted one.
        f1: Harmonic mean of the two.
    """

    name: str
    iou: float | None
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class ClassObjects:
    """The objects of a class.

    Attributes:
        name: The class.
        hits: Objects found, of the right class.
        misses: Objects not found.
        false_alarms: Predicted objects where there is none.
        wrong_class: Objects of this class that were found as another.
        mistaken: Objects of another class that were found as this one.
        precision: Hits among all predicted objects of the class, in percent; None without any.
        recall: Hits among all true objects of the class, in percent; None without any.
        f1: Harmonic mean of the two; None without any object in truth and prediction.
    """

    name: str
    hits: int
    misses: int
    false_alarms: int
    wrong_class: int
    mistaken: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class Details:
    """Borders, objects and confidence over many samples.

    Attributes:
        class_names: The classes.
        samples: Number of samples.
        boundary: One entry per class.
        object_matrix: int64 (K+1)×(K+1): true classes by predicted ones; the last row holds false
            alarms, the last column misses.
        objects: One entry per class.
        calibration: The bins of all pixels; empty without stored confidence.
        calibration_of_objects: The bins of the pixels where an object is predicted.
        ece: Expected calibration error in percent; None without stored confidence.
        ece_of_objects: The same of the pixels where an object is predicted.
    """

    class_names: tuple[str, ...]
    samples: int
    boundary: tuple[ClassBoundary, ...]
    object_matrix: Counts
    objects: tuple[ClassObjects, ...]
    calibration: tuple[ReliabilityBin, ...]
    calibration_of_objects: tuple[ReliabilityBin, ...]
    ece: float | None
    ece_of_objects: float | None


def measure_details(
    prediction: Mask,
    truth: Mask,
    *,
    num_classes: int,
    ignore_index: int = 255,
    confidence: Mask | None = None,
    band: float | None = None,
    background: int | None = 0,
) -> SampleDetails:
    """Count the borders, objects and confidence of one sample.

    Args:
        prediction: Predicted classes, uint8 H×W.
        truth: True classes, uint8 H×W.
        num_classes: Number of classes K.
        ignore_index: Truth value that is not counted.
        confidence: Probability of the predicted class, uint8 H×W, 0 to 255 for 0 to 1; None when
            it was not stored.
        band: Width of the bands around borders; see `core.evaluation.metrics.boundary.reach_of`.
        background: The class that is no object; None when all are.

    Raises:
        ValueError: the arrays differ in shape or are not uint8.
    """
    for array in (prediction, truth, confidence):
        if array is not None and (array.shape != truth.shape or array.dtype != np.uint8):
            raise ValueError(
                f"expected uint8 of the shape {truth.shape}, not {array.dtype} of {array.shape}"
            )
    present = classes_in(prediction, truth, num_classes)
    objects = [value for value in present if value != background]
    return SampleDetails(
        boundary=count_boundaries(
            prediction, truth, classes=present, ignore_index=ignore_index, band=band
        ),
        objects=match_objects(prediction, truth, classes=objects, ignore_index=ignore_index),
        calibration=None
        if confidence is None
        else count_calibration(
            prediction, truth, confidence, ignore_index=ignore_index, background=background
        ),
    )


def summarise(details: Sequence[SampleDetails], class_names: Sequence[str]) -> Details:
    """Sum up samples: figures pooled over all of them."""
    names = tuple(class_names)
    boundary = boundary_counts(details, len(names)).sum(axis=0)
    none = np.zeros((0, ObjectColumn.WIDTH), np.int64)
    matrix = object_matrix(np.concatenate([none, *(each.objects for each in details)]), len(names))
    found = [each.calibration for each in details if each.calibration is not None]
    bins = np.sum(found, axis=0) if found else None
    return Details(
        class_names=names,
        samples=len(details),
        boundary=tuple(
            _class_boundary(name, row) for name, row in zip(names, boundary, strict=True)
        ),
        object_matrix=matrix,
        objects=tuple(_class_objects(name, matrix, index) for index, name in enumerate(names)),
        calibration=() if bins is None else reliability(bins),
        calibration_of_objects=() if bins is None else reliability(bins, of_objects=True),
        ece=None if bins is None else _one(calibration_error(bins)),
        ece_of_objects=None if bins is None else _one(calibration_error(bins, of_objects=True)),
    )


def boundary_counts(details: Sequence[SampleDetails], num_classes: int) -> Counts:
    """The counts of borders as int64 N×K×7, zeros for a class that does not occur."""
    counts = np.zeros((len(details), num_classes, BoundaryColumn.WIDTH), np.int64)
    rows, lengths = _joined([each.boundary for each in details], BoundaryColumn.WIDTH)
    samples = np.repeat(np.arange(len(details)), lengths)
    counts[samples, rows[:, BoundaryColumn.CLASS]] = rows
    return counts


class ObjectCount:
    """What the last axis of counts of objects by class is."""

    HITS = 0
    TRUE = 1
    PREDICTED = 2
    MISSES = 3
    FALSE_ALARMS = 4
    WIDTH = 5


def object_counts(details: Sequence[SampleDetails], num_classes: int) -> Counts:
    """Objects per sample and class as int64 N×K×5; see `ObjectCount`."""
    rows, lengths = _joined([each.objects for each in details], ObjectColumn.WIDTH)
    samples = np.repeat(np.arange(len(details)), lengths)
    true, predicted = rows[:, ObjectColumn.TRUE_CLASS], rows[:, ObjectColumn.PREDICTED_CLASS]
    counts = np.zeros((len(details), num_classes, ObjectCount.WIDTH), np.int64)
    for column, chosen, classes in (
        (ObjectCount.HITS, true == predicted, true),
        (ObjectCount.TRUE, true != NOTHING, true),
        (ObjectCount.PREDICTED, predicted != NOTHING, predicted),
        (ObjectCount.MISSES, predicted == NOTHING, true),
        (ObjectCount.FALSE_ALARMS, true == NOTHING, predicted),
    ):
        np.add.at(counts, (samples[chosen], classes[chosen], column), 1)
    return counts


def calibration_counts(details: Sequence[SampleDetails]) -> Counts:
    """The bins per sample as int64 N×15×6, zeros where no confidence was stored."""
    nothing = np.zeros((BINS, CalibrationColumn.WIDTH), np.int64)
    found = [nothing if each.calibration is None else each.calibration for each in details]
    return np.stack(found) if found else np.zeros((0, *nothing.shape), np.int64)


def pack(details: Sequence[SampleDetails]) -> Columns:
    """The counts of many samples as a few int64 arrays, to be stored."""
    boundary, boundary_rows = _joined([each.boundary for each in details], BoundaryColumn.WIDTH)
    objects, object_rows = _joined([each.objects for each in details], ObjectColumn.WIDTH)
    bins = [each.calibration for each in details if each.calibration is not None]
    return {
        "boundary": boundary,
        "boundary_rows": boundary_rows,
        "objects": objects,
        "object_rows": object_rows,
        "calibration": np.stack(bins)
        if bins
        else np.zeros((0, BINS, CalibrationColumn.WIDTH), np.int64),
        "has_calibration": np.array([each.calibration is not None for each in details], np.int64),
    }


def unpack(columns: Mapping[str, npt.NDArray[Any]]) -> list[SampleDetails]:
    """The samples of `pack`, in order; further columns are left alone.

    Raises:
        KeyError: a column is missing.
        ValueError: the columns do not fit together.
    """
    boundary = _split(columns["boundary"], columns["boundary_rows"], BoundaryColumn.WIDTH)
    objects = _split(columns["objects"], columns["object_rows"], ObjectColumn.WIDTH)
    flags = columns["has_calibration"].astype(bool).tolist()
    bins = columns["calibration"]
    if bins.shape != (sum(flags), BINS, CalibrationColumn.WIDTH):
        raise ValueError("the bins of confidence do not fit the samples")
    if not len(boundary) == len(objects) == len(flags):
        raise ValueError("the columns are of different numbers of samples")
    remaining = iter(bins)
    return [
        SampleDetails(borders, matches, next(remaining) if has else None)
        for borders, matches, has in zip(boundary, objects, flags, strict=True)
    ]


def _joined(parts: Sequence[Counts], width: int) -> tuple[Counts, Counts]:
    lengths = np.array([len(part) for part in parts], np.int64)
    return np.concatenate([np.zeros((0, width), np.int64), *parts]), lengths


def _split(rows: npt.NDArray[Any], lengths: npt.NDArray[Any], width: int) -> list[Counts]:
    if rows.ndim != 2 or rows.shape[1] != width or int(lengths.sum()) != len(rows):
        raise ValueError("the rows do not fit the samples")
    ends = np.cumsum(lengths).tolist()
    return [rows[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def _class_boundary(name: str, row: Counts) -> ClassBoundary:
    ratio = [
        percent_of(row[part], row[whole])
        for part, whole in (
            (BoundaryColumn.IN_BOTH, BoundaryColumn.IN_EITHER),
            (BoundaryColumn.PREDICTED_NEAR, BoundaryColumn.PREDICTED),
            (BoundaryColumn.TRUE_NEAR, BoundaryColumn.TRUE),
        )
    ]
    f1 = harmonic_percent(
        row[BoundaryColumn.PREDICTED_NEAR],
        row[BoundaryColumn.PREDICTED],
        row[BoundaryColumn.TRUE_NEAR],
        row[BoundaryColumn.TRUE],
    )
    return ClassBoundary(name, *(_one(value) for value in (*ratio, f1)))


def _class_objects(name: str, matrix: Counts, index: int) -> ClassObjects:
    hits = int(matrix[index, index])
    true, predicted = int(matrix[index].sum()), int(matrix[:, index].sum())
    misses, false_alarms = int(matrix[index, -1]), int(matrix[-1, index])
    return ClassObjects(
        name=name,
        hits=hits,
        misses=misses,
        false_alarms=false_alarms,
        wrong_class=true - hits - misses,
        mistaken=predicted - hits - false_alarms,
        precision=_one(percent_of(np.int64(hits), np.int64(predicted))),
        recall=_one(percent_of(np.int64(hits), np.int64(true))),
        f1=_one(percent_of(np.int64(2 * hits), np.int64(true + predicted))),
    )


def _one(value: npt.NDArray[np.float64] | np.float64) -> float | None:
    return none_if_nan(float(value))
