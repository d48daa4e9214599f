"""The form of a new run, filled in by keys and mouse."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.training.recipes.catalogue import Recipe, recipes
from widgets.training.form import FormValues, TrainingForm

RECIPE = Recipe(
    name="small",
    title="A small model",
    purpose="For trying things. It is fast, and not very good.",
    path=Path("small.py"),
    fields={
        "max_iters": 400,
        "batch_size": 8,
        "lr": 4e-4,
        "crop_size": (256, 256),
        "class_weights": "auto",
    },
    config_keys=frozenset(),
)
BIGGER = Recipe("bigger", "A bigger model", "", Path("b.py"), {"max_iters": 5000}, frozenset())


@pytest.fixture
def form(qtbot: QtBot) -> TrainingForm:
    form = TrainingForm()
    qtbot.addWidget(form)
    form.set_recipes([RECIPE, BIGGER])
    form.set_label_sets(["labels", "labels_fixed"], "labels_fixed")
    form.resize(320, 700)
    with qtbot.waitExposed(form):
        form.show()
    return form


def fill(qtbot: QtBot, form: TrainingForm, field: str, text: str) -> None:
    edit = form.field(field).edit
    edit.selectAll()
    qtbot.keyClicks(edit, text)


def start(qtbot: QtBot, form: TrainingForm) -> FormValues:
    with qtbot.waitSignal(form.start_requested) as signal:
        qtbot.mouseClick(form.start_button, Qt.MouseButton.LeftButton)
    return signal.args[0]


def texts(form: TrainingForm) -> str:
    return " ".join(label.text() for label in form.findChildren(QLabel) if label.isVisible())


def test_that_an_untouched_form_asks_for_the_recipe_as_it_is(form, qtbot):
    assert start(qtbot, form) == FormValues("small", "labels_fixed", None, {}, "auto", "none")


def test_that_only_what_was_changed_is_an_override(form, qtbot, tmp_path):
    weights = tmp_path / "backbone.pth"
    weights.touch()
    fill(qtbot, form, "max_iters", "200")
    fill(qtbot, form, "lr", "0.0004")
    fill(qtbot, form, "crop_size", "128")
    qtbot.keyClicks(form.name, "my run")
    form.weights.box.setCurrentText("A file…")
    qtbot.keyClicks(form.weights.file.edit, str(weights))
    form.device.setCurrentText("cpu")
    assert start(qtbot, form) == FormValues(
        "small", "labels_fixed", "my run", {"max_iters": 200, "crop_size": (128, 128)}, "cpu",
        weights,
    )  # fmt: skip


def test_that_a_changed_field_is_marked_and_its_button_resets_it(form, qtbot):
    row = form.field("batch_size")
    assert not row.reset_button.isVisible()
    fill(qtbot, form, "batch_size", "4")
    assert row.is_changed
    assert "Settings · 1 changed" in texts(form)
    assert "8" in row.reset_button.toolTip()
    qtbot.mouseClick(row.reset_button, Qt.MouseButton.LeftButton)
    assert row.value() == 8
    assert not row.reset_button.isVisible()


def test_that_one_button_resets_everything(form, qtbot):
    for field in ("batch_size", "max_iters"):
        fill(qtbot, form, field, "3")
    qtbot.mouseClick(form.reset_all_button, Qt.MouseButton.LeftButton)
    assert start(qtbot, form).overrides == {}
    assert not form.reset_all_button.isVisible()


def test_that_a_bad_value_is_explained_and_cannot_be_started(form, qtbot):
    fill(qtbot, form, "max_iters", "many")
    assert "Iterations: give a whole number from 1 to" in texts(form)
    assert not form.start_button.isEnabled()
    assert "whole number" in form.start_button.toolTip()
    fill(qtbot, form, "max_iters", "20")
    assert "whole number" not in texts(form)
    assert form.start_button.isEnabled()


def test_that_epochs_take_the_place_of_iterations(form, qtbot):
    fill(qtbot, form, "max_iters", "200")
    fill(qtbot, form, "epochs", "3")
    assert not form.field("max_iters").edit.isEnabled()
    assert start(qtbot, form).overrides == {"epochs": 3.0}


def test_that_a_missing_file_of_weights_is_named(form, qtbot):
    form.weights.box.setCurrentText("A file…")
    qtbot.keyClicks(form.weights.file.edit, "/nowhere/weights.pth")
    with qtbot.assertNotEmitted(form.start_requested):
        qtbot.mouseClick(form.start_button, Qt.MouseButton.LeftButton)
    assert "There is no such file of weights: /nowhere/weights.pth" in texts(form)


def test_that_another_recipe_shows_its_own_values_and_words(form, qtbot):
    assert "A small model" in texts(form)
    assert "For trying things." in texts(form)
    assert "not very good" not in texts(form)
    fill(qtbot, form, "max_iters", "7")
    form.recipes.choose("bigger")
    assert form.field("max_iters").value() == 5000
    assert not form.field("batch_size").edit.isVisible()
    assert start(qtbot, form).recipe == "bigger"


def test_that_without_a_dataset_nothing_can_be_started(form):
    form.set_label_sets([], "")
    assert not form.start_button.isEnabled()
    assert form.start_button.toolTip() == "Open a dataset with masks first"


def test_that_a_second_run_cannot_be_asked_for_while_one_is_prepared(form):
    form.set_preparing(True)
    assert not form.start_button.isEnabled()
    form.set_preparing(False)
    assert form.start_button.isEnabled()


def test_that_the_recipes_of_the_program_fit_the_form(form, qtbot):
    form.set_recipes(recipes())
    for recipe in recipes():
        form.recipes.choose(recipe.name)
        values = start(qtbot, form)
        assert (values.recipe, values.overrides) == (recipe.name, {})


def test_that_values_from_elsewhere_are_filled_in_and_brought_into_sight(
    qtbot: QtBot, form: TrainingForm
):
    form.resize(320, 420)
    form.put({"class_weights": [0.055, 1.0, 1.19], "of a later version": 1})
    edit = form.field("class_weights").edit
    assert form.field("class_weights").value() == [0.055, 1.0, 1.19]
    qtbot.waitUntil(lambda: not edit.visibleRegion().isEmpty())
    assert form.field("class_weights").is_changed


def test_that_fields_that_a_recipe_has_not_leave_no_gap(form, qtbot):
    # Between these two comes the size of images, which the recipe has not.
    above, below = form.field("batch_size").edit, form.field("crop_size").edit
    assert not form.field("image_size").is_shown
    qtbot.waitUntil(lambda: below.isVisible())
    end = above.mapTo(form, above.rect().bottomLeft()).y()
    assert below.mapTo(form, below.rect().topLeft()).y() - end < above.height()
