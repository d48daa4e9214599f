"""The confusion matrix of a run: what was taken for what, in pixels or in objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtWidgets import QComboBox, QHeaderView, QWidget

from widgets import theme
from widgets.analysis.cell_table import Cell, CellTable
from widgets.analysis.matrices import (
    Confusion,
    confusion_of_objects,
    confusion_of_pixels,
    samples_of_objects,
    samples_of_pixels,
)
from widgets.analysis.panel import AnalysisPanel
from widgets.analysis.report import RunReport
from widgets.eda.look import mix
from widgets.export_button import Rows

PIXELS, OBJECTS = "Pixels", "Objects"
BY_ROW, BY_COLUMN, COUNTS = "% of true", "% of predicted", "Counts"
_STRONGEST = 0.55
_LEAST_COLUMN = 64


@dataclass(frozen=True, slots=True)
class _Place:
    row: int
    column: int


class ConfusionPanel(AnalysisPanel):
    """Rows are true classes, columns predicted ones; a cell chooses the samples that are in it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("confusion matrix", "grid", parent)
        self._report: RunReport | None = None
        self._confusion: Confusion | None = None
        self.unit_box = _box(
            (PIXELS, OBJECTS), "What is counted: pixels, or objects matched by their overlap"
        )
        self.share_box = _box(
            (BY_ROW, BY_COLUMN, COUNTS),
            "Share of the pixels or objects of each true class, of each predicted one, or counts",
        )
        self.line.addWidget(self.unit_box)
        self.line.addWidget(self.share_box)
        self.table = CellTable("Confusion matrix", whole_rows=False)
        self.table.verticalHeader().setVisible(True)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setMinimumSectionSize(_LEAST_COLUMN)
        self.body.addWidget(self.table, 1)
        self.unit_box.activated.connect(lambda _place: self._refresh())
        self.share_box.activated.connect(lambda _place: self._refresh())
        self.table.chosen.connect(self._on_chosen)
        theme.signals.changed.connect(self._refresh)
        self.show_report(None)

    def show_report(self, report: RunReport | None) -> None:
        """Show a run; None says that there is none."""
        self._report = report
        self._refresh()

    def rows(self) -> Rows:
        """The counts, true classes in rows."""
        confusion = self._confusion
        if confusion is None:
            return []
        titles = [f"true \\ predicted ({confusion.unit})", *confusion.column_names]
        rows = zip(confusion.row_names, confusion.counts.tolist(), strict=True)
        return [titles, *([name, *row] for name, row in rows)]

    def _refresh(self) -> None:
        report = self._report
        self._confusion = self._find(report)
        confusion = self._confusion
        if report is None or report.evaluation is None:
            self.say("No figures yet", "Predict the split to see which classes are confused.")
            return
        self.show_content()
        if confusion is None:
            self.caption.setText(
                "Objects are being counted…" if report.is_looked_at else "Objects were not counted"
            )
            self.table.set_cells([], [])
            return
        share = str(self.share_box.currentText())
        shares = _shares(confusion.counts, share)
        self.caption.setText("true ↓  predicted →")
        self.table.set_cells(
            [Cell(name, f"Predicted as {name}", is_number=True) for name in confusion.column_names],
            [
                [
                    self._cell(confusion, shares, _Place(row, column), share)
                    for column in range(len(confusion.column_names))
                ]
                for row in range(len(confusion.row_names))
            ],
            [Cell(name, f"Truly {name}") for name in confusion.row_names],
        )

    def _find(self, report: RunReport | None) -> Confusion | None:
        if report is None or report.evaluation is None:
            return None
        if self.unit_box.currentText() == PIXELS:
            return confusion_of_pixels(report)
        return confusion_of_objects(report)

    def _cell(
        self, confusion: Confusion, shares: npt.NDArray[np.float64], place: _Place, share: str
    ) -> Cell:
        if confusion.is_void(place.row, place.column):
            return Cell("")
        count = int(confusion.counts[place.row, place.column])
        value = float(shares[place.row, place.column])
        is_right = confusion.is_right(place.row, place.column)
        text = f"{count:,}" if share == COUNTS else _percent_text(value, count)
        strength = 0.0 if np.isnan(value) else value / 100
        ground = None
        if count:
            # Errors are mostly small shares: the root tells them apart where the share would not.
            role = "ok" if is_right else "error"
            depth = _STRONGEST * (strength if is_right else strength**0.5)
            ground = mix(theme.color("surface"), theme.color(role), min(depth, _STRONGEST))
        return Cell(
            text,
            confusion.words(place.row, place.column, self._percents(confusion, place)),
            is_number=True,
            is_bold=is_right,
            ink=theme.color("text" if count else "muted"),
            ground=ground,
            payload=place if count else None,
        )

    def _percents(self, confusion: Confusion, place: _Place) -> str:
        count = confusion.counts[place.row, place.column]
        parts = []
        for total, name, lists in (
            (confusion.counts[place.row].sum(), confusion.row_names[place.row], "all that is {}"),
            (
                confusion.counts[:, place.column].sum(),
                confusion.column_names[place.column],
                "all predicted {}",
            ),
        ):
            if total:
                parts.append(f"{100 * count / total:.2f} % of {lists.format(name)}")
        return ", ".join(parts)

    def _on_chosen(self, place: _Place) -> None:
        report, confusion = self._report, self._confusion
        if report is None or confusion is None:
            return
        true, predicted = confusion.classes_at(place.row, place.column)
        found = (
            samples_of_pixels(report, true, predicted)
            if confusion.unit == "px"
            else samples_of_objects(report, true, predicted)
        )
        self.choose_samples(confusion.title(place.row, place.column), found)


def _percent_text(value: float, count: int) -> str:
    if np.isnan(value):
        return "–"
    return "< 0.1" if count and value < 0.05 else f"{value:.1f}"


def _shares(counts: npt.NDArray[np.int64], share: str) -> npt.NDArray[np.float64]:
    """Percent of each cell of its row or its column; nan where that is empty."""
    totals = counts.sum(axis=0 if share == BY_COLUMN else 1, keepdims=True).astype(float)
    result = np.full(counts.shape, np.nan)
    np.divide(100.0 * counts, totals, out=result, where=totals > 0)
    return result


def _box(choices: Sequence[str], tooltip: str) -> QComboBox:
    box = QComboBox()
    box.addItems(list(choices))
    box.setToolTip(tooltip)
    box.setAccessibleName(tooltip)
    return box
