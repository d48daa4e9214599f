"""A line over the canvas for what stands in the way of editing, with the ways out of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from widgets import theme

_ICON = QSize(20, 20)


class NoticeBar(QFrame):
    """An icon, a sentence and buttons; hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("NoticeBar")
        self.setProperty("role", "panel")
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addLayout(self._buttons)
        theme.signals.changed.connect(self._refresh_icon)
        self._refresh_icon()
        self.hide()

    @property
    def text(self) -> str:
        """What it says; "" while it is hidden."""
        return self._text.text() if not self.isHidden() else ""

    def tell(
        self, text: str, choices: Sequence[tuple[str, str, Callable[[], object]]] = ()
    ) -> None:
        """Say something, with buttons.

        Args:
            text: The sentence.
            choices: For each button its text, its tooltip, and what it does. The first is the one
                to take.
        """
        self._clear()
        self._text.setText(text)
        for number, (label, tooltip, callback) in enumerate(choices):
            button = QPushButton(label)
            button.setObjectName(f"NoticeChoice{number}")
            button.setToolTip(tooltip)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            if number == 0:
                button.setProperty("role", "primary")
            button.clicked.connect(lambda _checked=False, run=callback: run())
            self._buttons.addWidget(button)
        self.show()

    def dismiss(self) -> None:
        """Say nothing any more."""
        self._clear()
        self.hide()

    def _clear(self) -> None:
        while (item := self._buttons.takeAt(0)) is not None:
            button = item.widget()
            if button is not None:
                button.hide()
                button.deleteLater()

    def _refresh_icon(self) -> None:
        self._icon.setPixmap(theme.icon("alert", "warning").pixmap(_ICON))
