"""Which classes an edit leaves as they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from core.masks.pieces.finding import BACKGROUND

_VALUES = frozenset(range(256))


class Over(Enum):
    """What a stroke may paint over."""

    EVERYTHING = "everything"
    BACKGROUND = "background"
    CURRENT = "current class"
    UNLOCKED = "all but locked classes"


@dataclass(frozen=True, slots=True)
class Protection:
    """What a stroke may paint over, and the classes that were locked.

    Attributes:
        over: The rule.
        locked: Values that stay as they are while the rule is `Over.UNLOCKED`.
    """

    over: Over = Over.EVERYTHING
    locked: frozenset[int] = frozenset()

    def protected(self, current_class: int) -> Collection[int]:
        """The values that a stroke with that class leaves as they are."""
        if self.over is Over.EVERYTHING:
            return ()
        if self.over is Over.UNLOCKED:
            return self.locked
        allowed = BACKGROUND if self.over is Over.BACKGROUND else current_class
        return _VALUES - {allowed}
