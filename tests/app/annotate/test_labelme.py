"""LabelMe beside the editor. LabelMe itself is a stand-in here, which saves what a test draws."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMainWindow, QPushButton

from app.jobs import Jobs
from app.pages.annotate.desk import Desk
from app.pages.annotate.labelme.companion import LabelMe
from app.pages.annotate_page import AnnotatePage
from app.session import Session
from core.errors import PetsegError
from core.images import read_mask
from core.interop.labelme.writing import label_json, mask_shapes
from core.interop.labels import LabelNames
from tests.making import blob, make_dataset

LEFT = Qt.MouseButton.LeftButton


class FakeLabelMe:
    """Stands for LabelMe's process."""

    def __init__(self) -> None:
        self.started: list[tuple[Path, Path, list[str]]] = []
        self.code: int | None = None
        self.pid = 0

    def __call__(self, target, folder, labels):
        self.started.append((target, folder, labels))
        return self

    def poll(self):
        return self.code


class Bench:
    """The page with LabelMe at it, over a small dataset."""

    def __init__(self, qtbot, root: Path) -> None:
        self.qtbot, self.root = qtbot, root
        self.jobs = Jobs()
        self.session = Session(self.jobs)
        self.page = AnnotatePage(self.session, self.jobs)
        at_the_page = [each for each in self.page.companions if isinstance(each, LabelMe)]
        self.labelme = at_the_page[0] if at_the_page else self._add()
        self.process = FakeLabelMe()
        self.labelme.lending.start = self.process
        self.window = QMainWindow()
        self.window.setCentralWidget(self.page)
        self.window.resize(1200, 760)
        qtbot.addWidget(self.window)
        self.messages: list[str] = []
        self.session.message.connect(self.messages.append)
        self.problems: list[str] = []
        self.session.problem.connect(self.problems.append)
        self.window.show()
        self.session.open(root)
        self.show("train/000")
        qtbot.waitUntil(lambda: not self.jobs.running)

    def _add(self) -> LabelMe:
        page = self.page
        added = LabelMe(Desk(self.session, self.jobs, page.view, page.showing.shown, page.save))
        page.companions.append(added)
        return added

    def show(self, sample_id: str) -> None:
        self.session.set_current(sample_id)
        self.qtbot.waitUntil(
            lambda: (shown := self.page.showing.shown()) is not None and shown[0][1] == sample_id
        )

    def open(self, *, selection: bool = False) -> None:
        count = len(self.process.started)
        (self.labelme.lending.open_selection if selection else self.labelme.lending.open_shown)()
        self.qtbot.waitUntil(lambda: len(self.process.started) > count and not self.jobs.running)

    def lent(self, sample_id: str) -> Path:
        (found,) = [
            each.path for each in self.labelme.watch.exchanges if each.sample.id == sample_id
        ]
        return found

    def save_in_labelme(self, sample_id: str, mask, **more) -> None:
        """As LabelMe does: into the file itself, in several goes."""
        names = LabelNames(self.session.dataset.classes, 255)
        data = json.loads(label_json(mask_shapes(mask, names), "a.png", mask.shape)) | more
        text = json.dumps(data)
        with self.lent(sample_id).open("w") as stream:
            stream.write(text[:40])
            stream.flush()
            os.fsync(stream.fileno())
            stream.write(text[40:])

    def wait_for_notice(self, text: str) -> None:
        self.qtbot.waitUntil(lambda: text in self.labelme.bar.text)

    def review(self):
        self.labelme.review()
        dialog = self.labelme.dialog
        self.qtbot.waitUntil(lambda: dialog.sides.shown is not None)
        return dialog

    def mask_file(self, sample_id: str):
        return read_mask(self.root / "labels" / f"{sample_id}.png")

    @property
    def pixels(self):
        return self.page.canvas.document.mask


