"""What can stand in the way of a proposal, so that the window can offer the right way out."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from core.errors import PetsegError


class Problem(StrEnum):
    """Kinds of failures."""

    NO_PROGRAM = "no program"
    """osam is not installed."""
    NO_WEIGHTS = "no weights"
    """The weights of the model are not on this computer."""
    NO_NETWORK = "no network"
    """The weights cannot be fetched, because their host cannot be reached."""
    NOT_LOOKED_AT = "not looked at"
    """The photo has no embedding (any more)."""
    CANCELLED = "cancelled"
    """The user did not want it any more."""
    OTHER = "other"


class AssistError(PetsegError):
    """A failure of the helper, in words, with its kind.

    Args:
        what: See `PetsegError`.
        kind: What kind of failure it is.
        path: See `PetsegError`.
        remedy: See `PetsegError`.
    """

    def __init__(
        self,
        what: str,
        kind: Problem = Problem.OTHER,
        *,
        path: Path | str | None = None,
        remedy: str = "",
    ) -> None:
        super().__init__(what, path=path, remedy=remedy)
        self.kind = kind


class ToldError(AssistError):
    """A failure that another process has put into a sentence already."""

    def __init__(self, sentence: str, kind: Problem) -> None:
        super().__init__(sentence, kind)

    def _sentence(self) -> str:
        return self.what
