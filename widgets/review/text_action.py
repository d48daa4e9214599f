"""An entry of a menu that is written into."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QVBoxLayout, QWidget, QWidgetAction

_WIDTH = 208


class _Edit(QLineEdit):
    """Enter is the menu's answer; it must not reach the menu, which would choose an entry."""

    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter; leave ↑ ↓ and Esc to the menu."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
            event.accept()
        else:
            super().keyPressEvent(event)


class TextAction(QWidgetAction):
    """A line to write in, within a menu; Enter gives the text and closes the menu.

    Args:
        placeholder: What is to be written.
        text: What stands there to begin with.
        menu: The menu it is for.
    """

    entered = Signal(str)
    """The text, without outer blanks; never empty."""

    def __init__(self, placeholder: str, text: str, menu: QMenu) -> None:
        super().__init__(menu)
        self._menu = menu
        self.edit = _Edit(text)
        self.edit.setPlaceholderText(placeholder)
        self.edit.setAccessibleName(placeholder)
        self.edit.setToolTip(f"{placeholder}: type and press Enter")
        self.edit.setMinimumWidth(_WIDTH)
        self.edit.entered.connect(self._on_entered)
        frame = QWidget()
        column = QVBoxLayout(frame)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self.edit)
        self.setDefaultWidget(frame)

    def _on_entered(self) -> None:
        text = self.edit.text().strip()
        if text:
            self._menu.close()
            self.entered.emit(text)
