"""All figures of the compared runs with their intervals, and what a difference is worth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHeaderView, QLabel, QToolButton, QWidget

from widgets import theme
from widgets.analysis.cell_table import Cell, CellTable
from widgets.analysis.definitions_dialog import DefinitionsDialog
from widgets.analysis.figure_rows import (
    ALL_CLASSES,
    PER_IMAGE,
    POOLED,
    FigureRow,
    interval_text,
    rows_of,
    tip_of,
    value_text,
)
from widgets.analysis.panel import AnalysisPanel
from widgets.analysis.report import RunReport
from widgets.export_button import Rows

_ROW_HEIGHT = 38
# Numbers are of about one width: of hundreds of classes the first rows tell how wide.
_LOOKED_AT = 64


class FiguresPanel(AnalysisPanel):
    """One run: every figure pooled and per image. Several: one of the two, side by side."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("figures", "numeric", parent)
        self._reports: Sequence[RunReport] = ()
        self._sentences: Sequence[str] = ()
        self.how_box = QComboBox()
        self.how_box.addItems([POOLED, PER_IMAGE])
        self.how_box.setToolTip(
            "Pooled: counts of all images are summed up and divided once.\n"
            "Per image: divided in every image, then the mean over the images."
        )
        self.how_box.setAccessibleName("Pooled, or mean over the images")
        self.help_button = QToolButton()
        self.help_button.setObjectName("DefinitionsButton")
        self.help_button.setToolTip("What every figure means, how it is computed, and its source")
        self.help_button.setAccessibleName("Definitions of the figures")
        theme.set_icon(self.help_button, "help-circle-outline")
        self.line.addWidget(self.help_button)
        self.line.addWidget(self.how_box)
        self.verdict = QLabel()
        self.verdict.setObjectName("PairedTest")
        self.verdict.setWordWrap(True)
        self.verdict.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.table = CellTable("Figures", whole_rows=True, row_height=_ROW_HEIGHT)
        self.body.addWidget(self.verdict)
        self.body.addWidget(self.table, 1)
        self.how_box.activated.connect(lambda _place: self._refresh())
        self.help_button.clicked.connect(self.show_definitions)
        self.table.chosen.connect(self._on_chosen)
        theme.signals.changed.connect(self._refresh)
        self.show_reports(())

    def show_reports(
        self,
        reports: Sequence[RunReport],
        sentences: Sequence[str] = (),
        explanations: Sequence[str] = (),
    ) -> None:
        """Show runs.

        Args:
            reports: The compared runs, in order.
            sentences: What the paired test says of each further run against the first.
            explanations: The same at length, for the tooltip.
        """
        self._reports, self._sentences = reports, sentences
        self.verdict.setToolTip("\n\n".join(explanations))
        self._refresh()

    def show_definitions(self) -> DefinitionsDialog:
        """Open what the figures mean."""
        dialog = DefinitionsDialog(self.window())
        dialog.show()
        return dialog

    def rows(self) -> Rows:
        """A row for each run, class and figure."""
        found: list[list[object]] = [
            ["run", "class", "figure", "name", "how", "unit", "value", "low", "high"]
        ]
        for report in self._reports:
            for row in rows_of([report]):
                for how in (POOLED, PER_IMAGE):
                    figure, definition = row.figure(report.figures, how), row.definition_of(how)
                    if figure is not None and definition is not None:
                        words = definition.id, definition.name, definition.how, definition.unit
                        numbers = figure.value, figure.low, figure.high
                        found.append([report.name, row.class_name, *words, *numbers])
        return found

    def _refresh(self) -> None:
        known = [report for report in self._reports if report.figures is not None]
        if not known:
            problem = next((report.problem for report in self._reports if report.problem), "")
            self.say("No figures yet", problem or "Predict the split: its figures appear here.")
            return
        self.show_content()
        several = len(self._reports) > 1
        self.how_box.setVisible(several)
        self.verdict.setText("\n".join(self._sentences))
        self.verdict.setVisible(bool(self._sentences))
        table = known[0].figures
        assert table is not None
        images = "1 image" if table.samples == 1 else f"{table.samples:,} images"
        ends = f", {100 * table.level:.0f} % intervals" if table.resamples else ""
        self.caption.setText(f"{images}{ends}")
        titles, cells = self._several(known) if several else self._single(known[0])
        self.table.set_cells(titles, cells)
        self.table.clearSpans()
        for row, line in enumerate(cells):
            if line[0].is_bold:
                self.table.setSpan(row, 0, 1, len(titles))
        self._fit(len(titles))

    def _single(self, report: RunReport) -> tuple[list[Cell], list[list[Cell]]]:
        titles = [
            Cell("Figure"),
            Cell(POOLED, "Counts of all images are summed up and divided once", is_number=True),
            Cell(PER_IMAGE, "Divided in every image, then the mean", is_number=True),
        ]
        cells: list[list[Cell]] = []
        for row in rows_of([report]):
            _head(cells, row, len(titles))
            cells.append([_name_cell(row), *(_figure_cell(row, report, how) for how in _HOWS)])
        return titles, cells

    def _several(self, reports: Sequence[RunReport]) -> tuple[list[Cell], list[list[Cell]]]:
        how = self.how_box.currentText()
        first, *others = reports
        titles = [Cell("Figure")]
        titles += [
            Cell(each.letter, f"{each.letter}: {each.name}", is_number=True) for each in reports
        ]
        if len(reports) == 2:
            words = f"{others[0].letter} − {first.letter}"
            titles.append(Cell(f"Δ {words}", f"{words}, in points", is_number=True))
        cells: list[list[Cell]] = []
        for row in rows_of(reports):
            _head(cells, row, len(titles))
            line = [_name_cell(row, how)]
            line += [_figure_cell(row, each, how) for each in reports]
            if len(reports) == 2:
                line.append(_delta_cell(row, first, others[0], how))
            cells.append(line)
        return titles, cells

    def _fit(self, columns: int) -> None:
        header = self.table.horizontalHeader()
        header.setResizeContentsPrecision(_LOOKED_AT)
        modes = QHeaderView.ResizeMode
        header.setSectionResizeMode(modes.ResizeToContents)
        header.setSectionResizeMode(0, modes.Stretch if columns <= 4 else modes.ResizeToContents)

    def _on_chosen(self, class_name: str) -> None:
        for report in self._reports:
            if report.evaluation is None:
                continue
            place = report.class_names.index(class_name)
            scores = report.evaluation.scores
            dice = scores.dice[:, place]
            found = [scores.ids[row] for row in np.argsort(dice) if not np.isnan(dice[row])]
            self.choose_samples(f"with {class_name}", found)
            return


