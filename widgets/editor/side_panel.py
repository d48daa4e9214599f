"""The right side of the editor: classes, layers, and the flags of the sample."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from core.dataset.model import ClassInfo
from widgets.editor.class_palette import ClassPalette
from widgets.editor.layer_panel import LayerPanel
from widgets.flags import FlagPanel

_MOST_ROWS_HEIGHT = 260


class SidePanel(QWidget):
    """Three groups, one below the other; the flags take the room that is left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("EditorSidePanel")
        self.palette_list = ClassPalette()
        self.layers = LayerPanel()
        self.flags = FlagPanel()
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self.palette_list)
        self.palette_list.rows_changed.connect(self._fit_palette)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(_heading("Classes"))
        column.addWidget(self._scroll)
        column.addSpacing(8)
        column.addWidget(_heading("Layers"))
        column.addWidget(self.layers)
        column.addSpacing(8)
        column.addWidget(_heading("Flags"))
        column.addWidget(self.flags, 1)
        self.setMinimumWidth(256)

    def set_classes(self, classes: Sequence[ClassInfo], ignore_index: int) -> None:
        """Show other classes."""
        self.palette_list.set_classes(classes, ignore_index)

    def _fit_palette(self) -> None:
        # A few classes are seen whole, many scroll.
        wanted = self.palette_list.rows_height()
        self._scroll.setFixedHeight(min(wanted, _MOST_ROWS_HEIGHT))


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "heading")
    return label
