"""The form of a new run: recipe, data, device, weights, the recipe's fields, and the checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
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
from core.training.checks.finding import Finding, Level
from core.training.recipes.catalogue import Recipe
from widgets import theme
from widgets.editor.side.folding_section import FoldingSection
from widgets.training.asking.class_weight_menu import ClassWeightMenu
from widgets.training.asking.findings_list import FindingsList
from widgets.training.asking.form_foot import FormFoot
from widgets.training.asking.settings import LABEL_WIDTH, SettingsFields
from widgets.training.asking.value_editor import CalmComboBox
from widgets.training.asking.weights_field import WeightsChoice, WeightsField
from widgets.training.field_row import FieldRow
from widgets.training.recipe_chooser import RecipeChooser

_NO_BAR = Qt.ScrollBarPolicy.ScrollBarAlwaysOff


@dataclass(frozen=True)
class FormValues:
    """What the form asks for; the fields of a `TrainRequest` without the dataset."""

    recipe: str
    label_set: str
    name: str | None
    overrides: dict[str, Any]
    device: str
    init: str | Path | None


class TrainingForm(QWidget):
    """Asks for a new run. It checks what is typed as it is typed, and starts nothing itself."""

    start_requested = Signal(object)
    """The user wants this run: `FormValues`."""
    folds_requested = Signal(object)
    """The user wants to train in folds with these values: `FormValues`."""
    preview_requested = Signal(object)
    """The user wants to see augmented samples of such a run: `FormValues`."""
    config_requested = Signal(object)
    """The user wants to see the whole config of such a run: `FormValues`."""
    values_changed = Signal()
    """Something in the form has changed."""
    recipe_shown = Signal(object)
    """Another `Recipe` is shown: which weights fit it is for others to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.recipes = RecipeChooser()
        self.label_set = CalmComboBox()
        self.name = QLineEdit()
        self.device = CalmComboBox()
        self.weights = WeightsField()
        self.class_weight_menu = ClassWeightMenu()
        self.settings = SettingsFields({"class_weights": self.class_weight_menu})
        self.checks = FindingsList()
        self.checks_section = FoldingSection("Before the start", self.checks)
        self.reset_all_button = QPushButton("Reset")
        self.foot = FormFoot()
        self.start_button = self.foot.start_button
        self._settings_title = QLabel("Settings")
        self._scroll = QScrollArea()
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

    def set_weights(self, choices: Sequence[WeightsChoice], init: str | None) -> None:
        """Offer published weights, and choose how to begin; see `WeightsField.set_choices`."""
        self.weights.set_choices(choices, init)

    def set_preparing(self, preparing: bool) -> None:
        """While a request is being checked, no second one can be made."""
        self._is_preparing = preparing
        if preparing:
            self.show_problem("")
        self._refresh()

    def show_problem(self, text: str) -> None:
        """Say why the run was not started; "" takes it back."""
        self.foot.show_problem(text)

    def show_missing_weights(self, text: str) -> None:
        """Say that weights could not be fetched, and offer the other ways to begin."""
        self.foot.show_problem(text, offers_other_weights=True)

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Show what the checks say of a run like this."""
        self.checks.show_findings(findings)
        self._refresh()

    def say_of_checks(self, text: str) -> None:
        """Say why there is nothing to show of the checks."""
        self.checks.say(text)
        self._refresh()

    def field(self, name: str) -> FieldRow:
        """The row of a field."""
        return self.settings.row(name)

    def put(self, values: Mapping[str, Any]) -> None:
        """Fill fields by name over the recipe's values, and bring the first into sight."""
        self.settings.put(values, self._scroll)

    def values(self) -> FormValues:
        """What the form asks for.

        Raises:
            PetsegError: something in it is not valid.
        """
        if not self._has_dataset:
            raise PetsegError("No dataset with masks is open", remedy="Open one first.")
        return self.values_of_recipe()

    def values_of_recipe(self) -> FormValues:
        """What the form asks for, whether or not there is a dataset to train on.

        Raises:
            PetsegError: something in it is not valid.
        """
        recipe = self.recipes.recipe
        if recipe is None:
            raise PetsegError("No recipe is chosen", remedy="Choose one.")
        wrong = self.settings.problems()
        if wrong:
            raise PetsegError(wrong[0])
        return FormValues(
            recipe=recipe.key,
            label_set=self.label_set.currentText(),
            name=self.name.text().strip() or None,
            overrides=self.settings.overrides(),
            device=self.device.currentText(),
            init=self.weights.value(),
        )

    def submit(self) -> None:
        """Ask for the run, or say what is in its way."""
        if not self.start_button.isEnabled():
            return
        errors = [each for each in self.checks.findings if each.level is Level.ERROR]
        values = self._values_or_problem()
        if values is not None and errors:
            self.show_problem(str(errors[0]))
        elif values is not None:
            self.show_problem("")
            self.start_requested.emit(values)

    def submit_folds(self) -> None:
        """Ask for folds with these values; what the checks say of a single run is not asked."""
        if not self.foot.folds_button.isEnabled():
            return
        self.show_problem("")
        self._ask(self.folds_requested)

    def run_was_queued(self) -> None:
        """The run was made: a name is used once."""
        self.name.clear()

    def _lay_out(self) -> None:
        for widget, name, tip in (
            (self.label_set, "label_set", "The masks that the model learns"),
            (self.name, "run_name", "A name to find the run by; its time and recipe by default"),
            (self.device, "device", "Where to train; auto takes a GPU when there is one"),
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
        column.addWidget(self.settings)
        column.addWidget(self.checks_section)
        column.addStretch(1)
        self._scroll.setWidget(body)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(_NO_BAR)
        line = QFrame()
        line.setProperty("role", "line")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._scroll, 1)
        outer.addWidget(line)
        outer.addWidget(self.foot)

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
            label.setMinimumWidth(LABEL_WIDTH)
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

    def _connect(self) -> None:
        self.recipes.chosen.connect(self._show_recipe)
        self.settings.changed.connect(self._refresh)
        self.reset_all_button.clicked.connect(self.settings.reset)
        self.class_weight_menu.chosen.connect(lambda value: self.put({"class_weights": value}))
        self.checks.field_chosen.connect(self._show_field)
        self.foot.start_button.clicked.connect(self.submit)
        self.foot.folds_button.clicked.connect(self.submit_folds)
        self.foot.preview_button.clicked.connect(lambda: self._ask(self.preview_requested))
        self.foot.config_button.clicked.connect(lambda: self._ask(self.config_requested))
        self.foot.checks_button.clicked.connect(self._show_checks)
        self.foot.other_file_button.clicked.connect(self._choose_file)
        self.foot.no_weights_button.clicked.connect(self._choose_nothing)
        for signal in (self.name.textChanged, self.weights.changed):
            signal.connect(lambda *_: self.show_problem(""))
        for changed in (
            self.settings.changed, self.weights.changed, self.device.currentTextChanged,
            self.label_set.currentTextChanged,
        ):  # fmt: skip
            changed.connect(lambda *_: self.values_changed.emit())

    def _show_recipe(self, recipe: Recipe) -> None:
        self.settings.show_recipe(recipe)
        self.show_problem("")
        self.recipe_shown.emit(recipe)
        self._refresh()

    def _show_field(self, name: str) -> None:
        if name == "init":
            self.weights.box.setFocus()
            self._scroll.ensureWidgetVisible(self.weights)
        elif name == "device":
            self.device.setFocus()
            self._scroll.ensureWidgetVisible(self.device)
        else:
            self.settings.show_field(name, self._scroll)

    def _show_checks(self) -> None:
        self.checks_section.fold(False)
        bar = self._scroll.verticalScrollBar()
        # Once the list that was folded has its size.
        QTimer.singleShot(0, self, lambda: bar.setValue(self.checks_section.y()))

    def _choose_file(self) -> None:
        self.weights.choose_file()
        self._scroll.ensureWidgetVisible(self.weights)

    def _choose_nothing(self) -> None:
        self.weights.choose_nothing()
        self._scroll.ensureWidgetVisible(self.weights)

    def _ask(self, signal: Any) -> None:
        values = self._values_or_problem()
        if values is not None:
            signal.emit(values)

    def _values_or_problem(self) -> FormValues | None:
        try:
            return self.values()
        except PetsegError as error:
            self.show_problem(str(error))
            return None

    def _refresh(self) -> None:
        changed = self.settings.changed_count()
        self._settings_title.setText(f"Settings · {changed} changed" if changed else "Settings")
        self.reset_all_button.setVisible(changed > 0)
        wrong = self.settings.problems()
        self.foot.refresh(
            can_ask=self._has_dataset and not wrong,
            can_start=self._has_dataset and not wrong and not self._is_preparing,
            tip=self._start_tip(wrong),
            findings=self.checks.findings,
            summary=self.checks.summary(),
        )
        self.checks_section.heading.set_detail(self.checks.summary())

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
