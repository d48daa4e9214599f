"""Predictions that are missing, made, cancelled or failed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.pages.compare_page import ComparePage
from core.evaluation.predicting.client import FailedSample
from tests.app.compare.hands import (
    LEFT,
    make_predicted_run,
    make_run,
    open_page,
    predict_button,
    settle,
)

# Of Qt's plugin for drawing off the screen, for every window that has a layout.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


def test_that_missing_predictions_are_made_by_one_click(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_run(root, "fresh")
    client = open_page(qtbot, page, root)
    assert page.prediction_bar.text == "fresh has no predictions of val yet."
    assert page.viewer.message == "Nothing is predicted yet"
    assert predict_button(page).text() == "Predict 4 images"
    with qtbot.waitSignal(page.session.message) as told:
        qtbot.mouseClick(predict_button(page), LEFT)
    settle(qtbot, page)
    assert client.calls == [("fresh", "val")]
    assert "4 images" in told.args[0]
    assert len(page.samples.model.ids) == 4
    assert not page.prediction_bar.isVisible()


def test_that_choosing_the_same_run_again_still_offers_to_predict(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_run(root, "fresh")
    open_page(qtbot, page, root)
    page.overview.chooser.box_split.activated.emit(0)
    settle(qtbot, page)
    assert predict_button(page).isVisible()


def test_that_opening_a_run_from_elsewhere_predicts_at_once(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    fresh = make_run(root, "fresh", age=1)
    client = open_page(qtbot, page, root)
    assert page.overview.chooser.run_ids != [fresh.id]
    page.session.open_run_requested.emit(fresh.id)
    qtbot.waitUntil(lambda: bool(client.calls))
    settle(qtbot, page)
    assert client.calls == [("fresh", "val")]
    assert page.overview.chooser.run_ids == [fresh.id]
    assert len(page.samples.model.ids) == 4


def test_that_opening_a_run_that_is_chosen_already_predicts_at_once(
    qtbot: QtBot, page: ComparePage, root: Path
):
    fresh = make_run(root, "fresh")
    client = open_page(qtbot, page, root)
    page.session.open_run_requested.emit(fresh.id)
    qtbot.waitUntil(lambda: bool(client.calls))
    settle(qtbot, page)
    assert len(page.samples.model.ids) == 4


def test_that_opening_a_run_that_is_not_there_is_said_in_words(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    with qtbot.waitSignal(page.session.problem) as told:
        page.session.open_run_requested.emit("gone")
    assert "nothing to show yet" in told.args[0]


def test_that_a_prediction_shows_its_progress_and_can_be_cancelled(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_run(root, "fresh")
    client = open_page(qtbot, page, root)
    client.hold = threading.Event()
    qtbot.mouseClick(predict_button(page), LEFT)
    qtbot.waitUntil(lambda: "0 of 4 images" in page.prediction_bar.text)
    assert not predict_button(page).isVisible()
    qtbot.mouseClick(page.prediction_bar.cancel_button, LEFT)
    settle(qtbot, page)
    assert predict_button(page).isVisible()
    assert page.prediction_bar.text == "fresh has no predictions of val yet."


def test_that_a_failed_prediction_says_why_and_can_be_tried_again(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_run(root, "fresh")
    client = open_page(qtbot, page, root)
    client.error = "The prediction worker was killed"
    qtbot.mouseClick(predict_button(page), LEFT)
    settle(qtbot, page)
    assert page.prediction_bar.text == "The prediction worker was killed. Free memory."
    client.error = ""
    qtbot.mouseClick(predict_button(page), LEFT)
    settle(qtbot, page)
    assert len(page.samples.model.ids) == 4
    assert not page.prediction_bar.isVisible()


def test_that_images_that_could_not_be_predicted_are_named(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_run(root, "fresh")
    client = open_page(qtbot, page, root)
    client.failed = (FailedSample(sample="val/a", reason="The image cannot be read."),)
    qtbot.mouseClick(predict_button(page), LEFT)
    settle(qtbot, page)
    assert page.prediction_bar.text == (
        "1 image could not be predicted. val/a: The image cannot be read."
    )


def test_that_a_run_without_a_checkpoint_is_said_in_words(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_run(root, "hollow", has_model=False)
    open_page(qtbot, page, root)
    assert page.prediction_bar.text.startswith("hollow has no predictions of val yet.")
    assert "no checkpoint" in page.prediction_bar.text
    assert not predict_button(page).isVisible()


def test_that_predictions_without_their_checkpoint_are_shown_all_the_same(
    qtbot: QtBot, page: ComparePage, root: Path
):
    run = make_predicted_run(root, "pruned")
    for checkpoint in run.checkpoints_dir.iterdir():
        checkpoint.unlink()
    open_page(qtbot, page, root)
    assert len(page.samples.model.ids) == 4
    assert not page.prediction_bar.isVisible()


def test_that_closing_the_page_closes_the_worker(qtbot: QtBot, page: ComparePage, root: Path):
    make_predicted_run(root, "baseline")
    client = open_page(qtbot, page, root)
    page.shut_down()
    assert client.closed


def test_that_a_run_with_nothing_but_damaged_predictions_is_said_in_words(
    qtbot: QtBot, page: ComparePage, root: Path
):
    run = make_predicted_run(root, "baseline")
    for path in (run.folder / "predictions" / "val").glob("*.png"):
        path.write_bytes(b"")
    open_page(qtbot, page, root)
    assert "No sample of val can be measured" in page.prediction_bar.text
    assert page.samples.model.ids == []
