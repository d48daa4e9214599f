"""A line across the page that tells a problem, and stays until it is read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from widgets import theme


class Banner(QFrame):
    """Hidden until there is a problem to tell; closed by its button or by the next success."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Banner")
        self._icon = QToolButton()
        # Not disabled: that would take its colour.
        self._icon.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._icon.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.set_icon(self._icon, "alert-circle-outline", "error")
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QToolButton()
        close.setToolTip("Close this message")
        close.setAccessibleName("Close this message")
        theme.set_icon(close, "close")
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GRID, 4, theme.GRID, 4)
        row.setSpacing(theme.GRID)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(close)
        self.hide()

    def tell(self, problem: str) -> None:
        """Show a problem, in whole sentences."""
        self._text.setText(problem)
        self.show()

    def text(self) -> str:
        """The problem told last; empty while the banner is hidden."""
        return "" if self.isHidden() else self._text.text()
