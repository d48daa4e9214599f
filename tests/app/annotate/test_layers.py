"""What is laid beside the mask, brought from files and from runs, over datasets on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, Qt, Signal
from pytestqt.qtbot import QtBot

from app.jobs import Jobs
from app.pages.annotate.beside.layers import Layers
from app.pages.annotate.beside.predictions import Predictions
from app.pages.annotate.desk import Desk
from app.session import Session
from core.images import encode_mask, read_image, read_mask
from core.masks.document import MaskDocument
from tests.making import blob, make_dataset, write_sample
from widgets.canvas.tools import Prediction
from widgets.editor import EditorView
from widgets.editor.side.layer_kinds import ORIGINAL, OTHER, PREDICTION, SAVED
from widgets.editor.side.layer_row import LayerRow

LEFT = Qt.MouseButton.LeftButton
FIRST, SECOND = "train/000", "train/001"


class Runs(QObject):
    """Two runs, of which one says the same of each sample, and the other nothing."""

    runs_changed = Signal()
    prediction_changed = Signal()

    def __init__(self, view: EditorView) -> None:
        super().__init__()
        self._view = view
        self.names: list[tuple[str, str]] = [("a", "r50"), ("b", "r101")]
        self.chosen: str | None = None
        self.problem = ""

    def runs(self) -> Sequence[tuple[str, str]]:
        return self.names

    def choose(self, run_id: str | None) -> None:
        self.chosen = run_id
        self.problem = "Run r101 has no prediction of this sample." if run_id == "b" else ""
        found = Prediction("r50", blob(value=2), None) if run_id == "a" else None
        self._view.canvas.set_prediction(found)
        self.prediction_changed.emit()


class Room:
    """A session and an editor with the companion at work, and hands that use it."""

    def __init__(self, qtbot: QtBot, root: Path) -> None:
        self.qtbot = qtbot
        self.jobs = Jobs()
        self.session = Session(self.jobs)
        self.view = EditorView()
        qtbot.addWidget(self.view)
        self.view.resize(1216, 700)
        self.runs = Runs(self.view)
        self.desk = Desk(self.session, self.jobs, self.view, lambda: None, lambda: None)
        self.layers = Layers(self.desk, self.runs)
        self.session.open(root)
        self.session.set_label_set("labels")
        self.view.show()
        qtbot.waitExposed(self.view)

    def show(self, sample_id: str) -> None:
        """Do what the page does to show a sample."""
        self.layers.on_left()
        self.view.show_nothing()
        self.session.set_current(sample_id)
        dataset = self.session.dataset
        assert dataset is not None
        sample = dataset.sample(sample_id)
        self.view.set_classes(dataset.classes, dataset.ignore_index)
        self.view.canvas.set_image(read_image(sample.image))
        mask = read_mask(sample.masks["labels"])
        self.view.edit(MaskDocument(mask))
        self.view.show_original(mask)
        self.layers.on_shown()

    def row(self, name: str) -> LayerRow:
        return self.view.side.layers.rows[name]

    def open_eye(self, name: str) -> None:
        self.qtbot.mouseClick(self.row(name).eye, LEFT)

    def content(self, name: str) -> np.ndarray | None:
        return self.view.layer_wiring.content(name)

    def wait_for(self, name: str, mask: np.ndarray) -> None:
        self.qtbot.waitUntil(lambda: np.array_equal(self.content(name), mask))

    def pick(self, name: str, words: str) -> None:
        menu = self.row(name).menu
        assert menu is not None
        next(action for action in menu.actions_shown if action.text() == words).trigger()

    def close(self) -> None:
        self.layers.shut_down()
        self.session.close()
        self.view.canvas.shut_down()
        self.view.filmstrip.shut_down()
        self.jobs.shut_down()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two samples with three label sets; the second has no mask in the last one."""
    make_dataset(tmp_path, samples=2)
    write_sample(tmp_path, "train", "000", {"labels": blob(), "labels_fixed": blob(value=2)})
    write_sample(tmp_path, "train", "000", {"other": blob(32)}, photo=np.zeros((64, 64, 3), "u1"))
    write_sample(tmp_path, "train", "001", {"labels": blob(), "labels_fixed": blob()})
    return tmp_path


@pytest.fixture
def room(qtbot: QtBot, root: Path) -> Iterator[Room]:
    made = Room(qtbot, root)
    yield made
    made.close()


