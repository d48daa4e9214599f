"""The narrow rail at the left that switches the pages, in the order of the work."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout, QWidget

from widgets import theme


class Rail(QFrame):
    """A column of pages: icon over word, one of them chosen."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Rail")
        self.setFixedWidth(80)
        self._buttons = QButtonGroup(self)
        self._buttons.setExclusive(True)
        self._buttons.idClicked.connect(self.chosen)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, theme.GRID, 0, theme.GRID)
        self._column.setSpacing(4)
        self._column.addStretch()

    def add_page(self, word: str, icon: str, tooltip: str) -> None:
        """Add a page at the end of the rail."""
        button = QToolButton()
        button.setObjectName(f"Rail{word}")
        button.setText(word)
        button.setToolTip(tooltip)
        button.setAccessibleName(word)
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        theme.set_icon(button, icon)
        button.setIconSize(QSize(24, 24))
        button.setFixedSize(80, 64)
        self._buttons.addButton(button, len(self._buttons.buttons()))
        self._column.insertWidget(self._column.count() - 1, button)

    def set_current(self, index: int) -> None:
        """Show which page is in front."""
        self._buttons.button(index).setChecked(True)
