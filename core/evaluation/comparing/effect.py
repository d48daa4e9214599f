"""What label repairs gave between two runs, in figures, in sentences and as JSON."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from core.evaluation.comparing.paired import PairedTest
from core.evaluation.metrics.confusion import Metrics

_NAMED = 3


@dataclass(frozen=True, slots=True)
class EffectRow:
    """Figures of one of the runs on one state of the labels.

    Attributes:
        run: The run's name.
        labels: Which labels judge it, in words.
        metrics: Pooled over the samples, in percent.
        test: How it differs from the row before; None for the first one.
    """

    run: str
    labels: str
    metrics: Metrics
    test: PairedTest | None = None


@dataclass(frozen=True, slots=True)
class RepairsEffect:
    """What label repairs gave. Differences are percentage points of the pooled mDice.

    Attributes:
        parent: Id of the run that learned the labels before the repairs.
        child: Id of the run that was trained on the labels after them.
        split: The split that both were measured on.
        label_set: The label set.
        samples: How many samples the figures are over.
        learned: Samples of the train split whose masks the child learned otherwise than the parent.
        rejudged: Samples of the split whose masks are others now than those that the parent had.
        lost: Samples left out, because the mask that the parent had is not kept any more.
        other: What else is different between the two runs, in words; empty where only labels are.
        rows: The three evaluations: parent then, parent now, child now.
        validated: The best mDice of the parent's own validation on the labels it had, in percent;
            None when the split is another one than it validated on.
    """

    parent: str
    child: str
    split: str
    label_set: str
    samples: int
    learned: tuple[str, ...]
    rejudged: tuple[str, ...]
    lost: tuple[str, ...]
    other: tuple[str, ...]
    rows: tuple[EffectRow, EffectRow, EffectRow]
    validated: float | None = None

    @property
    def judging(self) -> PairedTest:
        """What the repairs changed of the parent's figures, without any training."""
        return _test_of(self.rows[1])

    @property
    def learning(self) -> PairedTest:
        """What the child does better, on the labels now."""
        return _test_of(self.rows[2])

    def sentence(self) -> str:
        """What came of the repairs, for people."""
        then, now, after = (row.metrics.mDice for row in self.rows)
        if self.rejudged:
            judged = (
                f"Judged by {_masks(self.rejudged)} repaired in {self.split or 'the dataset'}, the "
                f"same predictions of {self.rows[0].run} go from {then:.2f} to {now:.2f} "
                f"({_signed(now - then)})."
            )
        else:
            judged = (
                f"No mask of {self.split or 'the dataset'} that is judged here was repaired, so "
                f"{self.rows[0].run} keeps its {now:.2f}."
            )
        learned = (
            f"{self.rows[2].run}, which learned {_masks(self.learned)} repaired, has {after:.2f} "
            f"({_signed(after - now)}"
        )
        test = self.learning
        if test.low is not None and test.high is not None:
            learned += f", {_signed(test.low)} to {_signed(test.high)} on other images"
            learned += ", more than chance" if test.is_more_than_chance else ", which can be chance"
        return f"{judged} On the labels now, {learned})."

    def reservations(self) -> list[str]:
        """What keeps the figures from telling the whole, as sentences; empty where nothing does."""
        said = []
        if self.lost:
            named = ", ".join(self.lost[:_NAMED]) + (", …" if len(self.lost) > _NAMED else "")
            noun = "sample is" if len(self.lost) == 1 else "samples are"
            said.append(
                f"{len(self.lost):,} {noun} left out: the masks that the parent had are not kept "
                f"any more ({named})."
            )
            if self.validated is not None:
                said.append(
                    "Its own validation had measured a best mDice of "
                    f"{self.validated:.2f} on all the labels it had."
                )
        if self.other:
            said.append(
                f"The runs differ in more than labels ({', '.join(self.other)}), so the gain is "
                "not that of the repairs alone."
            )
        return said

    def summary(self) -> dict[str, Any]:
        """The same as JSON, for `petseg compare`."""
        return {
            "parent": self.parent,
            "child": self.child,
            "split": self.split,
            "label_set": self.label_set,
            "samples": self.samples,
            "learned": list(self.learned),
            "rejudged": list(self.rejudged),
            "lost": list(self.lost),
            "other": list(self.other),
            "mDice": {
                "parent_then": self.rows[0].metrics.mDice,
                "parent_now": self.rows[1].metrics.mDice,
                "child_now": self.rows[2].metrics.mDice,
            },
            "judging": self.judging.as_json(),
            "learning": self.learning.as_json(),
            "sentence": self.sentence(),
            "reservations": self.reservations(),
        }


def _test_of(row: EffectRow) -> PairedTest:
    assert row.test is not None  # only the first row has none
    return row.test


def _signed(points: float) -> str:
    return f"{points:+.2f}".replace("-", "−")


def _masks(samples: Collection[str]) -> str:
    return "1 mask" if len(samples) == 1 else f"{len(samples):,} masks"
