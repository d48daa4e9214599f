"""Whether the difference of two runs is more than chance.

Two runs measured on the same images are held against each other image by image, which tells far
smaller differences apart than two intervals beside each other would:

- The interval of the difference: images are drawn with replacement, the same for both runs, and
  the pooled figures of both computed each time (paired bootstrap; Efron and Tibshirani 1993,
  "An Introduction to the Bootstrap", chapters 8 and 13).
- The p-value: were the runs equally good, it would not matter which of them gave which prediction
  of an image. So for every image a coin is tossed whether the two are swapped, and the p-value is
  the share of such swaps with a difference at least as large as the one found (permutation or
  sign-flip test; Fisher 1935, "The Design of Experiments"; the +1 in both parts of the ratio after
  Phipson and Smyth 2010, https://doi.org/10.2202/1544-6115.1585).

Both ask about other images, not about other trainings: two runs of one recipe with two seeds can
differ by more than chance in this sense.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import PetsegError
from core.evaluation.metrics.bootstrap import LEVEL, interval, resampled_sums, swapped_sums
from core.evaluation.metrics.confusion import none_if_nan
from core.evaluation.metrics.ratios import mean_of_present
from core.evaluation.metrics.tally import dice_of
from core.evaluation.scores import Evaluation

RESAMPLES = 2000
FEW = 20
"""With fewer images neither test says much."""

_MINUS = "−"


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of two runs on the same images, in percent; None where a run has none.

    Attributes:
        a: The first run's figure.
        b: The second run's figure.
        delta: The second less the first, in points.
        low: Lower end of the interval of the difference.
        high: Upper end.
        p_value: How often a difference at least as large comes about by chance, 0 to 1.
    """

    a: float | None
    b: float | None
    delta: float | None
    low: float | None
    high: float | None
    p_value: float | None

    def as_json(self) -> dict[str, float | None]:
        """For `petseg compare --json`; the figures themselves stand elsewhere in it."""
        return {"delta": self.delta, "low": self.low, "high": self.high, "p_value": self.p_value}


@dataclass(frozen=True, slots=True)
class PairedTest:
    """Two runs, held against each other image by image.

    Attributes:
        a: The first run's id.
        b: The second run's id.
        m_dice: The pooled mDice.
        classes: The pooled Dice of each class. Each p-value is of its class alone: of many
            classes, one or the other has a small one by chance.
        samples: Number of images that both were measured on.
        level: The share of draws that the intervals hold, 0 to 1.
        resamples: Number of draws, and of swaps.
    """

    a: str
    b: str
    m_dice: Difference
    classes: dict[str, Difference]
    samples: int
    level: float
    resamples: int

    @property
    def delta(self) -> float:
        """The second run's pooled mDice less the first's, in points."""
        return self.m_dice.delta or 0.0

    @property
    def low(self) -> float | None:
        """Lower end of the interval of the difference."""
        return self.m_dice.low

    @property
    def high(self) -> float | None:
        """Upper end of the interval of the difference."""
        return self.m_dice.high

    @property
    def p_value(self) -> float | None:
        """How often a difference at least as large comes about by chance, 0 to 1."""
        return self.m_dice.p_value

    @property
    def is_more_than_chance(self) -> bool:
        """Whether chance alone hardly gives such a difference: p is below 1 − level."""
        return self.p_value is not None and self.p_value < 1 - self.level

    def sentence(self, name_a: str | None = None, name_b: str | None = None) -> str:
        """What was found, for people.

        Args:
            name_a: What the first run is called; its id by default.
            name_b: What the second run is called.
        """
        a, b = name_a or self.a, name_b or self.b
        first, second = self.m_dice.a, self.m_dice.b
        if first is None or second is None or self.p_value is None:
            return f"{a} and {b} cannot be held against each other on one image alone."
        images = f"{self.samples} images"
        if self.delta == 0 and self.low == 0 and self.high == 0:
            return f"{a} and {b} have the same mDice, {first:.2f}, on {images}: no difference."
        more = "above" if self.delta >= 0 else "below"
        text = (
            f"On {images} {b} has an mDice of {second:.2f}, {abs(self.delta):.2f} points {more} "
            f"{a} with {first:.2f}. "
        )
        if self.is_more_than_chance:
            text += (
                "That is more than chance: were the two equally good, a difference this large "
                f"would come about {_how_often(self.p_value)} (p {_p_text(self.p_value)})."
            )
        else:
            text += (
                "That can be chance: were the two equally good, a difference this large would "
                f"still come about {_how_often(self.p_value)} (p {_p_text(self.p_value)})."
            )
        if self.low is not None and self.high is not None:
            text += (
                f" On other images of this kind, expect the difference to lie between "
                f"{_signed(self.low)} and {_signed(self.high)} points "
                f"({100 * self.level:g} % interval)."
            )
        if self.samples < FEW:
            text += f" {self.samples} images are few: do not rely on this."
        return text

    def as_json(self) -> dict[str, Any]:
        """The `test` of `petseg compare --json`."""
        return {
            "samples": self.samples,
            "level": self.level,
            "resamples": self.resamples,
            "mDice": self.m_dice.as_json(),
            "classes": {name: found.as_json() for name, found in self.classes.items()},
            "more_than_chance": self.is_more_than_chance,
        }


