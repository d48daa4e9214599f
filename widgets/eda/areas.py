"""The tab of object areas: a histogram per class, quartiles, and a range to brush."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from widgets import theme
from widgets.eda.bars import Bar
from widgets.eda.choice import Choice, Range, in_split, samples_with_object, span
from widgets.eda.data import Bools, EdaData, Floats
from widgets.eda.range_plot import RangePlot
from widgets.eda.tab import ChartTab, color_of, make_combo, make_line, muted_label
from widgets.eda.table import Column, NumbersTable, Row
from widgets.plots.graphs import pg

_BINS = 32
# More classes on top of each other cannot be told apart.
_MOST_STACKED = 6
# An object of less than this share of its picture, in percent, is drawn at this end of the axis.
_LEAST = 1e-4
_MIN_LOG_SPAN = 1.0
_HINT = "Click a bar, or drag over a range"
_MOVE_HINT = "Drag the edges to change the range · Esc clears it"

_COLUMNS = (
    Column("Class", "Click one to see its areas alone"),
    Column("Objects", "Connected pieces of the class, specks left out"),
    Column("Mean\n%", "Mean area, in percent of the picture"),
    Column("Median\n%", "Median area, in percent of the picture"),
    Column("Min\n%", "Smallest area, in percent of the picture"),
    Column("Max\n%", "Largest area, in percent of the picture"),
    Column("25th\n%", "First quartile: a quarter of the objects are smaller"),
    Column("75th\n%", "Third quartile: a quarter of the objects are larger"),
)


class AreasTab(ChartTab):
    """How large the objects are. A bar, or a brushed range, chooses samples with such objects."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edges: Floats = np.zeros(0)
        self._keys: list[tuple[int | None, int]] = []
        self.class_ = make_combo("Class", "Whose areas are shown")
        self.log = QCheckBox("Log scale")
        self.log.setToolTip("Spread the small areas: each tick is ten times the one before")
        self.hint = muted_label(_HINT)
        self.plot = RangePlot("Object areas", bottom="area, % of the picture")
        self.table = NumbersTable("Object areas in numbers", _COLUMNS, choosable=True)
        self._quartiles: list[pg.InfiniteLine] = []
        self._lay_out()
        self.class_.currentIndexChanged.connect(self._on_other_bars)
        self.log.toggled.connect(self._on_other_bars)
        self.table.row_chosen.connect(lambda row: self.class_.setCurrentIndex(row + 1))
        self.plot.bar_chosen.connect(self._on_bar_chosen)
        self.plot.choice_undone.connect(self._on_undone)
        self.plot.range_moved.connect(self._on_range_moved)
        self.plot.range_chosen.connect(self._on_range_chosen)

    @property
    def class_index(self) -> int | None:
        """The class shown; None for all."""
        index: int | None = self.class_.currentData()
        return index

    def forget_choice(self) -> None:
        """Show that nothing is chosen."""
        self.plot.forget()
        self._hint_at_rest()

    def refresh(self, *, keep: bool = False) -> None:
        """Draw histogram and table anew."""
        self._offer_classes(self.data)
        if not keep:
            self.forget_choice()
        self._draw_bars(keep=keep)
        self._fill_table(self.data)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(4)
        left.addLayout(make_line(self.class_, self.log, None, self.hint))
        left.addWidget(self.plot, 1)
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 6, 8, 4)
        line.setSpacing(2 * theme.GRID)
        line.addLayout(left, 1)
        line.addWidget(self.table)
        self.plot.setMinimumWidth(240)

    def _offer_classes(self, data: EdaData) -> None:
        offered = [info.index for info in data.objects_of_class]
        there = [self.class_.itemData(place) for place in range(1, self.class_.count())]
        names = [self.class_.itemText(place) for place in range(1, self.class_.count())]
        if there == offered and names == [info.name for info in data.objects_of_class]:
            return
        self.class_.blockSignals(True)
        self.class_.clear()
        self.class_.addItem("All classes", None)
        for info in data.objects_of_class:
            self.class_.addItem(info.name, info.index)
        self.class_.blockSignals(False)

    def _on_other_bars(self) -> None:
        if self._data is None:
            return
        had_choice = self.plot.chosen is not None or self.plot.chosen_range is not None
        self.forget_choice()
        self._draw_bars(keep=False)
        self._select_row()
        if had_choice:
            self.unchosen.emit()

    # The plot's x axis holds areas, or their decimal logarithms.

    def _to_axis(self, areas: Floats) -> Floats:
        return np.log10(np.maximum(areas, _LEAST)) if self.log.isChecked() else areas

    def _from_axis(self, x: float) -> float:
        return float(10**x) if self.log.isChecked() else x

    def _draw_bars(self, *, keep: bool) -> None:
        data = self.data
        wanted = data.of_class(self.class_index) & data.objects_in(self.split)
        self._edges = self._make_edges(self._to_axis(data.object_area[wanted].astype(np.float64)))
        bars: list[Bar] = []
        self._keys = []
        below = np.zeros(_BINS, np.int64)
        for name, index, color in self._layers(data):
            for bin_, count in enumerate(self._histogram(data, data.of_class(index) & wanted)):
                if count == 0:
                    continue
                noun = "object" if count == 1 else "objects"
                words = f"{count:,} {noun} of {self._bin_words(bin_)}"
                words = in_split(f"{name}: {words}" if name else words, data, self.split)
                left, right = (float(each) for each in self._edges[bin_ : bin_ + 2])
                low = int(below[bin_])
                tip = f"{words}\nClick to show their samples"
                bars.append(Bar(left, right, low, low + count, color, tip))
                self._keys.append((index, bin_))
                below[bin_] += count
        # The keys walk from left to right, and up where bars stand on each other.
        order = sorted(range(len(bars)), key=lambda number: (self._keys[number][1], number))
        self._keys = [self._keys[number] for number in order]
        ends = (float(self._edges[0]), float(self._edges[-1]))
        room = (ends[1] - ends[0]) * 0.01
        self.plot.set_bars(
            [bars[number] for number in order],
            (ends[0] - room, ends[1] + room),
            labels=self._tick_labels(ends),
            keep=keep,
        )
        self._mark_quartiles()

    def _layers(self, data: EdaData) -> list[tuple[str, int | None, QColor]]:
        """What is stacked in the bars: classes, or all of them in one when they are many."""
        wanted = self.class_index
        shown = [info for info in data.objects_of_class if wanted in (None, info.index)]
        if len(shown) > _MOST_STACKED:
            return [("", None, theme.color("accent"))]
        return [(info.name, info.index, color_of(info, data)) for info in shown]

    def _make_edges(self, x: Floats) -> Floats:
        if len(x) == 0:
            return np.linspace(*((-2, 2) if self.log.isChecked() else (0, 100)), _BINS + 1)
        if not self.log.isChecked():
            return np.linspace(0, float(x.max()) * (1 + 1e-6) or 1.0, _BINS + 1)
        low, high = float(x.min()), float(x.max())
        middle, half = (low + high) / 2, max(high - low, _MIN_LOG_SPAN) / 2 * (1 + 1e-6)
        return np.linspace(middle - half, middle + half, _BINS + 1)

    def _histogram(self, data: EdaData, wanted: Bools) -> list[int]:
        x = self._to_axis(data.object_area[wanted].astype(np.float64))
        bins = np.searchsorted(self._edges, x, "right") - 1
        return [int(each) for each in np.bincount(bins.clip(0, _BINS - 1), minlength=_BINS)]

    def _tick_labels(self, ends: Range) -> list[tuple[float, str]] | None:
        if not self.log.isChecked():
            return None
        powers = range(int(np.ceil(ends[0])), int(np.floor(ends[1])) + 1)
        return [(float(power), f"{10.0**power:g}") for power in powers]

    def _mark_quartiles(self) -> None:
        for line in self._quartiles:
            self.plot.removeItem(line)
        self._quartiles = []
        numbers = self.data.area_numbers(self.class_index, self.split)
        if numbers is None:
            return
        marks = (("25 %", numbers.p25), ("median", numbers.median), ("75 %", numbers.p75))
        for words, area in marks:
            is_median = words == "median"
            line = pg.InfiniteLine(
                pos=float(self._to_axis(np.array([area]))[0]),
                angle=90,
                movable=False,
                pen=pg.mkPen(
                    theme.color("text"),
                    width=2 if is_median else 1,
                    style=Qt.PenStyle.SolidLine if is_median else Qt.PenStyle.DashLine,
                ),
                label=words if is_median else None,
                labelOpts={
                    "position": 1.0,
                    "color": theme.color("text"),
                    "fill": theme.color("surface"),
                    "anchors": [(0, 0), (0, 0)],
                },
            )
            line.setZValue(20)
            self._quartiles.append(line)
            self.plot.addItem(line, ignoreBounds=True)

    def _fill_table(self, data: EdaData) -> None:
        rows = []
        for info in data.objects_of_class:
            numbers = data.area_numbers(info.index, self.split)
            if numbers is None:
                texts: tuple[str, ...] = ("0", *("–",) * (len(_COLUMNS) - 2))
            else:
                figures = (
                    numbers.mean, numbers.median, numbers.min,
                    numbers.max, numbers.p25, numbers.p75,
                )  # fmt: skip
                texts = (f"{numbers.objects:,}", *(f"{each:.2f}" for each in figures))
            rows.append(Row(info.name, color_of(info, data), texts))
        self.table.set_rows(rows)
        self._select_row()

    def _select_row(self) -> None:
        self.table.blockSignals(True)
        if self.class_index is None:
            self.table.clearSelection()
        else:
            self.table.selectRow(self.class_.currentIndex() - 1)
        self.table.blockSignals(False)

    def _bin_words(self, bin_: int) -> str:
        low, high = (self._from_axis(float(edge)) for edge in self._edges[bin_ : bin_ + 2])
        return f"{span(low, high)} %"

    def _words(self, class_index: int | None, low: float, high: float) -> str:
        name = "" if class_index is None else f"{self.data.classes[class_index].name} "
        return in_split(f"{name}area {span(low, high)} %", self.data, self.split)

    def _choose_range(self, class_index: int | None, low: float, high: float) -> None:
        found = samples_with_object(self.data, class_index, self.split, area=(low, high))
        self.choose(Choice(self._words(class_index, low, high), found))

    def _on_bar_chosen(self, number: int) -> None:
        class_index, bin_ = self._keys[number]
        low, high = (self._from_axis(float(edge)) for edge in self._edges[bin_ : bin_ + 2])
        self._hint_at_rest()
        self._choose_range(class_index, low, high)

    def _range(self, low: float, high: float) -> Range:
        # At the left end of the axis everything smaller is meant, too.
        first = self._from_axis(low) if low > self._edges[0] else 0.0
        return first, self._from_axis(high)

    def _on_range_moved(self, low: float, high: float) -> None:
        self.hint.setText(self._words(self.class_index, *self._range(low, high)))

    def _on_range_chosen(self, low: float, high: float) -> None:
        self.hint.setText(_MOVE_HINT)
        self._choose_range(self.class_index, *self._range(low, high))

    def _on_undone(self) -> None:
        self._hint_at_rest()
        self.unchosen.emit()

    def _hint_at_rest(self) -> None:
        self.hint.setText(_HINT)
