"""What was found of a run on a split: errors, details and facts of every sample, and their sums."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import overload

import numpy as np
import numpy.typing as npt

from core.evaluation.analysis_table import AnalysisTable
from core.evaluation.costs import cost_of
from core.evaluation.errors.kinds import KINDS, ErrorKind
from core.evaluation.errors.label_suspects import Doubt, at_doubt, is_believed, suspected
from core.evaluation.errors.regions import ErrorRegion
from core.evaluation.errors.textures import grouped
from core.evaluation.metrics.details import SampleDetails
from core.evaluation.scores import SkippedSample
from core.evaluation.slices.facts import SampleFacts

Bools = npt.NDArray[np.bool_]


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


@dataclass(frozen=True, slots=True)
class FoundRegion:
    """A region and the sample that it lies in."""

    sample: str
    region: ErrorRegion


@dataclass(frozen=True, slots=True)
class TextureSum:
    """False alarms that look alike.

    Attributes:
        name: What they look like: "dark grey, fine pattern".
        regions: The regions, the most typical first.
        samples: Number of samples that have one.
        pixels: Number of pixels.
        cost: How much the pooled mDice would rise were these pixels right, in points.
    """

    name: str
    regions: tuple[FoundRegion, ...]
    samples: int
    pixels: int
    cost: float


@dataclass(frozen=True, eq=False)
class Analysis:
    """The errors of a run on a split.

    Attributes:
        run: The run's id.
        split: The split.
        label_set: The masks that were taken for the truth.
        skipped: The samples that were not looked at, with the reason.
        background: The class that is no object; None where every class is one.
        class_names: Names of the classes, by index.
        table: All that was found, as columns.
        doubts: What runs that have not seen a sample say of its mask.
    """

    run: str
    split: str
    label_set: str
    skipped: tuple[SkippedSample, ...]
    background: int | None
    class_names: tuple[str, ...]
    table: AnalysisTable
    doubts: Mapping[str, Doubt] = field(default_factory=dict)

    @property
    def samples(self) -> Sequence[SampleAnalysis]:
        """One entry per sample that was looked at, in the dataset's order; made when asked for."""
        return _Samples(self)

    @property
    def ids(self) -> tuple[str, ...]:
        """The samples that were looked at."""
        return self.table.ids

    @cached_property
    def kinds(self) -> npt.NDArray[np.uint8]:
        """The codes of the kinds of all regions, label suspects included."""
        table = self.table
        doubted = believed = None
        if self.doubts:
            doubted = np.zeros(len(table.regions), np.bool_)
            believed = np.zeros(len(table.regions), np.bool_)
            for sample, doubt in self.doubts.items():
                row = table.rows.get(sample)
                if row is not None:
                    own = slice(int(table.starts[row]), int(table.starts[row + 1]))
                    believed[own] = is_believed(doubt)
                    doubted[own] = at_doubt(table.regions.at(own), doubt)
        picture = table.pixels[table.sample_of_region]
        return suspected(table.regions, picture, doubted=doubted, believed=believed)

    @cached_property
    def matrix(self) -> npt.NDArray[np.int64]:
        """The confusion matrix of all samples, int64 K×K: true classes by predicted ones."""
        everything = np.ones(len(self.table.regions), np.bool_)
        return self._wrong(everything) + np.diag(self.table.right.sum(0))

    def by_kind(self) -> dict[ErrorKind, KindSum]:
        """Every kind with its sums, the most expensive first; those that do not occur too."""
        sums = []
        for kind in KINDS:
            chosen = self.kinds == kind.code
            sums.append(KindSum(kind, *self._counted(chosen)))
        sums.sort(key=lambda each: (-each.cost, -each.pixels))
        return {each.kind: each for each in sums}

    def by_texture(self) -> list[TextureSum]:
        """What the false alarms look like, the most frequent look first.

        Label suspects are left out, and so are regions that are too small to look like anything.
        """
        places = self.table.region_of_texture
        own = self.kinds[places] == ErrorKind.FALSE_ALARM.code
        places = places[own]
        found = []
        for group in grouped(self.table.textures[own], self.table.regions.pixels[places]):
            of_group = places[list(group.places)]
            chosen = np.zeros(len(self.table.regions), np.bool_)
            chosen[of_group] = True
            _, samples, pixels, cost = self._counted(chosen)
            regions = tuple(self._found(place) for place in of_group.tolist())
            found.append(TextureSum(group.name, regions, samples, pixels, cost))
        return found

    def of(self, sample: str) -> SampleAnalysis | None:
        """What was found of a sample; None when it was not looked at."""
        row = self.table.rows.get(sample)
        return None if row is None else self.samples[row]

    def samples_with(
        self,
        kind: ErrorKind | None = None,
        *,
        true_class: int | None = None,
        predicted_class: int | None = None,
    ) -> dict[str, int]:
        """The samples with such errors and how many pixels they are, most pixels first."""
        table = self.table
        chosen = self._chosen(kind, true_class, predicted_class)
        pixels = np.bincount(
            table.sample_of_region[chosen],
            table.regions.pixels[chosen],
            minlength=len(table.ids),
        ).astype(np.int64)
        order = np.argsort(-pixels, kind="stable")
        return {table.ids[row]: int(pixels[row]) for row in order.tolist() if pixels[row]}

    def regions_with(
        self,
        kind: ErrorKind | None = None,
        *,
        true_class: int | None = None,
        predicted_class: int | None = None,
        most: int | None = None,
    ) -> list[FoundRegion]:
        """Such regions of all samples, the largest first, `most` of them."""
        places = np.flatnonzero(self._chosen(kind, true_class, predicted_class))
        order = np.argsort(-self.table.regions.pixels[places], kind="stable")[:most]
        return [self._found(place) for place in places[order].tolist()]

    def with_doubts(self, doubts: Mapping[str, Doubt]) -> Analysis:
        """The analysis with label suspects told by what other runs say of the masks too.

        Args:
            doubts: By sample; `core.evaluation.suspects.ranking.Suspect` fits. Only of runs that
                have not learned the sample: others believe its mask.
        """
        return replace(self, doubts=dict(doubts))

    def pixels_of_kinds(self) -> npt.NDArray[np.int64]:
        """The pixels of each kind in each sample, int64 N×7 by the kinds' codes."""
        table = self.table
        cells = table.sample_of_region * len(KINDS) + self.kinds
        sums = np.bincount(cells, table.regions.pixels, minlength=len(table.ids) * len(KINDS))
        return sums.astype(np.int64).reshape(-1, len(KINDS))

    def _chosen(
        self, kind: ErrorKind | None, true_class: int | None, predicted_class: int | None
    ) -> Bools:
        regions = self.table.regions
        chosen = np.ones(len(regions), np.bool_)
        if kind is not None:
            chosen &= self.kinds == kind.code
        if true_class is not None:
            chosen &= regions.true_class == true_class
        if predicted_class is not None:
            chosen &= regions.predicted_class == predicted_class
        return chosen

    def _counted(self, chosen: Bools) -> tuple[int, int, int, float]:
        """Regions, samples, pixels and cost of some regions."""
        rows = self.table.sample_of_region[chosen]
        wrong = self._wrong(chosen)
        cost = cost_of(self.matrix, wrong) if len(rows) else 0.0
        return len(rows), len(np.unique(rows)), int(wrong.sum()), cost

    def _wrong(self, chosen: Bools) -> npt.NDArray[np.int64]:
        regions, side = self.table.regions, len(self.class_names)
        cells = regions.true_class[chosen].astype(np.int64) * side + regions.predicted_class[chosen]
        sums = np.bincount(cells, regions.pixels[chosen], minlength=side * side)
        return sums.astype(np.int64).reshape(side, side)

    def _found(self, place: int) -> FoundRegion:
        row = int(self.table.sample_of_region[place])
        return FoundRegion(self.table.ids[row], self._region(place))

    def _region(self, place: int) -> ErrorRegion:
        return self.table.regions.region(place, KINDS[self.kinds[place]])

    def _sample(self, row: int) -> SampleAnalysis:
        table = self.table
        places = range(int(table.starts[row]), int(table.starts[row + 1]))
        return SampleAnalysis(
            sample=table.ids[row],
            errors=tuple(self._region(place) for place in places),
            details=table.details[row],
            facts=table.facts.sample(row),
        )


class _Samples(Sequence[SampleAnalysis]):
    """The samples of an analysis, each made when it is asked for."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis

    def __len__(self) -> int:
        return len(self._analysis.table.ids)

    @overload
    def __getitem__(self, index: int) -> SampleAnalysis: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[SampleAnalysis]: ...
    def __getitem__(self, index: int | slice) -> SampleAnalysis | Sequence[SampleAnalysis]:
        if isinstance(index, slice):
            return [self._analysis._sample(row) for row in range(len(self))[index]]
        return self._analysis._sample(range(len(self))[index])

    def __iter__(self) -> Iterator[SampleAnalysis]:
        return (self._analysis._sample(row) for row in range(len(self)))
