"""The tab of positions: for each class, where in the picture it lies."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from core.dataset.model import ClassInfo
from widgets import theme
from widgets.eda.choice import Choice, in_split, samples_with_object
from widgets.eda.data import CELLS, Counts, Floats
from widgets.eda.heatmap import HeatMap
from widgets.eda.look import ramp, small_font
from widgets.eda.tab import ChartTab, muted_label

_COVERED = "How much of each cell the class covers, on average over the images that hold it."
_HINT = "Click a cell, or drag over cells, to show the samples with an object centred there."
_WORDS_WIDTH = 216


class RampKey(QWidget):
    """Says which colour stands for how much."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most = 0.0
        self.setFixedSize(QSize(_WORDS_WIDTH, 20))
        theme.signals.changed.connect(self.update)

    def set_most(self, percent: float) -> None:
        """Say what the strongest colour stands for, in percent."""
        self._most = percent
        self.setAccessibleName(f"Colours from 0 to {percent:.0f} %")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the colours between the two ends."""
        painter = QPainter(self)
        painter.setFont(small_font())
        painter.setPen(theme.color("muted"))
        most = f"{self._most:.0f} %"
        right = painter.fontMetrics().horizontalAdvance(most)
        left = painter.fontMetrics().horizontalAdvance("0")
        painter.drawText(
            self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, "0"
        )
        painter.drawText(
            self.rect(), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, most
        )
        pixels = np.ascontiguousarray(ramp()[None])
        image = QImage(pixels.data, 256, 1, 768, QImage.Format.Format_RGB888)
        painter.drawImage(QRectF(left + 6, 5, self.width() - left - right - 12, 10), image)


class PositionTab(ChartTab):
    """A heat map for each class. A cell chooses samples with an object centred in it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.maps: dict[int, HeatMap] = {}
        self.key = RampKey()
        self._row = QWidget()
        self._maps_line = QHBoxLayout(self._row)
        self._maps_line.setContentsMargins(0, 0, 0, 0)
        self._maps_line.setSpacing(2 * theme.GRID)
        self._maps_line.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidget(self._row)
        self._scroll.setWidgetResizable(True)
        self._scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setMinimumHeight(116)
        words = QVBoxLayout()
        words.setSpacing(theme.GRID)
        for text in (_COVERED, _HINT):
            label = muted_label(text)
            label.setWordWrap(True)
            label.setFixedWidth(_WORDS_WIDTH)
            words.addWidget(label)
            if text is _COVERED:
                words.addWidget(self.key)
        words.addStretch(1)
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 6, 8, 4)
        line.setSpacing(2 * theme.GRID)
        line.addLayout(words)
        line.addWidget(self._scroll, 1)

    def forget_choice(self) -> None:
        """Show that nothing is chosen."""
        for map_ in self.maps.values():
            map_.forget()

    def refresh(self, *, keep: bool = False) -> None:
        """Draw the maps anew."""
        data = self.data
        if [map_.caption for map_ in self.maps.values()] != [
            info.name for info in data.objects_of_class
        ]:
            self._make_maps()
        if not keep:
            self.forget_choice()
        heats = {info.index: data.heat(info.index, self.split) for info in data.objects_of_class}
        most = max((float(heat.max()) for heat in heats.values()), default=0.0)
        self.key.set_most(most)
        for info in data.objects_of_class:
            centres = data.centres(info.index, self.split)
            heat = heats[info.index]
            self.maps[info.index].set_values(heat, most, partial(_tip, info, heat, centres))

    def _make_maps(self) -> None:
        for map_ in self.maps.values():
            self._maps_line.removeWidget(map_)
            map_.deleteLater()
        self.maps = {}
        for info in self.data.objects_of_class:
            map_ = HeatMap(info.name)
            map_.chosen.connect(partial(self._on_chosen, info))
            map_.unchosen.connect(self.unchosen)
            self.maps[info.index] = map_
            self._maps_line.insertWidget(self._maps_line.count() - 1, map_)

    def _on_chosen(self, info: ClassInfo, cells: QRect) -> None:
        for other in self.maps.values():
            if other is not self.maps[info.index]:
                other.forget()
        mask = self.maps[info.index].cell_mask
        found = samples_with_object(self.data, info.index, self.split, cells=mask)
        across, down = (
            _place(first, count)
            for first, count in ((cells.x(), cells.width()), (cells.y(), cells.height()))
        )
        words = f"{info.name} centred at x {across} %, y {down} %"
        self.choose(Choice(in_split(words, self.data, self.split), found))


def _place(first: int, count: int) -> str:
    low, high = (100 * each / CELLS for each in (first, first + count))
    return f"{low:.0f} to {high:.0f}"


def _tip(info: ClassInfo, heat: Floats, centres: Counts, column: int, row: int) -> str:
    objects = int(centres[row, column])
    noun = "object" if objects == 1 else "objects"
    return (
        f"{info.name}: {heat[row, column]:.1f} % of this cell on average\n"
        f"{objects:,} {noun} centred here (column {column + 1}, row {row + 1})"
    )
