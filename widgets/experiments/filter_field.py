"""The field for words and comparisons that runs are found by."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from core.runs.table.columns import Column
from core.runs.table.filtering import EVERYTHING, Filter, FilterProblem, parse_filter

_TIP = (
    "Find runs (Ctrl+F): words in their names, recipes and states, or comparisons\n\n"
    "lr > 1e-4                          1e-5 < lr < 1e-3\n"
    "mDice >= 75 and seconds < 20min    recipe = pets*\n"
    "state = crashed or state = failed  not momentum = none\n"
    '"Batch size" = 8                   name ~ wide\n\n'
    "Columns have their titles, or the names that the tooltips of their heads tell."
)


class FilterField(QWidget):
    """Understands what is typed while it is typed; what is not understood leaves the runs be."""

    changed = Signal()
    """`filter` is another one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("RunFilter")
        self.edit = QLineEdit()
        self.edit.setObjectName("RunFilterEdit")
        self.edit.setPlaceholderText("Find runs:  lr > 1e-4 and recipe = pets*")
        self.edit.setToolTip(_TIP)
        self.edit.setAccessibleName("Words and comparisons that runs are found by")
        self.edit.setClearButtonEnabled(True)
        self.problem_label = QLabel()
        self.problem_label.setObjectName("RunFilterProblem")
        self.problem_label.setProperty("role", "error")
        self.problem_label.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.edit)
        column.addWidget(self.problem_label)
        self._columns: Sequence[Column] = ()
        self._filter = EVERYTHING
        self.edit.textChanged.connect(lambda _text: self._understand())

    @property
    def filter(self) -> Filter:
        """What was understood last."""
        return self._filter

    @property
    def problem(self) -> str:
        """Why what is typed is not understood; "" when it is."""
        return self.problem_label.text()

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Say which columns can be named."""
        self._columns = tuple(columns)
        if self.edit.text():
            self._understand()

    def add(self, comparison: str) -> None:
        """Ask for one thing more."""
        before = self.edit.text().strip()
        joined = f"({before}) and " if " or " in before.lower() else f"{before} and "
        self.edit.setText(joined + comparison if before else comparison)

    def _understand(self) -> None:
        try:
            found = parse_filter(self.edit.text(), self._columns)
        except FilterProblem as problem:
            self.problem_label.setText(problem.words)
            self.problem_label.show()
            return
        self.problem_label.setText("")
        self.problem_label.hide()
        self._filter = found
        self.changed.emit()
