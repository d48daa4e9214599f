"""The place at hand in words, with a button for everything that can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QWidget

from core.worklist.entries import Entry
from widgets import theme
from widgets.elided_label import ElidedLabel
from widgets.worklist import words
from widgets.worklist.verbs import LOOKS, Look, Verb

_DECIDING = (Verb.MODEL, Verb.KEEP, Verb.IGNORE, Verb.SKIP)
_STEPPING = (Verb.BACK, Verb.NEXT)
_SMALL = (*_STEPPING, Verb.REMOVE)


class VerbRow(QWidget):
    """Shows what can be done with an entry, and tells what is wished."""

    wanted = Signal(object)
    """A `Verb`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.place = ElidedLabel()
        self.place.setObjectName("WorklistPlace")
        self.buttons = {verb: self._button(verb, look) for verb, look in LOOKS.items()}
        self.buttons[Verb.MODEL].setProperty("role", "primary")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        for verb in _STEPPING:
            row.addWidget(self.buttons[verb])
        row.addWidget(self.place, 1)
        for verb in (*_DECIDING, Verb.TAKE_BACK, Verb.EDIT, Verb.REMOVE):
            row.addWidget(self.buttons[verb])

    def show_entry(self, entry: Entry | None, names: Sequence[str], read_only: str) -> None:
        """Show an entry, or None; `read_only` says why nothing can be decided, "" for nothing."""
        self.place.setText(read_only or ("" if entry is None else words.current(entry, names)))
        is_decided = entry is not None and not entry.is_open
        can_write = entry is not None and not read_only
        for verb in _DECIDING:
            self.buttons[verb].setVisible(not is_decided)
            self.buttons[verb].setEnabled(can_write and not is_decided)
        self.buttons[Verb.TAKE_BACK].setVisible(is_decided)
        self.buttons[Verb.TAKE_BACK].setEnabled(
            entry is not None and can_write and entry.can_be_taken_back
        )
        for verb in (Verb.EDIT, Verb.REMOVE):
            self.buttons[verb].setEnabled(entry is not None)

    def _button(self, verb: Verb, look: Look) -> QPushButton | QToolButton:
        is_small = verb in _SMALL
        button = QToolButton() if is_small else QPushButton(f"{look.text} ({look.key})")
        button.setObjectName(f"worklist.{verb.value}")
        button.setToolTip(look.tooltip)
        button.setAccessibleName(look.tip)
        # A click must not take the keys away from the list.
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.set_icon(button, look.icon, "accent_text" if verb is Verb.MODEL else "text")
        button.clicked.connect(lambda _on=False: self.wanted.emit(verb))
        return button
