"""The figures, the samples and the views of one run or two."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.pages.compare_page import ComparePage
from core.dataset import open_dataset
from core.evaluation.evaluate import evaluate_run
from core.evaluation.predicting.files import prediction_path
from tests.app.compare.hands import (
    LEFT,
    choose_b,
    deltas,
    make_predicted_run,
    open_page,
    predict_button,
    table,
)
from widgets.comparison.grid.panel import PanelKind
from widgets.comparison.samples.measures import Order

# Of Qt's plugin for drawing off the screen, for every window that has a layout.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


def test_that_without_a_dataset_the_page_offers_to_open_one(qtbot: QtBot, page: ComparePage):
    button = page.empty.findChild(QPushButton)
    assert button is not None
    with qtbot.waitSignal(page.session.open_folder_requested):
        qtbot.mouseClick(button, LEFT)


def test_that_without_a_run_the_page_says_to_train_first(
    qtbot: QtBot, page: ComparePage, root: Path
):
    open_page(qtbot, page, root)
    assert page.empty.isVisible()
    words = " ".join(label.text() for label in page.empty.findChildren(QLabel))
    assert "Train a model first: the Train page has recipes that take minutes." in words


def test_that_the_figures_are_those_of_the_evaluation(qtbot: QtBot, page: ComparePage, root: Path):
    run = make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    expected = evaluate_run(open_dataset(root), run, "val", label_set="labels")
    assert table(page)[1][:3] == ["A  baseline", f"{expected.mDice:.2f}", "reached"]
    assert page.overview.caption.text() == "Dataset-pooled: 4 images of val, truth labels"
    assert not page.prediction_bar.isVisible()


def test_that_the_worst_sample_is_on_top_and_shown(qtbot: QtBot, page: ComparePage, root: Path):
    make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    assert page.samples.model.ids == ["val/c", "val/d", "val/b", "val/a"]
    layers = page.viewer.views.layers
    assert layers is not None
    assert layers.sample == "val/c"
    counts = layers.runs[0].counts
    assert counts is not None
    assert counts.missed > 0
    legend = page.viewer.legend.findChild(QLabel, "Legend missed")
    assert isinstance(legend, QLabel)
    # Pixels are told where the legend has room for them, whatever the font.
    page.resize(1800, 640)
    qtbot.waitUntil(lambda: legend.text() == f"missed {counts.missed:,}")


def test_that_keys_walk_toggle_and_open_in_the_editor(qtbot: QtBot, page: ComparePage, root: Path):
    make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    page.viewer.views.panels[0].view.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_D, Qt.Key.Key_A):
        qtbot.keyClick(page.viewer.views.panels[0].view, key)
    assert page.samples.current == "val/d"
    qtbot.keyClick(page, Qt.Key.Key_X)
    assert not page.viewer.views.overlays_visible
    assert not page.viewer.bar.overlays_button.isChecked()
    qtbot.keyClick(page, Qt.Key.Key_H)
    assert page.viewer.bar.hatched_button.isChecked()
    for key in (Qt.Key.Key_E, Qt.Key.Key_Return):
        with qtbot.waitSignal(page.session.edit_requested) as asked:
            qtbot.keyClick(page, key)
        assert asked.args == ["val/d"]


def test_that_a_button_and_a_double_click_open_in_the_editor(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    with qtbot.waitSignal(page.session.edit_requested) as asked:
        qtbot.mouseClick(page.viewer.bar.edit_button, LEFT)
    assert asked.args == ["val/c"]
    view = page.viewer.views.panel(PanelKind.ERRORS, "A").view
    with qtbot.waitSignal(page.session.edit_requested):
        qtbot.mouseDClick(view, LEFT, pos=view.rect().center())
    assert page.session.current == "val/c"


def test_that_letters_typed_into_the_filter_are_no_shortcuts(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    qtbot.keyClick(page, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert page.samples.filter_edit.hasFocus()
    with qtbot.assertNotEmitted(page.session.edit_requested):
        qtbot.keyClicks(page.samples.filter_edit, "da")
        assert page.samples.filter_edit.text() == "da"
        qtbot.keyClick(page.samples.filter_edit, Qt.Key.Key_Return)
    assert page.samples.table.hasFocus()
    assert page.viewer.message == "No sample has that in its name"
    assert not page.viewer.bar.edit_button.isEnabled()


def test_that_the_opacity_slider_keeps_its_arrow_keys(qtbot: QtBot, page: ComparePage, root: Path):
    make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    slider = page.viewer.bar.opacity_slider
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert page.viewer.views.opacity == pytest.approx(0.46)
    assert page.samples.current == "val/c"


def test_that_the_panels_can_be_chosen_but_never_none(qtbot: QtBot, page: ComparePage, root: Path):
    make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    buttons = page.viewer.bar.kind_buttons
    for kind in (PanelKind.TRUTH, PanelKind.PREDICTION, PanelKind.ERRORS):
        qtbot.mouseClick(buttons[kind], LEFT)
    assert [panel.kind for panel in page.viewer.views.panels] == [PanelKind.ERRORS]
    assert buttons[PanelKind.ERRORS].isChecked()


def test_that_a_second_run_adds_a_difference_and_its_panels(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    make_predicted_run(root, "worse", age=1, extra=6)
    open_page(qtbot, page, root)
    choose_b(qtbot, page)
    rows = table(page)
    assert [row[0] for row in rows[1:]] == ["A  baseline", "B  worse", "Δ  B − A, in points"]
    assert rows[3][1].startswith("−")
    assert page.overview.caption.text() == "Dataset-pooled: 4 images of val in common, truth labels"
    assert {panel.letter for panel in page.viewer.views.panels} == {"", "A", "B"}
    assert page.samples.model.columnCount() == 5
    page.samples.set_order(Order.CHANGE)
    assert all(each.startswith("−") for each in deltas(page))


def test_that_the_figures_of_two_runs_are_over_the_samples_in_common(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    second = make_predicted_run(root, "partly", age=1)
    prediction_path(second, open_dataset(root).sample("val/c")).unlink()
    open_page(qtbot, page, root)
    choose_b(qtbot, page)
    assert page.overview.caption.text().startswith("Dataset-pooled: 3 images of val in common")
    assert table(page)[3][1] == "0.00"
    assert page.prediction_bar.text == "partly has predicted 3 of 4 images of val."
    assert predict_button(page).text() == "Predict 1 image"
    assert not page.overview.left_out_label.isVisible()
