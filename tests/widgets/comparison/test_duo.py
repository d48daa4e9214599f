"""Two runs in one panel: swiped, blinked, and held against each other."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from core.dataset.model import ClassInfo
from core.evaluation.predicting.files import encode_confidence
from core.files import atomic_write
from core.images import encode_mask
from tests.making import blob, write_sample
from tests.widgets.comparison.making import SIX_RUNS
from widgets.comparison.grid.duo_view import DuoView, Share
from widgets.comparison.grid.panel import PanelKind
from widgets.comparison.layers.sample_layers import LayerFiles
from widgets.comparison.viewing.viewer import ComparisonViewer

# Of Qt's plugin for drawing off the screen, for every window that has a layout.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

PHOTO, TRUTH, PREDICTION, ERRORS, CONFIDENCE, AGREEMENT = PanelKind
LEFT = Qt.MouseButton.LeftButton
CLASSES = [
    ClassInfo(0, "background", (0, 0, 0)),
    ClassInfo(1, "cat", (230, 159, 0)),
    ClassInfo(2, "dog", (0, 114, 178)),
]


@pytest.fixture
def files(tmp_path) -> LayerFiles:
    """A cat that the first run calls a cat, the second a dog, and the others shift."""
    truth = blob()
    write_sample(tmp_path, "val", "a", {"labels": truth})
    predictions, confidences = [], []
    for run in range(6):
        guess = blob(64, 2) if run == 1 else np.roll(truth, 3 * run, axis=1)
        predictions.append(tmp_path / f"{run}.png")
        atomic_write(predictions[-1], encode_mask(guess))
        confidences.append(tmp_path / f"{run}c.png")
        atomic_write(confidences[-1], encode_confidence(np.full((64, 64), 40 * run, np.uint8)))
    return LayerFiles(
        "val/a",
        tmp_path / "img" / "val" / "a.png",
        tmp_path / "labels" / "val" / "a.png",
        tuple(predictions),
        confidences=tuple(confidences),
        num_classes=3,
        pair=(0, 1),
    )


def first(files: LayerFiles, runs: int) -> LayerFiles:
    return LayerFiles(
        files.sample,
        files.image,
        files.truth,
        files.predictions[:runs],
        confidences=files.confidences[:runs],
        num_classes=3,
        pair=files.pair if runs > 1 else None,
    )


@pytest.fixture
def viewer(qtbot: QtBot, files: LayerFiles):
    made = ComparisonViewer()
    qtbot.addWidget(made)
    made.resize(1000, 640)
    made.set_dataset(CLASSES, 255)
    with qtbot.waitExposed(made):
        made.show()
    show(qtbot, made, files, 2)
    yield made
    made.shut_down()


def show(qtbot: QtBot, viewer: ComparisonViewer, files: LayerFiles, runs: int) -> None:
    viewer.set_runs(SIX_RUNS[:runs])
    with qtbot.waitSignal(viewer.shown):
        viewer.show_sample(first(files, runs), ["mDice 90.00 %"] * runs)


def shared(viewer: ComparisonViewer, kind: PanelKind = PREDICTION) -> DuoView:
    view = viewer.views.panel(kind, "A|B").view
    assert isinstance(view, DuoView)
    return view


def color(view: DuoView, x: int, y: int) -> QColor:
    at = view.pixel_center(x, y) * view.devicePixelRatioF()
    return view.grab().toImage().pixelColor(at)


def test_that_a_line_parts_what_two_runs_predict(qtbot: QtBot, viewer: ComparisonViewer):
    viewer.views.set_opacity(1.0)
    viewer.bar.outlines_button.click()
    qtbot.mouseClick(viewer.bar.swipe_button, LEFT)
    view = shared(viewer)
    assert view.isVisible()
    assert viewer.views.panel(PREDICTION, "A|B").title == "Prediction A|B · run A | run B"
    assert color(view, 24, 26) == QColor(230, 159, 0)
    assert color(view, 40, 26) == QColor(0, 114, 178)
    view.set_division(1.0)
    assert color(view, 40, 26) == QColor(230, 159, 0)


def test_that_the_handle_is_dragged_and_all_panels_follow(qtbot: QtBot, viewer: ComparisonViewer):
    viewer.bar.swipe_button.click()
    view, other = shared(viewer), shared(viewer, ERRORS)
    handle = view.handle
    assert handle is not None
    start = handle.rect().center()
    qtbot.mousePress(handle, LEFT, pos=start)
    qtbot.mouseMove(handle, start + QPoint(view.width() // 4, 0))
    qtbot.mouseRelease(handle, LEFT, pos=start)
    assert view.division == pytest.approx(0.75, abs=0.03)
    assert other.division == view.division
    qtbot.mouseDClick(handle, LEFT)
    assert other.division == 0.5


def test_that_keys_move_the_line_once_swiping_has_begun(qtbot: QtBot, viewer: ComparisonViewer):
    viewer.activateWindow()
    viewer.toggle_swipe()
    view = shared(viewer)
    handle = view.handle
    assert handle is not None
    for key, expected in (
        (Qt.Key.Key_Right, 0.52),
        (Qt.Key.Key_Left, 0.50),
        (Qt.Key.Key_Home, 0.0),
        (Qt.Key.Key_End, 1.0),
    ):
        qtbot.keyClick(handle, key)
        assert view.division == pytest.approx(expected)
    qtbot.keyClick(handle, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert view.division == pytest.approx(0.9)


def test_that_the_reading_is_that_of_the_side_under_the_cursor(
    qtbot: QtBot, viewer: ComparisonViewer
):
    viewer.bar.swipe_button.click()
    view = shared(viewer)
    qtbot.mouseMove(view, view.pixel_center(24, 26))
    assert viewer.views.panel(PREDICTION, "A|B").figure == "cat"
    qtbot.mouseMove(view, view.pixel_center(40, 26))
    assert viewer.views.panel(PREDICTION, "A|B").figure == "dog"


def test_that_nothing_blinks_until_it_is_asked_for_and_after_it_is_switched_off(
    qtbot: QtBot, viewer: ComparisonViewer
):
    assert not viewer.is_blinking
    qtbot.mouseClick(viewer.bar.blink_button, LEFT)
    assert viewer.is_blinking
    assert viewer.views.share is Share.FIRST
    panel = viewer.views.panel(PREDICTION, "A|B")
    assert panel.title == "Prediction A · run A"
    qtbot.waitUntil(lambda: viewer.views.share is Share.SECOND)
    assert panel.title == "Prediction B · run B"
    qtbot.mouseClick(viewer.bar.blink_button, LEFT)
    assert not viewer.is_blinking
    assert viewer.views.share is None
    assert {each.letter for each in viewer.views.panels} == {"", "A", "B"}


def test_that_blinking_ends_where_nobody_sees_it(qtbot: QtBot, viewer: ComparisonViewer):
    viewer.bar.blink_button.click()
    viewer.clear("Nothing")
    assert not viewer.is_blinking
    viewer.bar.blink_button.click()
    viewer.hide()
    assert not viewer.is_blinking
    viewer.show()
    viewer.bar.blink_button.click()
    viewer.set_runs(SIX_RUNS[:1])
    assert not viewer.is_blinking
    assert not viewer.bar.blink_button.isEnabled()


def test_that_swiping_and_blinking_take_turns(viewer: ComparisonViewer):
    viewer.bar.blink_button.click()
    viewer.bar.swipe_button.click()
    assert not viewer.is_blinking
    assert viewer.views.share is Share.SWIPE
    viewer.bar.blink_button.click()
    assert viewer.is_blinking
    assert not viewer.bar.swipe_button.isChecked()


def test_that_who_is_right_has_colours_lines_and_counts(qtbot: QtBot, viewer: ComparisonViewer):
    viewer.bar.outlines_button.click()
    viewer.views.set_opacity(1.0)
    viewer.bar.kind_buttons[AGREEMENT].click()
    panel = viewer.views.panel(AGREEMENT)
    assert panel.isVisible()
    assert panel.title == "Who is right · A or B"
    image = panel.view.grab().toImage()
    seen = {image.pixelColor(panel.view.pixel_center(x, 32)).name() for x in range(20, 44)}
    assert QColor(*SIX_RUNS[0].color).name() in seen
    assert QColor(0, 0, 0).name() in seen
    objects = int(np.count_nonzero(blob()))
    assert f"only A right {objects:,}" in viewer.legend.text
    assert "only B right 0" in viewer.legend.text
    assert "both wrong 0" in viewer.legend.text
    qtbot.mouseMove(panel.view, panel.view.pixel_center(32, 32))
    assert panel.figure == "only A right"


def test_that_the_confidence_map_is_opaque_and_has_a_legend(qtbot: QtBot, viewer: ComparisonViewer):
    viewer.bar.toggle_kind(CONFIDENCE)
    views = viewer.views
    panel = views.panel(CONFIDENCE, "B")
    before = panel.view.grab().toImage().pixelColor(panel.view.pixel_center(3, 3))
    views.set_opacity(0.1)
    assert panel.view.grab().toImage().pixelColor(panel.view.pixel_center(3, 3)) == before
    assert "sure 0 %  100 %" in viewer.legend.text
    qtbot.mouseMove(panel.view, panel.view.pixel_center(3, 3))
    assert panel.figure == "16 % sure"


def test_that_of_six_runs_any_two_are_held_against_each_other(
    qtbot: QtBot, viewer: ComparisonViewer, files: LayerFiles
):
    show(qtbot, viewer, files, 6)
    assert {each.letter for each in viewer.views.panels} == {"", *"ABCDEF"}
    assert viewer.bar.kinds == {PHOTO, TRUTH, ERRORS}
    first_box, second_box = viewer.bar.pair_boxes
    assert first_box.isVisible()
    second_box.setFocus()
    with qtbot.waitSignal(viewer.pair_changed) as changed:
        qtbot.keyClick(second_box, Qt.Key.Key_End)
    assert changed.args == [0, 5]
    viewer.bar.swipe_button.click()
    assert {each.letter for each in viewer.views.panels} == {"", "A|F"}
    with qtbot.waitSignal(viewer.pair_changed) as changed:
        qtbot.keyClick(first_box, Qt.Key.Key_End)
    assert changed.args[0] == 5
    assert changed.args[1] != 5


def test_that_the_grid_and_a_panel_are_taken_away_as_pictures(
    qtbot: QtBot, viewer: ComparisonViewer
):
    with qtbot.waitSignal(viewer.export_button.picture_wanted) as wanted:
        viewer.export_button.save_picture()
    name, whole = wanted.args
    assert name == "grid of samples"
    assert isinstance(whole, QImage)
    assert whole.height() > 2 * (viewer.views.height() + viewer.legend.height())
    panel = viewer.views.panel(ERRORS, "B")
    menu = viewer.views.popup_menu(panel, panel.mapToGlobal(panel.rect().center()))
    with qtbot.waitSignal(viewer.export_button.picture_wanted) as wanted:
        menu.actions()[-1].trigger()
    menu.close()
    assert wanted.args[0] == "panel Errors B · run B"
    assert wanted.args[1].height() < whole.height()
