"""What a quality check says of a sample."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Box = tuple[int, int, int, int]
"""A rectangle (x, y, width, height) in pixels of the mask."""

UNFLAGGED = -1
"""Stands for the rank of a sample without a flag."""


class Severity(StrEnum):
    """How much a flag matters: an error breaks training, a warning misleads it."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for error: for sorting and comparing."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}
BY_RANK = tuple(Severity)
"""The severity of each rank."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One finding of one check on one sample.

    Attributes:
        sample: The sample's id, `split/stem`.
        check: The check's id.
        severity: How much it matters.
        value: The number behind it, in the unit the check documents.
        message: A sentence for the user.
        region: The places on the mask that the flag speaks of; empty when it is the whole sample.
    """

    sample: str
    check: str
    severity: Severity
    value: float
    message: str
    region: tuple[Box, ...] = ()


def worst(flags: Iterable[Flag]) -> Severity | None:
    """The highest severity among the flags; None when there are none."""
    return max((flag.severity for flag in flags), key=lambda severity: severity.rank, default=None)


@dataclass(frozen=True)
class FlagColumns:
    """The flags of many samples as columns, one entry per sample.

    Attributes:
        ranks: int8 N, the rank of each sample's worst flag; UNFLAGGED without one.
        counts: int32 N, how many flags each sample has.
        with_check: For each check that flagged any sample, bool N.
        severities: For each of those checks, the highest severity of its flags.
    """

    ranks: npt.NDArray[np.int8]
    counts: npt.NDArray[np.int32]
    with_check: Mapping[str, npt.NDArray[np.bool_]]
    severities: Mapping[str, Severity]


class FlagBook(Mapping[str, Sequence[Flag]]):
    """The flags of a dataset's samples by sample id; samples without a flag are absent.

    What a gallery paints, severities and numbers, can be had without the flags' words.
    """

    def __init__(self, flags: Mapping[str, Sequence[Flag]] | None = None) -> None:
        self._by_sample = {name: list(some) for name, some in (flags or {}).items() if some}

    def __getitem__(self, sample_id: str) -> Sequence[Flag]:
        return self._by_sample[sample_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_sample)

    def __len__(self) -> int:
        return len(self._by_sample)

    def __contains__(self, sample_id: object) -> bool:
        return sample_id in self._by_sample

    def severity_of(self, sample_id: str) -> Severity | None:
        """The severity of a sample's worst flag; None without a flag."""
        return worst(self.get(sample_id, ()))

    def count_of(self, sample_id: str) -> int:
        """How many flags a sample has."""
        return len(self.get(sample_id, ()))

    def columns(self, sample_ids: Sequence[str]) -> FlagColumns:
        """The flags of those samples as columns, in their order."""
        ranks = np.full(len(sample_ids), UNFLAGGED, np.int8)
        counts = np.zeros(len(sample_ids), np.int32)
        with_check: dict[str, npt.NDArray[np.bool_]] = {}
        severities: dict[str, Severity] = {}
        for place, sample_id in enumerate(sample_ids):
            for flag in self.get(sample_id, ()):
                ranks[place] = max(int(ranks[place]), flag.severity.rank)
                counts[place] += 1
                if flag.check not in with_check:
                    with_check[flag.check] = np.zeros(len(sample_ids), np.bool_)
                with_check[flag.check][place] = True
                known = severities.get(flag.check, flag.severity)
                severities[flag.check] = max(known, flag.severity, key=lambda each: each.rank)
        return FlagColumns(ranks, counts, with_check, severities)


def flag_book(flags: Mapping[str, Sequence[Flag]]) -> FlagBook:
    """Those flags as a FlagBook; one that is a FlagBook already is returned as it is."""
    return flags if isinstance(flags, FlagBook) else FlagBook(flags)
