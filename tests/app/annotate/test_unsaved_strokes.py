"""Unsaved strokes between two starts of the program, worked with mouse and keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from app.gui import make_application
from app.main_window import MainWindow
from app.pages.annotate.keeping.mask_history import MaskHistory
from app.pages.annotate.keeping.questions import Answer, ask_about_unsaved
from app.pages.annotate.showing.open_masks import MaskKey
from app.pages.annotate_page import AnnotatePage
from app.settings import Settings
from core.errors import PetsegError
from tests.app.annotate.desk import CONTROL, LEFT, Desk
from tests.making import blob, make_dataset, photo_of, write_sample


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_dataset(tmp_path)


@pytest.fixture
def desk(qtbot: QtBot, root: Path) -> Iterator[Desk]:
    made = Desk(qtbot, root)
    yield made
    made.close()


def journals(root: Path) -> list[str]:
    folder = root / ".petseg" / "journal"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def paint(desk: Desk, *points: tuple[int, int]) -> None:
    desk.canvas.set_brush_size(4)
    for x, y in points:
        desk.click(x, y)


def left_unsaved(qtbot: QtBot, root: Path, *samples: str) -> dict[str, np.ndarray]:
    """Paint two strokes into each sample, undo one more, and keep all for the next start."""
    first = Desk(qtbot, root)
    first.open(samples[0])
    painted = {}
    for sample in samples:
        first.show(sample)
        paint(first, (5, 5), (50, 50), (20, 5))
        first.key(Qt.Key.Key_Z, CONTROL)
        painted[sample] = first.canvas.pixels.copy()
    assert first.leave(Answer.KEEP)
    assert first.asked == list(samples)
    return painted


def test_that_strokes_that_were_kept_are_back_at_the_next_start_with_undo_and_redo(
    qtbot: QtBot, root: Path
):
    before = [path.read_bytes() for path in sorted((root / "labels").rglob("*.png"))]
    painted = left_unsaved(qtbot, root, "train/001", "train/002")
    assert [path.read_bytes() for path in sorted((root / "labels").rglob("*.png"))] == before
    desk = Desk(qtbot, root)
    desk.open("train/002")
    assert np.array_equal(desk.canvas.pixels, painted["train/002"])
    qtbot.waitUntil(lambda: "2 masks" in desk.notice)
    assert "train/001" in desk.notice
    assert desk.page.view.filmstrip.unsaved == {"train/001", "train/002"}
    document = desk.canvas.document
    assert document is not None
    assert (document.undo_steps, document.redo_name) == (2, "Brush")
    desk.key(Qt.Key.Key_Z, CONTROL)
    desk.key(Qt.Key.Key_Z, CONTROL)
    assert np.array_equal(desk.canvas.pixels, desk.file("train/002"))
    assert desk.page.unsaved() == [MaskKey("labels", "train/001")]
    desk.choose("Show it")
    desk.wait_for("train/001")
    assert np.array_equal(desk.canvas.pixels, painted["train/001"])
    assert desk.notice == ""
    desk.save()
    assert np.array_equal(desk.file("train/001"), painted["train/001"])
    assert desk.leave(Answer.CANCEL)
    assert desk.asked == []
    assert journals(root) == []


def test_that_discarded_strokes_are_back_when_that_is_undone(qtbot: QtBot, root: Path):
    painted = left_unsaved(qtbot, root, "train/001")
    desk = Desk(qtbot, root)
    undo = []
    desk.session.undoable.connect(lambda _words, take_back: undo.append(take_back))
    desk.open("train/001")
    qtbot.waitUntil(lambda: "1 mask from the last time" in desk.notice)
    desk.choose("Discard them")
    desk.wait_for("train/001")
    assert not desk.page.unsaved()
    assert np.array_equal(desk.canvas.pixels, desk.file("train/001"))
    undo[0]()
    desk.wait_for("train/001")
    assert np.array_equal(desk.canvas.pixels, painted["train/001"])
    desk.choose("Go on")
    assert desk.notice == ""
    assert desk.leave(Answer.DISCARD)
    assert journals(root) == []


def test_that_discarded_strokes_do_not_take_the_place_of_newer_ones(qtbot: QtBot, root: Path):
    left_unsaved(qtbot, root, "train/001")
    desk = Desk(qtbot, root)
    undo = []
    desk.session.undoable.connect(lambda _words, take_back: undo.append(take_back))
    desk.open("train/001")
    qtbot.waitUntil(lambda: "from the last time" in desk.notice)
    desk.choose("Discard them")
    desk.wait_for("train/001")
    paint(desk, (40, 5))
    newer = desk.canvas.pixels.copy()
    undo[0]()
    assert "train/001 were not brought back" in desk.problems[-1]
    assert np.array_equal(desk.canvas.pixels, newer)
    assert desk.leave(Answer.DISCARD)


def test_that_masks_that_were_never_opened_again_are_saved_when_the_window_closes(
    qtbot: QtBot, root: Path
):
    painted = left_unsaved(qtbot, root, "train/001", "train/002")
    desk = Desk(qtbot, root)
    desk.open("train/000")
    qtbot.waitUntil(lambda: len(desk.page.unsaved()) == 2)
    assert desk.leave(Answer.SAVE)
    assert sorted(desk.asked) == ["train/001", "train/002"]
    for sample, mask in painted.items():
        assert np.array_equal(desk.file(sample), mask)
    assert journals(root) == []


def test_that_history_is_kept_for_masks_that_were_let_go_for_memory(desk: Desk):
    desk.page.masks._clean_bytes = 0
    desk.open("train/001")
    paint(desk, (5, 5), (50, 50))
    desk.save()
    saved = desk.canvas.pixels.copy()
    desk.show("train/002")
    assert desk.page.masks.peek(MaskKey("labels", "train/001")) is None
    desk.show("train/001")
    assert np.array_equal(desk.canvas.pixels, saved)
    assert desk.state == ""
    desk.key(Qt.Key.Key_Z, CONTROL)
    assert "Unsaved" in desk.state
    desk.key(Qt.Key.Key_Z, CONTROL)
    assert np.array_equal(desk.canvas.pixels, blob(64, 2))


def test_that_a_sample_without_a_mask_comes_back_too(qtbot: QtBot, root: Path):
    (root / "labels" / "train" / "001.png").unlink()
    painted = left_unsaved(qtbot, root, "train/001")
    desk = Desk(qtbot, root)
    desk.open("train/001")
    assert np.array_equal(desk.canvas.pixels, painted["train/001"])
    desk.save()
    assert np.array_equal(desk.file("train/001"), painted["train/001"])
    desk.close()


def test_that_a_mended_mask_is_kept_before_the_first_stroke(qtbot: QtBot, root: Path):
    write_sample(root, "train", "000", {"labels": blob(32)}, photo=photo_of(blob(), 7))
    first = Desk(qtbot, root)
    first.open("train/000")
    first.choose("Resize to the photo")
    resized = first.canvas.pixels.copy()
    assert first.leave(Answer.KEEP)
    desk = Desk(qtbot, root)
    desk.open("train/000")
    assert np.array_equal(desk.canvas.pixels, resized)
    assert "Unsaved" in desk.state
    desk.save()
    assert desk.file("train/000").shape == (64, 64)
    desk.close()


def test_that_strokes_of_a_photo_of_another_size_are_told_and_set_aside(qtbot: QtBot, root: Path):
    left_unsaved(qtbot, root, "train/001")
    write_sample(root, "train", "001", {"labels": blob(32)}, photo=photo_of(blob(32), 7))
    desk = Desk(qtbot, root)
    desk.open("train/001")
    assert "another size" in desk.problems[-1]
    assert np.array_equal(desk.canvas.pixels, blob(32))
    assert journals(root) == ["labels/train/001.journal.damaged"]
    desk.close()


def test_that_a_damaged_journal_is_told_and_the_file_is_shown(qtbot: QtBot, root: Path):
    left_unsaved(qtbot, root, "train/001")
    (root / ".petseg" / "journal" / "labels" / "train" / "001.journal").write_bytes(b"x" * 99)
    desk = Desk(qtbot, root)
    desk.open("train/001")
    qtbot.waitUntil(lambda: bool(desk.problems))
    assert "001.journal" in desk.problems[0]
    assert np.array_equal(desk.canvas.pixels, blob(64, 2))
    assert not desk.page.unsaved()
    desk.close()


def test_that_several_damaged_journals_are_all_named_in_one_sentence(qtbot: QtBot, root: Path):
    left_unsaved(qtbot, root, "train/000", "train/001", "train/002")
    for name in ("000", "001"):
        (root / ".petseg/journal/labels/train" / f"{name}.journal").write_bytes(b"x" * 99)
    desk = Desk(qtbot, root)
    desk.open("train/002")
    qtbot.waitUntil(lambda: bool(desk.problems))
    (problem,) = desk.problems
    assert "000.journal" in problem
    assert "001.journal" in problem
    assert desk.leave(Answer.DISCARD)


def test_that_strokes_lost_to_damage_are_told(qtbot: QtBot, root: Path):
    left_unsaved(qtbot, root, "train/001")
    path = root / ".petseg/journal/labels/train/001.journal"
    data = bytearray(path.read_bytes())
    data[-30] ^= 0xFF  # before the undo, which stands last
    path.write_bytes(data)
    desk = Desk(qtbot, root)
    desk.open("train/001")
    assert "train/001 are damaged" in desk.problems[-1]
    assert path.with_name("001.journal.damaged").read_bytes() == data
    assert desk.leave(Answer.DISCARD)


def test_that_strokes_on_the_screen_are_not_offered_to_be_shown(qtbot: QtBot, root: Path):
    left_unsaved(qtbot, root, "train/001")
    desk = Desk(qtbot, root)
    desk.open("train/001")
    qtbot.waitUntil(lambda: desk.choices == ["Go on", "Discard them"])
    desk.show("train/002")
    qtbot.waitUntil(lambda: desk.choices == ["Show it", "Go on", "Discard them"])
    assert desk.leave(Answer.DISCARD)


def test_that_strokes_can_be_kept_once_there_is_room_for_the_journal_again(desk: Desk):
    desk.open("train/001")
    in_the_way = desk.root / ".petseg" / "journal"
    in_the_way.write_text("in the way")
    paint(desk, (5, 5))
    assert not desk.page.showing.unsaved.can_be_kept
    in_the_way.unlink()
    assert desk.page.showing.unsaved.can_be_kept
    assert journals(desk.root) == ["labels/train/001.journal"]


def test_that_many_masks_that_cannot_be_written_are_told_in_few_words(
    qtbot: QtBot, root: Path, monkeypatch: pytest.MonkeyPatch
):
    painted = left_unsaved(qtbot, root, "train/000", "train/001", "train/002")
    desk = Desk(qtbot, root)
    desk.open("train/002")
    qtbot.waitUntil(lambda: len(desk.page.unsaved()) == 3)

    def refuse(path: Path, *_args: object, **_more: object) -> None:
        raise PetsegError("The file could not be written", path=path)

    with monkeypatch.context() as patch:
        patch.setattr("core.masks.saving.atomic_write", refuse)
        assert not desk.leave(Answer.SAVE)
    (told,) = desk.problems
    assert told.count("could not be written") == 2
    assert "2 more masks" in told
    assert len(desk.page.unsaved()) == 3
    assert desk.leave(Answer.SAVE)
    for sample, mask in painted.items():
        assert np.array_equal(desk.file(sample), mask)


def test_that_a_journal_that_cannot_be_written_is_told_once_and_painting_goes_on(desk: Desk):
    desk.open("train/001")
    (desk.root / ".petseg" / "journal").write_text("in the way")
    paint(desk, (5, 5), (50, 50), (20, 5))
    assert len(desk.problems) == 1
    assert "You can go on painting" in desk.problems[0]
    assert not desk.page.showing.unsaved.can_be_kept  # so closing does not offer to keep them
    desk.save()
    assert np.array_equal(desk.file("train/001"), desk.canvas.pixels)
    (desk.root / ".petseg" / "journal").unlink()


def test_that_an_edit_that_cannot_be_saved_stays_in_the_journal(qtbot: QtBot, root: Path):
    first = Desk(qtbot, root)
    first.open("train/001")
    paint(first, (5, 5))
    painted = first.canvas.pixels.copy()
    (root / ".petseg" / "originals").write_text("in the way")
    with qtbot.waitSignal(first.session.problem) as told:
        first.key(Qt.Key.Key_S, CONTROL)
    assert "originals" in told.args[0]
    assert first.leave(Answer.KEEP)
    (root / ".petseg" / "originals").unlink()
    desk = Desk(qtbot, root)
    desk.open("train/001")
    assert np.array_equal(desk.canvas.pixels, painted)
    desk.save()
    assert np.array_equal(desk.file("train/001"), painted)
    desk.close()


@pytest.mark.parametrize(
    ("text", "can_keep", "answer"),
    [
        ("Keep for the next start", True, Answer.KEEP),
        ("Save all", True, Answer.SAVE),
        ("Discard changes", False, Answer.DISCARD),
        ("Cancel", True, Answer.CANCEL),
    ],
)
def test_that_the_question_has_four_answers(qtbot: QtBot, desk: Desk, text, can_keep, answer):
    def press() -> None:
        box = desk.page.findChild(QMessageBox, "UnsavedQuestion")
        assert box is not None
        buttons = {one.text().replace("&", ""): one for one in box.findChildren(QPushButton)}
        assert ("Keep for the next start" in buttons) == can_keep
        qtbot.mouseClick(buttons[text], LEFT)

    QTimer.singleShot(0, press)
    assert ask_about_unsaved(desk.page, ["train/001", "train/002"], can_keep=can_keep) is answer


def test_that_the_history_of_a_mask_can_be_read(desk: Desk):
    desk.open("train/001")
    paint(desk, (5, 5), (50, 50))
    desk.save()
    paint(desk, (30, 5))
    desk.key(Qt.Key.Key_H, CONTROL)
    dialog = desk.page.findChild(MaskHistory)
    assert dialog is not None
    rows = [
        [dialog.table.item(row, column).text() for column in range(3)]
        for row in range(dialog.table.rowCount())
    ]
    assert rows[0] == ["not saved yet", "", "Brush"]
    assert rows[1][1:] == ["24", "Brush ×2"]
    dialog.reject()


def test_that_the_strokes_are_of_classes_however_the_files_encode_them(qtbot: QtBot, root: Path):
    colors = np.array([(0, 0, 0), (255, 0, 0), (0, 0, 255)], np.uint8)
    for path in (root / "labels").rglob("*.png"):
        mask = np.array(Image.open(path))
        Image.fromarray(colors[mask]).save(path)
    names = [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in colors.tolist()]
    classes = "".join(
        f'[[classes]]\nname = "class{name[1:]}"\ncolor = "{name}"\nmask_colors = ["{name}"]\n'
        for name in names
    )
    (root / "dataset.toml").write_text(classes)
    painted = left_unsaved(qtbot, root, "train/001")["train/001"]
    assert set(np.unique(painted)) == {0, 1, 2}
    # The settings may say something else by the next start: the strokes are what they were.
    (root / "dataset.toml").write_text(classes.replace('["#ff', '["#fe'))
    desk = Desk(qtbot, root)
    desk.open("train/001")
    assert np.array_equal(desk.canvas.pixels, painted)
    desk.leave(Answer.DISCARD)


def test_that_strokes_of_a_sample_that_is_gone_are_told_and_kept(qtbot: QtBot, root: Path):
    left_unsaved(qtbot, root, "train/001")
    for folder, suffix in (("img", "png"), ("labels", "png")):
        (root / folder / "train" / f"001.{suffix}").unlink()
    desk = Desk(qtbot, root)
    desk.open("train/000")
    qtbot.waitUntil(lambda: bool(desk.problems))
    assert "not in the dataset: train/001" in desk.problems[0]
    assert desk.page.unsaved() == []
    assert desk.leave(Answer.CANCEL)
    assert journals(root) == ["labels/train/001.journal"]


def test_that_the_window_says_on_any_page_that_strokes_are_back(qtbot: QtBot, root: Path):
    left_unsaved(qtbot, root, "train/001")
    make_application(Settings())
    window = MainWindow(Settings())
    qtbot.addWidget(window)
    window.show()
    said: list[str] = []
    window.session.message.connect(said.append)
    window.session.open(root)
    qtbot.waitUntil(lambda: any("strokes of 1 mask" in text for text in said))
    assert window.session.is_unsaved("train/001")
    page = window.page(AnnotatePage)
    assert isinstance(page, AnnotatePage)
    page.ask = lambda _parent, _names: Answer.KEEP
    window.close()
    assert journals(root) == ["labels/train/001.journal"]
