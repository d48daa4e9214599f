"""Training samples after augmentation, before anything is trained."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.dataset.model import ClassInfo
from widgets import theme
from widgets.training.asking.augmented_tile import AugmentedPicture, AugmentedTile

COUNT = 12
"""How many samples are shown."""

_COLUMNS = 4


class AugmentedDialog(QDialog):
    """A table of samples; another roll of the dice makes others. Closing it ends the work."""

    roll_requested = Signal()
    """Other samples, or the same ones changed in another way."""
    cancel_requested = Signal()
    """Nobody waits for the rest any more."""

    def __init__(self, classes: Sequence[ClassInfo], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Augmented samples")
        self.resize(820, 680)
        heading = QLabel("Training samples as the model would see them")
        heading.setProperty("role", "title")
        words = QLabel(
            "From the pipeline of these settings, with their masks. A mixed sample is named by its "
            "first photo and that photo's share."
        )
        words.setProperty("role", "muted")
        words.setWordWrap(True)
        self.tiles = [AugmentedTile() for _ in range(COUNT)]
        self._shown = 0
        grid = QGridLayout()
        grid.setSpacing(theme.GRID)
        for number, tile in enumerate(self.tiles):
            grid.addWidget(tile, number // _COLUMNS, number % _COLUMNS)
        self.state = QLabel()
        self.state.setWordWrap(True)
        self.state.setObjectName("preview_state")
        self.bar = QProgressBar()
        self.bar.setRange(0, COUNT)
        self.bar.setTextVisible(False)
        self.masks_box = QCheckBox("Masks")
        self.masks_box.setChecked(True)
        self.masks_box.setToolTip("Show or hide the masks (X)")
        self.roll_button = QPushButton("Another roll")
        self.roll_button.setToolTip("Other random numbers, other samples (R)")
        self.roll_button.setProperty("role", "primary")
        theme.set_icon(self.roll_button, "dice-multiple-outline", "accent_text")
        self.close_button = QPushButton("Close")
        self.close_button.setToolTip("Close (Esc)")
        self.close_button.setAutoDefault(False)
        foot = QHBoxLayout()
        foot.setSpacing(2 * theme.GRID)
        foot.addLayout(_legend(classes))
        foot.addWidget(self.masks_box)
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        foot.addWidget(self.roll_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[2 * theme.GRID] * 4)
        column.setSpacing(theme.GRID)
        for widget in (heading, words):
            column.addWidget(widget)
        column.addLayout(grid, 1)
        column.addWidget(self.state)
        column.addWidget(self.bar)
        column.addLayout(foot)
        self.masks_box.toggled.connect(self._show_masks)
        self.roll_button.clicked.connect(self.roll_requested)
        self.close_button.clicked.connect(self.reject)
        self.finished.connect(lambda _result: self.cancel_requested.emit())
        QShortcut(QKeySequence("X"), self, self.masks_box.toggle)
        QShortcut(QKeySequence("R"), self, self.roll_button.click)

    @property
    def pictures(self) -> list[AugmentedPicture]:
        """What is shown."""
        return [tile.picture for tile in self.tiles if tile.picture is not None]

    def begin(self, *, first: bool) -> None:
        """Wait for samples; the first time, libraries are loaded, which takes a while."""
        for tile in self.tiles:
            tile.show_picture(None)
        self._shown = 0
        self.bar.setRange(0, 0 if first else COUNT)  # without an end: nobody knows how long
        self.bar.setValue(0)
        self.bar.show()
        self.roll_button.setEnabled(False)
        self._say("Loading the pipeline; the first time takes some seconds…" if first else "")

    def add(self, picture: AugmentedPicture) -> None:
        """Show one more."""
        if self._shown < COUNT:
            self.tiles[self._shown].show_picture(picture)
            self._shown += 1
        self.bar.setRange(0, COUNT)
        self.bar.setValue(self._shown)
        self._say("")

    def end(self) -> None:
        """All samples are there."""
        self.bar.hide()
        self.roll_button.setEnabled(True)

    def show_problem(self, text: str) -> None:
        """Say why there are none, or no more."""
        self.end()
        self._say(text, "error")

    def _say(self, text: str, role: str = "muted") -> None:
        self.state.setProperty("role", role)
        self.state.style().unpolish(self.state)
        self.state.style().polish(self.state)
        self.state.setText(text)

    def _show_masks(self, shown: bool) -> None:
        for tile in self.tiles:
            tile.set_with_mask(shown)


def _legend(classes: Sequence[ClassInfo]) -> QHBoxLayout:
    """A swatch and a name for each class but the background."""
    row = QHBoxLayout()
    row.setSpacing(theme.GRID)
    shown = [(info.name, info.color) for info in classes[1:7]]
    for name, (red, green, blue) in [*shown, ("not learned from", theme.IGNORE_COLOR)]:
        swatch = QLabel()
        swatch.setFixedSize(12, 12)
        swatch.setStyleSheet(f"background: rgb({red}, {green}, {blue}); border-radius: 2px")
        label = QLabel(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        row.addWidget(swatch)
        row.addWidget(label)
    if len(classes) > 7:
        row.addWidget(QLabel(f"and {len(classes) - 7} more classes"))
    return row
