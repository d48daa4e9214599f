"""Choosing how a folder is to be read, with mouse and keys."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt

from core.dataset import AmbiguousLayout, Candidate, open_dataset
from core.dataset.layouts.layout import Layout
from core.dataset.layouts.patterns import FilePattern
from tests.making import blob, photo_of
from widgets.opening import LayoutDialog, words
from widgets.opening.example import read_example

pytestmark = pytest.mark.gui


def ambiguous(root: Path) -> AmbiguousLayout:
    for stem in "abc":
        for folder, pixels in (("left", photo_of(blob(32))), ("right", blob(32))):
            (root / folder).mkdir(parents=True, exist_ok=True)
            (root / folder / f"{stem}.png").write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    with pytest.raises(AmbiguousLayout) as raised:
        open_dataset(root)
    return raised.value


@pytest.fixture
def dialog(qtbot, tmp_path: Path):
    shown = LayoutDialog(ambiguous(tmp_path / "pets"))
    qtbot.addWidget(shown)
    with qtbot.waitExposed(shown):
        shown.open()
    yield shown
    shown.preview.shut_down()


def wait_for_example(qtbot, dialog: LayoutDialog) -> None:
    qtbot.waitUntil(lambda: dialog.preview.view.image_rect.width == 32)


def test_that_the_likeliest_way_is_shown_first(qtbot, dialog: LayoutDialog):
    assert dialog.list.count() == 2
    assert dialog.list.item(0).text() == (
        "Photos in left, masks in right\n3 photos, all with a mask"
    )
    wait_for_example(qtbot, dialog)
    facts = {name: label.text() for name, label in dialog.preview.facts.items()}
    assert facts == {
        "Photo": "left/a.png", "Mask": "right/a.png", "Label sets": "right", "Splits": "none",
    }  # fmt: skip
    assert dialog.preview.view.message == ""
    assert not dialog.preview.problem_label.isVisible()


def test_that_keys_choose_another_way_and_open_it(qtbot, dialog: LayoutDialog):
    qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
    assert dialog.preview.facts["Photo"].text() == "right/a.png"
    with qtbot.waitSignal(dialog.layout_chosen) as chosen:
        qtbot.keyClick(dialog.list, Qt.Key.Key_Return)
    assert chosen.args == ["right + left", True]


def test_that_a_double_click_opens(qtbot, dialog: LayoutDialog):
    place = dialog.list.visualItemRect(dialog.list.item(1)).center()
    qtbot.mouseClick(dialog.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    with qtbot.waitSignal(dialog.layout_chosen) as chosen:
        qtbot.mouseDClick(dialog.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args[0] == "right + left"


def test_that_the_button_opens_and_need_not_remember(qtbot, dialog: LayoutDialog):
    dialog.remember_box.setFocus()
    qtbot.keyClick(dialog.remember_box, Qt.Key.Key_Space)
    with qtbot.waitSignal(dialog.layout_chosen) as chosen:
        qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    assert chosen.args == ["left + right", False]


@pytest.mark.parametrize("way", ["escape", "button"])
def test_that_cancelling_chooses_nothing(qtbot, dialog: LayoutDialog, way: str):
    with qtbot.assertNotEmitted(dialog.layout_chosen), qtbot.waitSignal(dialog.rejected):
        if way == "escape":
            qtbot.keyClick(dialog.list, Qt.Key.Key_Escape)
        else:
            qtbot.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)


def test_that_a_read_only_folder_cannot_remember(qtbot, tmp_path: Path):
    dialog = LayoutDialog(ambiguous(tmp_path), can_remember=False)
    qtbot.addWidget(dialog)
    assert not dialog.remember_box.isEnabled()
    with qtbot.waitSignal(dialog.layout_chosen) as chosen:
        dialog.accept()
    assert chosen.args == ["left + right", False]


def test_that_a_damaged_example_is_said(qtbot, dialog: LayoutDialog):
    wait_for_example(qtbot, dialog)
    for candidate in (dialog.chosen,):
        assert candidate is not None
        assert candidate.image is not None
        candidate.image.write_bytes(b"")
    qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: dialog.preview.problem_label.isVisible())
    qtbot.keyClick(dialog.list, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: "a.png" in dialog.preview.problem_label.text())


def candidate(image: Path | None, mask: Path | None) -> Candidate:
    layout = Layout(FilePattern("a"), {"b": FilePattern("b", "_m")})
    return Candidate(layout, 2, 1, 3, {"": 4}, image, mask)


def test_that_colours_of_a_mask_become_numbers_with_the_ground_as_zero(tmp_path: Path):
    colors = np.zeros((2000, 1000, 3), np.uint8)
    colors[:] = (7, 8, 9)
    colors[800:1200, 300:700] = (0, 0, 200)
    (tmp_path / "m.png").write_bytes(cv2.imencode(".png", colors)[1].tobytes())
    example = read_example(candidate(None, tmp_path / "m.png"))
    assert example.mask is not None
    assert example.mask.shape == (1024, 512)
    assert example.mask[0, 0] == 0
    assert example.mask[512, 256] == 1
    assert example.problems == ()


def test_that_a_photo_in_the_place_of_a_mask_is_told(tmp_path: Path):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    (tmp_path / "m.png").write_bytes(cv2.imencode(".png", noise)[1].tobytes())
    example = read_example(candidate(None, tmp_path / "m.png"))
    assert "looks like a photo" in example.problems[0]


def test_that_a_way_is_told_in_words():
    lone = candidate(None, None)
    assert words.counts(lone) == "2 photos, 1 with a mask, 3 lone masks"
    assert words.splits(lone) == "in no split 4" or words.splits(lone) == "none"
    assert words.label_sets(lone) == "b/*_m"
    assert words.example_name(None, Path("/data")) == "–"
    assert words.example_name(Path("/data/a\n/b.png"), Path("/data")) == "a%0A/b.png"
