"""A slider for pages on which the arrow keys mean something else."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSlider

_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)


class ArrowSlider(QSlider):
    """A slider that keeps the arrow keys to itself, where the window uses them otherwise."""

    def event(self, event: QEvent) -> bool:
        """Take the arrow keys before a shortcut does."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() in _ARROWS
        ):
            event.accept()
            return True
        return super().event(event)
