"""Which samples a filter shows, and in what order: quick enough to answer every keystroke.

The samples' properties are kept as columns, one entry per sample, so that a filter is a handful of
array operations, whatever the number of samples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from core.dataset.model import Sample
from core.dataset.sample_table import ids_of, split_codes_of
from core.flags import UNFLAGGED, Flag, FlagBook, FlagColumns, Severity, flag_book

_LATER_STATES = ("unsure", "done")
_MOST_TAGS = 62

Bools = npt.NDArray[np.bool_]


TO_DO = "to_do"
"""The review state of a sample that nobody has looked at yet."""
EXCLUDED = "excluded"
"""Asks for samples that are left out of training."""


@dataclass(frozen=True)
class Chosen:
    """Samples that somebody pointed at, in a chart for example, and what they have in common."""

    words: str
    samples: frozenset[str]


class Order(StrEnum):
    """The order in which samples are shown."""

    NAME = "name"
    WORST_FIRST = "worst_first"
    REVIEW = "review"
    """To do first, then unsure, then done."""
    TAGS = "tags"
    """Samples with the same tags together, those without tags last."""


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
        tag: Only samples with this tag; None for all.
        state: Only samples in this review state (or TO_DO, or EXCLUDED); None for all.
        chosen: Only these samples; None for all.
    """

    text: str = ""
    split: str | None = None
    class_index: int | None = None
    check: str | None = None
    flagged_only: bool = False
    order: Order = Order.NAME
    tag: str | None = None
    state: str | None = None
    chosen: Chosen | None = None

    @property
    def is_narrowing(self) -> bool:
        """Whether the filter may hide a sample."""
        return bool(
            self.text.strip()
            or self.split is not None
            or self.class_index is not None
            or self.check is not None
            or self.flagged_only
            or self.tag is not None
            or self.state is not None
            or self.chosen is not None
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
        self.ids: list[str] = ids_of(samples)
        self._folded = [sample_id.casefold() for sample_id in self.ids]
        self._position = {sample_id: place for place, sample_id in enumerate(self.ids)}
        names, self._splits = split_codes_of(samples)
        self._split_codes = {name: code for code, name in enumerate(names)}
        self._flags: FlagColumns = FlagBook().columns(self.ids)
        self._with_class: Callable[[int], Bools] | None = None
        self._states: dict[str, Bools] = {}
        self._with_tag: dict[str, Bools] = {}
        self._excluded = np.zeros(len(self.ids), np.bool_)

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, sample_id: object) -> bool:
        return sample_id in self._position

    def set_flags(self, flags: Mapping[str, Sequence[Flag]]) -> None:
        """Take over what the checks say, by sample id."""
        self._flags = flag_book(flags).columns(self.ids)

    def set_classes(self, with_class: Callable[[int], Bools] | None) -> None:
        """Take over which masks hold a class: a function of its index, bool N."""
        self._with_class = with_class

    def set_review(self, states: Mapping[str, str], tags: Mapping[str, Sequence[str]]) -> None:
        """Take over review states and tags by sample id; samples without may be absent."""
        self._states = self._coded(states)
        with_tag: dict[str, Bools] = {}
        for sample_id, names in tags.items():
            place = self._position.get(sample_id)
            for name in names if place is not None else ():
                if name not in with_tag:
                    with_tag[name] = np.zeros(len(self.ids), np.bool_)
                with_tag[name][place] = True
        self._with_tag = with_tag

    def set_excluded(self, excluded: Mapping[str, str]) -> None:
        """Take over which samples are left out of training."""
        self._excluded = np.zeros(len(self.ids), np.bool_)
        for sample_id in excluded:
            place = self._position.get(sample_id)
            if place is not None:
                self._excluded[place] = True

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
            keys = (places, -self._flags.counts[places], -self._flags.ranks[places])
            places = places[np.lexsort(keys)]
        elif wanted.order is Order.REVIEW:
            places = places[np.argsort(self._state_ranks()[places], kind="stable")]
        elif wanted.order is Order.TAGS:
            places = places[np.argsort(self._tag_ranks()[places], kind="stable")]
        if len(places) == len(self.ids) and wanted.order is Order.NAME:
            return list(self.ids)
        return [self.ids[place] for place in places.tolist()]

    def summary(self) -> FlagSummary:
        """How many samples carry flags, and of which checks."""
        flags = self._flags
        return FlagSummary(
            flagged=int(np.count_nonzero(flags.ranks != UNFLAGGED)),
            errors=int(np.count_nonzero(flags.ranks == Severity.ERROR.rank)),
            by_check={
                check: int(np.count_nonzero(column)) for check, column in flags.with_check.items()
            },
            severity_of=dict(flags.severities),
        )

    def split_counts(self) -> dict[str, int]:
        """Samples per split, in the order of the samples."""
        totals = np.bincount(self._splits, minlength=len(self._split_codes))
        return {name: int(totals[code]) for name, code in self._split_codes.items() if totals[code]}

    def state_counts(self) -> dict[str, int]:
        """Samples per review state that any sample has."""
        return {state: int(np.count_nonzero(column)) for state, column in self._states.items()}

    def tag_counts(self) -> dict[str, int]:
        """Samples per tag that any sample has."""
        return {tag: int(np.count_nonzero(column)) for tag, column in self._with_tag.items()}

    def places_of(self, sample_ids: Iterable[str]) -> npt.NDArray[np.intp]:
        """The places of some samples in the order of names; unknown ones are left out."""
        position = self._position
        return np.array([position[one] for one in sample_ids if one in position], np.intp)

    def _state_ranks(self) -> npt.NDArray[np.int8]:
        ranks = np.zeros(len(self.ids), np.int8)
        for rank, state in enumerate(_LATER_STATES, 1):
            if state in self._states:
                ranks[self._states[state]] = rank
        return ranks

    def _tag_ranks(self) -> npt.NDArray[np.int64]:
        """Equal tags have equal ranks; the first tag in the alphabet counts most."""
        ranks = np.zeros(len(self.ids), np.int64)
        for name in sorted(self._with_tag, key=str.casefold)[:_MOST_TAGS]:
            ranks = 2 * ranks + self._with_tag[name]
        return -ranks

    def _coded(self, values: Mapping[str, str]) -> dict[str, Bools]:
        columns: dict[str, Bools] = {}
        for sample_id, value in values.items():
            place = self._position.get(sample_id)
            if place is not None:
                if value not in columns:
                    columns[value] = np.zeros(len(self.ids), np.bool_)
                columns[value][place] = True
        return columns

    def _mask(self, wanted: SampleFilter) -> Bools:
        nothing = np.zeros(len(self.ids), np.bool_)
        mask = np.ones(len(self.ids), np.bool_)
        if wanted.split is not None:
            mask &= self._splits == self._split_codes.get(wanted.split, -1)
        if wanted.flagged_only:
            mask &= self._flags.ranks != UNFLAGGED
        if wanted.check is not None:
            mask &= self._flags.with_check.get(wanted.check, nothing)
        if wanted.class_index is not None:
            has_class = self._with_class
            mask &= has_class(wanted.class_index) if has_class is not None else nothing
        if wanted.tag is not None:
            mask &= self._with_tag.get(wanted.tag, nothing)
        if wanted.state == TO_DO:
            for state, column in self._states.items():
                if state != TO_DO:
                    mask &= ~column
        elif wanted.state == EXCLUDED:
            mask &= self._excluded
        elif wanted.state is not None:
            mask &= self._states.get(wanted.state, nothing)
        if wanted.chosen is not None:
            chosen = nothing.copy()
            chosen[self.places_of(wanted.chosen.samples)] = True
            mask &= chosen
        return mask
