"""One row of the training form: label, value, reset, and what is wrong with the value."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QToolButton, QWidget

from core.errors import PetsegError
from core.training.recipes.fields import FormField
from widgets import theme
from widgets.training.values import expected, from_text, to_text


class FieldRow(QObject):
    """The widgets of one field, placed into a grid of three columns.

    A field that differs from the recipe has its label in bold and a button that resets it.

    Args:
        field: What the field takes.
        grid: Where to place it.
        row: First of the two grid rows it uses.
    """

    changed = Signal()

    def __init__(self, field: FormField, grid: QGridLayout, row: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.field = field
        self._default: Any = None
        self._label = QLabel(field.label)
        self.edit = QLineEdit()
        self.reset_button = QToolButton()
        self._error = QLabel()
        self._build()
        grid.addWidget(self._label, row, 0)
        grid.addWidget(self.edit, row, 1)
        grid.addWidget(self.reset_button, row, 2)
        grid.addWidget(self._error, row + 1, 0, 1, 3)
        self.edit.textChanged.connect(self._on_edited)
        self.reset_button.clicked.connect(self.reset)

    @property
    def is_changed(self) -> bool:
        """Whether the value differs from the recipe's. Something unreadable does."""
        try:
            return bool(self.value() != self._default)
        except PetsegError:
            return True

    @property
    def problem(self) -> str:
        """What is wrong with the value, in words; empty when nothing is."""
        try:
            self.value()
        except PetsegError as error:
            return str(error)
        return ""

    def value(self) -> Any:
        """The value as typed.

        Raises:
            PetsegError: it is no value of the field.
        """
        return from_text(self.field, self.edit.text())

    def set_default(self, value: Any) -> None:
        """Show the recipe's value, and measure changes against it."""
        self._default = value
        self.edit.setText(to_text(value))
        self._on_edited()

    def put(self, value: Any) -> None:
        """Show a value that is not the recipe's."""
        self.edit.setText(to_text(value))

    def reset(self) -> None:
        """Go back to the recipe's value."""
        self.edit.setText(to_text(self._default))

    def set_visible(self, visible: bool) -> None:
        """Show or hide the row."""
        self._label.setVisible(visible)
        self.edit.setVisible(visible)
        self.reset_button.setVisible(visible and self.is_changed)
        self._error.setVisible(visible and bool(self._error.text()))

    def _build(self) -> None:
        field = self.field
        unit = f" ({field.unit})" if field.unit else ""
        tip = f"{field.help}\nTakes {expected(field)}{unit}."
        self.edit.setObjectName(f"field:{field.name}")
        self.edit.setAccessibleName(f"{field.label}{unit}")
        self.edit.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.edit.setMinimumWidth(64)
        if field.optional:
            self.edit.setPlaceholderText("not used")
        self._label.setBuddy(self.edit)
        for widget in (self._label, self.edit):
            widget.setToolTip(tip)
        theme.set_icon(self.reset_button, "restore", "muted")
        self.reset_button.setIconSize(QSize(16, 16))
        self.reset_button.setObjectName(f"reset:{field.name}")
        # The place stays reserved, so that nothing moves when a value changes.
        self.reset_button.hide()
        policy = self.reset_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset_button.setSizePolicy(policy)
        self._error.setProperty("role", "error")
        self._error.setWordWrap(True)
        self._error.hide()

    def _on_edited(self) -> None:
        changed = self.is_changed
        self.reset_button.setVisible(changed)
        default = to_text(self._default) or "not used"
        self.reset_button.setToolTip(f"Back to the recipe's value: {default}")
        font = self._label.font()
        font.setBold(changed)
        self._label.setFont(font)
        problem = self.problem
        self._error.setText(problem)
        self._error.setVisible(bool(problem))
        self.changed.emit()
