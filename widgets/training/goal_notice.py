"""The good news above the plots: a run has passed its goal."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from widgets import theme


class GoalNotice(QFrame):
    """Hidden until there is something to tell; closed by hand, or by the next one."""

    show_requested = Signal(str)
    """The id of the run that the user wants to see."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("GoalNotice")
        self.setProperty("role", "panel")
        self._run_id = ""
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setProperty("role", "ok")
        self.show_button = QPushButton("Show run")
        self.show_button.setObjectName("show_run")
        self.show_button.setToolTip("Turn to this run")
        self.close_button = QToolButton()
        self.close_button.setToolTip("Close this message")
        self.close_button.setAccessibleName("Close this message")
        theme.set_icon(self.close_button, "close")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GRID, theme.GRID // 2, theme.GRID // 2, theme.GRID // 2)
        row.setSpacing(theme.GRID)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self.show_button)
        row.addWidget(self.close_button)
        self.show_button.clicked.connect(self._on_show)
        self.close_button.clicked.connect(self.hide)
        theme.signals.changed.connect(self._refresh_icon)
        self._refresh_icon()
        self.hide()

    @property
    def text(self) -> str:
        """What it says; "" while it is hidden."""
        return "" if self.isHidden() else self._text.text()

    def tell(self, run_id: str, text: str, *, is_shown: bool) -> None:
        """Say that a run has passed its goal.

        Args:
            run_id: The run.
            text: The sentence.
            is_shown: Whether the run is the one that is looked at anyway.
        """
        self._run_id = run_id
        self._text.setText(text)
        self.show_button.setVisible(not is_shown)
        self.show()

    def _on_show(self) -> None:
        self.hide()
        self.show_requested.emit(self._run_id)

    def _refresh_icon(self) -> None:
        self._icon.setPixmap(theme.icon("flag-checkered", "ok").pixmap(theme.ICON_SIZE))
