"""What runs say of masks that they have not learned: a second opinion on label suspects."""

from __future__ import annotations

from collections.abc import Iterable

from core.dataset import Dataset
from core.evaluation.predicting.files import RunLike
from core.evaluation.suspects.ranking import Suspect, rank_masks, runs_with_quality


def doubts_of(
    dataset: Dataset, label_set: str, runs: Iterable[RunLike], split: str
) -> dict[str, Suspect]:
    """By sample, what some run says of its mask that has not learned it.

    Masks that were edited since are left out: nothing is known of them as they are now.

    Args:
        dataset: The dataset.
        label_set: Whose masks.
        runs: The runs to ask; those that have judged no mask are passed over.
        split: The split.

    Raises:
        PetsegError: there is no such split or label set.
    """
    judges = list(runs_with_quality(dataset, runs, label_set))
    if not judges:
        return {}
    splits = [split] if dataset.splits else None
    found = rank_masks(dataset, label_set, judges, splits=splits)
    return {
        each.sample: each for each in found.suspects if not each.was_learned and not each.is_edited
    }
