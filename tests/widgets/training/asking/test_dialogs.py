"""Dialogs of the form: augmented samples, the config, and trust in a config from elsewhere."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from core.dataset.model import ClassInfo
from core.training.preview.messages import ConfigChange, ResolvedConfig
from core.training.recipes.foreign import ForeignConfig
from widgets import theme
from widgets.training.asking.augmented_dialog import COUNT, AugmentedDialog
from widgets.training.asking.augmented_tile import AugmentedPicture, read_picture
from widgets.training.asking.config_dialog import ConfigDialog
from widgets.training.asking.trust_dialog import TrustDialog

CLASSES = (
    ClassInfo(0, "background", (0, 0, 0)),
    ClassInfo(1, "cat", (230, 159, 0)),
    ClassInfo(2, "dog", (0, 114, 178)),
)
CONFIG = ResolvedConfig(
    text="lr = 0.2\nmodel = dict(depth=50)\n",
    changes=(
        ConfigChange(key="lr", before="0.1", after="0.2", by="form"),
        ConfigChange(key="val_cfg", after="None", by="dataset"),
    ),
)


def picture(value: int = 100, name: str = "one") -> AugmentedPicture:
    pixels = np.full((16, 16, 3), value, np.uint8)
    return AugmentedPicture(name, pixels, pixels // 2)


@pytest.fixture
def samples(qtbot: QtBot) -> AugmentedDialog:
    dialog = AugmentedDialog(CLASSES)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.open()
    return dialog


def color_in(dialog: AugmentedDialog, number: int = 0) -> int:
    tile = dialog.tiles[number]
    return tile.grab().toImage().pixelColor(tile.width() // 2, 20).red()


def test_that_samples_appear_one_by_one_and_can_be_rolled_again(samples, qtbot):
    samples.begin(first=True)
    assert "some seconds" in samples.state.text()
    assert not samples.roll_button.isEnabled()
    samples.add(picture())
    assert samples.bar.value() == 1
    for _ in range(COUNT + 3):
        samples.add(picture())
    samples.end()
    assert len(samples.pictures) == COUNT
    assert not samples.bar.isVisible()
    with qtbot.waitSignal(samples.roll_requested):
        qtbot.keyClick(samples, Qt.Key.Key_R)
    samples.begin(first=False)
    assert samples.pictures == []


def test_that_the_masks_are_switched_off_to_see_the_photo(samples, qtbot):
    samples.add(picture(100))
    assert color_in(samples) == 50
    qtbot.keyClick(samples, Qt.Key.Key_X)
    assert not samples.masks_box.isChecked()
    assert color_in(samples) == 100


def test_that_closing_ends_the_work(samples, qtbot):
    samples.begin(first=False)
    with qtbot.waitSignal(samples.cancel_requested):
        qtbot.keyClick(samples, Qt.Key.Key_Escape)


def test_that_a_problem_is_told_and_another_roll_is_possible(samples):
    samples.begin(first=False)
    samples.show_problem("The pipeline has no LoadAnnotations.")
    assert samples.state.text() == "The pipeline has no LoadAnnotations."
    assert samples.state.property("role") == "error"
    assert samples.roll_button.isEnabled()


def test_that_a_picture_shows_the_mask_over_the_photo_with_its_border(tmp_path):
    mask = np.zeros((8, 8), np.uint8)
    mask[:, 4:] = 1
    cv2.imwrite(str(tmp_path / "m.png"), mask)
    cv2.imwrite(str(tmp_path / "p.png"), np.full((8, 8, 3), 100, np.uint8))
    table = theme.class_table(CLASSES)
    made = read_picture("a", tmp_path / "p.png", tmp_path / "m.png", table, 0.25)
    assert made.words == "25% of a"
    assert (made.photo == 100).all()
    assert (made.overlaid[:, 0] == 100).all()
    inside = made.overlaid[4, 6]
    assert tuple(inside) == tuple(int(100 * 0.55 + part * 0.45) for part in CLASSES[1].color)


@pytest.fixture
def config(qtbot: QtBot) -> ConfigDialog:
    dialog = ConfigDialog("small")
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.open()
    return dialog


def test_that_the_config_is_searched_by_key_and_value(config, qtbot):
    assert not config.copy_button.isEnabled()
    config.show_config(CONFIG)
    assert config.shown_keys() == ["lr", "val_cfg"]
    qtbot.keyClicks(config.search, "lr")
    assert config.shown_keys() == ["lr"]
    config.search.clear()
    qtbot.keyClicks(config.search, "dataset")
    assert config.shown_keys() == ["val_cfg"]
    config.tabs.setCurrentWidget(config.text)
    config.search.setText("depth")
    assert [mark.cursor.selectedText() for mark in config.text.extraSelections()] == ["depth"]
    qtbot.keyClick(config.search, Qt.Key.Key_Return)
    assert config.text.textCursor().selectedText() == "depth"


def test_that_what_is_shown_is_copied(config, qtbot):
    config.show_config(CONFIG)
    qtbot.mouseClick(config.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "lr: 0.1 → 0.2\nval_cfg: – → None"
    config.tabs.setCurrentWidget(config.text)
    qtbot.mouseClick(config.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == CONFIG.text


def test_that_a_config_that_cannot_be_built_says_why(config):
    config.show_problem("There is no place model.x.")
    assert config.state.isVisible()
    assert not config.copy_button.isEnabled()


def test_that_trust_is_asked_with_the_texts_and_no_is_what_enter_says(qtbot, tmp_path):
    foreign = ForeignConfig(
        tmp_path / "mine.py", "mine.py", {"a/base.py": "lr = 1", "mine.py": "evil()"}
    )
    dialog = TrustDialog(foreign)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.open()
    assert [dialog.texts.tabText(n) for n in range(2)] == ["mine.py", "a/base.py"]
    first = dialog.texts.widget(0)
    assert isinstance(first, QPlainTextEdit)
    assert first.toPlainText() == "evil()"
    with qtbot.assertNotEmitted(dialog.trusted):
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert not dialog.isVisible()


def test_that_trust_is_given_by_its_own_button(qtbot, tmp_path):
    foreign = ForeignConfig(tmp_path / "mine.py", "mine.py", {"mine.py": ""})
    dialog = TrustDialog(foreign)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.open()
    with qtbot.waitSignal(dialog.trusted) as said:
        qtbot.mouseClick(dialog.trust_button, Qt.MouseButton.LeftButton)
    assert said.args == [foreign]
