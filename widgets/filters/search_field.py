"""The field for searching names."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from widgets import theme

_OWN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down, Qt.Key.Key_Escape)


class SearchField(QLineEdit):
    """A text field with a magnifying glass; Enter and ↓ go on to what was found, Esc empties it."""

    left = Signal()
    """The user is done typing and wants to go to what was found."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glass = QAction(self)
        self.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._refresh_icon()
        theme.signals.changed.connect(self._refresh_icon)

    def event(self, event: QEvent) -> bool:
        """Keep keys that are shortcuts of the page for the field while it is typed in."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in _OWN_KEYS
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and ↓ leave the field; Esc empties it, and leaves it when it is empty."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.left.emit()
        elif key == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.left.emit()
        else:
            super().keyPressEvent(event)

    def _refresh_icon(self) -> None:
        self._glass.setIcon(theme.icon("magnify", "muted"))
