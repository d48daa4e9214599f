"""The layers of the editor: what the panel says is what the canvas shows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractButton, QSlider, QWidget
from pytestqt.qtbot import QtBot

from core.dataset.model import ClassInfo
from core.masks.document import MaskDocument
from widgets.editor import EditorView
from widgets.editor.side.flat_buttons import MenuButton
from widgets.editor.side.layer_kinds import MASK, ORIGINAL, OTHER, PLACES, PREDICTION, SAVED
from widgets.editor.side.layer_panel import LayerPanel

CLASSES = (
    ClassInfo(0, "background", (0, 0, 0)),
    ClassInfo(1, "cat", (230, 159, 0)),
    ClassInfo(2, "dog", (0, 114, 178)),
)
LEFT = Qt.MouseButton.LeftButton
HEIGHT, WIDTH = 40, 60


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[EditorView]:
    """An editor with a grey photo, whose mask is a cat in the left half."""
    view = EditorView()
    qtbot.addWidget(view)
    view.resize(1280, 720)
    view.set_classes(CLASSES, 255)
    view.show_image(None, "")
    view.canvas.set_image(np.full((HEIGHT, WIDTH, 3), 90, np.uint8))
    view.edit(MaskDocument(half(1)))
    view.show()
    qtbot.waitExposed(view)
    yield view
    view.canvas.shut_down()
    view.filmstrip.shut_down()


@pytest.fixture
def panel(view: EditorView) -> LayerPanel:
    return view.side.layers


def half(value: int, *, right: bool = False) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[:, WIDTH // 2 :] = value if right else 0
    mask[:, : WIDTH // 2] = 0 if right else value
    return mask


def color_at(view: EditorView, x: int, y: int) -> QColor:
    canvas = view.canvas
    return canvas.grab().toImage().pixelColor(canvas.pixel_center(x, y))


def is_covered(view: EditorView, x: int, y: int = 20) -> bool:
    """Whether anything lies over the grey photo there."""
    return color_at(view, x, y) != QColor(90, 90, 90)


def click(qtbot: QtBot, widget: QWidget) -> None:
    qtbot.mouseClick(widget, LEFT)


def pick(button: MenuButton, words: str) -> None:
    """Choose an entry of the button's menu."""
    next(action for action in button.actions_shown if action.text() == words).trigger()


def test_that_an_eye_hides_its_layer_only(qtbot, view, panel):
    view.layer_wiring.show_layer(OTHER, half(2, right=True))
    panel.set_choices(OTHER, [("labels_fixed", "labels_fixed")], "labels_fixed")
    click(qtbot, panel.rows[OTHER].eye)
    click(qtbot, panel.rows[OTHER].style_button)
    assert is_covered(view, 10)
    assert is_covered(view, 50)
    click(qtbot, panel.mask_box)
    assert not is_covered(view, 10)
    assert is_covered(view, 50)
    assert "Show the mask" in panel.mask_box.toolTip()


def test_that_everything_over_the_photo_is_hidden_and_shown_at_once(qtbot, view, panel):
    click(qtbot, panel.overlays_box)
    assert not view.canvas.overlays_visible
    assert not is_covered(view, 10)
    assert panel.mask_box.isChecked()
    view.canvas.set_overlays_visible(True)
    assert panel.overlays_box.isChecked()
    assert is_covered(view, 10)


def test_that_the_photo_can_be_hidden(qtbot, view, panel):
    before = color_at(view, 50, 20)
    click(qtbot, panel.image_box)
    assert color_at(view, 50, 20) != before


def test_that_arrow_keys_on_a_slider_change_the_opacity_of_its_layer(qtbot, view, panel):
    panel.slider.setFocus()
    qtbot.keyClick(panel.slider, Qt.Key.Key_Right)
    assert panel.opacity == pytest.approx(0.46)
    assert view.canvas.layer_opacity("mask") == pytest.approx(0.46)
    assert "46 %" in panel.slider.toolTip()


def test_that_the_panel_follows_the_opacity_that_the_wheel_changes(view, panel):
    view.canvas.opacity_changed.emit("mask", 0.7)
    assert panel.opacity == pytest.approx(0.7)
    view.canvas.opacity_changed.emit("prediction", 0.2)
    assert panel.rows[PREDICTION].opacity == pytest.approx(0.2)
    assert panel.opacity == pytest.approx(0.7)


def test_that_an_outlined_layer_shows_the_photo_inside_its_border(qtbot, view, panel):
    assert is_covered(view, 10)
    click(qtbot, panel.rows[MASK].style_button)
    assert not is_covered(view, 10)
    assert not panel.slider.isVisible()
    click(qtbot, panel.rows[MASK].style_button)
    assert is_covered(view, 10)
    assert panel.slider.isVisible()


def test_that_borders_only_is_for_all_layers_and_leaves_what_each_had_chosen(qtbot, view, panel):
    click(qtbot, panel.borders_box)
    assert not is_covered(view, 10)
    assert not panel.rows[MASK].style_button.isEnabled()
    click(qtbot, panel.borders_box)
    assert is_covered(view, 10)
    assert panel.rows[ORIGINAL].is_outlined
    assert not panel.rows[MASK].is_outlined


def test_that_a_layer_without_anything_to_choose_is_not_listed(view, panel):
    assert not panel.rows[OTHER].isVisible()
    assert not panel.rows[PREDICTION].isVisible()
    panel.set_choices(PREDICTION, [("a", "r50"), (None, "No prediction")], None)
    assert panel.rows[PREDICTION].isVisible()


