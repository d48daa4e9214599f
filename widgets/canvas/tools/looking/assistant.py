"""What the AI click asks: something that knows a model, and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Protocol

from core.assist.prompt import Box, Click, Proposal


class State(StrEnum):
    """Where an assistant stands."""

    IDLE = "idle"
    """Nobody has asked for it yet, or there is no photo to look at."""
    NO_PROGRAM = "missing program"
    NO_WEIGHTS = "missing weights"
    FETCHING = "fetching"
    STARTING = "starting"
    LOOKING = "embedding"
    READY = "ready"
    FAILED = "failed"

    @property
    def takes_clicks(self) -> bool:
        """Whether a click has a chance to be answered, now or in a moment."""
        return self in (State.STARTING, State.LOOKING, State.READY, State.FAILED)


class Assistant(Protocol):
    """Proposes objects in the photo that is shown. It works in the background."""

    @property
    def state(self) -> State:
        """Where it stands."""

    @property
    def words(self) -> str:
        """The same in a sentence for the user; "" when there is nothing to say."""

    @property
    def model(self) -> str:
        """The name of the model that is asked; one of `core.assist.catalogue`."""

    def set_model(self, name: str) -> None:
        """Ask another model from now on."""

    def prepare(self) -> None:
        """Get ready for clicks on the photo that is shown, and say so if that cannot be."""

    def propose(
        self,
        clicks: Sequence[Click],
        box: Box | None,
        done: Callable[[Proposal | None], None],
    ) -> None:
        """Ask for the object that clicks and a box mean.

        `done` gets the proposal once it is there, or None when there will be none; `words` says
        why. Of several questions only the newest is answered.
        """

    def forget(self) -> None:
        """Want no answer any more."""

    def listen(self, callback: Callable[[], None]) -> None:
        """Call back whenever state, words or model have changed."""
