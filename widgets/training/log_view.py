"""The tail of a worker's log."""

from __future__ import annotations

import re

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

_MOST_LINES = 5000
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class LogView(QPlainTextEdit):
    """Text that grows at its end. It follows the end, unless the user scrolled away from it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("log")
        self.setProperty("role", "log")
        self.setAccessibleName("Log of the run")
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setMaximumBlockCount(_MOST_LINES)
        self.setPlaceholderText("What the worker prints appears here.")
        self._follows_end = True
        # Text, wrapping and scroll bars all change the range, some of them later than the text:
        # so the end is followed whenever the range changes, not only when text comes.
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.verticalScrollBar().rangeChanged.connect(self._on_range_changed)

    def append_text(self, text: str) -> None:
        """Add text at the end; it need not end with a whole line."""
        follows = self._follows_end
        # A cursor of its own: the user's selection stays.
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(_plain(text))
        if follows:
            self._follow_end()

    def append_line(self, text: str) -> None:
        """Add one whole line at the end."""
        last = self.document().lastBlock().text()
        self.append_text(f"\n{text}\n" if last else f"{text}\n")

    def clear(self) -> None:
        """Remove the text, and follow the end of what comes next."""
        super().clear()
        self._follows_end = True

    def _on_scrolled(self, value: int) -> None:
        self._follows_end = value >= self.verticalScrollBar().maximum()

    def _on_range_changed(self) -> None:
        if self._follows_end:
            self._follow_end()

    def _follow_end(self) -> None:
        bar = self.verticalScrollBar()
        bar.setValue(bar.maximum())
        self._follows_end = True


def _plain(text: str) -> str:
    """Without colours, and without what a progress bar overwrote."""
    text = _ESCAPES.sub("", text).replace("\r\n", "\n")
    return "\n".join(line.rpartition("\r")[2] for line in text.split("\n"))
