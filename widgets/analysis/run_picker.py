"""Buttons that choose which of the compared runs the panels show."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QToolButton, QWidget

from widgets import theme
from widgets.elided_label import ElidedLabel
from widgets.run_colors import colors, run_color

_SWATCH = 12


class RunPicker(QWidget):
    """A button with its letter and its colour for each run."""

    chosen = Signal(int)
    """The place of the run among those that are compared."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("RunPicker")
        self._runs: list[tuple[str, str, str]] = []
        self._group = QButtonGroup(self)
        self._row = QHBoxLayout()
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.GRID // 2)
        self._name = ElidedLabel()
        self._name.setProperty("role", "muted")
        label = QLabel("Run")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.GRID // 2)
        line.addWidget(label)
        line.addLayout(self._row)
        line.addWidget(self._name, 1)
        self._group.idClicked.connect(self._on_clicked)
        colors.changed.connect(self._recolor)
        self.hide()

    @property
    def place(self) -> int:
        """The place of the chosen run; 0 to begin with."""
        return max(self._group.checkedId(), 0)

    def set_runs(self, runs: Sequence[tuple[str, str, str]]) -> None:
        """Offer runs as (id, letter, name); the chosen one stays chosen while it is there."""
        if list(runs) == self._runs:
            return
        place = self.place
        before = self._runs[place][0] if place < len(self._runs) else ""
        for button in self._group.buttons():
            self._group.removeButton(button)
            self._row.removeWidget(button)
            button.deleteLater()
        self._runs = list(runs)
        ids = [run_id for run_id, _letter, _name in runs]
        place = ids.index(before) if before in ids else 0
        for number, (run_id, letter, name) in enumerate(runs):
            button = QToolButton()
            button.setProperty("role", "chip")
            button.setCheckable(True)
            button.setText(letter)
            button.setIcon(_swatch(run_color(run_id)))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setToolTip(f"Show the analysis of {letter}: {name}")
            button.setAccessibleName(f"Analysis of run {letter}, {name}")
            self._group.addButton(button, number)
            self._row.addWidget(button)
            button.setChecked(number == place)
        self._show_name()

    def _recolor(self) -> None:
        for button in self._group.buttons():
            button.setIcon(_swatch(run_color(self._runs[self._group.id(button)][0])))

    def _on_clicked(self, place: int) -> None:
        self._show_name()
        self.chosen.emit(place)

    def _show_name(self) -> None:
        place = self.place
        self._name.setText(self._runs[place][2] if place < len(self._runs) else "")


def _swatch(color: tuple[int, int, int]) -> QIcon:
    pixmap = QPixmap(_SWATCH, _SWATCH)
    pixmap.fill(QColor(*color))
    return QIcon(pixmap)
