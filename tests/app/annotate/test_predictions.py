"""What runs say of the sample that is shown, read from their files."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.pages.annotate.beside.predictions import Predictions
from core.dataset import open_dataset
from core.evaluation.predicting.files import confidence_path, encode_confidence, prediction_path
from core.files import atomic_write
from core.images import encode_mask
from core.runs.store import Run
from tests.app.annotate.page_hands import Hands, companion
from tests.app.compare.hands import SHIFTS, make_predicted_run, make_run
from tests.making import blob, write_sample


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for stem in SHIFTS:
        write_sample(tmp_path, "val", stem, {"labels": blob(64, 1 + ord(stem) % 2)})
    write_sample(tmp_path, "train", "t", {"labels": blob()})
    return tmp_path


@pytest.fixture
def hands(qtbot: QtBot, root: Path) -> Iterator[Hands]:
    made = Hands(qtbot, root)
    companion(made, Predictions)
    yield made
    made.close()


def predictions(hands: Hands) -> Predictions:
    return companion(hands, Predictions)


def open_with_runs(hands: Hands, sample_id: str) -> Predictions:
    found = predictions(hands)
    hands.open(sample_id)
    hands.qtbot.waitUntil(lambda: len(found.runs()) > 0)
    return found


def choose(hands: Hands, run: Run) -> None:
    found = predictions(hands)
    found.choose(run.id)
    wait_until_read(hands)


def wait_until_read(hands: Hands) -> None:
    found = predictions(hands)
    hands.qtbot.waitUntil(lambda: hands.page.canvas.prediction is not None or found.problem != "")


def write_confidence(run: Run, root: Path, sample_id: str, confidence: np.ndarray) -> None:
    sample = open_dataset(root).sample(sample_id)
    atomic_write(confidence_path(run, sample), encode_confidence(confidence))


def test_that_runs_are_offered_newest_first(hands: Hands, root: Path):
    older, newer = make_predicted_run(root, "older", age=1), make_run(root, "newer")
    found = open_with_runs(hands, "val/b")
    assert found.runs() == [(newer.id, "newer"), (older.id, "older")]
    assert found.chosen is None
    assert hands.page.canvas.prediction is None


def test_that_the_chosen_run_speaks_of_every_sample_that_is_shown(hands: Hands, root: Path):
    run = make_predicted_run(root, "quick")
    write_confidence(run, root, "val/c", np.full((64, 64), 200, np.uint8))
    found = open_with_runs(hands, "val/b")
    choose(hands, run)
    said = hands.page.canvas.prediction
    assert said is not None
    assert said.run == "quick"
    assert np.array_equal(said.classes, np.roll(blob(64, 1), SHIFTS["b"], axis=1))
    assert said.confidence is None
    with hands.qtbot.waitSignal(found.prediction_changed):
        hands.show("val/c")
    wait_until_read(hands)
    said = hands.page.canvas.prediction
    assert np.array_equal(said.classes, np.roll(blob(64, 2), SHIFTS["c"], axis=1))
    assert (said.confidence == 200).all()
    assert found.chosen == run.id
    found.choose(None)
    assert hands.page.canvas.prediction is None
    assert found.problem == ""


def test_that_a_sample_that_was_not_predicted_is_told(hands: Hands, root: Path):
    run = make_predicted_run(root, "quick")
    found = open_with_runs(hands, "train/t")
    choose(hands, run)
    assert found.problem == (
        "Run quick has no prediction of this sample; predict the split on the Compare page."
    )
    hands.show("val/a")
    wait_until_read(hands)
    assert found.problem == ""


@pytest.mark.parametrize("what", ["damaged", "another size", "other classes"])
def test_that_a_prediction_that_does_not_fit_is_told(hands: Hands, root: Path, what: str):
    run = make_predicted_run(root, "quick")
    content = {
        "damaged": b"damaged",
        "another size": encode_mask(np.zeros((5, 5), np.uint8)),
        "other classes": encode_mask(np.full((64, 64), 9, np.uint8)),
    }[what]
    atomic_write(prediction_path(run, open_dataset(root).sample("val/b")), content)
    found = open_with_runs(hands, "val/b")
    choose(hands, run)
    assert hands.page.canvas.prediction is None
    assert found.problem


def test_that_a_damaged_confidence_costs_the_confidence_only(hands: Hands, root: Path):
    run = make_predicted_run(root, "quick")
    atomic_write(confidence_path(run, open_dataset(root).sample("val/b")), b"damaged")
    found = open_with_runs(hands, "val/b")
    choose(hands, run)
    assert hands.page.canvas.prediction is not None
    assert hands.page.canvas.prediction.confidence is None
    assert "cannot be read" in found.problem


def test_that_what_was_predicted_meanwhile_is_there_when_the_page_is_shown_again(
    hands: Hands, root: Path
):
    run = make_predicted_run(root, "quick")
    open_with_runs(hands, "val/b")
    choose(hands, run)
    sample = open_dataset(root).sample("val/b")
    hands.page.view.hide()
    atomic_write(prediction_path(run, sample), encode_mask(np.full((64, 64), 2, np.uint8)))
    hands.page.view.show()
    hands.qtbot.waitUntil(lambda: (hands.page.canvas.prediction.classes == 2).all())


def test_that_a_run_that_is_not_there_is_none(hands: Hands, root: Path):
    make_predicted_run(root, "quick")
    found = open_with_runs(hands, "val/b")
    found.choose("gone")
    assert found.chosen is None


def test_that_a_click_takes_what_the_run_says(hands: Hands, root: Path):
    run = make_predicted_run(root, "quick")
    open_with_runs(hands, "val/c")
    choose(hands, run)
    hands.key(Qt.Key.Key_M)
    before = hands.page.canvas.pixels.copy()
    place = hands.page.canvas.tool.places[0]
    y, x = np.argwhere(place.region.stencil)[place.area // 2]
    hands.click(int(x) + place.region.rect.x, int(y) + place.region.rect.y)
    changed = hands.page.canvas.pixels != before
    assert changed.sum() == place.area
    assert (hands.page.canvas.pixels[changed] == place.said).all()


def test_that_n_goes_to_the_next_place_and_not_to_another_sample(hands: Hands, root: Path):
    run = make_predicted_run(root, "quick")
    open_with_runs(hands, "val/c")
    choose(hands, run)
    hands.key(Qt.Key.Key_M)
    hands.key(Qt.Key.Key_N)
    assert hands.page.canvas.tool.highlight is not None
    assert hands.session.current == "val/c"
