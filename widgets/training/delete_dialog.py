"""Asking before a run is deleted. Doing it is somebody else's business."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractButton, QMessageBox, QWidget

from core.runs.store import RunSummary
from core.runs.tidying import RunContents
from widgets.training.words import iterations, run_title, score


class DeleteDialog(QMessageBox):
    """Says what is lost with a run. Shown with `open`, so that nothing waits."""

    delete_chosen = Signal(str)

    def __init__(
        self, run: RunSummary, contents: RunContents, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._run_id = run.id
        self.setIcon(QMessageBox.Icon.Warning)
        self.setWindowTitle("Delete the run")
        self.setText(f"Delete the run {run_title(run)} for good?")
        self.setInformativeText(f"{what_is_lost(run, contents)} This cannot be undone.")
        role = QMessageBox.ButtonRole
        self.delete_button = self.addButton("Delete the run", role.DestructiveRole)
        self.keep_button = self.addButton("Keep it", role.RejectRole)
        self.setDefaultButton(self.keep_button)
        self.setEscapeButton(self.keep_button)
        self.buttonClicked.connect(self._on_clicked)
        self.finished.connect(self.deleteLater)

    def _on_clicked(self, button: QAbstractButton) -> None:
        if button is self.delete_button:
            self.delete_chosen.emit(self._run_id)


def what_is_lost(run: RunSummary, contents: RunContents) -> str:
    """What goes with a run, in a sentence."""
    parts = []
    if run.iteration:
        parts.append(f"the curves of {iterations(run.iteration, 0)} iterations")
    if contents.checkpoints:
        best = f" (best mDice {score(run.best)})" if run.best is not None else ""
        parts.append(f"{_count(contents.checkpoints, 'file')} of weights{best}")
    if contents.predictions:
        parts.append(f"{_count(contents.predictions, 'predicted mask')}")
    size = (
        f"{contents.size / 1e6:.1f} MB" if contents.size < 1e9 else f"{contents.size / 1e9:.1f} GB"
    )
    what = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    if not what:
        return f"It holds {size}, and nothing was trained yet."
    return f"Lost are {what}: {size}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
