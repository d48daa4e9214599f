"""What was counted of each image as columns of numbers, and all figures from sums of such columns.

Whatever a figure is, pooled or a mean over images, it is made of sums over images. So one product
of matrices gives the sums of many draws of images, and `figures_of` the figures of all of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from core.evaluation.metrics.boundary import BoundaryColumn
from core.evaluation.metrics.calibration import calibration_error
from core.evaluation.metrics.details import (
    ObjectCount,
    SampleDetails,
    boundary_counts,
    calibration_counts,
    object_counts,
)
from core.evaluation.metrics.ratios import harmonic_percent, mean_of_present, percent_of
from core.evaluation.score_table import PixelCount, ScoreTable

Numbers = npt.NDArray[Any]
Scores = npt.NDArray[np.float64]
ByName = dict[str, Scores]


class Figures(NamedTuple):
    """Figures by id: of all classes together, of any axes …; and of each class, of …×K."""

    overall: ByName
    classes: ByName


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted, one row for each image.

    Attributes:
        counts: float64 N×M.
        parts: Which columns hold what, and the shape in which they are read.
    """

    counts: Scores
    parts: Mapping[str, tuple[slice, tuple[int, ...]]]

    @property
    def samples(self) -> int:
        """Number of images N."""
        return len(self.counts)

    @classmethod
    def of(
        cls,
        scores: ScoreTable,
        details: Mapping[str, SampleDetails] | None = None,
        *,
        only: Iterable[str] | None = None,
    ) -> Tally:
        """The tally of measured samples.

        Args:
            scores: The samples.
            details: What else was counted, by the sample's id.
            only: The ids of those to take; all by default.
        """
        pixels = pixel_tally(scores, only)
        parts: dict[str, Numbers] = {"pixels": pixels}
        _add_means(parts, _pixel_figures(pixels))
        if details is not None:
            wanted = _chosen(scores, only)
            known = [details.get(scores.ids[row], _UNKNOWN) for row in wanted]
            boundary = boundary_counts(known, scores.num_classes)
            parts |= {
                "boundary": boundary,
                "objects": object_counts(known, scores.num_classes),
                "calibration": calibration_counts(known),
            }
            _add_means(parts, _boundary_figures(boundary))
        places: dict[str, tuple[slice, tuple[int, ...]]] = {}
        end = 0
        columns = []
        for name, values in parts.items():
            width = math.prod(values.shape[1:])
            places[name] = slice(end, end + width), values.shape[1:]
            end += width
            columns.append(values.reshape(len(pixels), width))
        return cls(np.concatenate(columns, axis=1, dtype=np.float64), places)

    def part(self, sums: Numbers, name: str) -> Numbers:
        """One part of sums …×M, in its own shape."""
        columns, shape = self.parts[name]
        return sums[..., columns].reshape((*sums.shape[:-1], *shape))


def figures_of(tally: Tally, sums: Numbers) -> Figures:
    """All figures of sums of a tally's rows, …×M, in percent; counts of objects as they are."""
    pixels = _pixel_figures(tally.part(sums, "pixels"))
    found = [pixels, _means(tally, sums, pixels)]
    if "boundary" in tally.parts:
        borders = _boundary_figures(tally.part(sums, "boundary"))
        found += [borders, _means(tally, sums, borders)]
        found.append(_object_figures(tally.part(sums, "objects")))
        bins = tally.part(sums, "calibration")
        errors = {
            "ece": calibration_error(bins),
            "ece_of_objects": calibration_error(bins, of_objects=True),
        }
        found.append(Figures(errors, {}))
    overall: ByName = {}
    classes: ByName = {}
    for each in found:
        overall |= each.overall
        classes |= each.classes
    return Figures(overall, classes)


def pixel_tally(scores: ScoreTable, only: Iterable[str] | None = None) -> Numbers:
    """The pixels of each sample by class, int64 N×K×3; see `PixelCount`."""
    counts = scores.pixel_counts()
    return counts if only is None else counts[_chosen(scores, only)]