def test_that_opening_the_eye_of_a_layer_with_a_menu_chooses_the_first(qtbot, view, panel):
    picked: list[tuple[str, object]] = []
    panel.picked.connect(lambda name, key: picked.append((name, key)))
    panel.set_choices(PREDICTION, [("a", "r50"), ("b", "r101"), (None, "No prediction")], None)
    click(qtbot, panel.rows[PREDICTION].eye)
    assert picked == [(PREDICTION, "a")]
    assert panel.rows[PREDICTION].menu.text() == "r50"


def test_that_choosing_from_a_menu_shows_the_layer_and_choosing_none_hides_it(qtbot, panel):
    picked: list[tuple[str, object]] = []
    panel.picked.connect(lambda name, key: picked.append((name, key)))
    row = panel.rows[PREDICTION]
    panel.set_choices(PREDICTION, [("a", "r50"), ("b", "r101"), (None, "No prediction")], None)
    pick(row.menu, "r101")
    assert row.is_shown
    pick(row.menu, "No prediction")
    assert not row.is_shown
    assert picked == [(PREDICTION, "b"), (PREDICTION, None)]
    assert row.menu.text() == "Prediction"


def test_that_a_note_says_why_a_layer_is_empty_and_the_choice_stays(qtbot, view, panel):
    row = panel.rows[SAVED]
    click(qtbot, row.eye)
    view.layer_wiring.show_layer(SAVED, None, "not saved yet")
    assert row.note == "not saved yet"
    assert not row.slider.isVisible()
    view.layer_wiring.forget_sample()
    assert row.note == ""
    assert row.is_shown


def test_that_a_shown_layer_asks_for_its_content(qtbot, view, panel):
    with qtbot.waitSignal(view.layer_wiring.wanted) as wanted:
        click(qtbot, panel.rows[SAVED].eye)
    assert wanted.args == [SAVED]


def test_that_before_shows_the_first_version_alone_while_the_button_is_held(qtbot, view, panel):
    view.show_original(half(2, right=True))
    qtbot.mousePress(panel.before_button, LEFT)
    assert not is_covered(view, 10)
    assert is_covered(view, 50)
    qtbot.mouseRelease(panel.before_button, LEFT)
    assert is_covered(view, 10)
    assert not is_covered(view, 50)


def test_that_with_unsaved_changes_before_is_what_was_saved(qtbot, view, panel):
    view.show_original(half(2))
    view.canvas.replace("Clear", np.zeros((HEIGHT, WIDTH), np.uint8))
    assert view.layer_wiring.before_layer == SAVED
    with qtbot.waitSignal(view.layer_wiring.wanted):
        panel.hold_before(True)
    view.layer_wiring.show_layer(SAVED, half(1, right=True))
    assert is_covered(view, 50)
    panel.hold_before(False)
    assert not is_covered(view, 50)


def test_that_what_before_shows_can_be_chosen(qtbot, view, panel):
    view.canvas.replace("Clear", np.zeros((HEIGHT, WIDTH), np.uint8))
    pick(panel.before_menu, "The first version")
    assert view.layer_wiring.before_layer == ORIGINAL


def test_that_an_edit_ends_the_look_at_before(qtbot, view, panel):
    view.show_original(half(2))
    panel.hold_before(True)
    view.canvas.replace("Clear", np.zeros((HEIGHT, WIDTH), np.uint8))
    assert not panel.is_before_held
    assert view.canvas.shown_only is None


def test_that_button_and_key_may_both_hold_before(qtbot, view, panel):
    held: list[bool] = []
    panel.before_held.connect(held.append)
    panel.hold_before(True)
    qtbot.mousePress(panel.before_button, LEFT)
    panel.hold_before(False)
    assert panel.is_before_held
    qtbot.mouseRelease(panel.before_button, LEFT)
    assert held == [True, False]


def test_that_magnifier_and_minimap_are_switched(qtbot, view, panel):
    click(qtbot, panel.magnifier_box)
    assert view.canvas.magnifier is not None
    assert view.canvas.minimap is not None
    click(qtbot, panel.minimap_box)
    assert view.canvas.minimap is None


def test_that_frames_around_flagged_places_are_told_of(qtbot, panel):
    with qtbot.waitSignal(panel.places_toggled) as told:
        click(qtbot, panel.rows[PLACES].eye)
    assert told.args == [False]


def test_that_a_group_folds_under_its_heading_and_remembers(qtbot, view):
    side = view.side
    assert side.folded == {"Image"}
    heading = side.sections["Layers"].heading
    qtbot.mouseClick(heading, LEFT, pos=QPoint(20, 10))
    assert not side.layers.isVisible()
    heading.setFocus()
    qtbot.keyClick(heading, Qt.Key.Key_Space)
    assert side.layers.isVisible()
    side.set_folded({"Flags", "Classes"})
    assert side.folded == {"Flags", "Classes"}
    assert side.image.isVisible()


def test_that_every_control_of_the_panel_says_what_it_does(view, panel):
    panel.set_choices(OTHER, [("labels", "labels")], "labels")
    panel.set_choices(PREDICTION, [("a", "r50")], "a")
    for row in panel.rows.values():
        row.eye.setChecked(True)
    for kind in (QAbstractButton, QSlider):
        for control in filter(QWidget.isVisible, view.side.findChildren(kind)):
            assert control.toolTip(), control.objectName()
            assert control.accessibleName() or control.text(), control.objectName()
            assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, control.objectName()
