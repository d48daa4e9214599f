"""A field for a number with a declared range, step and unit."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QEvent, QSignalBlocker, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QDoubleSpinBox, QWidget

_MOST_DECIMALS = 4


class Declared(Protocol):
    """What a limit and an option declare of their number."""

    @property
    def default(self) -> float:
        """The value used when the user set none."""

    @property
    def minimum(self) -> float:
        """The smallest value."""

    @property
    def maximum(self) -> float:
        """The largest value."""

    @property
    def unit(self) -> str:
        """Its unit; "" for counts and ratios."""

    @property
    def words(self) -> str:
        """What it means."""

    @property
    def step(self) -> float:
        """Smallest sensible change."""


class NumberField(QDoubleSpinBox):
    """A spin box as a check or a repair declares it.

    It takes the wheel only while it has the focus, so that scrolling a form changes no number.
    What is typed counts once it is finished with Enter or by leaving the field.

    Args:
        declared: Range, step, unit and words; None for a field that gets them later.
        parent: The widget it is in.
    """

    def __init__(self, declared: Declared | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setKeyboardTracking(False)
        if declared is not None:
            self.declare(declared)

    def declare(self, declared: Declared) -> None:
        """Take over another range and unit; the value becomes the default, without a signal."""
        with QSignalBlocker(self):
            self.setDecimals(decimals_of(declared))
            self.setRange(declared.minimum, declared.maximum)
            self.setSingleStep(declared.step)
            self.setSuffix(f" {declared.unit}" if declared.unit else "")
            self.setValue(declared.default)
        self.setAccessibleName(declared.words)
        self.setToolTip(f"{declared.words}\n{range_words(declared)} (↑ ↓ change it)")

    def show_value(self, value: float) -> None:
        """Show a value that was chosen elsewhere, without a signal."""
        with QSignalBlocker(self):
            self.setValue(value)

    def event(self, event: QEvent) -> bool:
        """Take Enter, which ends the typing, before a shortcut of the page does."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        ):
            event.accept()
            return True
        return super().event(event)

    def textFromValue(self, value: float) -> str:
        """The number without decimals that say nothing."""
        text = super().textFromValue(value)
        point = self.locale().decimalPoint()
        return text.rstrip("0").removesuffix(point) if point in text else text

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll what is around the field, unless the field is being used."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def decimals_of(declared: Declared) -> int:
    """Decimals that the step, the default and the ends of the range need."""
    numbers = (declared.step, declared.default, declared.minimum)
    for decimals in range(_MOST_DECIMALS):
        if all(abs(number - round(number, decimals)) < 1e-9 for number in numbers):
            return decimals
    return _MOST_DECIMALS


def with_unit(value: float, unit: str) -> str:
    """A number as it is read: `10 px`, `12.5 %`, `0.35`."""
    return f"{value:.6g} {unit}".rstrip()


def range_words(declared: Declared) -> str:
    """The range and the default, in words."""
    return (
        f"From {declared.minimum:g} to {with_unit(declared.maximum, declared.unit)}; "
        f"{with_unit(declared.default, declared.unit)} unless you change it"
    )
