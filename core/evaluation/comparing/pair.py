"""Two runs on one split: what changed overall, in each class and in each sample."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from core.dataset import Dataset
from core.evaluation.comparing.several import compare_several
from core.evaluation.evaluate import evaluate_run
from core.evaluation.metrics.confusion import Metrics
from core.evaluation.predicting.files import RunLike
from core.evaluation.scores import Evaluation, SkippedSample


class MetricsDelta(BaseModel):
    """Differences of pooled figures in percentage points, the second run less the first.

    Attributes:
        mDice: Difference of the pooled mDice.
        classes: Difference of the pooled Dice by class; None where a run has none.
    """

    model_config = ConfigDict(frozen=True)

    mDice: float  # noqa: N815 - the study's spelling, fixed in the JSON
    classes: dict[str, float | None]


class SampleDelta(BaseModel):
    """One sample's own mDice in both runs, in percent, and the second less the first."""

    model_config = ConfigDict(frozen=True)

    sample: str
    a: float
    b: float
    delta: float


class Comparison(BaseModel):
    """Two runs measured on the same samples against the same masks.

    Attributes:
        split: The split.
        label_set: The masks taken for the truth.
        a: The first run's id.
        b: The second run's id.
        compared: Number of samples that both runs were measured on.
        delta: Differences of the pooled figures.
        metrics_a: Pooled figures of the first run on the samples in common.
        metrics_b: The same of the second run.
        samples: By own mDice, the largest absolute difference first.
        left_out: Samples that one of the runs was not measured on, with the reason.
    """

    model_config = ConfigDict(frozen=True)

    split: str
    label_set: str
    a: str
    b: str
    compared: int
    delta: MetricsDelta
    metrics_a: Metrics
    metrics_b: Metrics
    samples: tuple[SampleDelta, ...]
    left_out: tuple[SkippedSample, ...]

    def summary(self) -> dict[str, Any]:
        """The JSON of `petseg compare`."""
        return self.model_dump(mode="json")


def compare_runs(
    dataset: Dataset,
    a: RunLike,
    b: RunLike,
    split: str,
    *,
    label_set: str | None = None,
    exclude: Collection[str] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Comparison:
    """Compare two runs on the samples that both predicted, against one truth.

    Args:
        dataset: The dataset.
        a: The run to compare with.
        b: The run whose gain is asked for: deltas are `b` less `a`.
        split: The split.
        label_set: The masks to take for the truth. By default the label set both runs learned;
            when they learned different ones, the dataset's default (the corrected one).
        exclude: See `evaluate_run`.
        on_progress: Called with (samples done, samples in all) over both runs.
        cancelled: Asked now and then; True ends the work.

    Raises:
        PetsegError: a run cannot be measured, or they have no sample in common.
        EvaluationCancelled: `cancelled` said so.
    """
    first, second = evaluate_both(
        dataset,
        a,
        b,
        split,
        label_set=label_set,
        exclude=exclude,
        on_progress=on_progress,
        cancelled=cancelled,
    )
    return compare_evaluations(first, second)


def evaluate_both(
    dataset: Dataset,
    a: RunLike,
    b: RunLike,
    split: str,
    *,
    label_set: str | None = None,
    exclude: Collection[str] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Evaluation, Evaluation]:
    """Measure two runs against one truth; see `compare_runs`."""
    if label_set is None and a.label_set != b.label_set:
        label_set = dataset.default_label_set
    evaluations: list[Evaluation] = []
    for position, run in enumerate((a, b)):
        evaluations.append(
            evaluate_run(
                dataset,
                run,
                split,
                label_set=label_set,
                exclude=exclude,
                on_progress=_half(on_progress, position),
                cancelled=cancelled,
            )
        )
    return evaluations[0], evaluations[1]


def compare_evaluations(a: Evaluation, b: Evaluation) -> Comparison:
    """Compare two evaluations of one split against one label set.

    Raises:
        ValueError: they are of different splits, label sets or classes.
        PetsegError: they have no sample in common.
    """
    both = compare_several([a, b])
    metrics_a, metrics_b = both.metrics
    known: list[bool] = np.logical_not(np.isnan(both.m_dice).any(axis=1)).tolist()
    samples = [
        SampleDelta(sample=sample, a=first, b=second, delta=second - first)
        for sample, (first, second), is_known in zip(
            both.samples, both.m_dice.tolist(), known, strict=True
        )
        if is_known
    ]
    samples.sort(key=lambda entry: (-abs(entry.delta), entry.sample))
    return Comparison(
        split=a.split,
        label_set=a.label_set,
        a=a.run,
        b=b.run,
        compared=len(both.samples),
        delta=MetricsDelta(
            mDice=metrics_b.mDice - metrics_a.mDice,
            classes={
                first.name: _difference(first.dice, second.dice)
                for first, second in zip(metrics_a.classes, metrics_b.classes, strict=True)
            },
        ),
        metrics_a=metrics_a,
        metrics_b=metrics_b,
        samples=tuple(samples),
        left_out=both.left_out,
    )


def _difference(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else second - first


def _half(
    report: Callable[[int, int], None] | None, position: int
) -> Callable[[int, int], None] | None:
    if report is None:
        return None
    return lambda done, total: report(position * total + done, 2 * total)
