"""The linked views: zoom, pan, cursor and overlays in step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from core.dataset.model import ClassInfo
from core.evaluation.errors.error_map import count_errors, error_map
from tests.making import blob, photo_of
from widgets import theme
from widgets.canvas import ImagePyramid
from widgets.comparison.grid.linked_views import ActiveRegion, LinkedViews, ShownRun
from widgets.comparison.grid.panel import LinkedView, PanelKind
from widgets.comparison.layers.error_layer import hatching
from widgets.comparison.layers.region_layer import find_regions, outline_indices
from widgets.comparison.layers.sample_layers import RunLayers, SampleLayers

# Of Qt's plugin for drawing off the screen, for every window that has a layout.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

PHOTO, TRUTH, PREDICTION, ERRORS, CONFIDENCE, AGREEMENT = PanelKind
USUAL = {PHOTO, TRUTH, PREDICTION, ERRORS}
RUNS = [ShownRun("A", "baseline", (0, 158, 115)), ShownRun("B", "longer", (138, 111, 232))]
CLASSES = [
    ClassInfo(0, "background", (0, 0, 0)),
    ClassInfo(1, "cat", (230, 159, 0)),
    ClassInfo(2, "dog", (0, 114, 178)),
]


def run_layers(truth: np.ndarray, prediction: np.ndarray) -> RunLayers:
    errors = error_map(truth, prediction)
    return RunLayers(prediction, errors, hatching(errors), count_errors(errors))


def layers(sample: str = "val/a", runs: int = 2) -> SampleLayers:
    truth = blob(64, 1)
    shifted = np.roll(truth, 8, axis=1)
    both = (run_layers(truth, shifted), run_layers(truth, blob(64, 2)))
    return SampleLayers(sample, ImagePyramid(photo_of(truth)), "", truth, "", both[:runs])


@pytest.fixture
def views(qtbot: QtBot) -> LinkedViews:
    made = LinkedViews()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.set_kinds(USUAL)
    made.set_classes(CLASSES, 255)
    made.set_runs(RUNS)
    with qtbot.waitExposed(made):
        made.show()
    made.show_sample(layers(), ["mDice 70.00 %", "mDice 50.00 %"])
    return made


def wheel(view: QWidget, at: QPoint, notches: int, keys=Qt.KeyboardModifier.NoModifier) -> None:
    event = QWheelEvent(
        QPointF(at),
        QPointF(view.mapToGlobal(at)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def pixel(view: LinkedView, x: int, y: int) -> QColor:
    """The colour on screen in the middle of an image pixel."""
    at = view.pixel_center(x, y)
    return view.grab().toImage().pixelColor(at * view.devicePixelRatioF())


def errors_of(views: LinkedViews, letter: str = "A") -> LinkedView:
    return views.panel(ERRORS, letter).view


def test_that_titles_name_the_run_and_carry_the_figures(views: LinkedViews):
    assert views.panel(PREDICTION, "B").title == "Prediction B · longer"
    assert views.panel(PREDICTION, "B").figure == "mDice 50.00 %"
    assert views.panel(ERRORS, "A").figure.endswith("px wrong")
    views.set_truth_name("labels_fixed")
    assert views.panel(TRUTH).title == "Truth · labels_fixed"


def test_that_the_wheel_zooms_all_views_at_the_same_pixel(views: LinkedViews):
    view = errors_of(views)
    wheel(view, view.pixel_center(20, 20), 3)
    scales = {panel.view.placement.scale for panel in views.panels}
    assert len(scales) == 1
    assert scales.pop() > 2


def test_that_dragging_pans_all_views(qtbot: QtBot, views: LinkedViews):
    view, other = errors_of(views), views.panel(TRUTH).view
    wheel(view, view.rect().center(), 4)
    before, start = other.placement, view.rect().center()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(view, start + QPoint(30, 12))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start + QPoint(30, 12))
    after = other.placement
    assert (after.x - before.x, after.y - before.y) == pytest.approx((30, 12))


def test_that_the_cursor_is_marked_in_the_other_views_and_read_in_all(
    qtbot: QtBot, views: LinkedViews
):
    view = errors_of(views)
    with qtbot.waitSignal(views.hovered) as hovered:
        qtbot.mouseMove(view, view.pixel_center(18, 32))
    assert hovered.args == [18, 32]
    assert view.cross is None
    assert {panel.view.cross for panel in views.panels if panel.view is not view} == {(18, 32)}
    readings = {panel.title.split(" ·")[0]: panel.figure for panel in views.panels}
    assert readings == {
        "Photo": "",
        "Truth": "cat",
        "Prediction A": "background",
        "Errors A": "missed",
        "Prediction B": "dog",
        "Errors B": "wrong class",
    }
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert all(panel.view.cross is None for panel in views.panels)
    assert views.panel(PREDICTION, "A").figure == "mDice 70.00 %"


def test_that_the_mark_of_the_cursor_is_seen(views: LinkedViews):
    view = views.panel(TRUTH).view
    before = view.grab().toImage()
    view.set_cross((32, 32))
    assert view.grab().toImage() != before
    view.set_cross(None)
    assert view.grab().toImage() == before


def test_that_ctrl_wheel_sets_one_opacity_in_all_views(qtbot: QtBot, views: LinkedViews):
    view = errors_of(views)
    with qtbot.waitSignal(views.opacity_changed):
        wheel(view, view.rect().center(), 2, Qt.KeyboardModifier.ControlModifier)
    assert views.opacity == pytest.approx(0.55)
    assert views.panel(TRUTH).view.layer_opacity("mask") == pytest.approx(0.55)
    assert errors_of(views, "B").layer_opacity("mask") == pytest.approx(0.55)


def test_that_x_hides_and_shows_the_overlays_of_all_views(qtbot: QtBot, views: LinkedViews):
    view = errors_of(views)
    view.setFocus()
    with qtbot.waitSignal(views.overlays_visible_changed) as changed:
        qtbot.keyClick(view, Qt.Key.Key_X)
    assert changed.args == [False]
    assert not any(panel.view.overlays_visible for panel in views.panels)
    qtbot.keyClick(views.panel(TRUTH).view, Qt.Key.Key_X)
    assert all(panel.view.overlays_visible for panel in views.panels)


def test_that_a_double_click_asks_for_the_sample(qtbot: QtBot, views: LinkedViews):
    view = errors_of(views)
    with qtbot.waitSignal(views.opened):
        qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=view.rect().center())


def test_that_each_kind_of_error_has_its_colour_on_the_photo(views: LinkedViews):
    views.set_opacity(1.0)
    views.transform.fit()
    missed, false, wrong = (QColor(*color) for color in theme.ERROR_COLORS.values())
    assert pixel(errors_of(views, "A"), 20, 32) == missed
    assert pixel(errors_of(views, "A"), 52, 32) == false
    assert pixel(errors_of(views, "B"), 32, 32) == wrong


def test_that_hatching_draws_lines_over_the_errors_only(views: LinkedViews):
    view = errors_of(views)
    views.set_opacity(1.0)
    before = view.grab().toImage()
    views.set_hatched(True)
    after = view.grab().toImage()
    assert after != before
    assert pixel(view, 5, 5) == before.pixelColor(view.pixel_center(5, 5))
    views.set_hatched(False)
    assert view.grab().toImage() == before


def test_that_another_sample_is_fitted_and_the_same_one_keeps_its_zoom(views: LinkedViews):
    view = errors_of(views)
    wheel(view, view.rect().center(), 4)
    views.show_sample(layers(), ["", ""])
    assert views.transform.scale is not None
    views.show_sample(layers("val/b"), ["", ""])
    assert views.transform.scale is None


def test_that_only_the_chosen_kinds_of_panels_are_shown(views: LinkedViews):
    views.set_kinds([ERRORS])
    assert [panel.title[:8] for panel in views.panels] == ["Errors A", "Errors B"]
    assert all(panel.isVisible() for panel in views.panels)
    assert not views.panel(TRUTH).isVisible()


def test_that_what_is_missing_is_said_in_its_panel(views: LinkedViews):
    good = layers()
    bad = RunLayers(problem="The prediction cannot be read: a.png.")
    views.show_sample(
        SampleLayers(
            "val/c", good.photo, "", None, "This sample has no mask.", (bad, good.runs[1])
        ),
        ["", ""],
    )
    assert views.panel(TRUTH).view.message == "This sample has no mask."
    assert views.panel(PREDICTION, "A").view.message == bad.problem
    assert views.panel(PREDICTION, "B").view.message == ""


def test_that_flags_are_told_beside_the_truth(views: LinkedViews):
    views.set_flags(["2 specks", "1 hole"])
    assert views.panel(TRUTH).figure == "⚠ 2 flags"
    views.set_flags([])
    assert views.panel(TRUTH).figure == ""


def test_that_one_run_and_two_can_be_shown_in_turn(qtbot: QtBot, views: LinkedViews):
    views.set_runs(RUNS[:1])
    views.show_sample(layers(runs=1), [""])
    assert {panel.letter for panel in views.panels} == {"", "A"}
    views.set_runs(RUNS)
    views.show_sample(layers(), ["", ""])
    assert {panel.letter for panel in views.panels} == {"", "A", "B"}


def test_that_a_click_on_a_region_of_errors_frames_and_tells_it(qtbot: QtBot, views: LinkedViews):
    truth = blob(64, 1)
    prediction = np.roll(truth, 12, axis=1)
    regions, labels = find_regions(prediction, truth, num_classes=3, ignore_index=255, background=0)
    assert labels is not None
    found = replace(
        run_layers(truth, prediction),
        regions=regions,
        labels=labels,
        outlines=outline_indices(labels),
    )
    photo = ImagePyramid(photo_of(truth))
    views.show_sample(
        SampleLayers("val/r", photo, "", truth, "", (found, run_layers(truth, truth))), ["", ""]
    )
    view = errors_of(views)
    x, y = regions[0].anchor
    at = view.pixel_center(x, y)
    qtbot.mouseMove(view, at)
    assert regions[0].kind.words in view.toolTip()
    assert view.cursor().shape() is Qt.CursorShape.PointingHandCursor
    with qtbot.waitSignal(views.region_activated) as activated:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
    assert activated.args == [ActiveRegion("val/r", "A", regions[0])]
    boxes = {tuple(box) for panel in views.panels for box in panel.view.boxes}
    assert boxes == {regions[0].box}
    with qtbot.assertNotEmitted(views.region_activated):
        right = view.pixel_center(2, 2)
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=right)
    with qtbot.waitSignal(views.region_activated):
        assert views.step_region(1)
    assert views.active_region == ActiveRegion("val/r", "A", regions[1 % len(regions)])
    assert views.transform.scale is not None
    outlined = view.grab().toImage()
    views.set_outlined(False)
    assert view.grab().toImage() != outlined
    views.show_sample(layers("val/s"), ["", ""])
    assert views.active_region is None
    assert not views.step_region(1)


def test_that_a_right_click_on_a_region_offers_what_can_be_done_with_it(
    qtbot: QtBot, views: LinkedViews
):
    truth, prediction = blob(64, 1), np.zeros((64, 64), np.uint8)
    regions, labels = find_regions(prediction, truth, num_classes=3, ignore_index=255, background=0)
    assert labels is not None
    found = replace(run_layers(truth, prediction), regions=regions, labels=labels)
    photo = ImagePyramid(photo_of(truth))
    views.show_sample(SampleLayers("val/r", photo, "", truth, "", (found, found)), ["", ""])
    asked: list[ActiveRegion] = []

    def make(active: ActiveRegion) -> QMenu:
        asked.append(active)
        menu = QMenu(views)
        menu.addAction("Repair")
        return menu

    views.region_menu = make
    panel = views.panel(ERRORS, "B")
    inside = panel.view.mapToGlobal(panel.view.pixel_center(*regions[0].anchor))
    menu = views.popup_menu(panel, inside)
    assert menu.actions()[0].text() == "Repair"
    assert asked == [ActiveRegion("val/r", "B", regions[0])]
    menu.close()
    beside = views.popup_menu(panel, panel.view.mapToGlobal(panel.view.pixel_center(1, 1)))
    assert [action.text() for action in beside.actions()] == ["Save this panel as a picture (PNG)…"]
    beside.close()
