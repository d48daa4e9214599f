"""What could not be taken from files, one line each, to be read and copied."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from widgets import theme

_LINES = 4


class ProblemList(QWidget):
    """A heading with the number of problems, and the problems; hidden while there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading = QLabel()
        self._heading.setProperty("role", "warning")
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setAccessibleName("Problems")
        self._text.setToolTip("What is wrong, shape by shape; can be copied")
        self._text.setFixedHeight(_LINES * self.fontMetrics().lineSpacing() + 2 * theme.GRID)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID // 2)
        column.addWidget(self._heading)
        column.addWidget(self._text)
        self.hide()

    @property
    def lines(self) -> list[str]:
        """The problems."""
        return self._text.toPlainText().splitlines()

    @property
    def heading(self) -> str:
        """What stands above them."""
        return self._heading.text()

    def show_problems(self, problems: Sequence[str], where: str = "") -> None:
        """List problems.

        Args:
            problems: One sentence or more each.
            where: What they are in, such as "in the file".
        """
        count = len(problems)
        words = "1 thing is wrong" if count == 1 else f"{count:,} things are wrong"
        self._heading.setText(f"{words} {where}".rstrip() + ":")
        self._text.setPlainText("\n".join(" ".join(text.split()) for text in problems))
        self.setVisible(bool(problems))
