"""The options of a repair, as fields built from what it declares."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QWidget

from core.dataset.model import ClassInfo
from core.qa.repairs import Repair
from widgets import theme
from widgets.checks.number_field import NumberField
from widgets.flow_layout import FlowBox

Field = NumberField | QCheckBox | QComboBox


class OptionFields(FlowBox):
    """One switch, class or number for each option; empty for a repair without options."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, spacing=theme.GRID * 2)
        self.fields: dict[str, Field] = {}

    def show_options(
        self, repair: Repair, values: dict[str, float], classes: Sequence[ClassInfo]
    ) -> None:
        """Offer the options of a repair, with these values; classes are offered by their names."""
        self.clear()
        self.fields = {}
        for name, option in repair.options.items():
            if option.is_switch:
                switch = QCheckBox(option.words)
                switch.setChecked(bool(values[name]))
                switch.setToolTip(f"{option.words} (Space)")
                switch.toggled.connect(self.changed)
                self._keep(name, switch, switch)
            elif option.no_class:
                choice = QComboBox()
                choice.addItem(option.no_class, -1.0)
                for info in classes:
                    choice.addItem(info.name, float(info.index))
                choice.setCurrentIndex(max(choice.findData(values[name]), 0))
                choice.setToolTip(f"{option.words} (↑ ↓ change it)")
                choice.setAccessibleName(option.words)
                choice.currentIndexChanged.connect(self.changed)
                self._keep(name, choice, _labelled(option.words, choice))
            else:
                field = NumberField(option)
                field.show_value(values[name])
                field.valueChanged.connect(self.changed)
                self._keep(name, field, _labelled(option.words, field))
        self.settle()

    def values(self) -> dict[str, float]:
        """The options as they are set."""
        return {name: _value(field) for name, field in self.fields.items()}

    def _keep(self, name: str, field: Field, shown: QWidget) -> None:
        field.setObjectName(f"option:{name}")
        self.fields[name] = field
        self.add(shown)


def _value(field: Field) -> float:
    if isinstance(field, QCheckBox):
        return float(field.isChecked())
    if isinstance(field, QComboBox):
        return float(field.currentData())
    return field.value()


def _labelled(words: str, field: QWidget) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.GRID)
    label = QLabel(words)
    label.setBuddy(field)
    row.addWidget(label)
    row.addWidget(field)
    return box
