"""The Annotate page, worked with mouse and keys over small datasets on disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from app.pages.annotate.keeping.questions import Answer
from app.pages.annotate.showing.open_masks import MaskKey, OpenMask, OpenMasks
from app.pages.annotate_page import AnnotatePage
from app.settings import Settings
from core.images import read_mask
from core.masks.document import MaskDocument
from core.masks.shapes.regions import dab
from tests.app.annotate.desk import Desk
from tests.making import blob, make_dataset, photo_of, write_sample
from widgets.canvas import MAX_BRUSH

LEFT = Qt.MouseButton.LeftButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Samples 000 to 003, of which 001 has a speck."""
    make_dataset(tmp_path)
    write_sample(tmp_path, "train", "001", {"labels": speckled()}, photo=photo_of(blob(), 3))
    return tmp_path


def speckled() -> np.ndarray:
    mask = blob()
    mask[1, 1] = 1
    return mask


@pytest.fixture
def desk(qtbot: QtBot, root: Path) -> Iterator[Desk]:
    made = Desk(qtbot, root)
    yield made
    made.close()


def test_that_the_page_says_what_to_do_when_nothing_is_open(desk: Desk):
    with desk.qtbot.waitSignal(desk.session.open_folder_requested):
        button = next(
            button
            for button in desk.page.nothing_open.findChildren(QPushButton)
            if "folder" in button.text()
        )
        desk.qtbot.mouseClick(button, LEFT)


def test_that_a_flagged_speck_is_deleted_by_a_click_saved_and_the_flag_goes(desk: Desk):
    desk.open("train/001")
    assert [flag.check for flag in desk.session.flags["train/001"]] == ["noise"]
    assert desk.page.canvas.boxes == [(1, 1, 1, 1)]
    desk.key(Qt.Key.Key_K)
    desk.key(Qt.Key.Key_0)
    desk.click(1, 1)
    assert "Unsaved" in desk.state
    assert desk.file("train/001")[1, 1] == 1
    desk.save()
    assert desk.state == "No flags left: saved"
    assert np.array_equal(desk.file("train/001"), blob())
    assert "train/001" not in desk.session.flags
    assert desk.page.canvas.boxes == []
    assert desk.session.workspace is not None
    kept = desk.session.workspace.originals_dir / "labels" / "train" / "001.png"
    assert np.array_equal(read_mask(kept), speckled())


def test_that_flags_that_are_left_after_a_save_are_told(desk: Desk):
    desk.open("train/001")
    desk.page.canvas.set_brush_size(4)
    desk.click(32, 32)
    desk.key(Qt.Key.Key_2)
    desk.click(40, 32)
    desk.save()
    assert desk.state.startswith("Saved · ")
    assert "left" in desk.state


def test_that_unsaved_changes_and_their_history_are_kept_when_switching(desk: Desk):
    desk.open("train/001")
    desk.key(Qt.Key.Key_E)
    desk.click(1, 1)
    desk.key(Qt.Key.Key_D)
    desk.wait_for("train/002")
    assert desk.page.view.filmstrip.unsaved == {"train/001"}
    assert desk.state == ""
    desk.key(Qt.Key.Key_A)
    desk.wait_for("train/001")
    assert "Unsaved" in desk.state
    assert desk.page.canvas.pixels[1, 1] == 0
    desk.key(Qt.Key.Key_Z, CONTROL)
    assert desk.page.canvas.pixels[1, 1] == 1
    assert desk.state == ""
    assert desk.page.view.filmstrip.unsaved == set()


def test_that_keys_walk_through_the_samples_and_the_flagged_ones(desk: Desk):
    desk.open("train/000")
    position = desk.page.view.sample_bar._position
    assert position.text() == "1 / 4"
    desk.key(Qt.Key.Key_N)
    desk.wait_for("train/001")
    desk.key(Qt.Key.Key_Right)
    desk.wait_for("train/002")
    desk.key(Qt.Key.Key_Right)
    desk.wait_for("val/003")
    assert position.text() == "4 / 4"
    desk.key(Qt.Key.Key_D)
    assert desk.messages[-1] == "There is no sample after this one."
    desk.key(Qt.Key.Key_N, SHIFT)
    desk.wait_for("train/001")
    desk.key(Qt.Key.Key_Left)
    desk.wait_for("train/000")


