"""The tables of a label set: class balance, object areas, positions, brightness, sizes.

All are pure functions of `Eda`; give them `eda.only(["train"])` for one split.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.dataset.model import ClassInfo
from core.eda.class_weights import all_weights
from core.eda.columns import Eda
from core.qa.facts.grid import CELLS

TRAIN = "train"

BINS = 20
"""About so many bars has a histogram."""

BRIGHTNESS_EDGES: npt.NDArray[np.float64] = np.arange(0.0, 257.0, 16.0)
CONTRAST_EDGES: npt.NDArray[np.float64] = np.arange(0.0, 129.0, 8.0)
"""The same for every split, so that their histograms can be compared."""

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)

Values = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class ClassBalance:
    """How often a class occurs.

    Attributes:
        index, name: The class.
        images: Masks that hold a pixel of it.
        image_share_pct: Those in percent of all masks.
        objects: Its objects, in all masks; None for the background.
        instances_per_image: Objects per mask that holds the class; None for the background.
        pixels: Its pixels, in all masks.
        pixel_share_pct: Those in percent of all labelled pixels; ignored ones do not count.
    """

    index: int
    name: str
    images: int
    image_share_pct: float
    objects: int | None
    instances_per_image: float | None
    pixels: int
    pixel_share_pct: float


@dataclass(frozen=True, slots=True)
class Summary:
    """A distribution in a few numbers; quartiles are interpolated linearly (numpy's default).

    Without values every number but `count` is None.
    """

    count: int
    mean: float | None = None
    median: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    p25: float | None = None
    p75: float | None = None


@dataclass(frozen=True)
class Histogram:
    """Values counted by range.

    Attributes:
        edges: float64 n + 1, ascending. A bar holds its lower edge; the last holds both.
        counts: int64 n.
    """

    edges: npt.NDArray[np.float64]
    counts: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Size:
    """How many photos have a size, in pixels."""

    width: int
    height: int
    images: int


def class_balance(eda: Eda) -> list[ClassBalance]:
    """How often each class occurs, in the order of the classes."""
    number = len(eda.classes)
    images = np.bincount(eda.presence.class_index, minlength=number)
    objects = np.bincount(eda.objects.class_index, minlength=number)
    total = int(eda.pixels.sum())
    rows = []
    for info in eda.classes:
        found, own = int(images[info.index]), int(objects[info.index])
        is_background = info.index == 0
        rows.append(
            ClassBalance(
                index=info.index,
                name=info.name,
                images=found,
                image_share_pct=100 * found / eda.labelled if eda.labelled else 0.0,
                objects=None if is_background else own,
                instances_per_image=None if is_background or not found else own / found,
                pixels=int(eda.pixels[info.index]),
                pixel_share_pct=100 * float(eda.pixels[info.index]) / total if total else 0.0,
            )
        )
    return rows


def foreground(eda: Eda) -> tuple[ClassInfo, ...]:
    """The classes that have objects: all but the background."""
    return eda.classes[1:]


def object_areas(eda: Eda, class_index: int) -> Values:
    """Areas of a class's objects, float32, in percent of their masks; in the samples' order."""
    areas: Values = eda.objects.area_pct[eda.objects.class_index == class_index]
    return areas


def brightness(eda: Eda) -> Values:
    """Mean grey value of each photo, 0 to 255; samples without a photo are left out."""
    return eda.samples.brightness[~np.isnan(eda.samples.brightness)]


def contrast(eda: Eda) -> Values:
    """Standard deviation of the grey values of each photo; in the order of `brightness`."""
    return eda.samples.contrast[~np.isnan(eda.samples.brightness)]


def component_counts(eda: Eda) -> Values:
    """Connected components of each mask's foreground, int32; samples without are left out."""
    has_mask = eda.samples.components >= 0
    return eda.samples.components[has_mask]


def positions(eda: Eda, class_index: int) -> npt.NDArray[np.float64]:
    """Where a class lies: how much of each cell it fills, averaged over the masks that hold it.

    Returns:
        float64 16×16 in percent, rows from the top. All zero for a class that does not occur.
    """
    images = np.count_nonzero(eda.presence.class_index == class_index)
    if not images:
        return np.zeros((CELLS, CELLS))
    filled: npt.NDArray[np.float64] = eda.heat[:, class_index].sum(axis=0)
    return filled * (100 / float(images))


def sizes(eda: Eda) -> list[Size]:
    """The photos' sizes, the most frequent first."""
    known = eda.samples.width > 0
    pairs = np.stack([eda.samples.width[known], eda.samples.height[known]], axis=1)
    if not len(pairs):
        return []
    found, counts = np.unique(pairs, axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return [Size(int(found[i][0]), int(found[i][1]), int(counts[i])) for i in order]


def summarize(values: Values) -> Summary:
    """A distribution in a few numbers."""
    if not len(values):
        return Summary(0)
    exact = values.astype(np.float64)
    p25, median, p75 = np.percentile(exact, [25, 50, 75])
    return Summary(
        len(exact),
        float(exact.mean()),
        float(median),
        float(exact.min()),
        float(exact.max()),
        float(p25),
        float(p75),
    )


def histogram(values: Values, edges: npt.NDArray[np.float64] | None = None) -> Histogram:
    """Count values by range, in bars of a round width from 0 unless the edges are given."""
    chosen = round_edges(float(values.max()) if len(values) else 0.0) if edges is None else edges
    return Histogram(chosen, np.histogram(values, chosen)[0].astype(np.int64))


def count_histogram(counts: Values) -> Histogram:
    """Count whole numbers: a bar for each from 0 on, or for equal ranges when they go far."""
    highest = int(counts.max()) if len(counts) else 0
    step = int(np.ceil(round_step((highest + 1) / BINS))) if highest >= 2 * BINS else 1
    return histogram(counts, np.arange(0.0, highest + step + 1, step) - 0.5)


def round_edges(highest: float, bins: int = BINS) -> npt.NDArray[np.float64]:
    """Edges from 0 to at least `highest`, in about `bins` steps of 1, 2, 2.5 or 5 times 10ⁿ."""
    if highest <= 0:
        return np.array([0.0, 1.0])
    step = round_step(highest / bins)
    return step * np.arange(0.0, np.ceil(highest / step * (1 - 1e-9)) + 1)


def round_step(least: float) -> float:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below `least`."""
    power = 10.0 ** np.floor(np.log10(least))
    return float(next(each * power for each in _STEPS if each * power >= least * (1 - 1e-9)))


def area_histograms(eda: Eda) -> list[tuple[ClassInfo, Values, Histogram]]:
    """Each class's object areas and their histogram, all over the same edges."""
    objects = eda.objects.area_pct
    edges = round_edges(float(objects.max()) if len(objects) else 0.0)
    return [
        (info, areas, histogram(areas, edges))
        for info in foreground(eda)
        for areas in [object_areas(eda, info.index)]
    ]


def class_weights(eda: Eda) -> tuple[str, dict[str, list[float]]]:
    """Class weights by every method.

    Returns:
        The split they follow from ("train" when there is one, as the others must not be looked
        at in training; else "", which means all), and by method id a weight for each class.
    """
    split = TRAIN if TRAIN in eda.splits else ""
    source = eda.only([split]) if split else eda
    return split, {name: weights.tolist() for name, weights in all_weights(source.pixels).items()}
