"""Which samples a filter shows, and in what order: quick enough to answer every keystroke.

The samples' properties are kept as columns, one entry per sample, so that a filter is a handful of
array operations, whatever the number of samples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from core.dataset.model import Sample
from core.flags import Flag, Severity

_UNFLAGGED = -1
_RANK = {severity: severity.rank for severity in Severity}

Bools = npt.NDArray[np.bool_]


class Order(StrEnum):
    """The order in which samples are shown."""

    NAME = "name"
    WORST_FIRST = "worst_first"


@dataclass(frozen=True)
class SampleFilter:
    """What the user asked to see; the default asks for everything.

    Attributes:
        text: Words that must all occur in the sample's id, in any order and case.
        split: Only this split; None for all.
        class_index: Only samples whose mask holds this class; None for all.
        check: Only samples with a flag of this check; None for all.
        flagged_only: Only samples with a flag.
        order: How the samples are sorted. It hides nothing.
    """

    text: str = ""
    split: str | None = None
    class_index: int | None = None
    check: str | None = None
    flagged_only: bool = False
    order: Order = Order.NAME

    @property
    def is_narrowing(self) -> bool:
        """Whether the filter may hide a sample."""
        return bool(
            self.text.strip()
            or self.split is not None
            or self.class_index is not None
            or self.check is not None
            or self.flagged_only
        )


@dataclass(frozen=True)
class FlagSummary:
    """How many samples carry flags.

    Attributes:
        flagged: Samples with a flag.
        errors: Samples with a flag of severity error.
        by_check: Samples per check, for checks that flagged any.
        severity_of: The highest severity that a check's flags have had.
    """

    flagged: int
    errors: int
    by_check: Mapping[str, int]
    severity_of: Mapping[str, Severity]


class SampleIndex:
    """The samples of a dataset as columns that can be filtered.

    Args:
        samples: In the order of Order.NAME.
    """

    def __init__(self, samples: Sequence[Sample]) -> None:
        self.ids: list[str] = [sample.id for sample in samples]
        self._folded = [sample_id.casefold() for sample_id in self.ids]
        self._position = {sample_id: place for place, sample_id in enumerate(self.ids)}
        splits = [sample.split for sample in samples]
        self._split_codes = {name: code for code, name in enumerate(dict.fromkeys(splits))}
        self._splits = np.array([self._split_codes[name] for name in splits], np.int32)
        self._rank = np.full(len(self.ids), _UNFLAGGED, np.int8)
        self._flag_count = np.zeros(len(self.ids), np.int32)
        self._with_check: dict[str, Bools] = {}
        self._severity_of: dict[str, Severity] = {}
        self._class_counts: Mapping[str, Sequence[int]] = {}
        self._with_class: dict[int, Bools] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, sample_id: object) -> bool:
        return sample_id in self._position

    def set_flags(
        self, flags: Mapping[str, Sequence[Flag]], changed: Collection[str] | None = None
    ) -> None:
        """Take over what the checks say.

        Args:
            flags: The flags by sample id; samples without a flag may be absent.
            changed: The samples whose flags are not as they were the last time; None for all.
        """
        if changed is None:
            self._rank.fill(_UNFLAGGED)
            self._flag_count.fill(0)
            self._with_check, self._severity_of = {}, {}
            changed = flags.keys()
        for sample_id in changed:
            place = self._position.get(sample_id)
            if place is not None:
                self._set_flags_of(place, flags.get(sample_id, ()))

    def set_class_counts(self, counts: Mapping[str, Sequence[int]]) -> None:
        """Take over the pixels per class index by sample id; read when a class is filtered for."""
        self._class_counts = counts
        self._with_class = {}

    def select(self, wanted: SampleFilter) -> list[str]:
        """The ids of the samples that a filter shows, in its order."""
        places = np.flatnonzero(self._mask(wanted))
        words = wanted.text.casefold().split()
        if words:
            folded = self._folded
            kept = places.tolist()
            for word in words:
                kept = [place for place in kept if word in folded[place]]
            places = np.array(kept, np.intp)
        if wanted.order is Order.WORST_FIRST:
            # The last key counts most; equal samples stay in the order of their names.
            keys = (places, -self._flag_count[places], -self._rank[places])
            places = places[np.lexsort(keys)]
        if len(places) == len(self.ids) and wanted.order is Order.NAME:
            return list(self.ids)
        return [self.ids[place] for place in places.tolist()]

    def summary(self) -> FlagSummary:
        """How many samples carry flags, and of which checks."""
        by_check = {
            check: int(np.count_nonzero(column)) for check, column in self._with_check.items()
        }
        return FlagSummary(
            flagged=int(np.count_nonzero(self._rank != _UNFLAGGED)),
            errors=int(np.count_nonzero(self._rank == Severity.ERROR.rank)),
            by_check={check: count for check, count in by_check.items() if count},
            severity_of=dict(self._severity_of),
        )

    def split_counts(self) -> dict[str, int]:
        """Samples per split, in the order of the samples."""
        totals = Counter(self._splits.tolist())
        return {name: totals[code] for name, code in self._split_codes.items()}

    def _set_flags_of(self, place: int, flags: Sequence[Flag]) -> None:
        self._rank[place] = max((_RANK[flag.severity] for flag in flags), default=_UNFLAGGED)
        self._flag_count[place] = len(flags)
        for column in self._with_check.values():
            column[place] = False
        for flag in flags:
            if flag.check not in self._with_check:
                self._with_check[flag.check] = np.zeros(len(self.ids), np.bool_)
            self._with_check[flag.check][place] = True
            known = self._severity_of.get(flag.check, flag.severity)
            self._severity_of[flag.check] = max(known, flag.severity, key=_RANK.__getitem__)

    def _mask(self, wanted: SampleFilter) -> Bools:
        mask = np.ones(len(self.ids), np.bool_)
        if wanted.split is not None:
            mask &= self._splits == self._split_codes.get(wanted.split, -1)
        if wanted.flagged_only:
            mask &= self._rank != _UNFLAGGED
        if wanted.check is not None:
            column = self._with_check.get(wanted.check)
            mask &= column if column is not None else np.False_
        if wanted.class_index is not None:
            mask &= self._samples_with_class(wanted.class_index)
        return mask

    def _samples_with_class(self, index: int) -> Bools:
        known = self._with_class.get(index)
        if known is None:
            counts = self._class_counts
            known = np.fromiter(
                (
                    index < len(of_sample) and of_sample[index] > 0
                    for of_sample in (counts.get(sample_id, ()) for sample_id in self.ids)
                ),
                np.bool_,
                len(self.ids),
            )
            self._with_class[index] = known
        return known