def test_that_a_click_in_the_filmstrip_shows_the_sample(desk: Desk):
    desk.open("train/000")
    strip = desk.page.view.filmstrip
    place = strip.visualRect(strip.model().index(2, 0)).center()
    desk.qtbot.mouseClick(strip.viewport(), LEFT, NONE, place)
    desk.wait_for("train/002")


def test_that_a_chosen_flag_is_brought_near(desk: Desk):
    desk.open("train/001")
    row = desk.page.view.side.flags.rows[0]
    desk.qtbot.mouseClick(row, LEFT)
    canvas = desk.page.canvas
    assert canvas.transform.scale is not None
    assert canvas.rect().contains(canvas.pixel_center(1, 1))


def test_that_digits_choose_a_class_wherever_the_focus_is(desk: Desk):
    desk.open("train/000")
    desk.page.view.tools.button("brush").setFocus()
    desk.qtbot.keyClick(desk.page.view.tools.button("brush"), Qt.Key.Key_2)
    assert desk.page.canvas.current_class == 2
    row = desk.page.view.side.palette_list.row(1)
    assert row is not None
    desk.qtbot.mouseClick(row, LEFT)
    assert desk.page.canvas.current_class == 1


def test_that_the_palette_counts_what_is_painted(desk: Desk):
    desk.open("train/000")
    palette = desk.page.view.side.palette_list
    dog = palette.row(2)
    assert dog is not None
    assert dog.share == "–"
    desk.key(Qt.Key.Key_2)
    desk.page.canvas.set_brush_size(8)
    desk.click(8, 8)
    painted = dab((64, 64), (8.5, 8.5), 8).area
    assert dog.share == f"{100 * painted / 64**2:.2f} %"


def test_that_a_sample_without_a_mask_starts_from_an_empty_one(desk: Desk):
    (desk.root / "labels" / "train" / "000.png").unlink()
    desk.open("train/000")
    assert "no mask in labels" in desk.notice
    assert not desk.page.unsaved()
    desk.page.canvas.set_brush_size(20)
    desk.click(32, 32)
    desk.save()
    painted = dab((64, 64), (32.5, 32.5), 20)
    expected = np.zeros((64, 64), np.uint8)
    expected[painted.rect.slices][painted.stencil] = 1
    assert np.array_equal(desk.file("train/000"), expected)
    assert desk.notice == ""
    assert all(flag.check != "pairs" for flag in desk.session.flags.get("train/000", []))


def test_that_a_mask_of_another_size_is_shown_and_resized_on_request(desk: Desk):
    write_sample(desk.root, "train", "000", {"labels": blob(32)}, photo=photo_of(blob(), 7))
    desk.open("train/000")
    assert "32 × 32 instead of 64 × 64" in desk.notice
    assert desk.page.canvas.document is None
    desk.click(5, 5)
    desk.press("NoticeChoice0")
    assert np.array_equal(desk.page.canvas.pixels, blob(32).repeat(2, axis=0).repeat(2, axis=1))
    assert "Unsaved" in desk.state
    desk.save()
    assert desk.file("train/000").shape == (64, 64)
    assert "train/000" not in desk.session.flags


def test_that_a_damaged_mask_can_be_drawn_anew(desk: Desk):
    (desk.root / "labels" / "train" / "000.png").write_bytes(b"no picture")
    desk.open("train/000")
    assert "000.png" in desk.notice
    desk.press("NoticeChoice0")
    assert not desk.page.canvas.pixels.any()
    desk.page.canvas.set_brush_size(20)
    desk.click(32, 32)
    desk.save()
    assert desk.file("train/000").any()


def test_that_a_photo_that_cannot_be_read_is_named(desk: Desk):
    (desk.root / "img" / "train" / "000.png").write_bytes(b"no picture")
    desk.open("train/000")
    assert "000.png" in desk.page.canvas.message
    assert "cannot be read" in desk.page.canvas.message
    desk.click(5, 5)
    desk.key(Qt.Key.Key_S, CONTROL)
    assert desk.messages[-1] == "There is no mask to save."
    desk.key(Qt.Key.Key_D)
    desk.wait_for("train/001")
    assert desk.page.canvas.message == ""


def test_that_an_illegal_value_is_listed_until_it_is_painted_over(desk: Desk):
    wrong = blob()
    wrong[30:34, 30:34] = 9
    write_sample(desk.root, "train", "000", {"labels": wrong}, photo=photo_of(blob(), 7))
    desk.open("train/000")
    palette = desk.page.view.side.palette_list
    assert palette.row(9) is not None
    desk.key(Qt.Key.Key_K)
    desk.click(31, 31)
    assert palette.row(9) is None
    desk.save()
    assert desk.state == "No flags left: saved"


