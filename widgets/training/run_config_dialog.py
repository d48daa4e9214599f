"""The resolved config of a run, to read and to copy."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from core.runs.store import RunSummary
from widgets import theme
from widgets.training.words import run_title


class RunConfigDialog(QDialog):
    """Shows a config as text. Shown with `show`, so that it stays open beside the curves.

    Args:
        run: The run.
        text: Its `config.py`.
    """

    def __init__(self, run: RunSummary, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_config")
        self.setWindowTitle(f"Config of {run_title(run)}")
        self.resize(80 * theme.GRID, 70 * theme.GRID)
        about = QLabel(
            "The whole config as it was resolved when the run began. MMSegmentation's own tools "
            "read the file config.py in the run's folder."
        )
        about.setProperty("role", "muted")
        about.setWordWrap(True)
        self.text = QPlainTextEdit(text)
        self.text.setReadOnly(True)
        self.text.setProperty("role", "log")
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName("Config")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy_button = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        self.copy_button.setToolTip("Copy the whole config")
        self.copy_button.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(2 * theme.GRID,) * 4)
        column.setSpacing(theme.GRID)
        column.addWidget(about)
        column.addWidget(self.text, 1)
        column.addWidget(buttons)
        self.finished.connect(self.deleteLater)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
