"""What the worklist holds: places where a run and a label disagree, and what was decided there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.evaluation.errors.regions import ErrorRegion


class State(StrEnum):
    """Where an entry stands."""

    TO_REVIEW = "to review"
    DECIDED = "decided"
    SKIPPED = "skipped"


class Decision(StrEnum):
    """What was decided of an entry.

    MODEL, KEEP and IGNORE are what somebody chose here. EDITED and GONE were noticed: the place is
    no error any more, because the mask was changed some other way, or because the run predicts
    something else by now.
    """

    MODEL = "model"
    KEEP = "keep"
    IGNORE = "ignore"
    EDITED = "edited"
    GONE = "gone"

    @property
    def words(self) -> str:
        """What was decided, for people."""
        return _WORDS[self]

    @property
    def writes(self) -> bool:
        """Whether deciding so writes the mask."""
        return self in (Decision.MODEL, Decision.IGNORE)

    @property
    def is_noticed(self) -> bool:
        """Whether nobody decided it here: it followed from what happened elsewhere."""
        return self in (Decision.EDITED, Decision.GONE)


_WORDS = {
    Decision.MODEL: "took the model's class",
    Decision.KEEP: "kept the label",
    Decision.IGNORE: "marked as ignore",
    Decision.EDITED: "changed in the editor",
    Decision.GONE: "the run predicts otherwise now",
}


class Order(StrEnum):
    """In which order the worklist is worked through."""

    SUSPICION = "suspicion"
    SIZE = "size"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A region that is to be put on the worklist.

    Attributes:
        sample: The sample's id.
        region: The place.
        suspicion: How probable it is that the label is wrong here, 0 to 1, by whoever found it;
            None for the confidence of the prediction there.
    """

    sample: str
    region: ErrorRegion
    suspicion: float | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A region on the worklist.

    Attributes:
        id: Its number, in the order in which entries were added.
        sample: The sample's id.
        label_set: Which of its masks disagrees.
        run: The id of the run that disagrees.
        region: The place, as it was found last.
        suspicion: How probable it is that the label is wrong here, 0 to 1; 0 when nobody can tell.
        state: Where it stands.
        decision: What was decided; None while nothing was.
        source: What it was added for, in a few words (`dog predicted as cat`).
        mask_hash: Content hash of the mask's file that the place was found in.
        time: When its state last changed, in seconds since 1970; 0 while it never did.
        batch: Name of the batch of repairs that taking the decision back undoes; "" for none.
    """

    id: int
    sample: str
    label_set: str
    run: str
    region: ErrorRegion
    suspicion: float
    state: State = State.TO_REVIEW
    decision: Decision | None = None
    source: str = ""
    mask_hash: str = ""
    time: float = 0.0
    batch: str = ""

    @property
    def is_open(self) -> bool:
        """Whether nothing is decided of it yet: it is to review, or was skipped."""
        return self.state is not State.DECIDED

    @property
    def can_be_taken_back(self) -> bool:
        """Whether somebody chose its state here, so that it can be taken back."""
        if self.state is State.TO_REVIEW:
            return False
        return self.decision is None or not self.decision.is_noticed


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of a worklist since it was read.

    Attributes:
        entries: Those that are new or others now, in the order of their numbers.
        gone: Ids of entries that are not on it, whether they ever were or not.
        revision: Where to go on reading from.
        is_whole: Whether `entries` are all there are.
    """

    entries: Sequence[Entry] = ()
    gone: Sequence[int] = ()
    revision: int | None = None
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a worklist is.

    Attributes:
        entries: Entries in all.
        decided: Those of which something is decided.
        skipped: Those that were skipped.
    """

    entries: int = 0
    decided: int = 0
    skipped: int = 0

    @property
    def to_review(self) -> int:
        """Entries that nobody has looked at."""
        return self.entries - self.decided - self.skipped

    def words(self) -> str:
        """How far it is: `12 of 40 decided, 3 skipped`."""
        words = f"{self.decided:,} of {self.entries:,} decided"
        return words + (f", {self.skipped:,} skipped" if self.skipped else "")


def progress_of(entries: Iterable[Entry]) -> Progress:
    """Count entries by their state."""
    states = [entry.state for entry in entries]
    return Progress(len(states), states.count(State.DECIDED), states.count(State.SKIPPED))


def in_order(entries: Iterable[Entry], order: Order) -> list[Entry]:
    """Entries as they are worked through: the most suspicious or the largest first.

    Entries of one rank keep together by sample, and then stand as they were added.
    """
    return sorted(entries, key=lambda entry: rank(entry, order))


def rank(entry: Entry, order: Order) -> tuple[float, float, str, int]:
    """What entries are sorted by: the smaller, the earlier. No two entries have the same."""
    if order is Order.SIZE:
        return -entry.region.pixels, 0, entry.sample, entry.id
    return -entry.suspicion, -entry.region.pixels, entry.sample, entry.id
