"""The side panel: one sample large, with what is known of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from core.dataset import open_dataset
from core.flags import Flag, Severity
from tests.making import blob, photo_of, write_sample
from widgets.flags.sample_panel import SamplePanel

ONE = Flag("train/a", "noise", Severity.WARNING, 1, "1 piece is small.", ((3, 4, 5, 6),))
TWO = Flag("train/a", "holes", Severity.WARNING, 1, "A hole.", ((30, 30, 4, 4), (40, 40, 4, 4)))


@pytest.fixture
def dataset(tmp_path: Path):
    mask = np.zeros((64, 64), np.uint8)
    mask[:32] = 1
    mask[:16, :32] = 2
    mask[0, 0] = 77
    write_sample(tmp_path, "train", "a", {"labels": mask})
    write_sample(tmp_path, "train", "b", {"labels": blob(48)}, photo=photo_of(blob(64)))
    write_sample(tmp_path, "train", "c", {"labels": blob(64)})
    (tmp_path / "img" / "train" / "c.png").write_bytes(b"no photo")
    write_sample(tmp_path, "train", "d", {}, photo=photo_of(blob(64)))
    text = "ignore_index = 255\n"
    for name, color in (("background", "#000000"), ("cat", "#E69F00"), ("dog", "#0072B2")):
        text += f'[[classes]]\nname = "{name}"\ncolor = "{color}"\n'
    (tmp_path / "dataset.toml").write_text(text)
    return open_dataset(tmp_path)


@pytest.fixture
def panel(qtbot):
    made = SamplePanel()
    qtbot.addWidget(made)
    made.resize(360, 600)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.shut_down()


def show(qtbot, panel: SamplePanel, dataset, sample_id: str):
    with qtbot.waitSignal(panel.content_shown, check_params_cb=lambda shown: shown == sample_id):
        panel.show_sample(dataset, sample_id, "labels")


def button(panel: SamplePanel, text: str) -> QPushButton:
    return next(one for one in panel.findChildren(QPushButton) if one.text() == text)


def test_that_the_sample_is_shown_with_its_size_and_classes(qtbot, panel, dataset):
    show(qtbot, panel, dataset, "train/a")
    assert (panel.view.image_rect.width, panel.view.image_rect.height) == (64, 64)
    assert panel.details == "64 × 64 px"
    assert panel.class_words == [
        "background 50.0 %", "cat 37.5 %", "dog 12.5 %", "no class < 0.1 %",
    ]  # fmt: skip


def test_that_a_mask_of_another_size_is_told(qtbot, panel, dataset):
    show(qtbot, panel, dataset, "train/b")
    assert panel.details.startswith("photo 64 × 64, mask 48 × 48 px")


def test_that_a_damaged_photo_is_told_in_words(qtbot, panel, dataset):
    show(qtbot, panel, dataset, "train/c")
    assert "c.png" in panel.problem
    assert panel.view.image_rect.width == 64  # its mask is shown alone
    show(qtbot, panel, dataset, "train/d")
    assert panel.problem == "There is no mask in labels yet."


def test_that_all_places_are_framed_until_one_flag_is_chosen(qtbot, panel, dataset):
    show(qtbot, panel, dataset, "train/a")
    panel.show_flags([ONE, TWO], checked=True)
    assert len(panel.view.boxes) == 3
    fitted = panel.view.placement.scale
    qtbot.mouseClick(panel.flag_list.rows[0], Qt.MouseButton.LeftButton)
    assert [tuple(box) for box in panel.view.boxes] == [(3, 4, 5, 6)]
    assert panel.view.placement.scale > fitted
    qtbot.mouseClick(panel.flag_list.rows[0], Qt.MouseButton.LeftButton)
    assert len(panel.view.boxes) == 3
    assert panel.view.placement.scale == fitted


def test_that_another_sample_is_seen_whole(qtbot, panel, dataset):
    show(qtbot, panel, dataset, "train/a")
    panel.show_flags([ONE], checked=True)
    panel.flag_list.choose(ONE)
    show(qtbot, panel, dataset, "train/b")
    panel.show_flags([], checked=True)
    assert panel.view.boxes == []
    assert panel.view.transform.scale is None


def test_that_of_samples_passed_by_quickly_the_last_is_shown(qtbot, panel, dataset):
    shown: list[str] = []
    panel.content_shown.connect(shown.append)
    for sample_id in ("train/a", "train/b", "train/c", "train/d", "train/b"):
        panel.show_sample(dataset, sample_id, "labels")
    qtbot.waitUntil(lambda: shown == ["train/b"])


def test_that_the_buttons_ask_for_the_editor_and_the_next_flagged(qtbot, panel, dataset):
    show(qtbot, panel, dataset, "train/a")
    with qtbot.waitSignal(panel.edit_requested) as blocker:
        qtbot.mouseClick(button(panel, "Edit this mask"), Qt.MouseButton.LeftButton)
    assert blocker.args == ["train/a"]
    with qtbot.waitSignal(panel.next_flagged_requested):
        qtbot.mouseClick(button(panel, "Next flagged"), Qt.MouseButton.LeftButton)


def test_that_without_a_sample_there_is_nothing_to_edit(panel):
    assert not button(panel, "Edit this mask").isEnabled()
    assert panel.view.message == "Select a sample to see it here."
