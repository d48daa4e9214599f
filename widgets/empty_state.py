"""What a panel says when it has nothing to show: why, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from widgets import theme

_ICON = QSize(48, 48)


class EmptyState(QWidget):
    """An icon, a heading, a sentence and buttons, in the middle of the room there is.

    Args:
        icon: Name of the icon.
        heading: What is the matter, in a few words.
        text: What to do about it; "" for nothing.
        role: Colour role of the icon.
    """

    def __init__(
        self,
        icon: str,
        heading: str,
        text: str = "",
        *,
        role: str = "muted",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon_name, self._role = icon, role
        self._icon = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._heading = QLabel(heading, alignment=Qt.AlignmentFlag.AlignCenter)
        self._heading.setProperty("role", "heading")
        self._heading.setWordWrap(True)
        self._text = QLabel(text, alignment=Qt.AlignmentFlag.AlignCenter)
        self._text.setProperty("role", "muted")
        self._text.setWordWrap(True)
        self._text.setVisible(bool(text))
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        self._buttons.addStretch()
        self._buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addStretch()
        for label in (self._icon, self._heading, self._text):
            column.addWidget(label)
        column.addSpacing(8)
        column.addLayout(self._buttons)
        column.addStretch()
        self._refresh_icon()
        theme.signals.changed.connect(self._refresh_icon)

    def say(self, heading: str, text: str = "") -> None:
        """Say something else."""
        self._heading.setText(heading)
        self._text.setText(text)
        self._text.setVisible(bool(text))

    def set_icon(self, icon: str, role: str = "muted") -> None:
        """Show another icon."""
        self._icon_name, self._role = icon, role
        self._refresh_icon()

    def add_button(
        self, text: str, callback: Callable[[], object], *, icon: str = "", primary: bool = False
    ) -> QPushButton:
        """Offer something to do."""
        button = QPushButton(text)
        if primary:
            button.setProperty("role", "primary")
        if icon:
            theme.set_icon(button, icon, "accent_text" if primary else "text")
        button.clicked.connect(lambda: callback())
        self._buttons.insertWidget(self._buttons.count() - 1, button)
        return button

    def _refresh_icon(self) -> None:
        self._icon.setPixmap(theme.icon(self._icon_name, self._role).pixmap(_ICON))
