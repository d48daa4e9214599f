"""Files that take something of the window away: pictures as PNG, tables as CSV."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject
from PySide6.QtGui import QImage, QImageWriter
from PySide6.QtWidgets import QFileDialog, QWidget

from app.jobs import Jobs
from app.session import Session
from core.errors import PetsegError
from core.files import atomic_write, atomic_write_text
from widgets.export_button import ExportButton

AskPath = Callable[[QWidget, str, str, str], str]
"""Given a parent, a title, a suggested name and a filter: the path to write to, "" for none."""


def ask_path(parent: QWidget, title: str, suggested: str, files: str) -> str:
    """Ask the user where to write a file."""
    return QFileDialog.getSaveFileName(parent, title, suggested, files)[0]


def write_png(path: Path, picture: QImage) -> None:
    """Write a picture as PNG, atomically.

    Raises:
        PetsegError: it cannot be made or written.
    """
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not QImageWriter(buffer, QByteArray(b"PNG")).write(picture):
        raise PetsegError(
            "The picture could not be made", path=path, remedy="Try a smaller window."
        )
    atomic_write(path, bytes(data.data()))


class PanelExports(QObject):
    """Saves what the export buttons of panels give.

    Args:
        session: Gets the messages.
        jobs: Writes off the UI thread.
        parent: Its owner.
        ask: How the user is asked for a path.
    """

    def __init__(
        self, session: Session, jobs: Jobs, parent: QObject, *, ask: AskPath = ask_path
    ) -> None:
        super().__init__(parent)
        self._session, self._jobs = session, jobs
        self.ask = ask

    def serve(self, root: QWidget) -> None:
        """Do what the export buttons in a widget ask for; each button once."""
        for button in root.findChildren(ExportButton):
            if button.property("served"):
                continue
            button.setProperty("served", True)
            button.picture_wanted.connect(
                lambda name, picture, button=button: self.save_picture(button, name, picture)
            )
            button.table_wanted.connect(
                lambda name, text, button=button: self.save_table(button, name, text)
            )

    def save_picture(self, parent: QWidget, name: str, picture: QImage) -> None:
        """Ask where to, and write the picture."""
        path = self._path(parent, name, "png", "Pictures (*.png)")
        if path is not None:
            self._write(path, name, lambda: write_png(path, picture))

    def save_table(self, parent: QWidget, name: str, text: str) -> None:
        """Ask where to, and write the table."""
        path = self._path(parent, name, "csv", "Tables (*.csv)")
        if path is not None:
            self._write(path, name, lambda: atomic_write_text(path, text))

    def _path(self, parent: QWidget, name: str, suffix: str, files: str) -> Path | None:
        suggested = re.sub(r"[^\w.-]+", "-", name).strip("-") or "export"
        chosen = self.ask(parent, f"Save the {name}", f"{suggested}.{suffix}", files)
        if not chosen:
            return None
        path = Path(chosen)
        return path if path.suffix else path.with_suffix(f".{suffix}")

    def _write(self, path: Path, name: str, work: Callable[[], object]) -> None:
        self._jobs.start(
            f"Saving the {name}",
            lambda _job: work(),
            lambda _none: self._session.message.emit(f"Saved {path}"),
        )