def paired_test(
    a: Evaluation,
    b: Evaluation,
    *,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
    only: Collection[str] | None = None,
) -> PairedTest:
    """Test whether the second run's pooled mDice differs from the first's by more than chance.

    Only samples count that both were measured on.

    Args:
        a: The run to compare with.
        b: The run whose gain is asked for: differences are `b` less `a`.
        level: The share of draws that the intervals hold, 0 to 1.
        resamples: Number of draws of images, and of swaps; at least 1.
        seed: The same seed gives the same result.
        only: The samples that may count; by default all that both were measured on.

    Raises:
        ValueError: the two are of different splits, label sets or classes, or the level is not
            between 0 and 1.
        PetsegError: they have no sample in common.
    """
    if (a.split, a.label_set, a.class_names) != (b.split, b.label_set, b.class_names):
        raise ValueError("the evaluations are of different splits, label sets or classes")
    if not 0 < level < 1 or resamples < 1:
        raise ValueError("the level lies between 0 and 1, and there is at least one draw")
    first, second = _counts_in_common(a, b, only)
    images, shape = len(first), first.shape[1:]
    both = np.concatenate([first.reshape(images, -1), second.reshape(images, -1)], axis=1)
    whole = _with_mean(both.sum(axis=0).reshape(2, *shape))
    delta = whole[1] - whole[0]
    unknown = np.full(delta.shape, np.nan)
    low, high, p = unknown, unknown, unknown
    if images > 1:
        drawn = _with_mean(resampled_sums(both, resamples, seed).reshape(resamples, 2, *shape))
        low, high = interval(drawn[:, 1] - drawn[:, 0], level)
        p = _p_values(first, second, delta, resamples, seed + 1)
    found = [
        Difference(*(none_if_nan(float(value)) for value in row))
        for row in zip(whole[0], whole[1], delta, low, high, p, strict=True)
    ]
    return PairedTest(
        a=a.run,
        b=b.run,
        m_dice=found[-1],
        classes=dict(zip(a.class_names, found[:-1], strict=True)),
        samples=images,
        level=level,
        resamples=resamples,
    )


def _counts_in_common(
    a: Evaluation, b: Evaluation, only: Collection[str] | None
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    rows = [
        (row, other)
        for sample, row in a.scores.rows.items()
        if (other := b.scores.rows.get(sample)) is not None and (only is None or sample in only)
    ]
    if not rows:
        raise PetsegError(
            f"The runs {a.run} and {b.run} have no measured sample in common",
            remedy="Predict the same split with both runs, then compare again.",
        )
    chosen = np.array(rows)
    return a.scores.pixel_counts()[chosen[:, 0]], b.scores.pixel_counts()[chosen[:, 1]]


def _p_values(
    first: npt.NDArray[np.int64],
    second: npt.NDArray[np.int64],
    delta: npt.NDArray[np.float64],
    times: int,
    seed: int,
) -> npt.NDArray[np.float64]:
    gain = second - first
    moved = swapped_sums(gain.reshape(len(gain), -1), times, seed).reshape(times, *gain.shape[1:])
    swapped = _with_mean(second.sum(axis=0) - moved) - _with_mean(first.sum(axis=0) + moved)
    # What is equal but for rounding counts as equally large.
    as_large = np.abs(swapped) >= np.abs(delta) - 1e-9
    p = (1 + as_large.sum(axis=0)) / (1 + times)
    return np.where(np.isnan(delta), np.nan, p)


def _with_mean(counts: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Dice of each class and, after them, their mean: …×(K+1) for counts of …×K×3."""
    dice = dice_of(counts)
    return np.concatenate([dice, mean_of_present(dice)[..., None]], axis=-1)


def _how_often(p: float) -> str:
    if p < 0.01:
        return "in fewer than 1 of 100 comparisons"
    return f"in {round(100 * p)} of 100 comparisons"


def _p_text(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def _signed(value: float) -> str:
    text = f"{abs(value):.2f}"
    if not float(text):
        return text
    return f"{'+' if value > 0 else _MINUS}{text}"
