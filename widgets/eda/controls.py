"""The chip that takes a choice back, and what an empty tab says."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from widgets import theme

_CHIP_WIDTH = 440
_CHIP_HEIGHT = 28
_CHIP_ICON = QSize(16, 16)
_NOTICE_ICON = QSize(36, 36)


class ChoiceChip(QToolButton):
    """Says which samples a chart has chosen; a click takes the choice back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "button")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        theme.set_icon(self, "close")
        self.setIconSize(_CHIP_ICON)
        self.words = ""
        self.setFixedHeight(_CHIP_HEIGHT)

    def say(self, words: str, samples: int) -> None:
        """Show a choice."""
        self.words = words
        noun = "sample" if samples == 1 else "samples"
        count = f" · {samples:,} {noun}"
        metrics = self.fontMetrics()
        room = _CHIP_WIDTH - metrics.horizontalAdvance(count)
        self.setText(metrics.elidedText(words, Qt.TextElideMode.ElideRight, room) + count)
        self.setToolTip(f"{words}{count}\nClick to clear: show every sample again (Esc)")
        self.setAccessibleName(f"Clear the choice: {words}{count}")

    def sizeHint(self) -> QSize:
        """As wide as its words; a tool button would leave room at its end."""
        return super().sizeHint() - QSize(self.fontMetrics().horizontalAdvance("  "), 0)


class Notice(QWidget):
    """What a tab says while it has nothing to show: lower than an `EmptyState`, as the panel is."""

    action_requested = Signal()

    def __init__(self, action: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = "chart-bar"
        self._icon = QLabel()
        self._heading = QLabel()
        self._heading.setProperty("role", "heading")
        self._text = QLabel()
        self._text.setProperty("role", "muted")
        self._text.setWordWrap(True)
        self._text.setMinimumWidth(320)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.button = QPushButton(action)
        self.button.setProperty("role", "primary")
        self.button.clicked.connect(self.action_requested)
        words = QVBoxLayout()
        words.setSpacing(4)
        for widget in (self._heading, self._text, self.bar):
            words.addWidget(widget)
        line = QHBoxLayout()
        line.setSpacing(2 * theme.GRID)
        line.addStretch(1)
        line.addWidget(self._icon)
        line.addLayout(words)
        line.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addStretch(1)
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addLayout(line)
        column.addStretch(1)
        theme.signals.changed.connect(self._refresh_icon)
        self._refresh_icon()

    @property
    def heading(self) -> str:
        """What is the matter."""
        return self._heading.text()

    def say(self, heading: str, text: str, *, icon: str, can_act: bool) -> None:
        """Say what is the matter and what to do about it."""
        self._icon_name = icon
        self._heading.setText(heading)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.button.setVisible(can_act)
        self.bar.hide()
        self._refresh_icon()

    def show_progress(self, done: int, total: int) -> None:
        """Show how far the work is; a total of 0 for "not known yet"."""
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.bar.show()

    def _refresh_icon(self) -> None:
        self._icon.setPixmap(theme.icon(self._icon_name, "muted").pixmap(_NOTICE_ICON))
