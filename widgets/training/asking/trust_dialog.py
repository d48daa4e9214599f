"""Asking before a config file from elsewhere is executed. Others act on the answer."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core.training.recipes.foreign import ForeignConfig
from widgets import theme


class TrustDialog(QDialog):
    """Shows the texts and says what trusting them means. Shown with `open`.

    Args:
        config: The file and its bases, as text.
    """

    trusted = Signal(object)
    """The user trusts these texts: the `ForeignConfig`."""

    def __init__(self, config: ForeignConfig, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._config = config
        self.setWindowTitle("Open a config file")
        self.resize(720, 520)
        heading = QLabel("This config file is code")
        heading.setProperty("role", "title")
        path = QLabel(str(config.path))
        path.setTextFormat(Qt.TextFormat.PlainText)
        path.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        path.setWordWrap(True)
        words = QLabel(
            "Training with it, or previewing it, runs it as a program with your rights: it could "
            "read, change or send any file that you can. Open it only if you know where it comes "
            "from. You are asked again when its text changes."
        )
        words.setProperty("role", "muted")
        words.setWordWrap(True)
        self.texts = QTabWidget()
        names = sorted(config.texts, key=lambda name: (name != config.main, name))
        for name in names:
            self.texts.addTab(_reader(config.texts[name]), name)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setToolTip("Do not open it (Esc)")
        self.trust_button = QPushButton("I trust it: open")
        self.trust_button.setObjectName("trust")
        self.trust_button.setToolTip("Use this config as a recipe, and run it as code")
        self.trust_button.setAutoDefault(False)
        self.cancel_button.setDefault(True)
        foot = QHBoxLayout()
        foot.setSpacing(theme.GRID)
        foot.addStretch()
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.trust_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[2 * theme.GRID] * 4)
        column.setSpacing(theme.GRID)
        for label in (heading, path, words):
            column.addWidget(label)
        column.addWidget(self.texts, 1)
        column.addLayout(foot)
        self.cancel_button.clicked.connect(self.reject)
        self.trust_button.clicked.connect(self._trust)
        self.finished.connect(self.deleteLater)
        self.cancel_button.setFocus()

    def _trust(self) -> None:
        self.trusted.emit(self._config)
        self.accept()


def _reader(text: str) -> QPlainTextEdit:
    reader = QPlainTextEdit(text)
    reader.setReadOnly(True)
    reader.setProperty("role", "log")
    reader.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    reader.setToolTip("The text that would be run")
    return reader
