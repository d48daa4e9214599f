"""The figures of the compared samples as columns, aligned over the runs, and sorting by them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from core.evaluation.metrics.ratios import mean_of_present, percent_of
from core.evaluation.score_table import PixelCount, SampleScore, ScoreTable
from widgets.comparison.samples.measures import QUALITY, By, Measure, Order

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

_ERRORS = {"missed": 1, "false": 2, "wrong_class": 3}
"""Where the pixels of each kind stand in the columns of `ScoreTable.errors`."""


def _iou(scores: ScoreTable) -> Floats:
    """TP / (TP + FP + FN) of each class, in percent, float64 N×K; nan where it does not occur."""
    pixels = scores.pixel_counts()
    right = pixels[..., PixelCount.RIGHT]
    return percent_of(
        right, pixels[..., PixelCount.PREDICTED] + pixels[..., PixelCount.TRUE] - right
    )


def _accuracy(scores: ScoreTable) -> Floats:
    """The share of all counted pixels that are right, in percent, float64 N."""
    pixels = scores.pixel_counts().sum(axis=1)
    return percent_of(pixels[:, PixelCount.RIGHT], pixels[:, PixelCount.TRUE])


def _mean_ratio(scores: ScoreTable, whole: int) -> Floats:
    """The right pixels of a class among those of a column, mean over classes, float64 N."""
    pixels = scores.pixel_counts()
    return mean_of_present(percent_of(pixels[..., PixelCount.RIGHT], pixels[..., whole]))


_FROM_PIXELS: Mapping[str, Callable[[ScoreTable], Floats]] = {
    "mIoU": lambda scores: mean_of_present(_iou(scores)),
    "aAcc": _accuracy,
    "precision": lambda scores: _mean_ratio(scores, PixelCount.PREDICTED),
    "recall": lambda scores: _mean_ratio(scores, PixelCount.TRUE),
}


@dataclass(frozen=True)
class RunColumns:
    """What is known of one run's samples.

    Attributes:
        scores: Its scores; None while there are none.
        class_names: The classes, in the order of the scores' Dice.
        kinds: For each kind of errors, by its value, the pixels of the samples that have any; None
            while they are not known.
    """

    scores: ScoreTable | None = None
    class_names: Sequence[str] = ()
    kinds: Mapping[str, Mapping[str, int]] | None = None

    def column(self, measure_id: str) -> Floats | None:
        """A measure's values in the order of the scores, float64 N; None where it is not known."""
        scores = self.scores
        if scores is None:
            return None
        found: Floats
        if measure_id == "mDice":
            return scores.m_dice
        if measure_id in _ERRORS:
            found = scores.errors[:, _ERRORS[measure_id]].astype(np.float64)
            return found
        if measure_id == "wrong":
            found = scores.errors[:, 1:4].sum(axis=1).astype(np.float64)
            return found
        of, _, name = measure_id.partition(":")
        if of == "iou" and name in self.class_names:
            found = _iou(scores)[:, list(self.class_names).index(name)]
            return found
        if measure_id in _FROM_PIXELS:
            return _FROM_PIXELS[measure_id](scores)
        if of == "dice" and name in self.class_names:
            found = scores.dice[:, list(self.class_names).index(name)]
            return found
        if of == "kind" and self.kinds is not None:
            pixels = self.kinds.get(name, {})
            return np.array([pixels.get(sample, 0) for sample in scores.ids], np.float64)
        return None


@dataclass
class SampleColumns:
    """The samples of all runs, by name, with their figures.

    Attributes:
        runs: The runs, in the order of their letters.
        quality: How far the mask of a sample can be believed, 0 to 1, where it is known.
        lists_judged: Whether samples of which that is known are listed even where none of the runs
            has a score.
    """

    runs: Sequence[RunColumns]
    quality: Mapping[str, float] = field(default_factory=dict)
    lists_judged: bool = False

    def __post_init__(self) -> None:
        tables = [run.scores for run in self.runs if run.scores is not None]
        if len({table.ids for table in tables}) == 1:
            names = set(tables[0].ids)
        else:
            names = {name for table in tables for name in table.ids}
        if self.lists_judged:
            names |= self.quality.keys()
        self.ids: list[str] = sorted(names)
        self.lowered = [name.lower() for name in self.ids]
        self.places = {name: place for place, name in enumerate(self.ids)}
        self._rows = [self._rows_of(run.scores) for run in self.runs]
        self._known: dict[tuple[str, int], Floats] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def values(self, measure: Measure, run: int) -> Floats:
        """A measure of one run, float64 N; nan where there is none."""
        key = (measure.id, run)
        if key not in self._known:
            self._known[key] = self._aligned(measure.id, run)
        return self._known[key]

    def delta(self, measure: Measure, pair: tuple[int, int]) -> Floats:
        """How much more the second run of a pair has than the first, float64 N."""
        found: Floats = self.values(measure, pair[1]) - self.values(measure, pair[0])
        return found

    def score(self, sample_id: str, run: int) -> SampleScore | None:
        """The score of a sample by a run; None where there is none."""
        scores = self.runs[run].scores
        return None if scores is None else scores.get(sample_id)

    def sorted(self, measure: Measure, order: Order, pair: tuple[int, int]) -> Places:
        """The places of all samples in that order."""
        keys = self._keys(measure, order, pair)
        # The ids are sorted, so a stable sort leaves ties by name; nan goes to the end.
        return np.argsort(keys, kind="stable")

    def _keys(self, measure: Measure, order: Order, pair: tuple[int, int]) -> Floats:
        sign = 1.0 if measure.more_is_better else -1.0
        match order.by:
            case By.NAME:
                return np.zeros(len(self.ids))
            case By.WORST:
                return sign * self.values(measure, order.run)
            case By.BEST:
                return -sign * self.values(measure, order.run)
            case By.CHANGE:
                return -np.abs(self.delta(measure, pair))
            case By.GAINS:
                return -sign * self.delta(measure, pair)
            case By.LOSES:
                return sign * self.delta(measure, pair)
            case By.SPREAD:
                columns = [self.values(measure, run) for run in range(len(self.runs))]
                stacked = np.stack(columns)
                missing = np.isnan(stacked)
                highest = np.where(missing, -np.inf, stacked).max(axis=0)
                lowest = np.where(missing, np.inf, stacked).min(axis=0)
                spread: Floats = np.where((~missing).sum(axis=0) > 1, lowest - highest, np.nan)
                return spread

    def _aligned(self, measure_id: str, run: int) -> Floats:
        found = np.full(len(self.ids), np.nan)
        if measure_id == QUALITY:
            if self.quality:
                values = [self.quality.get(name, np.nan) for name in self.ids]
                found = 100 * np.array(values, np.float64)
            return found
        column = self.runs[run].column(measure_id) if run < len(self.runs) else None
        if column is not None:
            found[self._rows[run]] = column
        return found

    def _rows_of(self, scores: ScoreTable | None) -> Places:
        ids = () if scores is None else scores.ids
        return np.fromiter((self.places[name] for name in ids), np.intp, len(ids))
