"""The legend of the linked views: what the colours mean, and how many pixels of each there are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from core.dataset.model import ClassInfo
from core.evaluation.errors.error_map import ErrorCounts
from widgets.comparison.layers.error_layer import EXPLANATIONS, KINDS, swatch

_SWATCH = 14


class Legend(QWidget):
    """One line: the classes, then the kinds of error with their pixels in the shown sample."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ComparisonLegend")
        self._hatched = False
        self._class_entries: list[QWidget] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(12)
        self._swatches: dict[str, QLabel] = {}
        self._texts: dict[str, QLabel] = {}
        for kind, word in KINDS.items():
            self._swatches[word], self._texts[word] = QLabel(), QLabel(word)
            self._texts[word].setObjectName(f"Legend {word}")
            entry = _entry(self._swatches[word], self._texts[word])
            entry.setToolTip(EXPLANATIONS[kind])
            self._row.addWidget(entry)
        self._unit = QLabel("px")
        self._unit.setProperty("role", "muted")
        self._unit.setToolTip("Pixels of the sample that is shown")
        self._unit.hide()
        self._row.addWidget(self._unit)
        self._paint_swatches()

    def set_classes(self, classes: Sequence[ClassInfo]) -> None:
        """Name the classes that masks and predictions are shown in; the background is not."""
        for entry in self._class_entries:
            self._row.removeWidget(entry)
            entry.deleteLater()
        self._class_entries = []
        for place, info in enumerate(classes[1:]):
            color, text = QLabel(), QLabel(info.name)
            color.setPixmap(_square(QColor(*info.color), self.devicePixelRatioF()))
            entry = _entry(color, text)
            entry.setToolTip(f"{info.name}, in masks and predictions")
            self._row.insertWidget(place, entry)
            self._class_entries.append(entry)

    def set_counts(self, letters: Sequence[str], counts: Sequence[ErrorCounts | None]) -> None:
        """Show the pixels of each kind of error for each run; nothing for None."""
        known = [
            (letter, found)
            for letter, found in zip(letters, counts, strict=True)
            if found is not None
        ]
        for word, text in self._texts.items():
            figures = [(letter, getattr(found, word.replace(" ", "_"))) for letter, found in known]
            if len(letters) == 1:
                parts = [f"{count:,}" for _, count in figures]
            else:
                parts = [f"{letter} {count:,}" for letter, count in figures]
            text.setText(" ".join([word, *parts]))
        self._unit.setVisible(bool(known))

    def set_hatched(self, hatched: bool) -> None:
        """Show the kinds of error with or without their hatching."""
        self._hatched = hatched
        self._paint_swatches()

    def _paint_swatches(self) -> None:
        for kind, word in KINDS.items():
            self._swatches[word].setPixmap(
                swatch(kind, hatched=self._hatched, ratio=self.devicePixelRatioF())
            )


def _entry(color: QLabel, text: QLabel) -> QWidget:
    entry = QWidget()
    row = QHBoxLayout(entry)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    text.setTextFormat(Qt.TextFormat.PlainText)
    row.addWidget(color)
    row.addWidget(text)
    return entry


def _square(color: QColor, ratio: float) -> QPixmap:
    pixmap = QPixmap(round(_SWATCH * ratio), round(_SWATCH * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.fillRect(0, 0, _SWATCH, _SWATCH, color)
    painter.end()
    return pixmap
