"""How a run stands by its validations: the best one, and how long ago that was."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from core.runs.events import BestScore, Event, Validation


@dataclass(slots=True)
class Standing:
    """A fold over validations.

    Attributes:
        best: The best by mDice; None before the first that could be measured.
        since_best: Validations after it.
        validated: Iteration of the last validation.
    """

    best: BestScore | None = None
    since_best: int = 0
    validated: int | None = None

    def add(self, dice: float, iteration: int) -> bool:
        """Take a validation into account; return whether it is the best so far.

        Args:
            dice: mDice in percent; nan where nothing could be measured.
            iteration: When it was measured.
        """
        self.validated = iteration
        if math.isnan(dice) or (self.best is not None and dice <= self.best.mDice):
            self.since_best += 1
            return False
        self.best, self.since_best = BestScore(mDice=dice, iteration=iteration), 0
        return True

    def is_better(self, dice: float) -> bool:
        """Whether a validation with that mDice would be the best so far."""
        return not math.isnan(dice) and (self.best is None or dice > self.best.mDice)

    @property
    def words(self) -> str:
        """The best one in words."""
        if self.best is None:
            return "no validation could be measured"
        return f"the best is {self.best.mDice:.2f} at iteration {self.best.iteration}"


def standing_at(events: Iterable[Event], iteration: int) -> Standing:
    """How a run stood after an iteration, from its events.

    Validations after it, which a crash has made undone, do not count.
    """
    standing = Standing()
    for event in events:
        if isinstance(event, Validation) and event.iteration <= iteration:
            standing.add(event.mDice, event.iteration)
    return standing
