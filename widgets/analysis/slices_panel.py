"""Parts of the split with something in common: how good the run is there, what they cost."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QLabel, QWidget

from core.evaluation.slices.slicing import Slice
from widgets import theme
from widgets.analysis.cell_delegate import RangeBar
from widgets.analysis.cell_table import Cell, CellTable
from widgets.analysis.panel import AnalysisPanel
from widgets.analysis.report import RunReport
from widgets.export_button import Rows

_BAR_WIDTH = 96


class SlicesPanel(AnalysisPanel):
    """A row for each slice: its mDice as a bar with its interval, samples, and cost."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("slices", "chart-bar", parent)
        self._report: RunReport | None = None
        self.verdict = QLabel()
        self.verdict.setObjectName("DarkVerdict")
        self.verdict.setWordWrap(True)
        self.verdict.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.table = CellTable("Slices, the most expensive first", whole_rows=True)
        header = self.table.horizontalHeader()
        self.body.addWidget(self.verdict)
        self.body.addWidget(self.table, 1)
        self._header = header
        self.table.chosen.connect(self._on_chosen)
        theme.signals.changed.connect(self._refresh)
        self.show_report(None)

    def show_report(self, report: RunReport | None) -> None:
        """Show a run; None says that there is none."""
        self._report = report
        verdict = report.dark if report is not None else ""
        self.verdict.setText(verdict)
        self.verdict.setVisible(bool(verdict))
        self._refresh()

    def rows(self) -> Rows:
        """A row for each slice."""
        titles = ["id", "group", "slice", "samples", "mDice (%)", "low", "high", "cost (points)"]
        return [titles, *(_numbers(each) for each in self._slices())]

    def _slices(self) -> Sequence[Slice]:
        return self._report.slices if self._report is not None else ()

    def _refresh(self) -> None:
        report, slices = self._report, self._slices()
        if report is None or not slices:
            self.say_why(
                report,
                "No slices yet",
                "Predict the split: small, dark, flagged and other samples appear here.",
            )
            return
        self.show_content()
        whole = report.evaluation.mDice if report.evaluation is not None else math.nan
        self.caption.setText(f"the dashed line is the run's mDice, {whole:.2f} %")
        titles = [
            Cell("Slice"),
            Cell("mDice (%)", "Pooled over the samples of the slice, with its 95 % interval"),
            Cell("", "Pooled mDice of the slice", is_number=True),
            Cell("n", "Number of samples", is_number=True),
            Cell(
                "Cost",
                "How many points the run's mDice would gain were the slice as good as the rest",
                is_number=True,
            ),
        ]
        self.table.set_cells(titles, [_line(each, whole) for each in slices])
        modes = QHeaderView.ResizeMode
        self._header.setSectionResizeMode(modes.ResizeToContents)
        self._header.setSectionResizeMode(0, modes.Stretch)
        self._header.setSectionResizeMode(1, modes.Fixed)
        self._header.resizeSection(1, _BAR_WIDTH)

    def _on_chosen(self, chosen: Slice) -> None:
        self.choose_samples(slice_words(chosen), chosen.samples)


def slice_words(each: Slice) -> str:
    """What a slice is called where its heading is not beside it."""
    name = each.name
    return name if name.lower().startswith(each.group.lower()) else f"{each.group}: {name}"


def _line(each: Slice, whole: float) -> list[Cell]:
    tip = f"{slice_words(each)}\n{each.meaning}\n{_interval(each)}\nClick to list the samples."
    value = "–" if math.isnan(each.mDice) else f"{each.mDice:.2f}"
    bar = RangeBar(each.mDice, each.low, each.high, whole)
    cost = "0.00" if abs(each.cost) < 0.005 else f"{each.cost:.2f}".replace("-", "−")
    return [
        Cell(each.name, tip, payload=each),
        Cell("", tip, payload=each, bar=bar),
        Cell(value, tip, is_number=True, payload=each),
        Cell(f"{len(each.samples):,}", tip, is_number=True, payload=each),
        Cell(cost, tip, is_number=True, payload=each),
    ]


def _interval(each: Slice) -> str:
    if math.isnan(each.mDice):
        return "Nothing can be measured there."
    if math.isnan(each.low):
        return f"mDice {each.mDice:.2f} %; too few samples for an interval."
    return f"mDice {each.mDice:.2f} %, 95 % interval {each.low:.1f} to {each.high:.1f} %."


def _numbers(each: Slice) -> list[object]:
    numbers = (None if math.isnan(value) else value for value in (each.mDice, each.low, each.high))
    return [each.id, each.group, each.name, len(each.samples), *numbers, each.cost]
