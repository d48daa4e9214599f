"""Does Dice drop on dark animals in front of a dark ground? The study's claim, put to the test.

It says that "dark animals on dark ground lose 15 to 20 % Dice". Here the Dice of the objects (the
mean of the classes' pooled Dice, without the background) of those samples is held against that of
all others, and the loss is given in percent of the others' Dice, with the interval that resampling
the samples of both sides gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from core.evaluation.analysis import Analysis
from core.evaluation.metrics.bootstrap import LEVEL, RESAMPLES, interval
from core.evaluation.metrics.confusion import none_if_nan
from core.evaluation.metrics.ratios import mean_of_present
from core.evaluation.scores import Evaluation
from core.evaluation.slices.cutting import dark_on_dark
from core.evaluation.slices.slicing import (
    LEAST_FOR_INTERVAL,
    dice_where_true,
    drawn,
)
from core.qa.settings import CheckSettings

CLAIMED = (15.0, 20.0)
"""What the study says is lost, in percent of the Dice of other samples."""

WIDEST = 10.0
"""An interval wider than this, in points, confirms nothing: twice the width of the claim."""


class Verdict(StrEnum):
    """What the figures say of the claim."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    OPEN = "cannot be told"


@dataclass(frozen=True, slots=True)
class DarkOnDark:
    """The claim's test.

    Attributes:
        samples: Number of samples that are dark on dark.
        others: Number of all others.
        dice: Dice of the objects of the former, in percent; nan without any.
        other_dice: That of the others.
        loss: How much less it is, in percent of the others' Dice; negative when it is more.
        low, high: The interval of the loss; nan for too few samples.
        level: The share of draws that the interval holds.
    """

    samples: int
    others: int
    dice: float
    other_dice: float
    loss: float
    low: float
    high: float
    level: float = LEVEL

    @property
    def verdict(self) -> Verdict:
        """Refuted when the interval misses the claim; confirmed when it meets it and is narrow."""
        first, last = CLAIMED
        if np.isnan(self.low) or np.isnan(self.high):
            return Verdict.OPEN
        if self.high < first or self.low > last:
            return Verdict.REFUTED
        return Verdict.CONFIRMED if self.high - self.low <= WIDEST else Verdict.OPEN

    def sentence(self) -> str:
        """What came out, for people."""
        if not self.samples:
            return (
                "No sample shows a dark object on a dark ground: the claim cannot be tested here."
            )
        if not self.others or np.isnan(self.loss):
            return "There is nothing to compare the dark objects on dark ground with."
        count = f"{self.samples} sample{'' if self.samples == 1 else 's'}"
        figures = (
            f"On dark-on-dark ({count}) the Dice of the objects is {self.dice:.1f} against "
            f"{self.other_dice:.1f} on the {self.others} others"
        )
        lost = f"{abs(self.loss):.0f} % {'less' if self.loss >= 0 else 'more'}"
        claim = "the study's 15 to 20 % loss"
        if np.isnan(self.low):
            return f"{figures}, {lost}: too few samples to confirm or refute {claim}."
        span = f"{self.level:.0%} interval of the loss: {self.low:.0f} to {self.high:.0f} %"
        match self.verdict:
            case Verdict.CONFIRMED:
                said = f"This confirms {claim}."
            case Verdict.REFUTED:
                how = "less is lost" if self.high < CLAIMED[0] else "more is lost"
                said = f"This refutes {claim}: {how}."
            case Verdict.OPEN:
                sure = " That there is a loss is certain enough." if self.low > 0 else ""
                said = f"That is too wide to confirm or refute {claim}: it cannot be told.{sure}"
        return f"{figures}, {lost} ({span}). {said}"

    def as_json(self) -> dict[str, Any]:
        """As `petseg errors` writes it."""
        figures = {
            name: none_if_nan(getattr(self, name))
            for name in ("dice", "other_dice", "loss", "low", "high")
        }
        return {
            "samples": self.samples,
            "others": self.others,
            **figures,
            "claimed": list(CLAIMED),
            "verdict": self.verdict.value,
            "sentence": self.sentence(),
        }


def judge_dark_on_dark(
    evaluation: Evaluation,
    analysis: Analysis,
    *,
    settings: CheckSettings | None = None,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> DarkOnDark:
    """Test the claim on a run's figures.

    Args:
        evaluation: The figures of the run on a split.
        analysis: Its analysis on the same split, against the same masks.
        settings: The limits of the checks, for what counts as dark; by default the usual.
        level: The share of draws that the interval holds.
        resamples: Draws of samples.
        seed: Of the random draws.
    """
    dark, _ = dark_on_dark(analysis.table.facts, settings or CheckSettings())
    scores = evaluation.scores
    is_dark = dict(zip(analysis.ids, dark.tolist(), strict=True))
    inside = np.array([is_dark.get(sample, False) for sample in scores.ids], np.bool_)
    # Compared is what shows an object: others have none that could be lost.
    objects = [index for index in range(scores.num_classes) if index != analysis.background]
    counts = scores.pixel_counts()[:, objects]
    with_object = counts[..., 2].sum(1) > 0
    own, others = counts[inside & with_object], counts[~inside & with_object]
    dice, other_dice = _dice(own.sum(0)), _dice(others.sum(0))
    low = high = float("nan")
    if min(len(own), len(others)) >= LEAST_FOR_INTERVAL:
        ends = interval(
            _loss(drawn(own, resamples, seed), drawn(others, resamples, seed + 1)), level
        )
        low, high = float(ends[0]), float(ends[1])
    loss = float(_loss(dice, other_dice))
    return DarkOnDark(len(own), len(others), float(dice), float(other_dice), loss, low, high, level)


def _dice(counts: npt.NDArray[np.number]) -> npt.NDArray[np.float64]:
    return mean_of_present(dice_where_true(counts))


def _loss(
    dice: npt.NDArray[np.float64], others: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(100 * (1 - dice / others), np.float64)
