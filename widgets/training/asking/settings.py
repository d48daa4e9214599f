"""The recipe's fields in folding sections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from core.errors import PetsegError
from core.training.recipes.fields import FIELDS, SECTIONS
from core.training.recipes.reading import Recipe
from core.training.recipes.resolving import check_losses
from widgets import theme
from widgets.editor.side.folding_section import FoldingSection
from widgets.training.field_row import FieldRow

LABEL_WIDTH = 104

# Two fields for one thing, the length of a run: with epochs given, iterations follow from them.
_LENGTH, _EPOCHS = "max_iters", "epochs"
# Folded until somebody wants them: most runs leave these as the recipe has them.
_FOLDED = ("augmentation", "speed", "watching")


class SettingsFields(QWidget):
    """All fields, of which a recipe shows those that it has.

    Args:
        scroll: What the fields are scrolled in.
        beside: Widgets at the right of fields, by the field's name.
    """

    changed = Signal()

    def __init__(self, beside: Mapping[str, QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, FieldRow] = {}
        self._sections: dict[str, FoldingSection] = {}
        self._is_filling = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID // 2)
        for section, title in SECTIONS.items():
            content = QWidget()
            grid = QGridLayout(content)
            grid.setContentsMargins(0, 0, 0, theme.GRID)
            grid.setHorizontalSpacing(theme.GRID // 2)
            grid.setVerticalSpacing(theme.GRID // 2)
            grid.setColumnStretch(1, 1)
            grid.setColumnMinimumWidth(0, LABEL_WIDTH + theme.GRID // 2)
            here = [field for field in FIELDS if field.section == section]
            for number, field in enumerate(here):
                row = FieldRow(field, grid, FieldRow.ROWS * number, self, beside.get(field.name))
                row.changed.connect(self._on_changed)
                self._rows[field.name] = row
            folding = self._sections[section] = FoldingSection(title, content)
            folding.fold(section in _FOLDED)
            column.addWidget(folding)

    def row(self, name: str) -> FieldRow:
        """The row of a field."""
        return self._rows[name]

    def section(self, name: str) -> FoldingSection:
        """A section, by the word that fields use for it."""
        return self._sections[name]

    def show_recipe(self, recipe: Recipe) -> None:
        """Show the fields of a recipe with its values."""
        self._is_filling = True
        for name, row in self._rows.items():
            row.set_default(recipe.fields.get(name))
            row.set_visible(name in recipe.fields or row.field.optional)
        self._is_filling = False
        self._on_changed()

    def put(self, values: Mapping[str, Any], scroll: QScrollArea) -> None:
        """Fill fields by name over the recipe's values, and bring the first into sight."""
        rows = [
            (self._rows[name], value)
            for name, value in values.items()
            if name in self._rows and self._rows[name].is_shown
        ]
        for row, value in rows:
            row.put(value)
        if rows:
            self.show_field(rows[0][0].field.name, scroll)

    def show_field(self, name: str, scroll: QScrollArea) -> None:
        """Bring a field into sight, and the keyboard to it."""
        row = self._rows[name]
        self._sections[row.field.section].fold(False)
        row.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        # Once the page has its size: it may just be coming into sight.
        QTimer.singleShot(0, self, lambda: scroll.ensureWidgetVisible(row.edit))

    def overrides(self) -> dict[str, Any]:
        """What differs from the recipe.

        Raises:
            PetsegError: a value is not valid.
        """
        changed = {row.field.name: row.value() for row in self._used() if row.is_changed}
        if changed.get(_EPOCHS) is not None:
            changed.pop(_LENGTH, None)
        return changed

    def problems(self) -> list[str]:
        """What is wrong with the values, in words."""
        wrong = [row.problem for row in self._used() if row.problem]
        if wrong:
            return wrong
        try:
            check_losses({row.field.name: row.value() for row in self._used()})
        except PetsegError as error:
            return [str(error)]
        return []

    def changed_count(self) -> int:
        """How many fields differ from the recipe."""
        return sum(row.is_changed for row in self._shown())

    def reset(self) -> None:
        """All fields back to the recipe's values."""
        for row in self._shown():
            row.reset()

    def _shown(self) -> list[FieldRow]:
        return [row for row in self._rows.values() if row.is_shown]

    def _used(self) -> list[FieldRow]:
        return [row for row in self._shown() if row.edit.isEnabledTo(self)]

    def _on_changed(self) -> None:
        if self._is_filling:
            return
        epochs = self._rows[_EPOCHS]
        self._rows[_LENGTH].edit.setEnabled(not epochs.problem and epochs.value() is None)
        for section, folding in self._sections.items():
            rows = [row for row in self._shown() if row.field.section == section]
            folding.setVisible(bool(rows))
            folding.heading.set_detail(_detail(rows))
        self.changed.emit()


def _detail(rows: Iterable[FieldRow]) -> str:
    """What a section's heading says of what is folded away under it."""
    rows = list(rows)
    wrong = sum(bool(row.problem) for row in rows)
    if wrong:
        return f"{wrong} wrong"
    changed = sum(row.is_changed for row in rows)
    return f"{changed} changed" if changed else ""
