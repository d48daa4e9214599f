"""A field for the path of a file, with a button to browse."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QToolButton, QWidget

from core.errors import PetsegError
from widgets import theme


class FileField(QWidget):
    """An optional path. It can be typed, pasted, or chosen in a dialog.

    Args:
        title: Title of the dialog.
        pattern: Qt's filter of file names.
    """

    changed = Signal()

    def __init__(self, title: str, pattern: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._pattern = title, pattern
        self.edit = QLineEdit()
        self.edit.setPlaceholderText("none")
        self.edit.setClearButtonEnabled(True)
        self.edit.setAccessibleName(title)
        self.browse_button = QToolButton()
        self.browse_button.setToolTip("Choose a file…")
        self.browse_button.setAccessibleName("Choose a file")
        theme.set_icon(self.browse_button, "folder-open-outline")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID // 2)
        row.addWidget(self.edit, 1)
        row.addWidget(self.browse_button)
        self.edit.textChanged.connect(self._on_changed)
        self.browse_button.clicked.connect(self._browse)

    def path(self, *, required: bool = False) -> Path | None:
        """The path; None when the field is empty.

        Args:
            required: Whether an empty field is an error.

        Raises:
            PetsegError: there is no such file, or none is named and one has to be.
        """
        text = self.edit.text().strip()
        if not text and required:
            raise PetsegError("No file of weights is chosen", remedy="Choose one, or None.")
        if not text:
            return None
        path = Path(text).expanduser()
        if not path.is_file():
            raise PetsegError(
                "There is no such file of weights",
                path=path,
                remedy="Choose a .pth file, or leave the field empty.",
            )
        return path

    def set_path(self, path: Path | None) -> None:
        """Fill the field."""
        self.edit.setText("" if path is None else str(path))

    def _browse(self) -> None:
        # Not modal by exec(): the window goes on, and a run's events with it.
        dialog = QFileDialog(self, self._title, self._start_folder(), self._pattern)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.set_path(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _start_folder(self) -> str:
        text = self.edit.text().strip()
        return str(Path(text).parent) if text else str(Path.home())

    def _on_changed(self) -> None:
        self.edit.setToolTip(self.edit.text())
        self.changed.emit()
