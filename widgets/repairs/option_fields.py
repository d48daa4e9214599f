"""The options of a repair, as fields built from what it declares."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QWidget

from core.qa.repairs import Repair
from widgets import theme
from widgets.checks.number_field import NumberField
from widgets.flow_layout import FlowBox


class OptionFields(FlowBox):
    """One switch or number for each option; empty for a repair without options."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, spacing=theme.GRID * 2)
        self.fields: dict[str, NumberField | QCheckBox] = {}

    def show_options(self, repair: Repair, values: dict[str, float]) -> None:
        """Offer the options of a repair, with these values."""
        self.clear()
        self.fields = {}
        for name, option in repair.options.items():
            if option.is_switch:
                switch = QCheckBox(option.words)
                switch.setChecked(bool(values[name]))
                switch.setToolTip(f"{option.words} (Space)")
                switch.toggled.connect(self.changed)
                self._keep(name, switch, switch)
            else:
                field = NumberField(option)
                field.show_value(values[name])
                field.valueChanged.connect(self.changed)
                self._keep(name, field, _labelled(option.words, field))
        self.settle()

    def values(self) -> dict[str, float]:
        """The options as they are set."""
        return {
            name: float(field.isChecked()) if isinstance(field, QCheckBox) else field.value()
            for name, field in self.fields.items()
        }

    def _keep(self, name: str, field: NumberField | QCheckBox, shown: QWidget) -> None:
        field.setObjectName(f"option:{name}")
        self.fields[name] = field
        self.add(shown)


def _labelled(words: str, field: NumberField) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.GRID)
    label = QLabel(words)
    label.setBuddy(field)
    row.addWidget(label)
    row.addWidget(field)
    return box
