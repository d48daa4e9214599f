"""A list of what was done to one mask, and when."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.dataset.workspace import Edit

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class MaskHistory(QDialog):
    """The edit log of a mask, newest first.

    Args:
        name: What to call the mask.
        edits: The log, oldest first.
        unsaved: What was done since it was saved; "" for nothing.
        parent: The window.
    """

    def __init__(
        self, name: str, edits: Sequence[Edit], unsaved: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"History of {name}")
        self.resize(560, 360)
        self.table = QTableWidget(0, 3)
        self.table.setObjectName("MaskHistory")
        self.table.setAccessibleName("Saved changes")
        self.table.setHorizontalHeaderLabels(["When", "Pixels changed", "What was done"])
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setShowGrid(False)
        self.table.setAlternatingRowColors(True)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        if unsaved:
            self._add("not saved yet", "", unsaved)
        for edit in reversed(edits):
            done = edit.note or ("Made" if not edit.before else "–")
            when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(edit.time))
            self._add(when, f"{edit.changed_px:,}".replace(",", " "), done)
        empty = QLabel("Nothing was changed here yet: the mask is as it was when it was found.")
        empty.setProperty("role", "muted")
        empty.setWordWrap(True)
        empty.setVisible(not edits and not unsaved)
        self.table.setVisible(bool(edits or unsaved))
        hint = QLabel("Revert brings the saved or the first version back.")
        hint.setProperty("role", "muted")
        hint.setVisible(bool(edits))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(empty)
        column.addWidget(self.table, 1)
        column.addWidget(hint)
        if not edits and not unsaved:
            column.addStretch(1)
        column.addWidget(buttons)

    def _add(self, when: str, pixels: str, done: str) -> None:
        row = self.table.rowCount()
        self.table.insertRow(row)
        for place, text in enumerate((when, pixels, done)):
            item = QTableWidgetItem(text)
            if place == 1:
                item.setTextAlignment(_RIGHT)
            self.table.setItem(row, place, item)
