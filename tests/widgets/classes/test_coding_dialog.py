"""Mapping values and colours to classes with mouse and keys."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QToolButton
from pytestqt.qtbot import QtBot

from core.dataset.encoding.report import suggest_coding
from core.dataset.settings import ClassSettings, DatasetSettings
from core.images import read_mask
from tests.making import blob
from widgets.classes.coding_dialog import CodingDialog

COLORS = np.array([(0, 0, 0), (255, 0, 0), (0, 0, 255)], np.uint8)
PLAIN = DatasetSettings(classes=[ClassSettings(name="background", color="#000000")])
NAMED = DatasetSettings(
    classes=[
        ClassSettings(name="background", color="#000000"),
        ClassSettings(name="dog", color="#0000FF"),
        ClassSettings(name="cat", color="#E69F00"),
    ]
)


@pytest.fixture
def masks(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{index}.png" for index in (1, 2)]
    for index, path in enumerate(paths, start=1):
        Image.fromarray(COLORS[blob(64, index)]).save(path)
    return paths


def opened(qtbot: QtBot, masks: list[Path], settings: DatasetSettings = PLAIN) -> CodingDialog:
    dialog = CodingDialog(
        suggest_coding(masks), settings, keep_classes=settings is not PLAIN, masks=masks
    )
    qtbot.addWidget(dialog, before_close_func=lambda each: each.done(0))
    with qtbot.waitExposed(dialog):
        dialog.show()
    return dialog


def combo(dialog: CodingDialog, code: str) -> QComboBox:
    return dialog.findChild(QComboBox, f"Code_{code}")


def choose(qtbot: QtBot, dialog: CodingDialog, code: str, words: str) -> None:
    """Choose an entry with the keys."""
    box = combo(dialog, code)
    box.setFocus()
    for key in (Qt.Key.Key_Home, *[Qt.Key.Key_Down] * 20):
        if box.currentText() == words:
            break
        qtbot.keyClick(box, key)
    assert box.currentText() == words


def saved(qtbot: QtBot, dialog: CodingDialog) -> DatasetSettings:
    with qtbot.waitSignal(dialog.chosen) as caught:
        qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    return caught.args[0]


def test_that_the_suggestion_is_the_beginning(qtbot: QtBot, masks: list[Path]):
    dialog = opened(qtbot, masks)
    assert "hold the colours #000000, #0000FF, #FF0000" in dialog.words.text()
    assert [box.currentText() for box in dialog.rows.combos] == ["background", "class 1", "class 2"]
    settings = saved(qtbot, dialog)
    assert read_mask(masks[0], settings.coding()).max() == 2


def test_that_named_classes_stay_and_colours_are_given_to_them(qtbot: QtBot, masks: list[Path]):
    dialog = opened(qtbot, masks, NAMED)
    assert combo(dialog, "#0000FF").currentText() == "dog"
    assert combo(dialog, "#FF0000").currentText() == "No class (report it)"
    choose(qtbot, dialog, "#FF0000", "cat")
    settings = saved(qtbot, dialog)
    assert [entry.name for entry in settings.classes] == ["background", "dog", "cat"]
    assert [entry.mask_colors for entry in settings.classes] == [
        ["#000000"], ["#0000FF"], ["#FF0000"],
    ]  # fmt: skip
    np.testing.assert_array_equal(read_mask(masks[0], settings.coding()), blob(64, 2))


def test_that_codes_may_be_ignored_or_share_a_class(qtbot: QtBot, masks: list[Path]):
    dialog = opened(qtbot, masks)
    choose(qtbot, dialog, "#FF0000", "class 1")
    choose(qtbot, dialog, "#0000FF", "Ignored")
    settings = saved(qtbot, dialog)
    assert settings.ignore_colors == ["#0000FF"]
    assert settings.classes[1].mask_colors == ["#FF0000"]
    assert set(np.unique(read_mask(masks[1], settings.coding()))) == {0, 255}


def test_that_a_new_class_is_made_in_passing(qtbot: QtBot, masks: list[Path]):
    dialog = opened(qtbot, masks, NAMED)
    button = dialog.findChild(QToolButton, "New_#FF0000")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert combo(dialog, "#FF0000").currentText() == "class 3"
    settings = saved(qtbot, dialog)
    assert (settings.classes[3].name, settings.classes[3].color) == ("class 3", "#FF0000")


def test_that_the_preview_shows_the_example_of_the_row_in_use(qtbot: QtBot, masks: list[Path]):
    dialog = opened(qtbot, masks)
    combo(dialog, "#0000FF").setFocus()
    qtbot.waitUntil(lambda: dialog.preview.words == "" and dialog.caption.text() == "2.png")
    choose(qtbot, dialog, "#0000FF", "No class (report it)")
    qtbot.waitUntil(lambda: "means nothing" in dialog.caption.text())


def test_that_a_mapping_to_nothing_is_said_and_not_saved(qtbot: QtBot, masks: list[Path]):
    dialog = opened(qtbot, masks)
    for code in ("#000000", "#0000FF", "#FF0000"):
        choose(qtbot, dialog, code, "No class (report it)")
    assert dialog.problem.text() == "Give at least one value or colour a class."
    assert not dialog.save_button.isEnabled()


def test_that_a_saved_mapping_is_the_beginning_the_next_time(qtbot: QtBot, masks: list[Path]):
    dialog = opened(qtbot, masks, NAMED)
    choose(qtbot, dialog, "#FF0000", "cat")
    settings = saved(qtbot, dialog)
    again = opened(qtbot, masks, settings)
    assert [box.currentText() for box in again.rows.combos] == ["background", "dog", "cat"]
    assert saved(qtbot, again) == settings


def test_that_codes_no_mask_in_sight_holds_are_kept(qtbot: QtBot, masks: list[Path]):
    classes = [
        entry.model_copy(update={"mask_colors": [color]})
        for entry, color in zip(NAMED.classes, ["#000000", "#0000FF", "#00FF00"], strict=True)
    ]
    begin = NAMED.model_copy(update={"classes": classes})
    dialog = opened(qtbot, masks, begin)
    choose(qtbot, dialog, "#FF0000", "cat")
    assert saved(qtbot, dialog).classes[2].mask_colors == ["#FF0000", "#00FF00"]


def test_that_nothing_to_map_is_said(qtbot: QtBot, tmp_path: Path):
    dialog = opened(qtbot, [])
    assert "add masks" in dialog.problem.text()
    assert not dialog.save_button.isEnabled()


def test_that_an_example_that_is_gone_is_said_in_the_preview(qtbot: QtBot, masks: list[Path]):
    dialog = opened(qtbot, masks)
    qtbot.waitUntil(lambda: dialog.preview.words == "")
    for path in masks:
        path.unlink()
    combo(dialog, "#0000FF").setFocus()
    choose(qtbot, dialog, "#0000FF", "Ignored")
    qtbot.waitUntil(lambda: "cannot be opened" in dialog.preview.words)


def test_that_palette_files_are_looked_into_by_index_or_by_colour(qtbot: QtBot, tmp_path: Path):
    image = Image.fromarray(blob(64, 2))
    image.putpalette([0, 0, 0, 1, 1, 1, 0, 200, 0])
    image.save(tmp_path / "a.png")
    dialog = opened(qtbot, [tmp_path / "a.png"], NAMED)
    assert [box.objectName() for box in dialog.rows.combos] == ["Code_0", "Code_2"]
    dialog.palette_by_color.setFocus()
    qtbot.keyClick(dialog.palette_by_color, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not dialog.is_reading)
    assert [box.objectName() for box in dialog.rows.combos] == ["Code_#000000", "Code_#00C800"]
    choose(qtbot, dialog, "#00C800", "dog")
    settings = saved(qtbot, dialog)
    assert settings.palette_by_color
    np.testing.assert_array_equal(read_mask(tmp_path / "a.png", settings.coding()), blob(64, 1))


def test_that_a_dialog_closed_while_it_reads_leaves_nothing_running(
    qtbot: QtBot, masks: list[Path]
):
    dialog = opened(qtbot, masks)
    dialog.palette_by_color.setFocus()
    qtbot.keyClick(dialog.palette_by_color, Qt.Key.Key_Space)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
