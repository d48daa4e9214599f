"""What repairing labels gave between a run and the one trained again from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from widgets.analysis.panel import AnalysisPanel
from widgets.export_button import Rows

if TYPE_CHECKING:
    from core.evaluation.comparing.paired import PairedTest
    from core.evaluation.comparing.repairs_effect import RepairsEffect

_NOT_RELATED = (
    "No run and its successor",
    "Decide errors on the worklist, press “Retrain with these repairs”, and choose both runs here: "
    "then this says what the repaired labels alone gave.",
)
_UNKNOWN = "–"
_ROW_HEIGHT = 28


class EffectPanel(AnalysisPanel):
    """A sentence, the three evaluations it rests on, and what has to be kept in mind."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("effect of repairs", "restart", parent)
        self._effect: RepairsEffect | None = None
        self.sentence = _text("EffectSentence")
        self.reservations = _text("EffectReservations", "muted")
        self.table = QTableWidget()
        self.table.setObjectName("EffectTable")
        self.table.setAccessibleName("Figures before and after the repairs")
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        self.body.addWidget(self.sentence)
        self.body.addWidget(self.table)
        self.body.addWidget(self.reservations)
        self.body.addStretch(1)
        self.forget()

    def forget(self) -> None:
        """Nothing is known."""
        self.show_effect(None)

    def show_effect(self, effect: RepairsEffect | None, problem: str = "") -> None:
        """Show what repairs gave; None says how to get there, or what is wrong."""
        self._effect = effect
        if effect is None:
            self.say(*(("What repairs gave cannot be told", problem) if problem else _NOT_RELATED))
            return
        self.caption.setText(f"{effect.samples:,} samples of {effect.split or 'the dataset'}")
        self.sentence.setText(effect.sentence())
        said = effect.reservations()
        self.reservations.setText("\n".join(said))
        self.reservations.setVisible(bool(said))
        self._fill(effect)
        self.show_content()

    def rows(self) -> Rows:
        """The table of what is shown, its first row the titles."""
        if self._effect is None:
            return []
        return [_headings(self._effect), *_cells(self._effect)]

    def _fill(self, effect: RepairsEffect) -> None:
        headings, rows = _headings(effect), _cells(effect)
        self.table.setColumnCount(len(headings))
        self.table.setHorizontalHeaderLabels(list(headings))
        self.table.setRowCount(len(rows))
        for row, cells in enumerate(rows):
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                is_number = column >= 1
                side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                item.setToolTip(text)
                self.table.setItem(row, column, item)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.setFixedHeight((len(rows) + 1) * _ROW_HEIGHT + 4)


def _headings(effect: RepairsEffect) -> Sequence[str]:
    classes = effect.rows[0].metrics.classes
    return (
        "Run, labels",
        "mDice %",
        "Δ",
        "Δ from to",
        "p",
        *(f"{each.name} %" for each in classes),
    )


def _cells(effect: RepairsEffect) -> list[list[str]]:
    return [
        [
            f"{row.run}, labels {row.labels}",
            f"{row.metrics.mDice:.2f}",
            *_tested(row.test),
            *(_figure(each.dice) for each in row.metrics.classes),
        ]
        for row in effect.rows
    ]


def _tested(test: PairedTest | None) -> list[str]:
    if test is None:
        return ["", "", ""]
    if test.low is None or test.high is None or test.p_value is None:
        return [f"{test.delta:+.2f}", _UNKNOWN, _UNKNOWN]
    p = "< 0.001" if test.p_value < 0.001 else f"{test.p_value:.3f}"
    return [f"{test.delta:+.2f}", f"{test.low:+.2f} to {test.high:+.2f}", p]


def _figure(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:.2f}"


def _text(name: str, role: str = "") -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if role:
        label.setProperty("role", role)
    return label
