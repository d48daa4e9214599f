"""What was found in many samples, as columns: ten thousand samples are a few arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from core.evaluation.errors.region_columns import RegionColumns
from core.evaluation.errors.textures import FEATURES
from core.evaluation.metrics.details import SampleDetails, pack, unpack
from core.evaluation.slices.facts import FactColumns, SampleFacts

Arrays = dict[str, npt.NDArray[Any]]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What the pass found in one sample.

    Attributes:
        sample: Its id.
        pixels: Pixels of the picture.
        right: Pixels of each class that are right, int64 K.
        regions: Its regions, largest first.
        textured: Places of the regions whose texture was measured.
        textures: float32, one row for each of these; see `core.evaluation.errors.textures`.
        facts: What the sample is like.
        details: Its borders, objects and confidence.
    """

    sample: str
    pixels: int
    right: npt.NDArray[np.int64]
    regions: RegionColumns
    textured: npt.NDArray[np.int32]
    textures: npt.NDArray[np.float32]
    facts: SampleFacts
    details: SampleDetails


@dataclass(frozen=True, eq=False)
class AnalysisTable:
    """The samples, one entry of each column per sample or per region.

    Attributes:
        ids: The samples.
        pixels: int64 N, pixels of each picture.
        right: int64 N×K, pixels of each class that are right.
        counts: int64 N, regions of each sample.
        regions: Their regions, one sample after the other.
        texture_counts: int64 N, how many regions of each sample have a texture.
        textured: int32, the places of these within their sample.
        textures: float32 ×7, their textures.
        facts: What the samples are like.
        packed: Borders, objects and confidence, see `core.evaluation.metrics.details`.
    """

    ids: tuple[str, ...]
    pixels: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    regions: RegionColumns
    texture_counts: npt.NDArray[np.int64]
    textured: npt.NDArray[np.int32]
    textures: npt.NDArray[np.float32]
    facts: FactColumns
    packed: Arrays

    @classmethod
    def of(cls, found: Sequence[Measured], num_classes: int) -> AnalysisTable:
        """The table of some samples."""
        none = np.zeros((0, len(FEATURES)), np.float32)
        return cls(
            ids=tuple(each.sample for each in found),
            pixels=np.array([each.pixels for each in found], np.int64),
            right=np.array([each.right for each in found], np.int64).reshape(-1, num_classes),
            counts=np.array([len(each.regions) for each in found], np.int64),
            regions=RegionColumns.joined([each.regions for each in found]),
            texture_counts=np.array([len(each.textured) for each in found], np.int64),
            textured=np.concatenate([np.zeros(0, np.int32), *(each.textured for each in found)]),
            textures=np.concatenate([none, *(each.textures for each in found)]),
            facts=FactColumns.of([each.facts for each in found], num_classes),
            packed=dict(pack([each.details for each in found])),
        )

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """The place of each sample."""
        return {sample: row for row, sample in enumerate(self.ids)}

    @cached_property
    def starts(self) -> npt.NDArray[np.int64]:
        """Where the regions of each sample begin, and where those of the last end."""
        return np.concatenate([[0], np.cumsum(self.counts)])

    @cached_property
    def sample_of_region(self) -> Rows:
        """The row of the sample that each region lies in."""
        return np.repeat(np.arange(len(self.ids)), self.counts)

    @cached_property
    def region_of_texture(self) -> Rows:
        """The place of the region that each texture is of, among all regions."""
        return np.repeat(self.starts[:-1], self.texture_counts) + self.textured

    @cached_property
    def details(self) -> list[SampleDetails]:
        """Borders, objects and confidence of each sample."""
        return unpack(self.packed)

    def taken(self, rows: Rows) -> AnalysisTable:
        """The table of some samples, in their order."""
        regions = _spread(self.counts, rows)
        textures = _spread(self.texture_counts, rows)
        details = self.details
        return AnalysisTable(
            ids=tuple(self.ids[row] for row in rows.tolist()),
            pixels=self.pixels[rows],
            right=self.right[rows],
            counts=self.counts[rows],
            regions=self.regions.at(regions),
            texture_counts=self.texture_counts[rows],
            textured=self.textured[textures],
            textures=self.textures[textures],
            facts=self.facts.at(rows),
            packed=dict(pack([details[row] for row in rows.tolist()])),
        )

    @classmethod
    def joined(cls, tables: Sequence[AnalysisTable]) -> AnalysisTable:
        """The samples of some tables, one after the other; at least one table."""
        arrays = [table.as_arrays() for table in tables]
        return cls.from_arrays(
            [sample for table in tables for sample in table.ids],
            {name: np.concatenate([each[name] for each in arrays]) for name in arrays[0]},
        )

    def as_arrays(self) -> Arrays:
        """All columns but the ids by name, to be stored."""
        parts = {"region": self.regions.as_arrays(), "fact": self.facts.as_arrays()}
        parts["detail"] = self.packed
        columns = {
            f"{part}.{name}": each for part, of in parts.items() for name, each in of.items()
        }
        return columns | {name: getattr(self, name) for name in _PLAIN}

    @classmethod
    def from_arrays(
        cls, ids: Sequence[str], arrays: Mapping[str, npt.NDArray[Any]]
    ) -> AnalysisTable:
        """The table of the columns that `as_arrays` gave.

        Raises:
            ValueError, KeyError: they do not fit together, or some are missing.
        """

        def part(name: str) -> Arrays:
            start = f"{name}."
            return {
                key[len(start) :]: each for key, each in arrays.items() if key.startswith(start)
            }

        table = cls(
            ids=tuple(ids),
            regions=RegionColumns.from_arrays(part("region")),
            facts=FactColumns.from_arrays(part("fact")),
            packed=part("detail"),
            **{name: arrays[name] for name in _PLAIN},
        )
        table._require_fit()
        return table

    def _require_fit(self) -> None:
        of_samples = (self.pixels, self.right, self.counts, self.texture_counts, self.facts)
        fits = (
            {len(column) for column in of_samples} == {len(self.ids)}
            and int(self.counts.sum()) == len(self.regions)
            and int(self.texture_counts.sum()) == len(self.textured) == len(self.textures)
            and self.right.ndim == 2
            and self.textures.shape[1:] == (len(FEATURES),)
        )
        if not fits:
            raise ValueError("the columns of the analysis do not fit together")


_PLAIN = ("pixels", "right", "counts", "texture_counts", "textured", "textures")


def _spread(counts: npt.NDArray[np.int64], rows: Rows) -> Rows:
    """The places of the entries of some samples, where each has so many."""
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]]) if len(counts) else counts
    lengths = counts[rows]
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    first = np.repeat(starts[rows] - (ends - lengths), lengths)
    return np.asarray(np.arange(total) + first, np.intp)
