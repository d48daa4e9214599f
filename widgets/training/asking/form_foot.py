"""The foot of the form: what is in the way, looking before starting, and the start."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from core.training.checks.finding import Finding, Level, worst
from widgets import theme

_ICONS = {
    Level.OK: ("check-circle-outline", "ok"),
    Level.WARNING: ("alert-outline", "warning"),
    Level.ERROR: ("close-circle-outline", "error"),
}

_FOLDS_TIP = (
    "Train one run for each part of the samples, to find masks that are probably wrong"
    " (Ctrl+Shift+Return)"
)


class FormFoot(QWidget):
    """Buttons that stay in sight while the form above is scrolled."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.start_button = QPushButton("Start training")
        self.folds_button = QPushButton("In folds…")
        self.preview_button = QPushButton("Samples…")
        self.config_button = QPushButton("Config…")
        self.checks_button = QPushButton()
        self.other_file_button = QPushButton("Choose a file")
        self.no_weights_button = QPushButton("Begin without")
        self._message = QLabel()
        self._others = QWidget()
        self._level: Level | None = None
        self._lay_out()

    @property
    def problem(self) -> str:
        """What is said to be in the way; empty when nothing is."""
        return self._message.text()

    def show_problem(self, text: str, *, offers_other_weights: bool = False) -> None:
        """Say what is in the way; "" takes it back.

        Args:
            text: A sentence.
            offers_other_weights: Whether to offer other ways to begin than weights that could not
                be fetched.
        """
        self._message.setText(text)
        self._message.setVisible(bool(text))
        self._others.setVisible(bool(text) and offers_other_weights)

    def refresh(
        self,
        *,
        can_ask: bool,
        can_start: bool,
        tip: str,
        findings: Sequence[Finding],
        summary: str,
    ) -> None:
        """Show what can be done now, and what the checks say in a few words."""
        self.start_button.setEnabled(can_start)
        self.start_button.setToolTip(tip)
        self.folds_button.setEnabled(can_start)
        self.folds_button.setToolTip(_FOLDS_TIP if can_start else tip)
        for button in (self.preview_button, self.config_button):
            button.setEnabled(can_ask)
        self.checks_button.setText(f"Checks: {summary}")
        self.checks_button.setVisible(bool(summary))
        level = worst(findings)
        if level is not self._level:
            self._level = level
            theme.set_icon(self.checks_button, *_ICONS[level])

    def _lay_out(self) -> None:
        self._message.setProperty("role", "error")
        self._message.setWordWrap(True)
        self._message.setObjectName("form_message")
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._message.hide()
        for button, name, tip in (
            (self.start_button, "start", ""),
            (self.folds_button, "start_in_folds", _FOLDS_TIP),
            (self.preview_button, "preview_samples", "See training samples after augmentation"),
            (self.config_button, "show_config", "See the whole config and what differs"),
            (self.checks_button, "show_checks", "Bring the list of checks into sight"),
            (self.other_file_button, "other_weights", "Begin with a file of weights of your own"),
            (self.no_weights_button, "no_weights", "Begin with random weights"),
        ):
            button.setObjectName(name)
            button.setToolTip(tip)
        self.start_button.setProperty("role", "primary")
        theme.set_icon(self.start_button, "play", "accent_text")
        theme.set_icon(self.folds_button, "layers-triple-outline")
        theme.set_icon(self.preview_button, "image-multiple-outline")
        theme.set_icon(self.config_button, "code-braces")
        self.checks_button.setProperty("role", "flat")
        self.checks_button.setStyleSheet("text-align: left")
        self.checks_button.hide()
        others = QHBoxLayout(self._others)
        others.setContentsMargins(0, 0, 0, 0)
        others.setSpacing(theme.GRID)
        others.addWidget(self.other_file_button, 1)
        others.addWidget(self.no_weights_button, 1)
        self._others.hide()
        looking = QHBoxLayout()
        looking.setSpacing(theme.GRID)
        looking.addWidget(self.preview_button, 1)
        looking.addWidget(self.config_button, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GRID * 2, theme.GRID, theme.GRID * 2, theme.GRID * 2)
        column.setSpacing(theme.GRID)
        column.addWidget(self._message)
        column.addWidget(self._others)
        column.addWidget(self.checks_button)
        starting = QHBoxLayout()
        starting.setSpacing(theme.GRID)
        starting.addWidget(self.start_button, 1)
        starting.addWidget(self.folds_button)
        column.addLayout(looking)
        column.addLayout(starting)
