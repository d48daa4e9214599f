"""One row of the training form: label, value, reset, and what is wrong with the value."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QToolButton, QWidget

from core.errors import PetsegError
from core.training.recipes.fields import FormField
from widgets import theme
from widgets.training.asking.value_editor import ValueEditor
from widgets.training.values import expected, from_text, to_text


class FieldRow(QObject):
    """The widgets of one field, placed into a grid of three columns.

    A field that differs from the recipe has its label in bold and a button that resets it.

    Args:
        field: What the field takes.
        grid: Where to place it.
        row: First of the `ROWS` grid rows it uses.
        parent: Its owner.
        beside: A widget at the right of the label, for a field that can be filled in otherwise;
            the value then has a line of its own.
    """

    ROWS = 3

    changed = Signal()

    def __init__(
        self,
        field: FormField,
        grid: QGridLayout,
        row: int,
        parent: QWidget,
        beside: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.field = field
        self._default: Any = None
        self._is_shown = True
        self._label = QLabel(field.label)
        self._editor = ValueEditor(field)
        self._beside = beside
        self.reset_button = QToolButton()
        self._error = QLabel()
        self._build()
        grid.addWidget(self._label, row, 0)
        if beside is None:
            grid.addWidget(self._editor, row, 1)
            grid.addWidget(self.reset_button, row, 2)
        else:
            grid.addWidget(beside, row, 1, 1, 2, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(self._editor, row + 1, 0, 1, 2)
            grid.addWidget(self.reset_button, row + 1, 2)
        grid.addWidget(self._error, row + 2, 0, 1, 3)
        self._editor.changed.connect(self._on_edited)
        self.reset_button.clicked.connect(self.reset)

    @property
    def edit(self) -> QLineEdit | QComboBox:
        """What the value is typed into or chosen in."""
        return self._editor.edit

    @property
    def is_shown(self) -> bool:
        """Whether the recipe has this field; it may be in a folded section all the same."""
        return self._is_shown

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
        return from_text(self.field, self._editor.text())

    def set_default(self, value: Any) -> None:
        """Show the recipe's value, and measure changes against it."""
        self._default = value
        self._editor.set_text(to_text(value))
        self._on_edited()

    def put(self, value: Any) -> None:
        """Show a value that is not the recipe's."""
        self._editor.set_text(to_text(value))

    def reset(self) -> None:
        """Go back to the recipe's value."""
        self._editor.set_text(to_text(self._default))

    def set_visible(self, visible: bool) -> None:
        """Show or hide the row."""
        self._is_shown = visible
        self._label.setVisible(visible)
        self._editor.setVisible(visible)
        if self._beside is not None:
            self._beside.setVisible(visible)
        self._keep_place(visible)
        self.reset_button.setVisible(visible and self.is_changed)
        self._error.setVisible(visible and bool(self._error.text()))

    def _keep_place(self, kept: bool) -> None:
        """Reserve the button's place in a row that is shown: nothing moves as a value changes."""
        policy = self.reset_button.sizePolicy()
        policy.setRetainSizeWhenHidden(kept)
        self.reset_button.setSizePolicy(policy)

    def _build(self) -> None:
        field = self.field
        unit = f" ({field.unit})" if field.unit else ""
        takes = expected(field)
        words = f"Takes {takes}{unit}." if field.kind != "choice" else f"{takes.capitalize()}."
        tip = f"{field.help}\n{words}"
        self.edit.setObjectName(f"field:{field.name}")
        self.edit.setAccessibleName(f"{field.label}{unit}")
        self._label.setBuddy(self.edit)
        for widget in (self._label, self.edit):
            widget.setToolTip(tip)
        theme.set_icon(self.reset_button, "restore", "muted")
        self.reset_button.setIconSize(QSize(16, 16))
        self.reset_button.setObjectName(f"reset:{field.name}")
        self.reset_button.hide()
        self._keep_place(True)
        self._error.setProperty("role", "error")
        self._error.setWordWrap(True)
        self._error.hide()

    def _on_edited(self) -> None:
        changed = self.is_changed
        self.reset_button.setVisible(changed and self._is_shown)
        default = to_text(self._default) or "not used"
        self.reset_button.setToolTip(f"Back to the recipe's value: {default}")
        self.reset_button.setAccessibleName(f"Reset {self.field.label}")
        font = self._label.font()
        font.setBold(changed)
        self._label.setFont(font)
        problem = self.problem
        self._error.setText(problem)
        self._error.setVisible(bool(problem) and self._is_shown)
        self.changed.emit()
