"""What a companion of the editor works with, and what it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from app.actions import Action
from app.jobs import Jobs
from app.pages.annotate.showing.open_masks import MaskKey, OpenMask
from app.session import Session
from app.settings import Settings
from widgets.editor import EditorView


@dataclass(frozen=True)
class Desk:
    """What a companion works with.

    Attributes:
        session: What is open.
        jobs: Runs long work, with progress and cancel.
        view: The editor.
        shown: The mask that is shown and can be edited; None when there is none.
        save: Writes the mask that is shown.
    """

    session: Session
    jobs: Jobs
    view: EditorView
    shown: Callable[[], tuple[MaskKey, OpenMask] | None]
    save: Callable[[], None]


class Companion(Protocol):
    """One thing that the Annotate page can do besides showing and saving masks."""

    def actions(self) -> list[Action]:
        """Its commands."""

    def on_shown(self) -> None:
        """Another sample is on the canvas, its mask ready to be edited (or without one)."""

    def on_left(self) -> None:
        """The sample that was shown is being left: drop what was about it."""

    def shut_down(self) -> None:
        """The window closes: end threads and processes."""


@runtime_checkable
class Remembering(Protocol):
    """A companion that keeps something between two starts of the program."""

    def restore(self, settings: Settings) -> None:
        """Take over from the settings what was kept."""

    def remember(self, settings: Settings) -> None:
        """Leave in the settings what is to be kept."""