def m_dice_of(counts: Numbers) -> Scores:
    """Pooled mDice in percent of summed pixels …×K×3; nan where no class occurs."""
    return mean_of_present(dice_of(counts))


def dice_of(counts: Numbers) -> Scores:
    """Pooled Dice of each class in percent of summed pixels …×K×3; nan where it occurs nowhere."""
    right, predicted, true = _columns(counts)
    return percent_of(2 * right, predicted + true)


def _pixel_figures(counts: Numbers) -> Figures:
    right, predicted, true = _columns(counts)
    recall = percent_of(right, true)
    classes = {
        "dice": dice_of(counts),
        "iou": percent_of(right, predicted + true - right),
        "acc": recall,
        "precision": percent_of(right, predicted),
        "recall": recall,
    }
    names = {"mDice": "dice", "mIoU": "iou", "mAcc": "acc", "mPrecision": "precision"}
    overall = {mean: mean_of_present(classes[name]) for mean, name in names.items()}
    overall["aAcc"] = percent_of(right.sum(axis=-1), true.sum(axis=-1))
    return Figures(overall, classes)


def _boundary_figures(counts: Numbers) -> Figures:
    classes = {
        "boundary_iou": percent_of(
            counts[..., BoundaryColumn.IN_BOTH], counts[..., BoundaryColumn.IN_EITHER]
        ),
        "boundary_f1": harmonic_percent(
            counts[..., BoundaryColumn.PREDICTED_NEAR],
            counts[..., BoundaryColumn.PREDICTED],
            counts[..., BoundaryColumn.TRUE_NEAR],
            counts[..., BoundaryColumn.TRUE],
        ),
    }
    return Figures(
        {
            "boundary_mIoU": mean_of_present(classes["boundary_iou"]),
            "boundary_mF1": mean_of_present(classes["boundary_f1"]),
        },
        classes,
    )


def _object_figures(counts: Numbers) -> Figures:
    return Figures(_of_objects(counts.sum(axis=-2)), _of_objects(counts))


def _of_objects(counts: Numbers) -> ByName:
    hits, true = counts[..., ObjectCount.HITS], counts[..., ObjectCount.TRUE]
    predicted, misses = counts[..., ObjectCount.PREDICTED], counts[..., ObjectCount.MISSES]
    return {
        "object_precision": percent_of(hits, predicted),
        "object_recall": percent_of(hits, true),
        "object_f1": percent_of(2 * hits, true + predicted),
        "hits": hits,
        "misses": misses,
        "false_alarms": counts[..., ObjectCount.FALSE_ALARMS],
        "wrong_class": true - hits - misses,
    }


def _add_means(parts: dict[str, Numbers], found: Figures) -> None:
    """Add what the means over images are made of: the values, and where there are any."""
    for group in found:
        for name, values in group.items():
            parts[f"image_{name}"] = np.nan_to_num(values)
            parts[f"has_{name}"] = ~np.isnan(values)


def _means(tally: Tally, sums: Numbers, like: Figures) -> Figures:
    """The means over images of the figures whose names `like` has."""
    overall, classes = (
        {
            f"image_{name}": percent_of(
                tally.part(sums, f"image_{name}") / 100, tally.part(sums, f"has_{name}")
            )
            for name in group
        }
        for group in like
    )
    return Figures(overall, classes)


def _chosen(scores: ScoreTable, only: Iterable[str] | None) -> Sequence[int]:
    if only is None:
        return range(len(scores))
    wanted = set(only)
    return [row for row, sample in enumerate(scores.ids) if sample in wanted]


def _columns(counts: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    return (
        counts[..., PixelCount.RIGHT],
        counts[..., PixelCount.PREDICTED],
        counts[..., PixelCount.TRUE],
    )


_UNKNOWN = SampleDetails(
    boundary=np.zeros((0, BoundaryColumn.WIDTH), np.int64),
    objects=np.zeros((0, 5), np.int64),
)