def test_that_the_other_label_sets_are_offered_and_read_when_wanted(room: Room):
    room.show(FIRST)
    menu = room.row(OTHER).menu
    assert [words for _key, words in menu.choices] == ["labels_fixed", "other"]
    assert room.content(OTHER) is None
    room.open_eye(OTHER)
    room.wait_for(OTHER, blob(value=2))
    assert "other" in room.view.canvas.layer_names()


def test_that_another_label_set_is_chosen_and_kept_with_the_next_sample(room: Room):
    room.show(FIRST)
    room.pick(OTHER, "other")
    room.wait_for(OTHER, blob(32))
    assert room.layers.other_label_set == "other"
    room.show(SECOND)
    room.qtbot.waitUntil(lambda: room.row(OTHER).note == "no mask")
    assert room.row(OTHER).is_shown
    room.show(FIRST)
    room.wait_for(OTHER, blob(32))
    assert room.row(OTHER).note == ""


def test_that_with_the_other_label_set_made_active_another_is_offered(room: Room):
    room.show(FIRST)
    room.session.set_label_set("labels_fixed")
    assert room.layers.other_label_set == "labels"


def test_that_a_damaged_file_is_told_with_its_name(room: Room, root: Path):
    damaged = root / "labels_fixed" / f"{FIRST}.png"
    damaged.write_bytes(b"no image")
    room.show(FIRST)
    room.open_eye(OTHER)
    row = room.row(OTHER)
    room.qtbot.waitUntil(lambda: row.note == "cannot be read")
    assert damaged.name in row.why


def test_that_the_saved_version_is_read_again_after_it_was_written(room: Room, root: Path):
    room.show(FIRST)
    room.open_eye(SAVED)
    room.wait_for(SAVED, blob())
    written = np.zeros((64, 64), np.uint8)
    (root / "labels" / f"{FIRST}.png").write_bytes(encode_mask(written))
    room.session.sample_checked.emit(FIRST)
    room.wait_for(SAVED, written)


def test_that_before_shows_the_saved_version_of_a_changed_mask(room: Room):
    room.show(FIRST)
    room.view.canvas.replace("Clear", np.zeros((64, 64), np.uint8))
    room.view.side.layers.hold_before(True)
    room.wait_for(SAVED, blob())
    assert room.view.canvas.shown_only == SAVED
    room.view.side.layers.hold_before(False)
    assert room.view.canvas.shown_only is None


def test_that_a_mask_without_a_file_has_no_saved_version(room: Room, root: Path):
    room.show(FIRST)
    (root / "labels" / f"{FIRST}.png").unlink()
    room.open_eye(SAVED)
    assert room.row(SAVED).note == "not saved yet"


def test_that_opening_the_eye_chooses_a_run_and_shows_what_it_predicts(room: Room):
    room.show(FIRST)
    room.open_eye(PREDICTION)
    assert room.runs.chosen == "a"
    assert np.array_equal(room.content(PREDICTION), blob(value=2))
    assert room.view.canvas.layer_style("prediction") == "outline"


def test_that_a_run_without_a_prediction_of_the_sample_says_so(room: Room):
    room.show(FIRST)
    room.pick(PREDICTION, "r101")
    row = room.row(PREDICTION)
    assert row.note == "no prediction"
    assert row.why == "Run r101 has no prediction of this sample."
    room.pick(PREDICTION, "No prediction")
    assert room.runs.chosen is None
    assert row.note == ""
    assert not row.is_shown


def test_that_where_no_run_predicts_anything_there_is_no_row(room: Room):
    predictions = Predictions(room.desk)
    layers = Layers(room.desk, predictions)
    with room.qtbot.waitSignal(predictions.runs_changed):
        predictions.list_runs()
    assert not room.row(PREDICTION).isVisible()
    layers.shut_down()
    predictions.shut_down()


def test_that_runs_that_are_gone_leave_no_row(room: Room):
    room.show(FIRST)
    room.runs.names = []
    room.runs.runs_changed.emit()
    assert not room.row(PREDICTION).isVisible()


def test_that_nothing_of_a_sample_is_left_when_another_is_shown(room: Room):
    room.show(FIRST)
    room.open_eye(OTHER)
    room.open_eye(ORIGINAL)
    room.wait_for(OTHER, blob(value=2))
    room.layers.on_left()
    assert room.content(OTHER) is None
    assert room.content(ORIGINAL) is None
    assert room.view.canvas.layer_names() == ["mask"]
