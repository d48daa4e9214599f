"""What a field's value is typed into, or chosen in."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from core.training.recipes.fields import FormField
from widgets import theme


class CalmComboBox(QComboBox):
    """A combo box that a turning wheel passes over: it means to scroll the form."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the form unless the list is what the keyboard is at."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ValueEditor(QWidget):
    """A line to type in, or a list for a field whose value is one of a few words.

    Attributes:
        edit: The widget that has the keyboard.
    """

    changed = Signal()

    def __init__(self, field: FormField, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit: QLineEdit | QComboBox
        if field.kind == "choice":
            box = CalmComboBox()
            box.addItems(list(field.choices))
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.currentIndexChanged.connect(self.changed)
            self.edit = box
        else:
            line = QLineEdit()
            line.setAlignment(Qt.AlignmentFlag.AlignRight)
            line.textChanged.connect(self.changed)
            if field.optional:
                line.setPlaceholderText("not used")
            self.edit = line
        self.edit.setMinimumWidth(8 * theme.GRID)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID // 2)
        row.addWidget(self.edit, 1)

    def text(self) -> str:
        """What is typed or chosen."""
        return self.edit.currentText() if isinstance(self.edit, QComboBox) else self.edit.text()

    def set_text(self, text: str) -> None:
        """Type or choose something else; a word that is no choice chooses nothing."""
        if isinstance(self.edit, QComboBox):
            self.edit.setCurrentIndex(self.edit.findText(text))
        else:
            self.edit.setText(text)
