"""What tools that look at the photo have in common: they compute beside the UI, in turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt

from core.errors import PetsegError
from core.images import Array
from widgets.canvas.tools.base import Host, Tool

ACCEPT_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
NO_PHOTO = "There is no photo to look at."


class PhotoTool(Tool):
    """A tool that asks for one computation at a time.

    The canvas delivers the newest request only. A tool that asked at every mouse move would get
    no answer before the mouse rests; so these wait for an answer before they ask again.
    """

    group = "clever"

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._is_asking = False

    @property
    def is_asking(self) -> bool:
        """Whether an answer is under way."""
        return self._is_asking

    def chosen(self) -> None:
        """Say so when there is nothing to look at."""
        if self.host.document is not None and self.host.photo is None:
            self.host.say(NO_PHOTO)

    def sample_changed(self) -> None:
        """What was found in the old photo means nothing in the new one."""
        self.cancel()

    def photo_pixels(self) -> Array | None:
        """The photo, uint8 H×W×4 (blue, green, red, 255), not to be written; None without one.

        Without a photo the user is told.
        """
        photo = self.host.photo
        if photo is None:
            self.host.say(NO_PHOTO)
            return None
        return photo.bgra

    def ask(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Compute in the background; `done` gets the result unless `drop_question` comes first.

        A `PetsegError` becomes a sentence to the user, and `failed` is called.
        """
        self._is_asking = True

        def guarded() -> Any:
            try:
                return work()
            except PetsegError as error:
                return error

        def answered(result: Any) -> None:
            self._is_asking = False
            if isinstance(result, PetsegError):
                self.host.say(str(result))
                self.failed()
            else:
                done(result)

        self.host.compute(guarded, answered)

    def failed(self) -> None:
        """What was asked for could not be computed, and the user was told."""

    def drop_question(self) -> None:
        """Want no answer any more."""
        if self._is_asking:
            self._is_asking = False
            self.host.forget_computing()

    def size_in_words(self, area: int) -> str:
        """A number of pixels in words."""
        return "1 pixel" if area == 1 else f"{area:,} pixels"
