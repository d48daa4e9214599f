"""Two to six runs on the samples that all of them predicted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import PetsegError
from core.evaluation.metrics.confusion import ConfusionMatrix, Metrics
from core.evaluation.scores import Evaluation, SkippedSample

MOST = 6
MARGIN = 1.0
"""Points of a sample's own mDice; runs that differ by less are equally good on it."""


@dataclass(frozen=True, slots=True, eq=False)
class Several:
    """Runs measured on the same samples against the same masks.

    Attributes:
        runs: The runs' ids.
        split: The split.
        label_set: The masks taken for the truth.
        class_names: The classes.
        samples: The samples that all runs were measured on, in the dataset's order.
        metrics: Pooled figures of each run over those samples.
        m_dice: Each sample's own mDice by each run, float64 N×R in percent; nan where there is
            nothing to measure.
        dice: The same of each class, float64 N×R×K.
        left_out: Samples that one of the runs was not measured on, with the reason.
    """

    runs: tuple[str, ...]
    split: str
    label_set: str
    class_names: tuple[str, ...]
    samples: tuple[str, ...]
    metrics: tuple[Metrics, ...]
    m_dice: npt.NDArray[np.float64]
    dice: npt.NDArray[np.float64]
    left_out: tuple[SkippedSample, ...]

    def deltas(self, run: int, base: int = 0) -> dict[str, float | None]:
        """Pooled figures of a run less those of another, in points: mDice, then every class."""
        mine, other = self.metrics[run], self.metrics[base]
        found: dict[str, float | None] = {"mDice": mine.mDice - other.mDice}
        for entry, before in zip(mine.classes, other.classes, strict=True):
            known = entry.dice is not None and before.dice is not None
            found[entry.name] = entry.dice - before.dice if known else None  # type: ignore[operator]
        return found

    def sample_deltas(
        self, run: int, base: int = 0, class_name: str | None = None
    ) -> npt.NDArray[np.float64]:
        """A run's own mDice (or Dice of a class) of each sample less another run's, float64 N."""
        if class_name is None:
            return self.m_dice[:, run] - self.m_dice[:, base]
        index = self.class_names.index(class_name)
        return self.dice[:, run, index] - self.dice[:, base, index]

    def better(self, margin: float = MARGIN) -> npt.NDArray[np.int64]:
        """On how many samples the run of the row is better than that of the column, int64 R×R."""
        gain = self.m_dice[:, :, None] - self.m_dice[:, None, :]
        counts: npt.NDArray[np.int64] = (gain > margin).sum(axis=0)
        return counts

    def samples_better(self, run: int, than: int, margin: float = MARGIN) -> tuple[str, ...]:
        """The samples on which a run is better than another, the largest gain first."""
        gain = np.nan_to_num(self.sample_deltas(run, than))
        order = np.argsort(-gain, kind="stable")
        return tuple(self.samples[row] for row in order if gain[row] > margin)

    def best_alone(self, margin: float = MARGIN) -> npt.NDArray[np.int64]:
        """On how many samples each run is better than all others, int64 R; the rest are ties."""
        gain = self.m_dice[:, :, None] - self.m_dice[:, None, :]
        beats = (gain > margin) | np.eye(len(self.runs), dtype=bool)
        counts: npt.NDArray[np.int64] = beats.all(axis=2).sum(axis=0)
        return counts

    def as_json(self) -> dict[str, Any]:
        """Everything but the samples' own figures."""
        return {
            "split": self.split,
            "label_set": self.label_set,
            "runs": list(self.runs),
            "compared": len(self.samples),
            "metrics": [each.model_dump(mode="json") for each in self.metrics],
            "deltas": [self.deltas(run) for run in range(len(self.runs))],
            "better": self.better().tolist(),
        }


def compare_several(evaluations: Sequence[Evaluation]) -> Several:
    """Bring two to six evaluations to the samples that they have in common.

    Raises:
        ValueError: there are fewer than two or more than six, or they are of different splits,
            label sets or classes.
        PetsegError: they have no sample in common.
    """
    if not 2 <= len(evaluations) <= MOST:
        raise ValueError(f"two to {MOST} evaluations are compared, not {len(evaluations)}")
    first = evaluations[0]
    for other in evaluations[1:]:
        if (first.split, first.label_set, first.class_names) != (
            other.split,
            other.label_set,
            other.class_names,
        ):
            raise ValueError("the evaluations are of different splits, label sets or classes")
    places = [each.scores.rows for each in evaluations]
    common = [sample for sample in first.scores.ids if all(sample in rows for rows in places)]
    if not common:
        names = " and ".join(each.run for each in evaluations)
        raise PetsegError(
            f"The runs {names} have no measured sample in common",
            remedy="Predict the same split with all of them, then compare again.",
        )
    chosen = [np.array([rows[sample] for sample in common]) for rows in places]
    pairs = list(zip(evaluations, chosen, strict=True))
    return Several(
        runs=tuple(each.run for each in evaluations),
        split=first.split,
        label_set=first.label_set,
        class_names=tuple(first.class_names),
        samples=tuple(common),
        metrics=tuple(pooled_over(each, rows) for each, rows in pairs),
        m_dice=np.stack([each.scores.m_dice[rows] for each, rows in pairs], axis=1),
        dice=np.stack([each.scores.dice[rows] for each, rows in pairs], axis=1),
        left_out=left_out(evaluations),
    )


def pooled_over(evaluation: Evaluation, rows: npt.NDArray[np.intp]) -> Metrics:
    """The pooled figures over some samples, by their places; no sample is read again.

    Raises:
        PetsegError: none of them has a pixel with a class.
    """
    if len(rows) == len(evaluation.scores):
        return evaluation.metrics
    matrix = ConfusionMatrix(evaluation.cache.num_classes, evaluation.cache.ignore_index)
    matrix.add_counts(evaluation.scores.pooled_cells(rows))
    return matrix.metrics(evaluation.class_names)


def left_out(evaluations: Sequence[Evaluation]) -> tuple[SkippedSample, ...]:
    """The samples that at least one of the runs was not measured on, with the reason."""
    reasons: dict[str, dict[str, str]] = {}
    for evaluation in evaluations:
        for skipped in evaluation.skipped:
            reasons.setdefault(skipped.sample, {})[evaluation.run] = skipped.reason
    found = []
    for sample, by_run in reasons.items():
        if len(by_run) == len(evaluations) and len(set(by_run.values())) == 1:
            reason = next(iter(by_run.values()))
        else:
            reason = "; ".join(f"{run}: {why}" for run, why in by_run.items())
        found.append(SkippedSample(sample=sample, reason=reason))
    return tuple(found)
