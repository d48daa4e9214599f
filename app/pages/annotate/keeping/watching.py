"""Noticing that another program has written a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

_SETTLE_MS = 150


class FileWatch(QObject):
    """Watches one file. Programs write in several steps, so it waits until they are done."""

    touched = Signal()
    """The file was written, replaced or deleted."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = ""
        self._settled = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settled.timeout.connect(self._on_settled)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(lambda _path: self._settled.start())

    def watch(self, path: Path | None) -> None:
        """Watch another file, or none. One that does not exist is not watched."""
        self._settled.stop()
        if watched := self._watcher.files():
            self._watcher.removePaths(watched)
        self._path = str(path) if path is not None else ""
        self._add()

    def _add(self) -> None:
        if self._path and Path(self._path).exists():
            self._watcher.addPath(self._path)

    def _on_settled(self) -> None:
        # A file that was replaced is another file by now, which has to be watched anew.
        if self._path not in self._watcher.files():
            self._add()
        self.touched.emit()