def test_that_closing_asks_about_unsaved_masks(desk: Desk):
    desk.open("train/001")
    assert desk.page.may_close()
    desk.key(Qt.Key.Key_E)
    desk.click(1, 1)
    asked: list[list[str]] = []

    def answering(answer: Answer):
        def ask(_parent, names):
            asked.append(list(names))
            return answer

        return ask

    desk.page.ask = answering(Answer.CANCEL)
    assert not desk.page.may_close()
    assert asked == [["train/001"]]
    assert desk.page.unsaved()
    desk.page.ask = answering(Answer.SAVE)
    assert desk.page.may_close()
    assert np.array_equal(desk.file("train/001"), blob())
    desk.page.canvas.set_brush_size(5)
    desk.click(1, 1)
    desk.click(32, 32)
    desk.page.ask = answering(Answer.DISCARD)
    assert desk.page.may_close()
    assert not desk.page.unsaved()
    assert np.array_equal(desk.file("train/001"), blob())


def test_that_a_mask_that_cannot_be_written_stays_unsaved_and_says_why(desk: Desk):
    desk.open("train/001")
    assert desk.session.workspace is not None
    desk.session.workspace.originals_dir.parent.mkdir(parents=True, exist_ok=True)
    desk.session.workspace.originals_dir.write_text("in the way")
    desk.key(Qt.Key.Key_E)
    desk.click(1, 1)
    with desk.qtbot.waitSignal(desk.session.problem) as told:
        desk.key(Qt.Key.Key_S, CONTROL)
    assert "could not be written" in told.args[0]
    assert "Unsaved" in desk.state
    assert np.array_equal(desk.file("train/001"), speckled())
    desk.page.ask = lambda _parent, _names: Answer.SAVE
    assert not desk.page.may_close()
    desk.session.workspace.originals_dir.unlink()
    assert desk.page.may_close()
    assert np.array_equal(desk.file("train/001"), blob())


def test_that_saving_without_a_change_leaves_the_file_as_it_was(desk: Desk):
    desk.open("train/000")
    path = desk.root / "labels" / "train" / "000.png"
    before = path.read_bytes(), path.stat().st_mtime_ns
    desk.key(Qt.Key.Key_S, CONTROL)
    assert desk.messages[-1].startswith("Nothing to save")
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_that_an_edit_is_saved_even_when_another_save_is_under_way(desk: Desk):
    desk.open("train/001")
    desk.key(Qt.Key.Key_E)
    desk.page.canvas.set_brush_size(2)
    desk.click(1, 1)
    desk.key(Qt.Key.Key_S, CONTROL)
    desk.click(32, 32)
    desk.key(Qt.Key.Key_S, CONTROL)
    desk.qtbot.waitUntil(lambda: not desk.page.unsaved())
    assert np.array_equal(desk.file("train/001"), desk.page.canvas.pixels)
    desk.qtbot.waitUntil(lambda: not desk.jobs.running)


def test_that_revert_brings_the_saved_and_the_first_version_back(desk: Desk):
    desk.open("train/001")
    desk.key(Qt.Key.Key_E)
    desk.click(1, 1)
    desk.save()
    desk.click(32, 32)
    desk.page.versions.revert()
    desk.qtbot.waitUntil(lambda: not desk.page.unsaved())
    assert np.array_equal(desk.page.canvas.pixels, blob())
    desk.page.versions.revert_to_original()
    assert np.array_equal(desk.page.canvas.pixels, speckled())
    assert "Unsaved" in desk.state
    desk.key(Qt.Key.Key_Z, CONTROL)
    assert not desk.page.unsaved()


def test_that_the_first_version_is_shown_while_a_key_is_held(desk: Desk):
    desk.open("train/001")
    desk.key(Qt.Key.Key_E)
    desk.page.canvas.set_brush_size(60)
    desk.click(32, 32)

    def color():
        canvas = desk.page.canvas
        return canvas.grab().toImage().pixelColor(canvas.pixel_center(32, 40))

    erased = color()
    desk.qtbot.keyPress(desk.page.canvas, Qt.Key.Key_O)
    desk.qtbot.waitUntil(lambda: color() != erased)  # it is read from the file
    desk.qtbot.keyRelease(desk.page.canvas, Qt.Key.Key_O)
    assert color() == erased


