"""Sections, choices, weights, checks and the recipe menu of the form, by keys and mouse."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QInputDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from core.errors import PetsegError
from core.training.checks.finding import Finding, Level
from core.training.recipes.catalogue import Recipe
from widgets.training.asking.weights_field import WeightsChoice
from widgets.training.form import TrainingForm

RECIPE = Recipe(
    "full", "A recipe with many fields", "", Path("full.py"),
    {
        "max_iters": 400, "batch_size": 8, "loss_ce": 1.0, "loss_dice": 0.0,
        "class_weights": "auto", "optimizer": "SGD", "lr": 0.01, "schedule": "poly",
        "scale_range": (0.5, 2.0), "flip": 0.5, "precision": "auto", "goal": 75.0,
    },
    frozenset(),
)  # fmt: skip
WEIGHTS = (
    WeightsChoice("big", "Net", "ImageNet", 102, is_here=False),
    WeightsChoice("small", "Net", "COCO", 14, is_here=True),
)
ERROR = Finding(Level.ERROR, "Sizes", "It is too large.", "Take less.", "batch_size")
WARNING = Finding(Level.WARNING, "Classes", "One is odd.", samples=("train/1", "train/2"))
FINE = Finding(Level.OK, "Disk", "Enough.")


@pytest.fixture
def form(qtbot: QtBot) -> TrainingForm:
    form = TrainingForm()
    qtbot.addWidget(form)
    form.set_recipes([RECIPE])
    form.set_label_sets(["labels"], "labels")
    form.resize(304, 640)
    with qtbot.waitExposed(form):
        form.show()
    return form


def click(qtbot: QtBot, button: QPushButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def texts(form: TrainingForm) -> str:
    return " ".join(label.text() for label in form.findChildren(QLabel) if label.isVisible())


def test_that_fields_stand_in_sections_and_a_folded_one_says_what_was_changed(form, qtbot):
    flip = form.field("flip").edit
    augmentation = form.settings.section("augmentation")
    assert augmentation.is_folded
    assert not flip.isVisible()
    click(qtbot, augmentation.heading)
    assert flip.isVisible()
    flip.selectAll()
    qtbot.keyClicks(flip, "0.25")
    click(qtbot, augmentation.heading)
    assert augmentation.heading.detail == "1 changed"
    flip.setText("2")
    assert augmentation.heading.detail == "1 wrong"
    assert not form.start_button.isEnabled()


def test_that_sections_without_fields_are_not_shown(form):
    form.set_recipes([Recipe("bare", "", "", Path("b.py"), {"lr": 0.1}, frozenset())])
    assert not form.settings.section("loss").isVisible()
    assert form.settings.section("optimizer").isVisible()


def test_that_words_are_chosen_from_a_list_with_the_keyboard(form, qtbot):
    box = form.field("optimizer").edit
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert form.values().overrides == {"optimizer": "AdamW"}
    click(qtbot, form.field("optimizer").reset_button)
    assert form.values().overrides == {}


def test_that_a_wheel_that_passes_over_a_list_changes_nothing(form):
    box = form.field("optimizer").edit
    box.clearFocus()
    at = QPointF(box.rect().center())
    event = QWheelEvent(
        at, box.mapToGlobal(at), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(box, event)
    assert box.currentText() == "SGD"


@pytest.mark.parametrize("text", ["0.75, 1.5", "0.75 1.5", "0.75 – 1.5", "(0.75, 1.5)"])
def test_that_a_range_is_typed_in_the_ways_people_do(form, text):
    form.field("scale_range").edit.setText(text)
    assert form.field("scale_range").value() == (0.75, 1.5)
    form.field("scale_range").edit.setText("2, 1")
    assert "two numbers (low, high)" in form.field("scale_range").problem


def test_that_a_loss_without_terms_cannot_be_started(form):
    form.field("loss_ce").edit.setText("0")
    assert not form.start_button.isEnabled()
    assert "nothing to learn from" in form.start_button.toolTip()
    form.field("loss_dice").edit.setText("1")
    assert form.start_button.isEnabled()


def test_that_class_weights_come_from_the_masks_with_one_click(form):
    menu = form.class_weight_menu
    menu.set_weights({"Median frequency": ("how", [0.055, 1.0, 1.19])})
    actions = {action.text(): action for action in menu.menu().actions()}
    actions["Median frequency: 0.055, 1, 1.19"].trigger()
    assert form.field("class_weights").value() == [0.055, 1.0, 1.19]
    actions["sqrt"].trigger()
    assert form.field("class_weights").value() == "sqrt"


def test_that_weights_are_chosen_and_a_file_has_a_path(form, qtbot, tmp_path):
    form.set_weights(WEIGHTS, "big")
    assert form.values().init == "big"
    assert "102 MB are fetched once" in form.weights.box.toolTip()
    assert not form.weights.file.isVisible()
    form.weights.box.setCurrentText("A file…")
    assert form.weights.file.isVisible()
    with pytest.raises(PetsegError, match="No file of weights is chosen"):
        form.values()
    (tmp_path / "w.pth").touch()
    qtbot.keyClicks(form.weights.file.edit, str(tmp_path / "w.pth"))
    assert form.values().init == tmp_path / "w.pth"
    form.set_weights(WEIGHTS, str(tmp_path / "w.pth"))
    assert form.values().init == tmp_path / "w.pth"
    form.set_weights(WEIGHTS, None)
    assert form.values().init == "none"


def test_that_weights_that_cannot_be_fetched_leave_two_other_ways(form, qtbot):
    form.set_weights(WEIGHTS, "big")
    form.show_missing_weights("No network.")
    assert "No network." in texts(form)
    click(qtbot, form.foot.no_weights_button)
    assert form.values().init == "none"
    assert "No network." not in texts(form)
    form.show_missing_weights("No network.")
    click(qtbot, form.foot.other_file_button)
    assert form.weights.file.edit.isVisible()


def test_that_findings_are_listed_the_worst_first_and_lead_to_field_and_sample(form, qtbot):
    form.show_findings([FINE, WARNING, ERROR])
    assert form.foot.checks_button.text() == "Checks: 1 error · 1 warning"
    labels = form.checks.findChildren(QLabel)
    shown = [each.text() for each in labels if ":" in each.text() and not each.isHidden()]
    assert shown == [
        "Sizes: It is too large. Take less.", "Classes: One is odd.", "Disk: Enough.",
    ]  # fmt: skip
    form.settings.section("length").fold(True)
    click(qtbot, form.findChild(QPushButton, "finding_field:batch_size"))
    assert form.field("batch_size").edit.isVisible()
    with qtbot.waitSignal(form.checks.sample_chosen) as chosen:
        click(qtbot, form.findChild(QPushButton, "finding_sample:train/1"))
    assert chosen.args == ["train/1"]


def test_that_an_error_keeps_a_run_from_starting_and_a_warning_does_not(form, qtbot):
    form.show_findings([ERROR])
    with qtbot.assertNotEmitted(form.start_requested):
        click(qtbot, form.start_button)
    assert "It is too large. Take less." in texts(form)
    form.show_findings([WARNING])
    with qtbot.waitSignal(form.start_requested):
        click(qtbot, form.start_button)


def test_that_the_line_of_checks_brings_the_list_into_sight(form, qtbot):
    form.show_findings([WARNING])
    form.checks_section.fold(True)
    click(qtbot, form.foot.checks_button)
    qtbot.waitUntil(lambda: not form.checks.visibleRegion().isEmpty())


def test_that_samples_and_config_are_asked_for_with_the_present_values(form, qtbot):
    form.field("batch_size").edit.setText("3")
    for button, signal in (
        (form.foot.preview_button, form.preview_requested),
        (form.foot.config_button, form.config_requested),
    ):
        with qtbot.waitSignal(signal) as asked:
            click(qtbot, button)
        assert asked.args[0].overrides == {"batch_size": 3}


def test_that_a_recipe_is_saved_and_renamed_under_a_name_that_is_typed(form, qtbot):
    menu = form.recipes.menu
    assert not menu.rename_action.isEnabled()
    menu.save_action.trigger()
    dialog = menu.findChild(QInputDialog)
    dialog.setTextValue("mine")
    with qtbot.waitSignal(menu.save_requested) as asked:
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert asked.args == ["mine"]
    saved = Recipe("mine", "", "", Path("x"), {}, frozenset(), origin="saved", base="full")
    form.set_recipes([RECIPE, saved])
    form.recipes.choose("mine")
    assert menu.rename_action.isEnabled()
    with qtbot.waitSignal(menu.delete_requested) as asked:
        menu.delete_action.trigger()
    assert asked.args == ["mine"]


def test_that_every_control_of_the_form_has_a_tooltip(form):
    form.set_weights(WEIGHTS, "big")
    for button in form.findChildren(QPushButton):
        assert button.toolTip(), button.objectName()
    for row in RECIPE.fields:
        assert form.field(row).edit.toolTip()
    assert form.recipes.menu.toolTip()
    assert form.class_weight_menu.toolTip()


def test_that_the_form_fits_the_narrowest_column_it_is_given(form):
    for name in ("augmentation", "speed", "watching"):
        form.settings.section(name).fold(False)
    form.resize(280, 640)
    body = form._scroll.widget()
    assert body.minimumSizeHint().width() <= form._scroll.viewport().width()
