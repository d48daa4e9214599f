"""Editing classes with mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from core.dataset.settings import ClassSettings, DatasetSettings
from widgets.classes.class_editor import ClassEditor
from widgets.classes.color_button import ColorButton

SETTINGS = DatasetSettings(
    classes=[
        ClassSettings(name="background", color="#000000"),
        ClassSettings(name="cat", color="#123456", mask_colors=["#FF0000"]),
        ClassSettings(name="dog", color="#0072B2"),
    ],
    layout="img + labels",
)


@pytest.fixture
def editor(qtbot: QtBot) -> ClassEditor:
    editor = ClassEditor(SETTINGS, in_use={0, 1, 2})
    qtbot.addWidget(editor)
    with qtbot.waitExposed(editor):
        editor.show()
    return editor


def name_of(editor: ClassEditor, index: int) -> QLineEdit:
    return editor.findChild(QLineEdit, f"ClassName_{index}")


def rename(qtbot: QtBot, editor: ClassEditor, index: int, name: str) -> None:
    field = name_of(editor, index)
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Backspace)
    qtbot.keyClicks(field, name)


def problem(editor: ClassEditor) -> str:
    return editor.findChild(QLabel, "Problem").text()


def click(qtbot: QtBot, button) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_that_an_unchanged_dialog_gives_the_settings_back(qtbot: QtBot, editor: ClassEditor):
    with qtbot.waitSignal(editor.chosen) as saved:
        click(qtbot, editor.save_button)
    assert saved.args == [SETTINGS]
    assert not editor.isVisible()


def test_that_a_class_can_be_renamed_and_its_codes_stay(qtbot: QtBot, editor: ClassEditor):
    rename(qtbot, editor, 1, "tiger")
    with qtbot.waitSignal(editor.chosen) as saved:
        qtbot.keyClick(name_of(editor, 1), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    (settings,) = saved.args
    assert [entry.name for entry in settings.classes] == ["background", "tiger", "dog"]
    assert settings.classes[1].mask_colors == ["#FF0000"]
    assert settings.layout == "img + labels"


def test_that_a_colour_is_chosen_from_the_menu(qtbot: QtBot, editor: ClassEditor):
    button = editor.findChild(ColorButton, "ClassColor_1")
    action = next(each for each in button.menu().actions() if each.text() == "Sky blue")
    action.trigger()
    assert button.color == "#56B4E9"
    assert editor.settings().classes[1].color == "#56B4E9"


def test_that_safe_colours_are_given_to_all_classes(qtbot: QtBot, editor: ClassEditor):
    click(qtbot, editor.safe_button)
    assert [entry.color for entry in editor.settings().classes] == ["#000000", "#E69F00", "#0072B2"]


def test_that_classes_are_added_and_removed_at_the_end(qtbot: QtBot, editor: ClassEditor):
    click(qtbot, editor.add_button)
    assert name_of(editor, 3).hasFocus()
    qtbot.keyClicks(name_of(editor, 3), "horse")
    assert [entry.name for entry in editor.settings().classes][3:] == ["horse"]
    click(qtbot, editor.remove_button)
    assert problem(editor) == ""
    assert "its pixels become illegal" in editor.remove_button.toolTip()
    click(qtbot, editor.remove_button)
    assert "Masks hold dog, which is removed" in problem(editor)
    assert editor.save_button.isEnabled()
    click(qtbot, editor.remove_button)
    assert not editor.remove_button.isEnabled()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "Class 2 needs a name."),
        ("  ", "Class 2 needs a name."),
        ("cat", "Two classes are called cat."),
    ],
)
def test_that_a_name_that_cannot_be_is_said_and_not_saved(
    qtbot: QtBot, editor: ClassEditor, name: str, words: str
):
    rename(qtbot, editor, 2, name)
    assert problem(editor) == words
    assert not editor.save_button.isEnabled()
    with qtbot.assertNotEmitted(editor.chosen):
        qtbot.keyClick(name_of(editor, 2), Qt.Key.Key_Return)
    rename(qtbot, editor, 2, "dog")
    assert editor.save_button.isEnabled()


def test_that_the_ignored_value_must_be_no_class(qtbot: QtBot, editor: ClassEditor):
    editor.ignore_index.selectAll()
    qtbot.keyClicks(editor.ignore_index, "2")
    assert problem(editor) == "The ignored value 2 is the class dog."
    assert not editor.save_button.isEnabled()


def test_that_two_classes_of_one_colour_are_only_warned_about(qtbot: QtBot, editor: ClassEditor):
    button = editor.findChild(ColorButton, "ClassColor_1")
    next(each for each in button.menu().actions() if each.text() == "Blue").trigger()
    assert problem(editor) == "cat and dog have the same colour."
    assert editor.save_button.isEnabled()


def test_that_escape_changes_nothing(qtbot: QtBot, editor: ClassEditor):
    rename(qtbot, editor, 1, "tiger")
    with qtbot.assertNotEmitted(editor.chosen):
        qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert not editor.isVisible()