@pytest.fixture
def bench(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr("app.pages.annotate.labelme.lending.require_installed", lambda: None)
    made = Bench(qtbot, make_dataset(tmp_path / "pets"))
    yield made
    made.page.shut_down()
    made.session.close()
    made.jobs.shut_down()


def redrawn(value: int = 2):
    mask = blob(64, 1)
    mask[20:30, 20:30] = value
    return mask


def test_that_the_shown_mask_goes_out_with_its_photo_and_unsaved_strokes(bench):
    bench.page.canvas.set_current_class(2)
    canvas = bench.page.canvas
    bench.qtbot.mouseClick(canvas, LEFT, pos=QPoint(canvas.pixel_center(32, 32)))
    assert bench.pixels[32, 32] == 2
    bench.open()
    ((target, folder, labels),) = bench.process.started
    assert target == bench.lent("train/000")
    assert target.is_relative_to(bench.session.workspace.path / "labelme" / "labels")
    assert target.is_relative_to(folder)
    assert labels[-1] == "__ignore__"
    assert labels[:-1] == [info.name for info in bench.session.dataset.classes[1:]]
    content = json.loads(target.read_text())
    assert (target.parent / content["imagePath"]).read_bytes() == (
        bench.root / "img" / "train" / "000.png"
    ).read_bytes()
    assert {each["shape_type"] for each in content["shapes"]} == {"mask"}
    assert len({each["label"] for each in content["shapes"]}) == 2


def test_that_what_labelme_saves_is_shown_first_and_taken_as_one_undo_step(bench):
    before = bench.pixels.copy()
    bench.open()
    bench.save_in_labelme("train/000", redrawn())
    bench.wait_for_notice("LabelMe saved train/000: 100 pixels differ")
    assert np.array_equal(bench.pixels, before)
    dialog = bench.review()
    assert "100 px" in dialog._amount.text()
    assert not dialog.warning
    assert not dialog.problems.lines
    bench.qtbot.mouseClick(dialog.take_button, LEFT)
    assert np.array_equal(bench.pixels, redrawn())
    assert bench.labelme.dialog is None
    assert bench.labelme.bar.text == ""
    bench.page.canvas.undo()
    assert np.array_equal(bench.pixels, before)
    assert np.array_equal(bench.mask_file("train/000"), before)


def test_that_an_edit_made_here_meanwhile_is_said(bench):
    bench.open()
    canvas = bench.page.canvas
    bench.page.canvas.set_current_class(2)
    bench.qtbot.mouseClick(canvas, LEFT, pos=QPoint(canvas.pixel_center(5, 5)))
    bench.save_in_labelme("train/000", redrawn())
    bench.wait_for_notice("differ")
    assert "edited here after it went to LabelMe" in bench.review().warning


def test_that_saving_without_a_change_says_so_and_asks_nothing(bench):
    bench.open()
    bench.save_in_labelme("train/000", bench.pixels)
    bench.qtbot.waitUntil(lambda: any("nothing differs" in text for text in bench.messages))
    assert bench.labelme.bar.text == ""


def test_that_shapes_that_cannot_be_drawn_are_listed_in_the_preview(bench):
    bench.open()
    bad = {"label": "fish", "shape_type": "polygon", "points": [[1, 1], [9, 1], [5, 9]]}
    bench.save_in_labelme("train/000", redrawn(), shapes=[bad])
    bench.wait_for_notice("1 shape cannot be drawn")
    (line,) = bench.review().problems.lines
    assert line.startswith("Shape 1 (fish): No class of the dataset has this label.")


def test_that_a_broken_file_is_said_and_nothing_is_taken(bench):
    bench.open()
    bench.lent("train/000").write_text("{ no json")
    bench.qtbot.waitUntil(lambda: bool(bench.problems))
    assert "cannot be taken over" in bench.problems[0]
    assert "no JSON" in bench.problems[0]
    assert bench.labelme.bar.text == ""


def test_that_masks_of_other_samples_are_written_with_their_first_version_kept(bench):
    bench.open(selection=True)
    (target, folder, _) = bench.process.started[-1]
    assert target == folder
    other = bench.session.dataset.sample("train/001").masks["labels"].read_bytes()
    for sample_id in ("train/001", "val/003"):
        bench.save_in_labelme(sample_id, redrawn())
    bench.wait_for_notice("2 masks")
    dialog = bench.review()
    assert [dialog.list.item(row).text() for row in range(2)] == ["train/001", "val/003"]
    with bench.qtbot.waitSignal(bench.session.files_changed):
        bench.qtbot.mouseClick(dialog.all_button, LEFT)
    assert np.array_equal(bench.mask_file("train/001"), redrawn())
    assert np.array_equal(bench.mask_file("val/003"), redrawn())
    kept = bench.session.workspace.originals_dir / "labels" / "train" / "001.png"
    assert kept.read_bytes() == other
    assert bench.labelme.bar.text == ""
    assert bench.labelme.dialog is None
    bench.qtbot.waitUntil(lambda: not bench.jobs.running)


def test_that_a_mask_that_changed_on_disk_after_the_preview_is_not_overwritten(bench):
    bench.open(selection=True)
    bench.save_in_labelme("train/001", redrawn())
    bench.wait_for_notice("train/001")
    path = bench.root / "labels" / "train" / "001.png"
    path.write_bytes((bench.root / "labels" / "train" / "000.png").read_bytes())
    bench.labelme.take(["train/001"])
    bench.qtbot.waitUntil(lambda: bool(bench.problems))
    assert np.array_equal(read_mask(path), blob(64, 1))


def test_that_leaving_a_mask_as_it_is_changes_nothing(bench):
    before = bench.pixels.copy()
    bench.open()
    bench.save_in_labelme("train/000", redrawn())
    bench.wait_for_notice("differ")
    bench.qtbot.mouseClick(bench.labelme.bar.findChild(QPushButton, "NoticeChoice1"), LEFT)
    assert bench.labelme.bar.text == ""
    assert np.array_equal(bench.pixels, before)


def test_that_a_sample_is_not_opened_twice(bench):
    bench.open()
    bench.labelme.lending.open_shown()
    assert "open in LabelMe already" in bench.messages[-1]
    assert len(bench.process.started) == 1


def test_that_many_samples_are_asked_about(bench, monkeypatch):
    monkeypatch.setattr("app.pages.annotate.labelme.lending.MANY", 2)
    asked = []
    bench.labelme.lending.ask_about_many = lambda _parent, count: asked.append(count)
    bench.labelme.lending.open_selection()
    assert asked == [4]
    assert not bench.process.started


def test_that_the_folder_is_cleared_up_when_labelme_ends_with_nothing_left(bench):
    bench.open()
    folder = bench.process.started[0][1]
    bench.process.code = 0
    bench.qtbot.waitUntil(lambda: not folder.exists())
    assert "LabelMe was closed" in bench.messages[-1]
    assert not bench.problems


def test_that_what_was_saved_last_is_offered_after_labelme_has_ended(bench):
    bench.open()
    folder = bench.process.started[0][1]
    bench.save_in_labelme("train/000", redrawn())
    bench.process.code = 0
    bench.wait_for_notice("differ")
    bench.qtbot.waitUntil(lambda: not bench.labelme.watch._running)
    assert folder.exists()
    bench.labelme.take(["train/000"])
    assert np.array_equal(bench.pixels, redrawn())
    assert not folder.exists()


def test_that_a_labelme_that_fails_to_start_says_why(bench):
    bench.open()
    folder = bench.process.started[0][1]
    (folder / "labelme.log").write_text("Traceback\nImportError: libGL.so.1 is missing\n")
    bench.process.code = 1
    bench.qtbot.waitUntil(lambda: bool(bench.problems))
    assert "libGL.so.1 is missing" in bench.problems[0]


def test_that_what_labelme_saved_while_the_window_was_closed_is_offered_at_the_next_start(
    bench, qtbot
):
    bench.open(selection=True)
    bench.save_in_labelme("train/001", redrawn())
    bench.wait_for_notice("train/001")
    bench.labelme.take(["train/001"])
    qtbot.waitUntil(lambda: not bench.jobs.running)
    path = bench.lent("train/000")
    bench.page.shut_down()
    bench.session.close()
    bench.jobs.shut_down()
    later = json.loads(path.read_text())
    later["shapes"] = []
    path.write_text(json.dumps(later))
    again = Bench(qtbot, bench.root)
    again.wait_for_notice("LabelMe saved train/000")
    again.labelme.take(["train/000"])
    assert not again.pixels.any()
    qtbot.waitUntil(lambda: not path.exists())
    again.page.shut_down()
    again.session.close()
    again.jobs.shut_down()


def test_that_without_labelme_one_sentence_says_what_to_install(bench, monkeypatch):
    def absent():
        raise PetsegError("LabelMe is not installed", remedy="Install it.")

    monkeypatch.setattr("app.pages.annotate.labelme.lending.require_installed", absent)
    bench.labelme.lending.open_shown()
    assert bench.problems == ["LabelMe is not installed. Install it."]


def test_that_masks_are_exported_and_imported_from_the_page(bench, tmp_path):
    out = tmp_path / "out"
    files = bench.labelme.files
    files.ask_for_folder = lambda _parent, _title: str(out)
    files.show_export()
    files.dialog.scope_box.setCurrentIndex(1)
    bench.qtbot.mouseClick(files.dialog.export_button, LEFT)
    bench.qtbot.waitUntil(lambda: any("4 masks exported" in text for text in bench.messages))
    assert len(list(out.rglob("*.json"))) == 4
    (out / "train" / "stranger.json").write_bytes((out / "train" / "000.json").read_bytes())
    files.show_import()
    dialog = files.dialog
    bench.qtbot.mouseClick(dialog.folder_button, LEFT)
    assert dialog.source.text() == str(out)
    bench.qtbot.mouseClick(dialog.import_button, LEFT)
    bench.wait_for_notice("4 masks written to labels_labelme")
    (line,) = files.dialog.problems.lines  # it names the photo of another file
    assert "stranger.json" in line
    assert "Another file was taken for train/000 already" in line
    for sample_id in ("train/000", "val/003"):
        there = bench.root / "labels_labelme" / f"{sample_id}.png"
        assert np.array_equal(read_mask(there), bench.mask_file(sample_id))


def test_that_polygons_are_exported_only_once_their_loss_is_shown(bench):
    files = bench.labelme.files
    files.show_export()
    dialog = files.dialog
    dialog.kind_box.setCurrentIndex(1)
    assert not dialog.export_button.isEnabled()
    bench.qtbot.waitUntil(lambda: dialog.export_button.isEnabled())
    assert dialog.state == "These masks lose nothing as polygons."
    dialog.close()
