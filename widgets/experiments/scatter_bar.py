"""Which two figures the scatter shows, and how its axes count."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QToolButton, QWidget

from core.runs.table.columns import Column
from widgets import theme

_WIDTH = 16


class ScatterBar(QWidget):
    """Two boxes of columns and two switches."""

    changed = Signal()
    """Another figure or another way to count was chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box_x, self.box_y = QComboBox(), QComboBox()
        self.log_x, self.log_y = QToolButton(), QToolButton()
        self._columns: tuple[Column, ...] = ()
        self._wanted = {"x": "seconds", "y": "mDice"}
        self._log: dict[str, bool | None] = {"x": None, "y": None}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        for text, axis, box, button in (
            ("&Right", "x", self.box_x, self.log_x),
            ("&Up", "y", self.box_y, self.log_y),
        ):
            label = QLabel(text)
            label.setBuddy(box)
            box.setToolTip(f"What goes {text.strip('&').lower()}")
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(_WIDTH)
            button.setText("Log")
            button.setCheckable(True)
            button.setProperty("role", "chip")
            button.setToolTip(f"Count in powers of ten to the {text.strip('&').lower()}")
            button.setAccessibleName(button.toolTip())
            box.activated.connect(lambda _at, axis=axis, box=box: self._choose(axis, box))
            button.clicked.connect(lambda on, axis=axis: self._turn(axis, on))
            for widget in (label, box, button):
                row.addWidget(widget)
        row.addStretch()

    @property
    def right(self) -> Column | None:
        """What goes to the right."""
        return self._column(self.box_x)

    @property
    def up(self) -> Column | None:
        """What goes up."""
        return self._column(self.box_y)

    @property
    def log(self) -> tuple[bool | None, bool | None]:
        """Whether each axis counts in powers of ten; None where the values decide."""
        return self._log["x"], self._log["y"]

    @property
    def chosen(self) -> tuple[str, str]:
        """The ids of the columns that are wanted, there or not."""
        return self._wanted["x"], self._wanted["y"]

    def set_chosen(self, x: str, y: str) -> None:
        """Want these columns."""
        self._wanted = {"x": x, "y": y}
        self._show_choice()
        self.changed.emit()

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Offer these columns; what was wanted is taken again as soon as it is there."""
        if tuple(columns) == self._columns:
            return
        self._columns = tuple(columns)
        for box in (self.box_x, self.box_y):
            blocker = QSignalBlocker(box)
            box.clear()
            for column in columns:
                box.addItem(column.head, column.id)
            del blocker
        self._show_choice()

    def show_counting(self, is_log: tuple[bool, bool], can_be: tuple[bool, bool]) -> None:
        """Show how the axes count, and whether they could otherwise."""
        for button, on, can in zip((self.log_x, self.log_y), is_log, can_be, strict=True):
            button.setChecked(on)
            button.setEnabled(can)

    def _show_choice(self) -> None:
        for axis, box in (("x", self.box_x), ("y", self.box_y)):
            box.setCurrentIndex(max(box.findData(self._wanted[axis]), 0 if box.count() else -1))

    def _choose(self, axis: str, box: QComboBox) -> None:
        self._wanted[axis] = box.currentData()
        self._log[axis] = None
        self.changed.emit()

    def _turn(self, axis: str, on: bool) -> None:
        self._log[axis] = on
        self.changed.emit()

    def _column(self, box: QComboBox) -> Column | None:
        return next((each for each in self._columns if each.id == box.currentData()), None)