def test_that_each_label_set_has_its_own_open_masks(qtbot: QtBot, root: Path):
    for number in range(4):
        split = "val" if number == 3 else "train"
        write_sample(
            root, split, f"{number:03d}", {"labels_fixed": blob()}, photo=photo_of(blob(), number)
        )
    desk = Desk(qtbot, root)
    desk.open("train/001", "labels")
    desk.key(Qt.Key.Key_E)
    desk.click(1, 1)
    with qtbot.waitSignal(desk.page.sample_shown):
        desk.session.set_label_set("labels_fixed")
    assert desk.state == ""
    assert desk.page.view.filmstrip.unsaved == set()
    assert desk.page.unsaved() == [MaskKey("labels", "train/001")]
    with qtbot.waitSignal(desk.page.sample_shown):
        desk.session.set_label_set("labels")
    assert "Unsaved" in desk.state
    desk.close()


def test_that_a_mask_changed_by_another_program_is_read_again(desk: Desk):
    desk.open("train/001")
    desk.show("train/002")
    path = desk.root / "labels" / "train" / "001.png"
    cv2.imwrite(str(path), blob(64, 2))
    desk.show("train/001")
    assert np.array_equal(desk.page.canvas.pixels, blob(64, 2))


def test_that_the_page_catches_up_when_it_comes_to_the_front(desk: Desk):
    desk.open("train/000")
    desk.page.hide()
    desk.session.set_current("train/002")
    with desk.qtbot.waitSignal(desk.page.sample_shown):
        desk.page.show()
    assert desk.page.canvas.document is not None
    document = desk.page.canvas.document
    desk.page.hide()
    desk.page.show()
    assert desk.page.canvas.document is document


def test_that_tools_and_their_options_follow_the_choice(desk: Desk):
    desk.open("train/000")
    desk.press("Tool_piece")
    assert desk.page.canvas.tool.id == "piece"
    assert desk.page.view.options._title.text() == "Piece"
    desk.key(Qt.Key.Key_B)
    assert desk.page.view.tools.button("brush").isChecked()
    desk.page.view.options._slider.setValue(100)
    assert desk.page.canvas.brush_size == MAX_BRUSH
    desk.key(Qt.Key.Key_BracketLeft)
    assert desk.page.view.options._spin.value() == desk.page.canvas.brush_size < MAX_BRUSH


def test_that_every_control_has_a_tooltip_and_a_name(desk: Desk):
    desk.open("train/001")
    for tool in ("brush", "polygon", "piece"):
        desk.page.canvas.set_tool(tool)
        for kind in (QToolButton, QPushButton):
            for button in desk.page.view.findChildren(kind):
                if button.isVisible() and button.objectName() != "qt_toolbar_ext_button":
                    assert button.toolTip(), button.objectName()
                    assert button.text() or button.accessibleName(), button.objectName()


def test_that_sizes_and_opacity_survive_a_restart(desk: Desk, qtbot: QtBot):
    desk.open("train/000")
    desk.page.view.set_opacity(0.8)
    settings = Settings()
    desk.page.remember(settings)
    other = AnnotatePage(desk.session, desk.jobs)
    qtbot.addWidget(other)
    other.restore(settings)
    assert other.view.opacity == pytest.approx(0.8)
    other.shut_down()


def test_that_clean_masks_make_room_and_unsaved_ones_stay():
    masks = OpenMasks(clean_bytes=2 * 64 * 64)
    for number in range(6):
        document = MaskDocument(blob(), saved=number != 0)
        masks.put(MaskKey("labels", str(number)), OpenMask(document, (number, 0)))
    assert [key.sample_id for key in masks] == ["0", "3", "4", "5"]
    assert masks.unsaved() == [MaskKey("labels", "0")]
    assert masks.get(MaskKey("labels", "4"), (4, 0)) is not None
    assert masks.get(MaskKey("labels", "4"), (99, 0)) is None


def test_that_groups_stay_folded_from_one_start_to_the_next(desk: Desk):
    desk.open("train/000")
    settings = Settings()
    desk.page.restore(settings)
    assert desk.page.view.side.folded == {"Image"}
    desk.page.view.side.set_folded(["Classes"])
    desk.page.remember(settings)
    desk.page.view.side.set_folded([])
    desk.page.restore(settings)
    assert desk.page.view.side.folded == {"Classes"}
