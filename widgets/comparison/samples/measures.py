"""What samples can be sorted by: measures of how wrong a run is, and orders of one or two runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from core.evaluation.scores import SampleScore


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of one sample.

    Attributes:
        id: Stable name.
        title: What the list of measures calls it.
        unit: "%" or "px".
        value: The figure of a score; None where the sample has none.
        more_is_better: Whether a high value is a good one.
    """

    id: str
    title: str
    unit: str
    value: Callable[[SampleScore], float | None]
    more_is_better: bool

    def text(self, value: float | None) -> str:
        """A value as it is shown: percent with two decimals, pixels whole."""
        if value is None:
            return "–"
        return f"{value:.2f}" if self.unit == "%" else f"{value:,.0f}"

    def delta_text(self, value: float | None) -> str:
        """A difference as it is shown, with its sign and a true minus."""
        if value is None:
            return "–"
        size = f"{abs(value):.2f}" if self.unit == "%" else f"{abs(value):,.0f}"
        if not float(size.replace(",", "")):
            return size
        return f"{'+' if value > 0 else '−'}{size}"


def measures(class_names: Sequence[str]) -> list[Measure]:
    """All measures for a dataset with those classes, the usual one first."""
    found = [Measure("mDice", "mDice of the image", "%", lambda score: score.mDice, True)]
    for index, name in enumerate(class_names):
        found.append(
            Measure(
                f"dice:{name}",
                f"Dice of {name}",
                "%",
                lambda score, index=index: score.dice[index],  # type: ignore[misc]
                True,
            )
        )
    found += [
        Measure("missed", "Missed pixels", "px", lambda score: score.errors.missed, False),
        Measure("false", "False pixels", "px", lambda score: score.errors.false, False),
        Measure(
            "wrong_class",
            "Pixels of a wrong class",
            "px",
            lambda score: score.errors.wrong_class,
            False,
        ),
        Measure("wrong", "All wrong pixels", "px", lambda score: score.errors.wrong, False),
    ]
    return found


class Order(Enum):
    """How the samples are sorted. Ties, and samples without a figure at the end, go by name."""

    A_WORST = "A worst first"
    A_BEST = "A best first"
    B_WORST = "B worst first"
    B_BEST = "B best first"
    CHANGE = "Largest |Δ| first"
    B_GAINS = "B better first"
    B_LOSES = "B worse first"
    NAME = "By name"


ORDERS: Mapping[int, tuple[Order, ...]] = {
    1: (Order.A_WORST, Order.A_BEST, Order.NAME),
    2: tuple(Order),
}
"""The orders there are for one run and for two."""


@dataclass(frozen=True, slots=True)
class ScoredSample:
    """A sample with its score by each run; None where a run has none."""

    sample: str
    scores: tuple[SampleScore | None, ...]

    def value(self, measure: Measure, run: int) -> float | None:
        """The measure of one run."""
        score = self.scores[run] if run < len(self.scores) else None
        return None if score is None else measure.value(score)

    def delta(self, measure: Measure) -> float | None:
        """How much more the second run has than the first."""
        first, second = self.value(measure, 0), self.value(measure, 1)
        return None if first is None or second is None else second - first


def sort_samples(
    samples: Sequence[ScoredSample], measure: Measure, order: Order
) -> list[ScoredSample]:
    """The samples in that order."""
    sign = 1 if measure.more_is_better else -1

    def key(sample: ScoredSample) -> tuple[bool, float, str]:
        value: float | None
        match order:
            case Order.A_WORST | Order.A_BEST:
                value = sample.value(measure, 0)
            case Order.B_WORST | Order.B_BEST:
                value = sample.value(measure, 1)
            case Order.NAME:
                value = 0.0
            case _:
                value = sample.delta(measure)
        if value is None:
            return True, 0.0, sample.sample
        match order:
            case Order.A_BEST | Order.B_BEST | Order.B_GAINS:
                value = -sign * value
            case Order.CHANGE:
                value = -abs(value)
            case _:
                value = sign * value
        return False, value, sample.sample

    return sorted(samples, key=key)


def merge_scores(runs: Sequence[Sequence[SampleScore]]) -> list[ScoredSample]:
    """One entry for every sample that any of the runs has a score for, by name."""
    by_run = [{score.sample: score for score in scores} for scores in runs]
    names = sorted({name for scores in by_run for name in scores})
    return [ScoredSample(name, tuple(scores.get(name) for scores in by_run)) for name in names]
