"""The strip of previews, with real files, used by mouse and keys."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from core.dataset import open_dataset
from core.images import encode_mask
from core.runs.events import Preview
from tests.making import blob, make_dataset
from tests.making_runs import started
from widgets.previews.history import PreviewEntry
from widgets.previews.pictures import Look, PreviewFiles
from widgets.previews.strip import NO_RUN, NONE_MADE, WAITING, PreviewStrip

SIZE = 64
SAMPLES = ("val/003", "val/007")


class Run:
    """A run's folder with previews, and the dataset it learns."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.dataset = open_dataset(make_dataset(root, samples=8, size=SIZE))
        self.folder = folder

    def look(self) -> Look:
        return Look(self.dataset.classes, self.dataset.coding, self.dataset.ignore_index)

    def locate(self, entry: PreviewEntry) -> PreviewFiles:
        sample = self.dataset.sample(entry.sample)
        path = self.folder / entry.path
        return PreviewFiles(entry.sample, entry.dice, path, sample.image, sample.masks["labels"])

    def validation(self, iteration: int, value: int) -> list[Preview]:
        """Predict one class everywhere."""
        events = []
        for sample in SAMPLES:
            path = self.folder / "previews" / str(iteration) / f"{sample}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(encode_mask(np.full((SIZE, SIZE), value, np.uint8)))
            relative = path.relative_to(self.folder).as_posix()
            events.append(
                Preview(iteration=iteration, sample=sample, path=relative, dice=10.0 * value)
            )
        return events


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path / "pets", tmp_path / "run")


@pytest.fixture
def strip(qtbot: QtBot):
    strip = PreviewStrip()
    qtbot.addWidget(strip)
    strip.resize(600, 180)
    with qtbot.waitExposed(strip):
        strip.show()
    yield strip
    strip.shut_down()


def begin(strip: PreviewStrip, run: Run) -> None:
    strip.begin(run.locate, run.look())
    strip.append([started()])


def wait_for_pictures(qtbot: QtBot, strip: PreviewStrip, dice: float) -> None:
    qtbot.waitUntil(
        lambda: (
            bool(strip.cards)
            and all(card.picture.dice == dice and card.image is not None for card in strip.cards)
        )
    )


def middle(image: QImage | None) -> QColor:
    assert image is not None
    return image.pixelColor(image.width() // 2, image.height() // 2)


def corner(image: QImage | None) -> QColor:
    assert image is not None
    return image.pixelColor(3, 3)


def test_that_it_says_what_it_waits_for_and_that_nothing_came(strip, run):
    assert strip.note == NO_RUN
    begin(strip, run)
    assert strip.note == WAITING
    strip.set_over(True)
    assert strip.note == NONE_MADE


def test_that_the_newest_validation_is_shown_and_the_slider_goes_back(strip, run, qtbot):
    begin(strip, run)
    strip.append(run.validation(100, 1))
    wait_for_pictures(qtbot, strip, 10)
    strip.append(run.validation(200, 2))
    wait_for_pictures(qtbot, strip, 20)
    assert strip.moment.text() == "Iteration 200 · validation 2 of 2"
    newest = middle(strip.cards[0].image)
    qtbot.keyClick(strip.slider, Qt.Key.Key_Left)
    wait_for_pictures(qtbot, strip, 10)
    assert strip.iteration == 100
    assert middle(strip.cards[0].image) != newest


def test_that_scrubbing_back_is_not_disturbed_by_what_comes(strip, run, qtbot):
    begin(strip, run)
    strip.append(run.validation(100, 1))
    strip.append(run.validation(200, 2))
    strip.step(-1)
    strip.append(run.validation(300, 1))
    assert strip.iteration == 100
    strip.step(2)
    assert strip.iteration == 300
    strip.append(run.validation(400, 1))
    assert strip.iteration == 400


def test_that_the_truth_is_shown_while_the_mouse_is_held_and_by_the_chip(strip, run, qtbot):
    begin(strip, run)
    strip.append(run.validation(100, 1))
    wait_for_pictures(qtbot, strip, 10)
    card = strip.cards[0]
    predicted = corner(card.image)
    qtbot.mousePress(card, Qt.MouseButton.LeftButton)
    assert card.caption == "truth"
    assert corner(card.image) != predicted  # the truth has nothing in its corners
    qtbot.mouseRelease(card, Qt.MouseButton.LeftButton)
    assert card.caption == "Dice 10.0"
    qtbot.mouseClick(strip.truth, Qt.MouseButton.LeftButton)
    assert [each.caption for each in strip.cards] == ["truth", "truth"]


def test_that_a_double_click_opens_the_sample(strip, run, qtbot):
    begin(strip, run)
    strip.append(run.validation(100, 1))
    wait_for_pictures(qtbot, strip, 10)
    with qtbot.waitSignal(strip.sample_opened) as opened:
        qtbot.mouseDClick(strip.cards[1], Qt.MouseButton.LeftButton)
    assert opened.args == [SAMPLES[1]]


def test_that_a_prediction_that_cannot_be_read_is_said_and_the_others_are_shown(strip, run, qtbot):
    begin(strip, run)
    events = run.validation(100, 1)
    (run.folder / events[0].path).write_bytes(b"no picture")
    strip.append(events)
    qtbot.waitUntil(lambda: bool(strip.cards) and strip.cards[1].image is not None)
    assert strip.cards[0].image is None
    assert "cannot be read" in strip.cards[0].toolTip() or strip.cards[0].picture.problem


def test_that_a_photo_that_is_gone_leaves_the_masks(strip, run, qtbot):
    begin(strip, run)
    strip.begin(
        lambda entry: PreviewFiles(entry.sample, 10.0, run.folder / entry.path, None, None),
        run.look(),
    )
    strip.append(run.validation(100, 1))
    wait_for_pictures(qtbot, strip, 10)
    qtbot.mousePress(strip.cards[0], Qt.MouseButton.LeftButton)
    assert strip.cards[0].caption == "Dice 10.0"  # there is no truth to show


def test_that_another_run_begins_with_an_empty_strip(strip, run, qtbot):
    begin(strip, run)
    strip.append(run.validation(100, 1))
    wait_for_pictures(qtbot, strip, 10)
    begin(strip, run)
    assert strip.cards == []
    assert strip.note == WAITING


def test_that_masks_keep_a_class_visible_at_its_border(strip, run, qtbot):
    begin(strip, run)
    events = run.validation(100, 0)
    mask = blob(SIZE, 2)
    (run.folder / events[0].path).write_bytes(encode_mask(mask))
    strip.append(events)
    wait_for_pictures(qtbot, strip, 0)
    image = strip.cards[0].image
    color = QColor(*run.dataset.classes[2].color)
    assert any(
        image.pixelColor(x, SIZE // 2) == color for x in range(SIZE)
    )  # opaque where the class begins or ends
