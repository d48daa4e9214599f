"""Slices of a split: groups of samples with something in common, and what each of them costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.dataset import Dataset
from core.evaluation.analysis import Analysis
from core.evaluation.costs import cost_of_part
from core.evaluation.metrics.bootstrap import LEVEL, RESAMPLES, interval, resampled_sums
from core.evaluation.metrics.confusion import none_if_nan
from core.evaluation.metrics.ratios import mean_of_present
from core.evaluation.metrics.tally import dice_of
from core.evaluation.score_table import PixelCount
from core.evaluation.scores import Evaluation
from core.evaluation.slices.cutting import Cut, cuts_by_facts, cuts_by_flags, cuts_by_people
from core.flags import Flag
from core.qa.settings import CheckSettings
from core.review.values import ReviewState

NAN = float("nan")

LEAST_FOR_INTERVAL = 5
"""Of fewer samples no interval is given: they cannot tell how far samples scatter."""

# More samples than this are put into so many groups at random, of which is drawn then: sums of
# groups scatter as those of their samples do, and a draw costs no more than of a thousand samples.
_MOST_DRAWN_FROM = 1000


@dataclass(frozen=True, slots=True)
class Slice:
    """Samples of a split that have something in common.

    Attributes:
        id: Its name in files and commands, such as `dark_on_dark` or `object_size:low`.
        group: The heading it stands under: "Object size".
        name: Its name for people: "Small objects".
        samples: The samples in it, in the dataset's order.
        mDice: Mean of the pooled Dice of the classes that its masks hold, in percent; nan when they
            hold none. A class that is only predicted would bring it down by 0, however few pixels
            it has: its pixels count against the classes that are there.
        low, high: The interval of `mDice` from resampling its samples; nan for too few.
        cost: How much the pooled mDice of the split would rise had its samples the Dice that all
            others have, class by class, in points; negative where they are the better ones.
        dice: Pooled Dice by class name, in percent; None for a class that its masks do not hold.
        meaning: In a sentence, which samples are in it.
    """

    id: str
    group: str
    name: str
    samples: tuple[str, ...]
    mDice: float  # noqa: N815 - the study's spelling
    low: float
    high: float
    cost: float
    dice: dict[str, float | None]
    meaning: str

    def as_json(self) -> dict[str, Any]:
        """As `petseg errors` writes it."""
        return {
            "id": self.id,
            "group": self.group,
            "name": self.name,
            "meaning": self.meaning,
            "samples": len(self.samples),
            "mDice": none_if_nan(self.mDice),
            "low": none_if_nan(self.low),
            "high": none_if_nan(self.high),
            "cost": none_if_nan(self.cost),
            "dice": self.dice,
        }


def make_slices(
    dataset: Dataset,
    evaluation: Evaluation,
    analysis: Analysis,
    *,
    flags: Mapping[str, Sequence[Flag]] | None = None,
    tags: Mapping[str, Sequence[str]] | None = None,
    states: Mapping[str, ReviewState] | None = None,
    settings: CheckSettings | None = None,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> list[Slice]:
    """Cut a split into slices, and say what each costs; the most expensive first.

    Args:
        dataset: The dataset.
        evaluation: The figures of the run on the split.
        analysis: Its analysis on the same split, against the same masks.
        flags: What the checks say, by sample; a `FlagBook` or a scan's table.
        tags: The users' tags, by sample.
        states: The review states, by sample.
        settings: The limits of the checks, for what counts as dark on dark; by default the usual.
        level: The share of draws that an interval holds.
        resamples: Draws of samples for an interval.
        seed: Of the random draws.

    Raises:
        ValueError: evaluation and analysis are not of the same run, split and masks.
    """
    if not is_of_same(evaluation, analysis):
        raise ValueError("the evaluation and the analysis are of different runs, splits or masks")
    names = [info.name for info in dataset.classes]
    cuts = [
        *cuts_by_facts(analysis.table.facts, names, settings or CheckSettings()),
        *cuts_by_flags(flags or {}, analysis.ids),
        *cuts_by_people(tags or {}, states or {}, analysis.ids),
    ]
    # Both list what can be measured, but may have been asked a moment apart.
    known = np.array([sample in evaluation.scores.rows for sample in analysis.ids], np.bool_)
    return measured(
        (cut for cut in cuts if (cut.rows & known).any()),
        evaluation,
        analysis.ids,
        names,
        level=level,
        resamples=resamples,
        seed=seed,
    )


def is_of_same(evaluation: Evaluation, analysis: Analysis) -> bool:
    """Whether both are of one run on one split against the same masks."""
    return (evaluation.run, evaluation.split, evaluation.label_set) == (
        analysis.run,
        analysis.split,
        analysis.label_set,
    )


def measured(
    cuts: Iterable[Cut],
    evaluation: Evaluation,
    samples: Sequence[str],
    class_names: Sequence[str],
    *,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> list[Slice]:
    """Measure cuts, whose rows are those of `samples`; the most expensive first."""
    scores = evaluation.scores
    counts = scores.pixel_counts()
    whole = counts.sum(0)
    found = []
    for cut in cuts:
        chosen = [samples[row] for row in np.flatnonzero(cut.rows).tolist()]
        own = [sample for sample in chosen if sample in scores.rows]
        inside = np.zeros(len(scores.ids), np.bool_)
        inside[[scores.rows[sample] for sample in own]] = True
        low, high = interval_of(counts[inside], level, resamples, seed)
        pooled = counts[inside].sum(0)
        found.append(
            Slice(
                id=cut.id,
                group=cut.group,
                name=cut.name,
                samples=tuple(own),
                mDice=float(mean_of_present(dice_where_true(pooled))),
                low=low,
                high=high,
                cost=cost_of_part(pooled, whole - pooled),
                dice={
                    name: none_if_nan(float(value))
                    for name, value in zip(class_names, dice_where_true(pooled), strict=True)
                },
                meaning=cut.meaning,
            )
        )
    return sorted(found, key=lambda each: (-each.cost, each.id))


def interval_of(
    counts: npt.NDArray[np.int64], level: float, resamples: int, seed: int
) -> tuple[float, float]:
    """The interval of the pooled mDice of some samples, int64 n×K×3; nan for too few."""
    if len(counts) < LEAST_FOR_INTERVAL:
        return NAN, NAN
    low, high = interval(drawn(counts, resamples, seed), level)
    return float(low), float(high)


def drawn(counts: npt.NDArray[np.int64], draws: int, seed: int) -> npt.NDArray[np.float64]:
    """The mean Dice of many draws of samples, in percent.

    A draw that lacks a class which the samples have is a mean over fewer classes, and no measure of
    how theirs scatters: it is nan.

    Args:
        counts: The samples' pixels, int64 n×K×3.
        draws: Number of draws R.
        seed: The same seed gives the same draws.

    Returns:
        float64 R.
    """
    present = counts[..., PixelCount.TRUE].sum(0) > 0
    if len(counts) > _MOST_DRAWN_FROM:
        order = np.random.default_rng(seed).permutation(len(counts))
        starts = np.linspace(0, len(counts), _MOST_DRAWN_FROM, endpoint=False).astype(np.intp)
        counts = np.add.reduceat(counts[order], starts)
    sums = resampled_sums(counts.reshape(len(counts), -1), draws, seed)
    dice = dice_where_true(sums.reshape(-1, *counts.shape[1:]))
    dice = dice[:, present]
    is_complete = ~np.isnan(dice).any(1)
    return np.where(is_complete, mean_of_present(dice), np.nan)


def dice_where_true(counts: npt.NDArray[np.number]) -> npt.NDArray[np.float64]:
    """Pooled Dice of summed pixels …×K×3, in percent; nan for a class without a true pixel."""
    return np.where(counts[..., PixelCount.TRUE] > 0, dice_of(counts), np.nan)
