"""Slices of a split: groups of samples with something in common, and what each of them costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.dataset import Dataset
from core.evaluation.analysis import Analysis
from core.evaluation.scores import Evaluation
from core.flags import Flag
from core.review.values import ReviewState


@dataclass(frozen=True, slots=True)
class Slice:
    """Samples of a split that have something in common.

    Attributes:
        id: Its name in files and commands, such as `dark_on_dark` or `object_size:small`.
        group: The heading it stands under: "Object size".
        name: Its name for people: "Small objects".
        samples: The samples in it, in the dataset's order.
        mDice: Pooled mDice of its samples, in percent; nan when nothing can be measured.
        low, high: The interval of `mDice` from resampling its samples; nan for too few.
        cost: How much the pooled mDice of the split would rise were the pixels of these samples
            told apart as well as those of all others, class by class; in points.
        dice: Pooled Dice by class name, in percent; None for a class that does not occur.
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


def make_slices(
    dataset: Dataset,
    evaluation: Evaluation,
    analysis: Analysis,
    *,
    flags: Mapping[str, Sequence[Flag]] | None = None,
    tags: Mapping[str, Sequence[str]] | None = None,
    states: Mapping[str, ReviewState] | None = None,
) -> list[Slice]:
    """Cut a split into slices, and say what each costs; the most expensive first.

    Args:
        dataset: The dataset.
        evaluation: The figures of the run on the split.
        analysis: Its analysis on the same split, against the same masks.
        flags: What the checks say, by sample; a `FlagBook` or a scan's table.
        tags: The users' tags, by sample.
        states: The review states, by sample.
    """
    raise NotImplementedError
