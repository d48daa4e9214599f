"""Objects that are far larger or smaller than the others of their class."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from core.dataset.model import Dataset
from core.flags import Box, Severity
from core.qa.registry import (
    Facts,
    Finding,
    Limit,
    Measurement,
    Option,
    Options,
    SampleFacts,
    dataset_check,
)

Floats = npt.NDArray[np.float64]

# Sizes are counted in steps of a thirty-second of a doubling, from a billionth of the picture up.
_STEPS = 32
_LOWEST = -30
_BINS = -_LOWEST * _STEPS
# The median absolute deviation of a normal distribution, times this, is its standard deviation.
_NORMAL = 1.4826
# Classes whose objects are all of one size still vary by a tenth.
_LEAST_SPREAD = 0.15
# Of one sample.
_MOST_SHOWN = 8


class AreaModel(NamedTuple):
    """How large the objects of a class are, in doublings (log2) of their part of the picture.

    Attributes:
        objects: Number of objects it was learned from.
        median: Their median.
        below, above: Robust standard deviation of those smaller and larger than the median.
    """

    objects: int
    median: float
    below: float
    above: float


def _find(measurement: Measurement, limit: float) -> Finding:
    notes = measurement.notes
    size = "large" if notes["times"] > 1 else "small"
    times = notes["times"] if notes["times"] > 1 else 1 / notes["times"]
    places = [value > limit for value in measurement.values]
    more = sum(places) - 1
    others = f"; so {'is' if more == 1 else 'are'} {more} more in this mask" if more > 0 else ""
    share = notes["share"]
    return Finding(
        measurement.score,
        f"An object labelled {notes['class']} is unusually {size}, {times:.1f} times "
        f"{'larger' if size == 'large' else 'smaller'} than the middle one, with "
        f"{share:.{2 if share < 1 else 0}f} % of the picture{others}.",
        tuple(box for box, counts in zip(measurement.boxes, places, strict=True) if counts),
    )


def _fit(facts: Iterable[SampleFacts], dataset: Dataset, options: Options) -> dict[str, Any]:
    """Learn how large the objects of each class are, by class index.

    The memory is one histogram per class, however many samples there are.
    """
    histograms = [[0] * _BINS for _ in dataset.classes]
    for entry in facts:
        for index, size, _ in _objects(entry.facts):
            if index < len(histograms):
                place = int((size - _LOWEST) * _STEPS)
                histograms[index][min(max(place, 0), _BINS - 1)] += 1
    models: dict[str, Any] = {}
    for info in dataset.classes:
        histogram = np.array(histograms[info.index], np.int64)
        if histogram.sum() >= options["objects"]:
            models[str(info.index)] = [info.name, *area_model(histogram)]
    return models


def area_model(histogram: npt.NDArray[np.int64]) -> AreaModel:
    """The median and the spread of the sizes behind a histogram.

    The spread is the median absolute deviation, scaled to the standard deviation of a normal
    distribution (Leys et al., "Detecting outliers: Do not use standard deviation around the mean,
    use absolute deviation around the median", 2013), below and above the median apart, since
    small objects vary more than large ones.
    """
    middles = (np.arange(len(histogram)) + 0.5) / _STEPS + _LOWEST
    median = _median(middles, histogram)
    spreads = []
    for side in (middles <= median, middles >= median):
        distances = np.abs(middles[side] - median)
        order = np.argsort(distances, kind="stable")
        spread = _NORMAL * _median(distances[order], histogram[side][order])
        spreads.append(max(_LEAST_SPREAD, spread))
    return AreaModel(int(histogram.sum()), median, *spreads)


def _median(values: Floats, counts: npt.NDArray[np.int64]) -> float:
    """The median of sorted values that each come so many times."""
    below = np.cumsum(counts)
    return float(values[int(np.searchsorted(below, below[-1] / 2))])


@dataset_check(
    "area_outlier",
    title="Unusual size",
    group="Dataset",
    severity=Severity.WARNING,
    limit=Limit(
        3.5, 1, 20, "", "Robust standard deviations from the middle of the class", step=0.1
    ),
    options={
        "objects": Option(12, 3, 10_000, "", "Classes with fewer objects are not judged"),
    },
    catches=(
        "Objects that are far larger or smaller than others of their class: crumbs left behind, "
        "objects filled over their edge, parts that were labelled as a whole."
    ),
    misses=(
        "Wrong sizes that others of the class have, and anything in classes of few objects. "
        "Close-ups are rightly large: accept their flag."
    ),
    find=_find,
    fit=_fit,
)
def area_outlier(model: Any, entry: SampleFacts, _options: Options) -> Measurement | None:
    """Robust standard deviations between an object's size and its class's median, the largest.

    Sizes are compared as the logarithm of the part of the picture (modified z-score: Iglewicz and
    Hoaglin, "How to Detect and Handle Outliers", 1993). The values and boxes are those of the
    objects that are farthest off.
    """
    found: list[tuple[float, float, float, str, Box]] = []
    for index, size, box in _objects(entry.facts):
        learned = model.get(str(index))
        if learned is not None:
            name, _, median, below, above = learned
            off = size - median
            found.append((abs(off) / (below if off < 0 else above), size, off, name, box))
    if not found:
        return None
    found.sort(key=lambda one: -one[0])
    score, size, off, name, _ = found[0]
    return Measurement(
        score,
        tuple(one[0] for one in found[:_MOST_SHOWN]),
        tuple(one[4] for one in found[:_MOST_SHOWN]),
        {"class": name, "share": 100 * 2.0**size, "times": 2.0**off},
    )


def _objects(facts: Facts) -> Iterator[tuple[int, float, Box]]:
    """The objects of a sample: class index, log2 of their part of the picture, and box."""
    pieces = facts.get("pieces")
    size = facts.get("mask_size", facts.get("size"))
    if pieces is None or size is None:
        return
    pixels = max(1.0, float(size[0]) * float(size[1]))
    for index, area, x, y, width, height in pieces[:, :6].tolist():
        share = math.log2(max(1.0, area) / pixels)
        yield int(index), share, (int(x), int(y), int(width), int(height))
