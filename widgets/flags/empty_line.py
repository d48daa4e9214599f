"""The line that stands in for a list of flags where there are none."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from widgets import theme

_ICON = QSize(20, 20)


class EmptyLine(QWidget):
    """An icon and a few words in one line, so that the picture keeps its room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name, self._role = "check-circle-outline", "ok"
        self._icon = QLabel()
        self._words = QLabel()
        self._words.setProperty("role", "heading")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 4, 0, 4)
        line.setSpacing(theme.GRID)
        line.addWidget(self._icon)
        line.addWidget(self._words, 1)
        line.setAlignment(Qt.AlignmentFlag.AlignTop)
        theme.signals.changed.connect(self._refresh_icon)
        self._refresh_icon()

    def say(self, icon: str, role: str, words: str) -> None:
        """Show an icon in the colour of a role, and words."""
        self._icon_name, self._role = icon, role
        self._words.setText(words)
        self._refresh_icon()

    def _refresh_icon(self) -> None:
        self._icon.setPixmap(theme.icon(self._icon_name, self._role).pixmap(_ICON))
