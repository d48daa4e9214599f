"""What can be done with an entry, with its key: one table for buttons, keys and tooltips."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent


class Verb(StrEnum):
    """Something to be done on the worklist."""

    MODEL = "model"
    KEEP = "keep"
    IGNORE = "ignore"
    SKIP = "skip"
    BACK = "back"
    NEXT = "next"
    EDIT = "edit"
    TAKE_BACK = "take back"
    REMOVE = "remove"


class Look(NamedTuple):
    """A verb on the screen.

    Attributes:
        text: What its button says.
        tip: What it does.
        key: Its key, as it is written.
        icon: Its icon.
        keys: The keys that do it while the worklist has the focus.
    """

    text: str
    tip: str
    key: str
    icon: str
    keys: tuple[Qt.Key, ...]

    @property
    def tooltip(self) -> str:
        """What it does, with the key."""
        return f"{self.tip} ({self.key})"


LOOKS = {
    Verb.MODEL: Look(
        "Take model", "Give these pixels the class that the run predicts", "M", "robot-outline",
        (Qt.Key.Key_M,),
    ),
    Verb.KEEP: Look(
        "Keep label", "The label is right: leave the mask as it is", "K", "tag-check-outline",
        (Qt.Key.Key_K,),
    ),
    Verb.IGNORE: Look(
        "Ignore", "Mark these pixels as ignored: no run learns them, none is judged by them", "I",
        "eye-off-outline", (Qt.Key.Key_I,),
    ),
    Verb.SKIP: Look("Skip", "Decide later", "S", "debug-step-over", (Qt.Key.Key_S,)),
    Verb.BACK: Look(
        "Back", "The place before this one", "B", "chevron-left", (Qt.Key.Key_B, Qt.Key.Key_Left)
    ),
    Verb.NEXT: Look(
        "Next", "The next place that is not decided", "N", "chevron-right",
        (Qt.Key.Key_N, Qt.Key.Key_Right),
    ),
    Verb.TAKE_BACK: Look(
        "Take back", "Take this decision back: the mask becomes what it was", "U", "undo",
        (Qt.Key.Key_U,),
    ),
    Verb.EDIT: Look(
        "Edit", "Open the mask in the editor, at this place", "E", "pencil-outline",
        (Qt.Key.Key_E, Qt.Key.Key_Return, Qt.Key.Key_Enter),
    ),
    Verb.REMOVE: Look(
        "Remove", "Take this place off the worklist; its mask stays as it is", "Del",
        "playlist-remove", (Qt.Key.Key_Delete,),
    ),
}  # fmt: skip

BY_KEY = {key: verb for verb, look in LOOKS.items() for key in look.keys}


def verb_of(event: QKeyEvent) -> Verb | None:
    """The verb that a pressed key stands for; None for none."""
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if held != Qt.KeyboardModifier.NoModifier:
        return None
    return BY_KEY.get(Qt.Key(event.key()))
