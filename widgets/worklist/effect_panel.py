"""What repairing labels gave between a run and the one trained again from it."""

from __future__ import annotations

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
from widgets.worklist import words

if TYPE_CHECKING:
    from core.evaluation.comparing.repairs_effect import RepairsEffect

_NOT_RELATED = (
    "No run and its successor",
    "Decide errors on the worklist, press “Retrain with these repairs”, and choose both runs here: "
    "then this says what the repaired labels alone gave.",
)
_UNKNOWN = "–"
_ROW_HEIGHT = 28
_HEADINGS = ("Before", "Now", "Retrained")
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


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
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        self.table.verticalHeader().setDefaultAlignment(_LEFT)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for header in (self.table.horizontalHeader(), self.table.verticalHeader()):
            header.setHighlightSections(False)
            header.setSectionsClickable(False)
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
        self.caption.setText(f"{words.samples(effect.samples)} of {effect.split or 'the dataset'}")
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
        return [
            ["", *(explanation for _, explanation in _columns(self._effect))],
            *_lines(self._effect),
        ]

    def _fill(self, effect: RepairsEffect) -> None:
        columns, lines = _columns(effect), _lines(effect)
        self.table.setColumnCount(len(columns))
        self.table.setRowCount(len(lines))
        for column, (heading, explanation) in enumerate(columns):
            item = QTableWidgetItem(heading)
            item.setTextAlignment(_RIGHT)
            item.setToolTip(explanation)
            self.table.setHorizontalHeaderItem(column, item)
        for row, (name, *cells) in enumerate(lines):
            self.table.setVerticalHeaderItem(row, QTableWidgetItem(name))
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setTextAlignment(_RIGHT)
                item.setToolTip(columns[column][1])
                self.table.setItem(row, column, item)
        self.table.setFixedHeight((len(lines) + 1) * _ROW_HEIGHT + 4)


def _columns(effect: RepairsEffect) -> list[tuple[str, str]]:
    """Heading and explanation of each evaluation."""
    return [
        (heading, f"{row.run}, on the labels {row.labels}")
        for heading, row in zip(_HEADINGS, effect.rows, strict=True)
    ]


def _lines(effect: RepairsEffect) -> list[list[str]]:
    """The lines of the table, each with its name first."""
    tests = [row.test for row in effect.rows]
    lines = [
        ["mDice %", *(_figure(row.metrics.mDice) for row in effect.rows)],
        ["Δ points", *("" if test is None else _signed(test.delta) for test in tests)],
        ["Δ at least", *("" if test is None else _signed(test.low) for test in tests)],
        ["Δ at most", *("" if test is None else _signed(test.high) for test in tests)],
        ["p", *("" if test is None else _chance(test.p_value) for test in tests)],
    ]
    by_class = zip(*(row.metrics.classes for row in effect.rows), strict=True)
    lines += [[f"{each[0].name} %", *(_figure(found.dice) for found in each)] for each in by_class]
    return lines


def _figure(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:.2f}"


def _signed(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:+.2f}".replace("-", "−")


def _chance(value: float | None) -> str:
    if value is None:
        return _UNKNOWN
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _text(name: str, role: str = "") -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if role:
        label.setProperty("role", role)
    return label
