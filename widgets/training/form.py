"""The form of a new run: recipe, data, device, weights, and the recipe's fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from core.errors import PetsegError
from core.training.recipes.catalogue import Recipe
from core.training.recipes.fields import FIELDS
from widgets import theme
from widgets.training.field_row import FieldRow
from widgets.training.file_field import FileField
from widgets.training.recipe_chooser import RecipeChooser

_WEIGHTS = "Weights of the backbone"
# Two fields for one thing, the length of a run: with epochs given, iterations follow from them.
_LENGTH, _EPOCHS = "max_iters", "epochs"

_LABEL_WIDTH = 96


@dataclass(frozen=True)
class FormValues:
    """What the form asks for; the fields of a `TrainRequest` without the dataset."""

    recipe: str
    label_set: str
    name: str | None
    overrides: dict[str, Any]
    device: str
    init: Path | None


class TrainingForm(QWidget):
    """Asks for a new run. It checks what is typed as it is typed, and starts nothing itself."""

    start_requested = Signal(object)
    """The user wants this run: `FormValues`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.recipes = RecipeChooser()
        self.label_set = QComboBox()
        self.name = QLineEdit()
        self.device = QComboBox()
        self.weights = FileField(_WEIGHTS, "Weights (*.pth *.pt);;All files (*)")
        self.start_button = QPushButton("Start training")
        self.reset_all_button = QPushButton("Reset")
        self._rows: dict[str, FieldRow] = {}
        self._settings_title = QLabel("Settings")
        self._message = QLabel()
        self._has_dataset = False
        self._is_preparing = False
        self._lay_out()
        self._connect()
        self.set_devices(["auto", "cpu"])
        self._refresh()

    def set_recipes(self, recipes: Sequence[Recipe]) -> None:
        """Offer these recipes."""
        self.recipes.set_recipes(recipes)

    def set_label_sets(self, names: Sequence[str], current: str) -> None:
        """Offer a dataset's label sets; none when no dataset is open."""
        self.label_set.clear()
        self.label_set.addItems(list(names))
        self.label_set.setCurrentText(current)
        self._has_dataset = bool(names)
        self.show_problem("")
        self._refresh()

    def set_devices(self, devices: Sequence[str]) -> None:
        """Offer these devices; the chosen one stays chosen when it is among them."""
        current = self.device.currentText()
        self.device.clear()
        self.device.addItems(list(devices))
        self.device.setCurrentText(current)

    def set_preparing(self, preparing: bool) -> None:
        """While a request is being checked, no second one can be made."""
        self._is_preparing = preparing
        if preparing:
            self.show_problem("")
        self._refresh()

    def show_problem(self, text: str) -> None:
        """Say why the run was not started; "" takes it back."""
        self._message.setText(text)
        self._message.setVisible(bool(text))

    def field(self, name: str) -> FieldRow:
        """The row of a field."""
        return self._rows[name]

    def put(self, values: Mapping[str, Any]) -> None:
        """Fill fields by name over the recipe's values, and bring the first into sight."""
        rows = [(self._rows[name], value) for name, value in values.items() if name in self._rows]
        for row, value in rows:
            row.put(value)
        if rows:
            first = rows[0][0].edit
            first.setFocus(Qt.FocusReason.OtherFocusReason)
            # Once the page has its size: it may just be coming into sight.
            QTimer.singleShot(0, self, lambda: self._scroll.ensureWidgetVisible(first))

    def values(self) -> FormValues:
        """What the form asks for.

        Raises:
            PetsegError: something in it is not valid.
        """
        recipe = self.recipes.recipe
        if recipe is None:
            raise PetsegError("No recipe is chosen", remedy="Choose one.")
        if not self._has_dataset:
            raise PetsegError("No dataset with masks is open", remedy="Open one first.")
        overrides = {row.field.name: row.value() for row in self._used_rows() if row.is_changed}
        return FormValues(
            recipe=recipe.name,
            label_set=self.label_set.currentText(),
            name=self.name.text().strip() or None,
            overrides=overrides,
            device=self.device.currentText(),
            init=self.weights.path(),
        )

    def submit(self) -> None:
        """Ask for the run, or say what is missing."""
        if not self.start_button.isEnabled():
            return
        try:
            values = self.values()
        except PetsegError as error:
            self.show_problem(str(error))
            return
        self.show_problem("")
        self.start_requested.emit(values)

    def run_was_queued(self) -> None:
        """The run was made: a name is used once."""
        self.name.clear()

    def _lay_out(self) -> None:
        for widget, name, tip in (
            (self.label_set, "label_set", "The masks that the model learns"),
            (self.name, "run_name", "A name to find the run by; its time and recipe by default"),
            (self.device, "device", "Where to train; auto takes a GPU when there is one"),
            (self.weights.edit, "init", "A file of weights that the backbone begins with"),
        ):
            widget.setObjectName(name)
            widget.setToolTip(tip)
        self.name.setPlaceholderText("by its time")
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(theme.GRID * 2, theme.GRID * 2, theme.GRID * 2, theme.GRID)
        column.setSpacing(theme.GRID)
        column.addWidget(_heading("New run"))
        column.addWidget(self.recipes)
        column.addLayout(self._choices())
        column.addSpacing(theme.GRID)
        column.addLayout(self._settings_head())
        column.addLayout(self._settings())
        column.addStretch(1)
        scroll = self._scroll = QScrollArea()
        scroll.setWidget(body)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._message.setProperty("role", "error")
        self._message.setWordWrap(True)
        self._message.setObjectName("form_message")
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._message.hide()
        self.start_button.setProperty("role", "primary")
        self.start_button.setObjectName("start")
        theme.set_icon(self.start_button, "play", "accent_text")
        foot = QVBoxLayout()
        foot.setContentsMargins(theme.GRID * 2, theme.GRID, theme.GRID * 2, theme.GRID * 2)
        foot.setSpacing(theme.GRID)
        foot.addWidget(self._message)
        foot.addWidget(self.start_button)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(scroll, 1)
        outer.addLayout(foot)

    def _choices(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.GRID)
        grid.setVerticalSpacing(theme.GRID // 2)
        grid.setColumnStretch(1, 1)
        rows: tuple[tuple[str, QWidget], ...] = (
            ("Label set", self.label_set),
            ("Name", self.name),
            ("Device", self.device),
            ("Weights", self.weights),
        )
        for number, (text, widget) in enumerate(rows):
            label = QLabel(text)
            label.setBuddy(widget)
            label.setMinimumWidth(_LABEL_WIDTH)
            widget.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            grid.addWidget(label, number, 0)
            grid.addWidget(widget, number, 1)
        return grid

    def _settings_head(self) -> QHBoxLayout:
        self._settings_title.setProperty("role", "heading")
        self.reset_all_button.setProperty("role", "flat")
        self.reset_all_button.setObjectName("reset_all")
        self.reset_all_button.setToolTip("All settings back to the recipe's")
        row = QHBoxLayout()
        row.addWidget(self._settings_title, 1)
        row.addWidget(self.reset_all_button)
        return row

    def _settings(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.GRID // 2)
        grid.setVerticalSpacing(theme.GRID // 2)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, _LABEL_WIDTH + theme.GRID // 2)
        for number, field in enumerate(FIELDS):
            row = FieldRow(field, grid, 2 * number, self)
            row.changed.connect(self._refresh)
            self._rows[field.name] = row
        return grid

    def _connect(self) -> None:
        self.recipes.chosen.connect(self._show_recipe)
        self.start_button.clicked.connect(self.submit)
        self.reset_all_button.clicked.connect(self._reset_all)
        for signal in (self.name.textChanged, self.weights.changed):
            signal.connect(lambda *_: self.show_problem(""))

    def _show_recipe(self, recipe: Recipe) -> None:
        for name, row in self._rows.items():
            is_there = name in recipe.fields or row.field.optional
            row.set_default(recipe.fields.get(name))
            row.set_visible(is_there)
        self.show_problem("")
        self._refresh()

    def _shown_rows(self) -> list[FieldRow]:
        return [row for row in self._rows.values() if not row.edit.isHidden()]

    def _used_rows(self) -> list[FieldRow]:
        return [row for row in self._shown_rows() if row.edit.isEnabledTo(self)]

    def _reset_all(self) -> None:
        for row in self._shown_rows():
            row.reset()

    def _refresh(self) -> None:
        epochs = self._rows[_EPOCHS].edit.text().strip()
        self._rows[_LENGTH].edit.setEnabled(not epochs)
        rows = self._shown_rows()
        changed = sum(row.is_changed for row in rows)
        self._settings_title.setText(f"Settings · {changed} changed" if changed else "Settings")
        self.reset_all_button.setVisible(changed > 0)
        wrong = [row.problem for row in self._used_rows() if row.problem]
        self.start_button.setEnabled(self._has_dataset and not wrong and not self._is_preparing)
        self.start_button.setToolTip(self._start_tip(wrong))

    def _start_tip(self, wrong: list[str]) -> str:
        if not self._has_dataset:
            return "Open a dataset with masks first"
        if self._is_preparing:
            return "The run is being prepared"
        return wrong[0] if wrong else "Start training (Ctrl+Return)"


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "heading")
    return label
