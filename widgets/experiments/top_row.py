"""The row above the table of runs: what is shown, how it is grouped, and what to do with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QToolButton,
    QWidget,
)

from core.runs.table.columns import RunTable
from core.runs.table.grouping import GROUPINGS
from widgets import theme
from widgets.experiments import words
from widgets.experiments.column_picker import ColumnPicker
from widgets.experiments.filter_field import FilterField
from widgets.experiments.run_model import MOST_TICKED

_HEIGHT = 28


class TopRow(QWidget):
    """Filter, counts, groups, columns, and the button that compares."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.filter_field = FilterField()
        self.group_box = QComboBox()
        self.columns_button = ColumnPicker("Columns", "Choose the columns of the table")
        self.compare_button = QPushButton()
        self.count_label = QLabel()
        self.narrowed_button = QToolButton()
        self.troubles_button = QToolButton()
        self._troubles = ""
        self._lay_out()
        self.show_ticked(())
        self.troubles_button.clicked.connect(self._tell_troubles)

    @property
    def grouping(self) -> str:
        """What groups the runs; "" for nothing."""
        return self.group_box.currentData() or ""

    def show_count(self, shown: int, found: int, total: int, *, is_narrowed: bool) -> None:
        """Say how many runs are shown.

        Args:
            shown: Those in the table.
            found: Those that the filter lets through.
            total: All.
            is_narrowed: Whether something drawn into a view leaves some out.
        """
        self.count_label.setText(words.count(shown, total))
        self.count_label.setVisible(not is_narrowed)
        self.narrowed_button.setText(f"{words.narrowed(shown, found)}  ×")
        self.narrowed_button.setVisible(is_narrowed)

    def show_ticked(self, ticked: Sequence[str]) -> None:
        """Say what the button does with the ticked runs."""
        self.compare_button.setText(words.compare(len(ticked)))
        self.compare_button.setEnabled(bool(ticked))

    def show_troubles(self, table: RunTable) -> None:
        """Say which runs cannot be read, crashed or failed."""
        short, self._troubles = words.troubles(table)
        self.troubles_button.setVisible(bool(short))
        self.troubles_button.setText(short)
        self.troubles_button.setToolTip(self._troubles)

    def _tell_troubles(self) -> None:
        menu = QMenu(self)
        for sentence in self._troubles.split("\n"):
            menu.addAction(sentence.replace("&", "&&")).setEnabled(False)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.troubles_button.mapToGlobal(self.troubles_button.rect().bottomLeft()))

    def _lay_out(self) -> None:
        for by, text in GROUPINGS.items():
            self.group_box.addItem(f"Group by {text}" if by else "No groups", by)
        self.group_box.setToolTip("Put runs together, with mean and spread of their figures")
        self.group_box.setAccessibleName(self.group_box.toolTip())
        self.group_box.setObjectName("GroupBox")
        self.group_box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.group_box.setMinimumContentsLength(14)
        self.count_label.setProperty("role", "muted")
        for button, tip in (
            (self.narrowed_button, "Take away what was drawn into axes and scatter"),
            (self.troubles_button, ""),
        ):
            button.setProperty("role", "chip")
            button.setToolTip(tip)
            button.hide()
        self.troubles_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        theme.set_icon(self.troubles_button, "alert-outline", "warning")
        self.compare_button.setProperty("role", "primary")
        self.compare_button.setObjectName("CompareRuns")
        self.compare_button.setToolTip(
            f"Look at the samples of the ticked runs, at most {MOST_TICKED} (Return in the table)"
        )
        self.filter_field.edit.setMinimumWidth(200)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        row.addWidget(self.filter_field, 1)
        for widget in (
            self.count_label,
            self.narrowed_button,
            self.troubles_button,
            self.group_box,
            self.columns_button,
            self.compare_button,
        ):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        self.count_label.setFixedHeight(_HEIGHT)
