"""A line that offers to make the predictions that are missing, and shows how far they are."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from widgets import theme


class PredictionBar(QFrame):
    """Hidden while there is nothing to predict and nothing went wrong."""

    predict_clicked = Signal()
    cancel_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("PredictionBar")
        self.setProperty("role", "panel")
        self._icon = QLabel()
        self._icon_name = ("information-outline", "accent")
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(200)
        self.predict_button = QPushButton()
        self.predict_button.setObjectName("PredictButton")
        self.predict_button.clicked.connect(self.predict_clicked)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setObjectName("CancelPrediction")
        self.cancel_button.setToolTip("End the prediction; what is predicted stays")
        theme.set_icon(self.cancel_button, "close")
        self.cancel_button.clicked.connect(self.cancel_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GRID, 4, theme.GRID, 4)
        row.setSpacing(theme.GRID)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self._bar)
        row.addWidget(self.cancel_button)
        row.addWidget(self.predict_button)
        theme.signals.changed.connect(self._refresh_icon)
        self.hide()

    @property
    def text(self) -> str:
        """What the bar says; empty while it is hidden."""
        return "" if self.isHidden() else self._text.text()

    def offer(self, text: str, button: str, *, urgent: bool, tip: str = "") -> None:
        """Say what is missing and offer to predict it, or say and offer something else.

        Args:
            text: What is missing.
            button: What the button says.
            urgent: Whether this is the one thing to do next.
            tip: What the button does; that it predicts in the background by default.
        """
        self._say(text, "information-outline", "accent")
        self.predict_button.setText(button)
        self.predict_button.setToolTip(f"{tip or f'{button} in the background'} (P)")
        theme_role = "primary" if urgent else ""
        if self.predict_button.property("role") != theme_role:
            self.predict_button.setProperty("role", theme_role)
            style = self.predict_button.style()
            style.unpolish(self.predict_button)
            style.polish(self.predict_button)
        self._show_parts(predict=True)

    def show_progress(self, text: str, done: int, total: int) -> None:
        """Show how far the prediction is; a total of 0 while the model is being loaded."""
        self._say(text, "progress-clock", "accent")
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self._show_parts(progress=True)

    def finish_progress(self, text: str) -> None:
        """Where a progress is shown, say what comes after it; anything else stays."""
        if not self.isHidden() and not self._bar.isHidden():
            self.show_progress(text, 0, 0)
            self.cancel_button.hide()

    def tell_problem(self, text: str, button: str = "") -> None:
        """Say what went wrong; with a text for the button it can be tried again."""
        self._say(text, "alert-circle-outline", "error")
        self.predict_button.setText(button)
        self._show_parts(predict=bool(button))

    def _say(self, text: str, icon: str, role: str) -> None:
        self._icon_name = (icon, role)
        self._refresh_icon()
        self._text.setText(text)

    def _refresh_icon(self) -> None:
        self._icon.setPixmap(theme.icon(*self._icon_name).pixmap(theme.ICON_SIZE))

    def _show_parts(self, *, predict: bool = False, progress: bool = False) -> None:
        self.predict_button.setVisible(predict)
        self._bar.setVisible(progress)
        self.cancel_button.setVisible(progress)
        self.show()
