"""What was found of a run on a split: errors, details and facts of every sample, and their sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.evaluation.errors.kinds import ErrorKind
from core.evaluation.errors.regions import ErrorRegion
from core.evaluation.scores import SkippedSample
from core.evaluation.slices.facts import SampleFacts

if TYPE_CHECKING:
    from core.evaluation.metrics.details import SampleDetails


@dataclass(frozen=True, slots=True)
class SampleAnalysis:
    """What was found of one sample.

    Attributes:
        sample: Its id.
        errors: Its regions of wrong pixels, largest first.
        details: What figures beyond pixel counts are summed from.
        facts: What the sample is like.
    """

    sample: str
    errors: tuple[ErrorRegion, ...]
    details: SampleDetails
    facts: SampleFacts


@dataclass(frozen=True, slots=True)
class KindSum:
    """All errors of one kind.

    Attributes:
        kind: The kind.
        regions: Number of regions.
        samples: Number of samples that have one.
        pixels: Number of pixels.
        cost: How much the pooled mDice would rise were these pixels right, in points.
    """

    kind: ErrorKind
    regions: int
    samples: int
    pixels: int
    cost: float


@dataclass(frozen=True)
class Analysis:
    """The errors of a run on a split.

    Attributes:
        run: The run's id.
        split: The split.
        label_set: The masks that were taken for the truth.
        samples: One entry per sample that was looked at, in the dataset's order; made when asked
            for.
        skipped: The samples that were not, with the reason.
        background: The class that is no object; None where every class is one.
        class_names: Names of the classes, by index.
    """

    run: str
    split: str
    label_set: str
    samples: Sequence[SampleAnalysis]
    skipped: tuple[SkippedSample, ...]
    background: int | None
    class_names: tuple[str, ...]

    def by_kind(self) -> dict[ErrorKind, KindSum]:
        """Every kind with its sums, the most expensive first."""
        raise NotImplementedError

    def of(self, sample: str) -> SampleAnalysis | None:
        """What was found of a sample; None when it was not looked at."""
        raise NotImplementedError

    def samples_with(
        self,
        kind: ErrorKind | None = None,
        *,
        true_class: int | None = None,
        predicted_class: int | None = None,
    ) -> dict[str, int]:
        """The samples with such errors and how many pixels they are, most pixels first."""
        raise NotImplementedError