_HOWS = (POOLED, PER_IMAGE)


def _head(cells: list[list[Cell]], row: FigureRow, columns: int) -> None:
    """Add the heading of a class before its first row."""
    is_first = not cells or cells[-1][0].payload != (row.class_name or None)
    if is_first:
        heading = Cell(row.class_name or ALL_CLASSES, is_bold=True, payload=row.class_name or None)
        cells.append([heading, *(Cell(payload=row.class_name or None) for _ in range(columns - 1))])


def _name_cell(row: FigureRow, how: str = POOLED) -> Cell:
    definition = row.definition_of(how) or row.definition
    unit = "" if definition.unit == "%" else f" ({definition.unit})"
    tip = tip_of(definition)
    if row.class_name:
        tip += f"\nClick to list the samples with {row.class_name}."
    return Cell(row.definition.name + unit, tip, payload=row.class_name or None)


def _figure_cell(row: FigureRow, report: RunReport, how: str) -> Cell:
    figure, definition = row.figure(report.figures, how), row.definition_of(how)
    if definition is None or report.figures is None:
        return Cell("–", is_number=True, ink=theme.color("muted"), payload=row.class_name or None)
    tip = f"{report.letter}: {report.name}\n{tip_of(definition, figure, report.figures.level)}"
    return Cell(
        value_text(figure),
        tip,
        interval_text(figure),
        is_number=True,
        payload=row.class_name or None,
    )


def _delta_cell(row: FigureRow, first: RunReport, second: RunReport, how: str) -> Cell:
    one, two = row.figure(first.figures, how), row.figure(second.figures, how)
    if one is None or two is None or one.value is None or two.value is None:
        return Cell("–", is_number=True, ink=theme.color("muted"), payload=row.class_name or None)
    delta = two.value - one.value
    places = 2 if one.definition.unit == "%" else 0
    text = f"{delta:+.{places}f}".replace("-", "−")
    if float(f"{delta:.{places}f}") == 0:
        text = f"{0:.{places}f}"
    return Cell(
        text, f"{second.letter} − {first.letter}", is_number=True, payload=row.class_name or None
    )
