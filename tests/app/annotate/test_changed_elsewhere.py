"""A mask that another program writes while it is open here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.pages.annotate.keeping.questions import Answer
from tests.app.annotate.desk import CONTROL, Desk
from tests.making import blob, make_dataset


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(qtbot, make_dataset(tmp_path))
    yield made
    made.close()


def path_of(desk: Desk, sample: str = "train/001") -> Path:
    return desk.root / "labels" / f"{sample}.png"


def written_elsewhere(desk: Desk, mask: np.ndarray, sample: str = "train/001") -> None:
    """Write a mask as other programs do: a new file in place of the old one."""
    path = path_of(desk, sample)
    other = path.with_name("other.png")
    cv2.imwrite(str(other), mask)
    other.replace(path)


def stroke(desk: Desk) -> np.ndarray:
    desk.canvas.set_brush_size(6)
    desk.click(6, 6)
    return desk.canvas.pixels.copy()


def test_that_a_mask_without_strokes_follows_its_file(desk: Desk):
    desk.open("train/001")
    for value in (1, 2, 1):  # each time another file, which has to be watched anew
        written_elsewhere(desk, blob(64, value))
        with desk.qtbot.waitSignal(desk.page.sample_shown):
            pass
        assert np.array_equal(desk.canvas.pixels, blob(64, value))
    assert "changed outside the editor" in desk.messages[-1]
    assert desk.notice == ""


def test_that_a_file_that_was_only_touched_changes_nothing(desk: Desk):
    desk.open("train/001")
    painted = stroke(desk)
    path_of(desk).touch()
    desk.save()
    assert np.array_equal(desk.file("train/001"), painted)
    assert desk.problems == []


@pytest.fixture
def asked(desk: Desk) -> Desk:
    """A mask with a stroke whose file another program has written."""
    desk.open("train/001")
    stroke(desk)
    written_elsewhere(desk, blob(64, 1))
    desk.qtbot.waitUntil(lambda: "Another program changed" in desk.notice)
    return desk


def test_that_my_strokes_can_be_kept(asked: Desk):
    mine = asked.canvas.pixels.copy()
    asked.choose("Keep my strokes")
    assert asked.notice == ""
    assert np.array_equal(asked.file("train/001"), blob(64, 1))  # until it is saved
    asked.key(Qt.Key.Key_Z, CONTROL)
    assert "Unsaved" in asked.state  # undo leads to what the file held, and not to what it holds
    asked.key(Qt.Key.Key_Y, CONTROL)
    asked.save()
    assert np.array_equal(asked.file("train/001"), mine)
    assert asked.state != "● Unsaved changes"


def test_that_the_file_can_be_taken_and_undo_brings_the_strokes_back(asked: Desk):
    mine = asked.canvas.pixels.copy()
    asked.choose("Take the file")
    assert np.array_equal(asked.canvas.pixels, blob(64, 1))
    assert not asked.page.unsaved()
    assert asked.notice == ""
    asked.key(Qt.Key.Key_Z, CONTROL)
    assert np.array_equal(asked.canvas.pixels, mine)
    asked.save()
    assert np.array_equal(asked.file("train/001"), mine)


def test_that_the_difference_can_be_shown_and_hidden(asked: Desk):
    place = asked.canvas.pixel_center(32, 32)
    before = asked.canvas.grab().toImage().pixelColor(place)
    asked.choose("Show the difference")
    assert asked.messages[-1].endswith("pixels differ.")
    assert asked.canvas.grab().toImage().pixelColor(place) != before
    asked.choose("Show the difference")
    assert asked.canvas.grab().toImage().pixelColor(place) == before


def test_that_nothing_is_overwritten_before_there_is_an_answer(asked: Desk):
    asked.key(Qt.Key.Key_S, CONTROL)
    asked.qtbot.waitUntil(lambda: not asked.jobs.running)
    assert np.array_equal(asked.file("train/001"), blob(64, 1))
    assert "Another program changed" in asked.notice
    asked.page.ask = lambda _parent, _names: Answer.SAVE
    assert not asked.page.may_close()
    assert "001.png" in asked.problems[-1]
    assert np.array_equal(asked.file("train/001"), blob(64, 1))
    asked.show("train/002")
    assert asked.notice == ""
    asked.show("train/001")
    assert "Another program changed" in asked.notice


def test_that_a_file_of_the_same_time_and_size_is_not_overwritten_either(desk: Desk):
    desk.open("train/001")
    stroke(desk)
    path, status = path_of(desk), path_of(desk).stat()
    desk.page.showing.conflicts._watch.watch(None)
    other = blob(64, 2)
    other[0, 0] = 1
    cv2.imwrite(str(path), other)
    foreign = path.read_bytes()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    shown = desk.page.showing.shown()
    assert shown is not None
    shown[1].signature = (path.stat().st_mtime_ns, path.stat().st_size)
    desk.key(Qt.Key.Key_S, CONTROL)
    desk.qtbot.waitUntil(lambda: "Another program changed" in desk.notice)
    assert path.read_bytes() == foreign


def test_that_a_deleted_file_is_asked_about_and_can_be_written_again(desk: Desk):
    desk.open("train/001")
    painted = stroke(desk)
    path_of(desk).unlink()
    desk.qtbot.waitUntil(lambda: "deleted this mask's file" in desk.notice)
    assert desk.choices == ["Keep my strokes", "Drop my strokes"]
    desk.choose("Keep my strokes")
    desk.save()
    assert np.array_equal(desk.file("train/001"), painted)


def test_that_a_file_of_another_size_can_be_taken(desk: Desk):
    desk.open("train/001")
    stroke(desk)
    written_elsewhere(desk, blob(32))
    desk.qtbot.waitUntil(lambda: "Another program changed" in desk.notice)
    assert desk.choices == ["Keep my strokes", "Take the file"]
    desk.choose("Take the file")
    assert "32 × 32 instead of 64 × 64" in desk.notice
    assert not desk.page.unsaved()


def test_that_a_file_changed_between_two_starts_is_asked_about(qtbot: QtBot, tmp_path: Path):
    first = Desk(qtbot, make_dataset(tmp_path))
    first.open("train/001")
    mine = stroke(first)
    assert first.leave(Answer.KEEP)
    written_elsewhere(first, blob(64, 1))
    desk = Desk(qtbot, tmp_path)
    desk.open("train/001")
    assert np.array_equal(desk.canvas.pixels, mine)
    assert "Another program changed" in desk.notice
    desk.choose("Keep my strokes")
    assert desk.leave(Answer.KEEP)
    again = Desk(qtbot, tmp_path)  # what was answered is known at the next start
    again.open("train/001")
    assert "Another program changed" not in again.notice
    again.save()
    assert np.array_equal(again.file("train/001"), mine)
    again.close()


def test_that_strokes_that_the_file_holds_already_are_no_conflict(qtbot: QtBot, tmp_path: Path):
    first = Desk(qtbot, make_dataset(tmp_path))
    first.open("train/001")
    mine = stroke(first)
    assert first.leave(Answer.KEEP)
    written_elsewhere(first, mine)
    desk = Desk(qtbot, tmp_path)
    desk.open("train/001")
    assert desk.state == ""
    desk.key(Qt.Key.Key_Z, CONTROL)
    assert "Unsaved" in desk.state
    desk.close()


def test_that_a_save_in_the_background_of_another_sample_is_told(desk: Desk):
    desk.open("train/001")
    stroke(desk)
    desk.show("train/002")
    written_elsewhere(desk, blob(64, 1))
    dataset, workspace = desk.session.dataset, desk.session.workspace
    assert dataset is not None
    assert workspace is not None
    with desk.qtbot.waitSignal(desk.session.problem) as told:
        desk.page.saver.save_later(dataset, workspace, desk.page.unsaved()[0])
    assert "train/001 was not saved" in told.args[0]
    assert np.array_equal(desk.file("train/001"), blob(64, 1))


def test_that_a_saved_mask_whose_file_is_deleted_is_not_let_go_of(desk: Desk):
    desk.open("train/001")
    saved = desk.canvas.pixels.copy()
    path_of(desk).unlink()
    desk.qtbot.waitUntil(lambda: "deleted this mask's file" in desk.notice)
    assert np.array_equal(desk.canvas.pixels, saved)
    desk.show("train/002")
    desk.show("train/001")  # nothing was answered
    assert "as it was saved" in desk.notice
    desk.choose("Keep the mask")
    assert "Unsaved" in desk.state
    desk.save()
    assert np.array_equal(desk.file("train/001"), saved)


def test_that_a_mask_whose_file_is_deleted_can_be_begun_anew(desk: Desk):
    desk.open("train/001")
    path_of(desk).unlink()
    desk.choose("Start from an empty mask")
    assert not desk.canvas.pixels.any()
    assert desk.state == "No mask yet"


def test_that_saving_before_there_is_an_answer_says_what_it_waits_for(asked: Desk):
    asked.key(Qt.Key.Key_S, CONTROL)
    asked.qtbot.waitUntil(lambda: any("choose above" in said for said in asked.messages))
    assert np.array_equal(asked.file("train/001"), blob(64, 1))
    assert "Another program changed" in asked.notice
