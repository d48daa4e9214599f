"""A sample's review as a value: state, tags, note; and what takes a change of it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ReviewState(StrEnum):
    """How far the review of a sample has come."""

    TO_DO = "to_do"
    DONE = "done"
    UNSURE = "unsure"

    @property
    def words(self) -> str:
        """The state as a user reads it."""
        return _WORDS[self]


_WORDS = {ReviewState.TO_DO: "To do", ReviewState.DONE: "Done", ReviewState.UNSURE: "Unsure"}


@dataclass(frozen=True, slots=True)
class Review:
    """What people say of one sample.

    Attributes:
        state: How far its review has come.
        tags: Its tags, sorted.
        note: A text of the user's own; "" for none.
    """

    state: ReviewState = ReviewState.TO_DO
    tags: tuple[str, ...] = ()
    note: str = ""


NOT_REVIEWED = Review()
"""What holds of a sample that nobody has said anything of."""


@dataclass(frozen=True)
class Undo:
    """What a write has changed, as it was before; empty when it changed nothing.

    Attributes:
        words: What was done, for the message beside the button ("Tagged 3 samples").
        states: The states before, by sample.
        notes: The notes before, by sample; "" for none.
        tags: Whether a sample had a tag before, by (tag, sample).
        own_tags: Whether a tag was on offer before, by tag.
    """

    words: str
    states: Mapping[str, ReviewState] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    own_tags: Mapping[str, bool] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was changed, so that there is nothing to take back."""
        return not (self.states or self.notes or self.tags or self.own_tags)

    @property
    def samples(self) -> set[str]:
        """The samples of which something was changed."""
        return {*self.states, *self.notes, *(sample for _, sample in self.tags)}
