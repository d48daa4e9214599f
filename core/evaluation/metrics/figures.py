"""All figures of a run on a split, each with the interval that other images could move it in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from core.evaluation.metrics.bootstrap import LEVEL, RESAMPLES, interval, resampled_sums
from core.evaluation.metrics.confusion import none_if_nan
from core.evaluation.metrics.definitions import DEFINITIONS, Definition
from core.evaluation.metrics.details import SampleDetails
from core.evaluation.metrics.tally import Tally, figures_of, m_dice_of, pixel_tally
from core.evaluation.scores import Evaluation

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure.

    Attributes:
        id: Its name in `DEFINITIONS`.
        value: The figure; None where there is nothing to divide by.
        low: Lower end of its interval; None without one.
        high: Upper end.
    """

    id: str
    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def definition(self) -> Definition:
        """What it means."""
        return DEFINITIONS[self.id]

    def as_json(self) -> dict[str, float | None]:
        """Value and interval."""
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class FigureTable:
    """The figures of a run on a split.

    Attributes:
        overall: Those of all classes together.
        classes: Those of each class, by its name.
        level: The share of draws that the intervals hold; 0 to 1.
        resamples: The number of draws.
        samples: The number of images.
    """

    overall: tuple[Figure, ...]
    classes: dict[str, tuple[Figure, ...]] = field(default_factory=dict)
    level: float = LEVEL
    resamples: int = RESAMPLES
    samples: int = 0

    def of(self, figure: str, class_name: str | None = None) -> Figure:
        """One figure; of all classes together without a class.

        Raises:
            KeyError: there is none of that name.
        """
        found = self.overall if class_name is None else self.classes[class_name]
        for each in found:
            if each.id == figure:
                return each
        raise KeyError(figure)

    def has(self, figure: str) -> bool:
        """Whether the figure is among those of all classes or those of each class."""
        groups = (self.overall, *self.classes.values())
        return any(each.id == figure for group in groups for each in group)

    def rows(self) -> Iterator[tuple[str, Figure]]:
        """All figures with the class they are of, "" for all classes together."""
        for each in self.overall:
            yield "", each
        for name, found in self.classes.items():
            for each in found:
                yield name, each

    def as_json(self) -> dict[str, Any]:
        """The `figures` of `petseg eval --json`."""
        return {
            "level": self.level,
            "resamples": self.resamples,
            "overall": {each.id: each.as_json() for each in self.overall},
            "classes": {
                name: {each.id: each.as_json() for each in found}
                for name, found in self.classes.items()
            },
        }


def figures(
    evaluation: Evaluation,
    details: Mapping[str, SampleDetails] | None = None,
    *,
    only: Iterable[str] | None = None,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> FigureTable:
    """The figures of an evaluation with their intervals.

    Args:
        evaluation: The evaluation.
        details: What else was counted, by the sample's id; without it there are no figures of
            borders, objects and confidence.
        only: Ids of the samples to take, as for a slice; all by default. Others are passed over.
        level: The share of draws that the intervals hold, 0 to 1.
        resamples: The number of draws; 0 for no intervals.
        seed: The same seed gives the same intervals.

    Raises:
        ValueError: the level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"a level lies between 0 and 1, not {level}")
    names = [entry.name for entry in evaluation.classes]
    tally = Tally.of(evaluation.scores, details, only=only)
    whole = figures_of(tally, tally.counts.sum(axis=0))
    ends: list[dict[str, tuple[Floats, Floats]]] = [{}, {}]
    if resamples and tally.samples > 1:
        drawn = figures_of(tally, resampled_sums(tally.counts, resamples, seed))
        ends = [{key: interval(values, level) for key, values in group.items()} for group in drawn]
    overall = tuple(
        _figure(key, value, *ends[0].get(key, (np.nan, np.nan)))
        for key, value in whole.overall.items()
    )
    unknown = np.full(len(names), np.nan)
    by_class: dict[str, list[Figure]] = {name: [] for name in names}
    for key, values in whole.classes.items():
        found = zip(names, values, *ends[1].get(key, (unknown, unknown)), strict=True)
        for name, value, low, high in found:
            by_class[name].append(_figure(key, value, low, high))
    return FigureTable(
        overall=overall,
        classes={name: tuple(found) for name, found in by_class.items()},
        level=level,
        resamples=resamples,
        samples=tally.samples,
    )


def m_dice(
    evaluation: Evaluation,
    only: Iterable[str],
    *,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Figure:
    """The pooled mDice of some samples with its interval, quicker than all figures."""
    counts = pixel_tally(evaluation.scores, only)
    value = m_dice_of(counts.sum(axis=0))
    low = high = np.full((), np.nan)
    if resamples and len(counts) > 1:
        sums = resampled_sums(counts.reshape(len(counts), -1), resamples, seed)
        low, high = interval(m_dice_of(sums.reshape(resamples, *counts.shape[1:])), level)
    return _figure("mDice", value, low, high)


def _figure(key: str, value: Any, low: Any, high: Any) -> Figure:
    return Figure(key, *(none_if_nan(float(each)) for each in (value, low, high)))
