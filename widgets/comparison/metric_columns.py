"""The columns of metrics that a table of runs has, with their titles and what they mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from core.evaluation.metrics.confusion import Metrics


@dataclass(frozen=True, slots=True)
class MetricColumn:
    """A metric as a column.

    Attributes:
        title: Its heading, in two lines.
        tooltip: What it is.
        value: Takes it from a run's figures, in percent; None where it does not exist.
    """

    title: str
    tooltip: str
    value: Callable[[Metrics], float | None]


def metric_columns(class_names: Sequence[str]) -> list[MetricColumn]:
    """The mDice first, then the classes' Dice and accuracies, and the means."""
    columns = [MetricColumn("mDice\n%", "Mean of the classes' Dice, dataset-pooled.", _m_dice)]
    columns += [
        MetricColumn(
            f"Dice %\n{name}",
            f"Dice of {name}: twice the pixels that are {name} in both, divided by the pixels"
            " that are in the masks plus those that are in the predictions. Dataset-pooled.",
            partial(_dice, index),
        )
        for index, name in enumerate(class_names)
    ]
    columns += [
        MetricColumn(
            f"Acc %\n{name}",
            f"Accuracy of {name}: the share of its pixels in the masks that the run finds."
            " Dataset-pooled.",
            partial(_accuracy, index),
        )
        for index, name in enumerate(class_names)
    ]
    columns.append(MetricColumn("aAcc\n%", "Share of all pixels that are right.", _a_acc))
    columns.append(MetricColumn("mAcc\n%", "Mean of the classes' accuracies.", _m_acc))
    return columns


def _m_dice(metrics: Metrics) -> float:
    return metrics.mDice


def _a_acc(metrics: Metrics) -> float:
    return metrics.aAcc


def _m_acc(metrics: Metrics) -> float:
    return metrics.mAcc


def _dice(index: int, metrics: Metrics) -> float | None:
    return metrics.classes[index].dice


def _accuracy(index: int, metrics: Metrics) -> float | None:
    return metrics.classes[index].acc
