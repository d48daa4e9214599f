"""The tab of light and contrast, with components per image and image sizes beside it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from widgets import theme
from widgets.eda.bars import Bar, BarPlot, slots
from widgets.eda.choice import Choice, Positions, Range, in_split, samples_between, span
from widgets.eda.data import Bools, EdaData
from widgets.eda.light_plot import NEAR, LightPlot
from widgets.eda.plot import ChartPlot
from widgets.eda.tab import ChartTab, make_line, muted_label

_HINT = "Drag over a rectangle to choose images"
_MOST_COMPONENTS = 6
_MOST_SIZES = 5


class LightTab(ChartTab):
    """Brightness against contrast. A rectangle, or a bar of the small charts, chooses samples."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Positions = np.zeros(0, np.intp)
        self._component_bins: list[Range] = []
        self._sizes: list[tuple[int, int] | None] = []
        self.hint = muted_label(_HINT)
        self.plot = LightPlot()
        self.components = BarPlot("Components per image")
        self.sizes = BarPlot("Image sizes")
        self._lay_out()
        self.plot.brushed.connect(self._on_brushed)
        self.plot.clicked.connect(self._on_clicked)
        self.plot.pointed_at.connect(
            lambda place: self.plot.show_tip("" if place is None else self.plot.tip_at(place))
        )
        self.plot.escaped.connect(self._undo)
        self.components.bar_chosen.connect(self._on_components_chosen)
        self.sizes.bar_chosen.connect(self._on_size_chosen)
        for small in (self.components, self.sizes):
            small.choice_undone.connect(self.unchosen)

    def forget_choice(self) -> None:
        """Show that nothing is chosen."""
        self._forget_all_but(None)

    def refresh(self, *, keep: bool = False) -> None:
        """Draw all three charts anew."""
        data = self.data
        if not keep:
            self.forget_choice()
        lit = data.in_split(self.split) & np.isfinite(data.brightness)
        self._shown = np.flatnonzero(lit)
        columns = (data.brightness[self._shown], data.contrast[self._shown])
        self.plot.set_values(*(column.astype(np.float64) for column in columns))
        self._draw_components(data, data.in_split(self.split), keep=keep)
        self._draw_sizes(data, data.in_split(self.split), keep=keep)

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addLayout(make_line(_heading("Brightness and contrast"), None, self.hint))
        column.addWidget(self.plot, 1)
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 6, 8, 4)
        line.setSpacing(2 * theme.GRID)
        line.addLayout(column, 3)
        for title, plot in (("Pieces per image", self.components), ("Image size, px", self.sizes)):
            small = QVBoxLayout()
            small.setSpacing(4)
            small.addLayout(make_line(_heading(title), None))
            small.addWidget(plot, 1)
            line.addLayout(small, 1)
        self.plot.setMinimumWidth(240)

    def _forget_all_but(self, kept: ChartPlot | None) -> None:
        for small in (self.components, self.sizes):
            if small is not kept:
                small.forget()
        if kept is not self.plot:
            self.plot.show_box(None)
            self.hint.setText(_HINT)

    def _undo(self) -> None:
        self.forget_choice()
        self.unchosen.emit()

    def _on_brushed(self, first: QPointF, last: QPointF, is_over: bool) -> None:
        self._forget_all_but(self.plot)
        box = QRectF(first, last).normalized().intersected(self.plot.limits)
        self.plot.show_box(box)
        self.hint.setText(_box_words(box))
        if is_over:
            self.hint.setText(_HINT)
            self._choose_box((box.left(), box.right()), (box.top(), box.bottom()))

    def _on_clicked(self, place: QPointF) -> None:
        if self.plot.box.isVisible():
            self._undo()
        elif self.plot.is_density:
            cell = self.plot.cell_at(place)
            if cell is not None:
                across, up = self.plot.cell_ranges(cell)
                self._forget_all_but(self.plot)
                corners = (QPointF(across[0], up[0]), QPointF(across[1], up[1]))
                self.plot.show_box(QRectF(*corners))
                self._choose_box(across, up)
        else:
            number = self.plot.nearest(place)
            if number is not None:
                self._choose_point(number)

    def _choose_point(self, number: int) -> None:
        self._forget_all_but(self.plot)
        position = self._shown[number : number + 1]
        light, contrast = (
            float(column[position[0]]) for column in (self.data.brightness, self.data.contrast)
        )
        across, up = (NEAR / 2 * size for size in self.plot.view.viewPixelSize())
        self.plot.show_box(QRectF(light - across, contrast - up, 2 * across, 2 * up))
        self.choose(Choice(f"brightness {light:.1f}, contrast {contrast:.1f}", position))

    def _choose_box(self, brightness: Range, contrast: Range) -> None:
        words = f"brightness {span(*brightness)}, contrast {span(*contrast)}"
        found = samples_between(self.data, brightness, contrast, self.split)
        self.choose(Choice(in_split(words, self.data, self.split), found))

    def _draw_components(self, data: EdaData, wanted: Bools, *, keep: bool) -> None:
        known = data.components[wanted & (data.components >= 0)]
        most = int(known.max()) if len(known) else 0
        last = min(most, _MOST_COMPONENTS)
        counts = np.bincount(np.minimum(known, last), minlength=last + 1)
        self._component_bins = [(number, number) for number in range(last)]
        self._component_bins.append((last, most))
        labels = [f"{low}" if low == high else f"{low}+" for low, high in self._component_bins]
        words = [_pieces_words(*each) for each in self._component_bins]
        self._draw_small(self.components, counts.tolist(), labels, words, keep=keep)

    def _draw_sizes(self, data: EdaData, wanted: Bools, *, keep: bool) -> None:
        known = wanted & (data.width > 0)
        pairs = data.width[known].astype(np.int64) << 32 | data.height[known].astype(np.int64)
        values, counts = np.unique(pairs, return_counts=True)
        order = np.argsort(-counts, kind="stable")
        listed = [(int(values[k]) >> 32, int(values[k]) & 0xFFFFFFFF) for k in order[:_MOST_SIZES]]
        heights = counts[order[:_MOST_SIZES]].tolist()
        labels = [f"{width}×{height}" for width, height in listed]
        self._sizes = [*listed]
        if len(values) > _MOST_SIZES:
            self._sizes.append(None)
            heights.append(int(counts[order[_MOST_SIZES:]].sum()))
            labels.append("other")
        words = [f"of {text} px" if text != "other" else "of other sizes" for text in labels]
        self._draw_small(self.sizes, heights, labels, words, keep=keep)

    def _draw_small(
        self, plot: BarPlot, counts: list[int], labels: list[str], words: list[str], *, keep: bool
    ) -> None:
        color = theme.color("accent")
        bars = [
            Bar(
                place - 0.38, place + 0.38, 0, count, color,
                f"{in_split(f'{count:,} images {said}', self.data, self.split)}\n"
                "Click to show these samples",
            )
            for place, (count, said) in enumerate(zip(counts, words, strict=True))
        ]  # fmt: skip
        ticks = [(float(place), text) for place, text in enumerate(labels)]
        plot.set_bars(bars, slots(len(bars)), labels=ticks, keep=keep)

    def _on_components_chosen(self, number: int) -> None:
        self._forget_all_but(self.components)
        low, high = self._component_bins[number]
        data = self.data
        wanted = (data.components >= low) & (data.components <= high) & data.in_split(self.split)
        words = in_split(f"images {_pieces_words(low, high)}", data, self.split)
        self.choose(Choice(words, np.flatnonzero(wanted)))

    def _on_size_chosen(self, number: int) -> None:
        self._forget_all_but(self.sizes)
        data, size = self.data, self._sizes[number]
        wanted = data.in_split(self.split) & (data.width > 0)
        if size is None:
            words = "images of other sizes"
            for listed in self._sizes:
                if listed is not None:
                    wanted &= (data.width != listed[0]) | (data.height != listed[1])
        else:
            words = f"images of {size[0]}×{size[1]} px"
            wanted &= (data.width == size[0]) & (data.height == size[1])
        self.choose(Choice(in_split(words, data, self.split), np.flatnonzero(wanted)))


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "heading")
    label.setAlignment(Qt.AlignmentFlag.AlignVCenter)
    return label


def _pieces_words(low: float, high: float) -> str:
    if high == low:
        return f"with {low:.0f} piece" if low == 1 else f"with {low:.0f} pieces"
    return f"with {low:.0f} or more pieces"


def _box_words(box: QRectF) -> str:
    across = span(box.left(), box.right())
    return f"brightness {across}, contrast {span(box.top(), box.bottom())}"
