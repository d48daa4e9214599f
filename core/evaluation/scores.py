"""The figures of a run on a split: pooled, and for every sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from core.evaluation.metrics.confusion import Metrics
from core.evaluation.score_table import Cell, SampleScore, ScoreTable

__all__ = ["CacheKeys", "Cell", "Evaluation", "SampleScore", "ScoreTable", "SkippedSample"]


class SkippedSample(BaseModel):
    """A sample that could not be measured, and why, as a clause ("it has no mask")."""

    model_config = ConfigDict(frozen=True)

    sample: str
    reason: str


class CacheKeys(BaseModel):
    """What the figures were computed from: a change of any part means to compute them again."""

    version: int = 1
    num_classes: int
    ignore_index: int
    background: int | None = 0
    samples: dict[str, str] = Field(default_factory=dict)

    def counts_like(self, other: CacheKeys) -> bool:
        """Whether unchanged files give the same figures under both."""
        mine = (self.version, self.num_classes, self.ignore_index)
        return mine == (other.version, other.num_classes, other.ignore_index)


class Evaluation(Metrics):
    """The figures of a run on a split: pooled over the dataset, and for every sample.

    Attributes:
        run: The run's id.
        split: The split.
        label_set: The masks that were taken for the truth.
        samples: Number of samples measured.
        iteration: Iteration of the checkpoint that predicted; None when unknown.
        scores: One entry per measured sample, in the dataset's order.
        skipped: The samples that were not measured, with the reason.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    run: str
    split: str
    label_set: str
    samples: int
    iteration: int | None = None
    scores: ScoreTable
    skipped: tuple[SkippedSample, ...]
    cache: CacheKeys

    @property
    def metrics(self) -> Metrics:
        """The pooled figures alone."""
        return Metrics(
            mDice=self.mDice, mAcc=self.mAcc, aAcc=self.aAcc, mIoU=self.mIoU, classes=self.classes
        )

    @property
    def class_names(self) -> list[str]:
        """The classes, in the order of their indices."""
        return [entry.name for entry in self.classes]

    def is_of(self, header: Mapping[str, Any], classes: Sequence[str], cache: CacheKeys) -> bool:
        """Whether computing everything again would give this very evaluation."""
        return (
            self.cache == cache
            and all(getattr(self, key) == value for key, value in header.items())
            and self.class_names == list(classes)
        )

    def summary(self) -> dict[str, Any]:
        """The JSON of `petseg eval`: percent, unrounded; None where a class occurs nowhere."""
        data = self.model_dump(mode="json", exclude={"scores", "cache"})
        first = ("run", "split", "label_set", "samples", "mDice", "mAcc", "aAcc")
        return {key: data[key] for key in first} | data

    def worst_first(self) -> list[SampleScore]:
        """The samples by their own mDice, lowest first; those without one come last."""
        return sorted(
            self.scores,
            key=lambda score: (score.mDice is None, score.mDice or 0.0, score.sample),
        )
