"""Asking before a run's work is thrown away. Doing it is somebody else's business."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractButton, QMessageBox, QWidget

from core.runs.store import RunSummary
from widgets.training.words import iterations, run_title


class CancelDialog(QMessageBox):
    """Offers to cancel, to stop gently, or to go on. Shown with `open`, so that nothing waits."""

    cancel_chosen = Signal(str)
    stop_chosen = Signal(str)

    def __init__(self, run: RunSummary, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run_id = run.id
        self.setIcon(QMessageBox.Icon.Warning)
        self.setWindowTitle("Cancel the run")
        self.setText(f"Cancel {run_title(run)} at iteration {_where(run)}?")
        self.setInformativeText(
            "What it learned since its last checkpoint is lost. "
            "Stop instead saves and evaluates it first."
        )
        role = QMessageBox.ButtonRole
        self.cancel_button = self.addButton("Cancel the run", role.DestructiveRole)
        self.stop_button = self.addButton("Stop and save", role.AcceptRole)
        self.keep_button = self.addButton("Keep training", role.RejectRole)
        self.setDefaultButton(self.keep_button)
        self.setEscapeButton(self.keep_button)
        self.buttonClicked.connect(self._on_clicked)
        self.finished.connect(self.deleteLater)

    def _on_clicked(self, button: QAbstractButton) -> None:
        if button is self.cancel_button:
            self.cancel_chosen.emit(self._run_id)
        elif button is self.stop_button:
            self.stop_chosen.emit(self._run_id)


def _where(run: RunSummary) -> str:
    return iterations(run.iteration, run.max_iters).replace("/", " of ")
