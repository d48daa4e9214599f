"""What a document asks of its journal."""

from __future__ import annotations

from typing import Protocol

from core.masks.history import Delta


class Journal(Protocol):
    """Where a document writes down what is done to it, before it counts as done.

    None of these raises when it cannot write: painting goes on, and the journal tells the user.
    """

    def stepped(self, name: str, deltas: tuple[Delta, ...]) -> None:
        """A step was done."""

    def undone(self) -> None:
        """The last step was taken back."""

    def redone(self) -> None:
        """The last undone step was done again."""

    def saved(self, revision: int, file_hash: str | None) -> None:
        """The mask's file holds a revision now."""
