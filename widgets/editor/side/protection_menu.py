"""The button that chooses what strokes may paint over."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from core.masks.protection import Over
from widgets import theme

_WORDS = {
    Over.EVERYTHING: ("over everything", "Everything"),
    Over.BACKGROUND: ("over background", "Background only"),
    Over.CURRENT: ("over current class", "The current class only"),
    Over.UNLOCKED: ("not over locked", "Everything but locked classes"),
}


class ProtectionMenu(QToolButton):
    """Says what strokes may paint over; a click opens the list."""

    over_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Protection")
        self.setProperty("role", "chip")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(
            "What a stroke may paint over (V goes through the list); "
            "the locks beside the classes protect them"
        )
        menu = QMenu(self)
        group = QActionGroup(self)
        self._actions = {}
        for over, (_, text) in _WORDS.items():
            action = menu.addAction(text)
            action.setObjectName(f"Over_{over.name}")
            action.setCheckable(True)
            group.addAction(action)
            action.triggered.connect(lambda _checked=False, chosen=over: self._choose(chosen))
            self._actions[over] = action
        self.setMenu(menu)
        self.show_over(Over.EVERYTHING)

    def show_over(self, over: Over) -> None:
        """Show a rule as the chosen one."""
        self._over = over
        self.setText(_WORDS[over][0])
        self._actions[over].setChecked(True)
        everything = over is Over.EVERYTHING
        theme.set_icon(self, "shield-off-outline" if everything else "shield-half-full")

    def step(self) -> None:
        """Choose the next rule of the list."""
        rules = list(Over)
        self._choose(rules[(rules.index(self._over) + 1) % len(rules)])

    def _choose(self, over: Over) -> None:
        self.over_chosen.emit(over)
