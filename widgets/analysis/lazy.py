"""A place for a widget that is made when somebody looks at it for the first time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

W = TypeVar("W", bound=QWidget)


class Lazy(QWidget, Generic[W]):
    """Makes its widget when it is shown.

    Args:
        make: Makes the widget.
        parent: Its parent.
    """

    def __init__(self, make: Callable[[], W], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make = make
        self.widget: W | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)

    def showEvent(self, event: QShowEvent) -> None:
        """Make the widget the first time."""
        if self.widget is None:
            self.widget = self._make()
            layout = self.layout()
            assert layout is not None
            layout.addWidget(self.widget)
        super().showEvent(event)
