"""F1: every shortcut of the window, from the tables that make them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.actions import Action
from widgets import theme

# Gestures and keys that belong to a picture, and so stand in no table.
_BY_MOUSE = (
    ("Wheel", "Zoom at the cursor"),
    ("Space + drag", "Move the picture"),
    ("Ctrl + wheel", "Opacity of the mask"),
    ("Alt + drag", "Size of the brush"),
    ("Shift + click", "Straight line from the last point"),
    ("Right click", "Take the class under the cursor"),
    ("0 to 9", "The class to paint; I is ignored"),
    ("Delete", "Delete the piece under the cursor (Piece tool)"),
)


class ShortcutSheet(QDialog):
    """A read-only list of shortcuts, grouped as in the tables."""

    def __init__(
        self, tables: Sequence[tuple[str, Iterable[Action]]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("ShortcutSheet")
        self.setWindowTitle("Shortcuts")
        self.resize(720, 560)
        columns = QWidget()
        grid = QGridLayout(columns)
        grid.setContentsMargins(2 * theme.GRID, theme.GRID, 2 * theme.GRID, theme.GRID)
        grid.setHorizontalSpacing(3 * theme.GRID)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        row = 0
        for heading, table in tables:
            lines = [(_keys(action), action.text) for action in table if action.shortcut]
            row = self._add_group(grid, row, heading, lines)
        row = self._add_group(grid, row, "In every picture", _BY_MOUSE)
        grid.setRowStretch(row, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(columns)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(area, 1)
        column.addWidget(buttons)

    def _add_group(
        self, grid: QGridLayout, row: int, heading: str, lines: Sequence[tuple[str, str]]
    ) -> int:
        if not lines:
            return row
        title = QLabel(heading)
        title.setProperty("role", "heading")
        title.setContentsMargins(0, theme.GRID, 0, 0)
        grid.addWidget(title, row, 0, 1, 2)
        for number, (keys, text) in enumerate(lines, row + 1):
            label = QLabel(keys)
            label.setProperty("role", "keys")
            grid.addWidget(label, number, 0, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(QLabel(text), number, 1)
        return row + 1 + len(lines)


def _keys(action: Action) -> str:
    native = QKeySequence.SequenceFormat.NativeText
    return "  or  ".join(QKeySequence(keys).toString(native) for keys in action.shortcut)
