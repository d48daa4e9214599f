"""The form of the checks and the editor of classes, from the page to the files and back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QToolButton
from pytestqt.qtbot import QtBot

from app.gui import make_application, tell_of_errors
from app.main_window import MainWindow
from app.pages.dataset_page import DatasetPage
from app.settings import Settings
from core.dataset import open_dataset
from core.dataset.workspace import open_workspace
from core.errors import PetsegError
from core.qa.settings import CheckSettings, save
from tests.app.dataset.hands import LEFT, MORE, SPECKS, VAL_SPECKS, Hands
from tests.making import make_dataset
from widgets.checks.settings_form import CheckSettingsForm
from widgets.classes.class_editor import ClassEditor
from widgets.classes.coding_dialog import CodingDialog
from widgets.frame import Banner


@pytest.fixture
def window(qtbot: QtBot, root: Path) -> Iterator[MainWindow]:
    """The program's window with the dataset, checked."""
    make_application(Settings(theme="dark"))
    made = MainWindow(Settings())
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.close()


def open_in(window: MainWindow, qtbot: QtBot, root: Path) -> DatasetPage:
    with qtbot.waitSignal(window.session.dataset_changed):
        window.open_dataset(root)
    qtbot.waitUntil(lambda: not window.session.is_scanning)
    page = window.page(DatasetPage)
    assert isinstance(page, DatasetPage)
    return page


def show_form(hands: Hands) -> CheckSettingsForm:
    """Open the form by the button in the tab of limits."""
    hands.click(hands.page.charts.limits.settings_button)
    form = hands.page.findChild(CheckSettingsForm)
    assert isinstance(form, CheckSettingsForm)
    assert form.isVisible()
    return form


def answer(hands: Hands, form: CheckSettingsForm, button: QDialogButtonBox.StandardButton) -> None:
    dialog = form.window()
    assert isinstance(dialog, QDialog)
    box = dialog.findChild(QDialogButtonBox)
    assert isinstance(box, QDialogButtonBox)
    hands.click(box.button(button))
    assert not dialog.isVisible()


def apply(hands: Hands, form: CheckSettingsForm) -> None:
    answer(hands, form, QDialogButtonBox.StandardButton.Ok)
    hands.wait_for_scan()
    hands.wait_for_jobs()


def test_that_a_check_switched_off_has_no_flags_and_switched_on_has_them_again(opened):
    form = show_form(opened)
    switch = form.row("noise").switch
    switch.setFocus()
    opened.qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert opened.flagged("noise") != [], "not before it is applied"
    apply(opened, form)
    assert opened.flagged("noise") == []
    assert "noise" not in opened.page.summary.chips
    assert opened.page.filter_bar.check.findData("noise") == -1
    assert "noise" not in opened.page.charts.limits._checks()
    opened.open()
    assert opened.flagged("noise") == [], "it stays off"
    form = show_form(opened)
    opened.qtbot.keyClick(form.row("noise").switch, Qt.Key.Key_Space)
    apply(opened, form)
    assert opened.flagged("noise") == [SPECKS, MORE, VAL_SPECKS]
    assert "noise" in opened.page.charts.limits._checks()


def test_that_a_limit_set_in_the_form_holds_in_the_gallery_and_in_the_tab(opened):
    opened.page.charts.limits.choose("noise")
    form = show_form(opened)
    field = form.row("noise").limit_field
    assert field is not None
    field.setFocus()
    field.selectAll()
    opened.qtbot.keyClicks(field, "7")
    apply(opened, form)
    assert opened.flagged("noise") == [SPECKS, MORE]
    assert opened.page.charts.limits.threshold.limit == 7


def test_that_enter_in_a_field_of_the_form_ends_the_typing_only(opened):
    form = show_form(opened)
    field = form.row("noise").limit_field
    assert field is not None
    field.setFocus()
    field.selectAll()
    opened.qtbot.keyClicks(field, "7")
    opened.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert form.settings.limit_of("noise") == 7


def test_that_a_form_that_is_given_up_changes_nothing(opened):
    form = show_form(opened)
    opened.qtbot.keyClick(form.row("noise").switch, Qt.Key.Key_Space)
    answer(opened, form, QDialogButtonBox.StandardButton.Cancel)
    assert opened.session.checking.settings.is_on("noise")
    assert not opened.session.is_scanning


def test_that_a_limit_in_the_workspace_that_is_damaged_is_told_and_the_dataset_opens(
    qtbot: QtBot, window: MainWindow, root: Path
):
    with open_workspace(open_dataset(root)) as workspace:
        save(workspace, CheckSettings())
        workspace.write("UPDATE check_settings SET settings = ?", [("{ not json",)])
    page = open_in(window, qtbot, root)
    banner = window.findChild(Banner)
    assert isinstance(banner, Banner)
    assert "settings of the checks are damaged" in banner.text()
    assert banner.isVisible()
    assert len(page.gallery.samples.ids) == 5
    assert "noise" in page.summary.chips, "checked with the defaults"


def test_that_renamed_classes_are_written_and_shown(qtbot: QtBot, window: MainWindow, root: Path):
    page = open_in(window, qtbot, root)
    page.session.set_current(VAL_SPECKS)
    page.commands.menu.aboutToShow.emit()
    page.commands._classes.trigger()
    editor = page.findChild(ClassEditor)
    assert isinstance(editor, ClassEditor)
    field = editor.findChild(QLineEdit, "ClassName_1")
    assert isinstance(field, QLineEdit)
    field.selectAll()
    qtbot.keyClicks(field, "lynx")
    with qtbot.waitSignal(window.session.dataset_changed):
        qtbot.mouseClick(editor.save_button, LEFT)
    qtbot.waitUntil(lambda: not window.session.is_scanning)
    assert 'name = "lynx"' in (root / "dataset.toml").read_text(encoding="utf-8")
    dataset = window.session.dataset
    assert dataset is not None
    assert dataset.classes[1].name == "lynx"
    assert page.filter_bar.class_.itemText(2) == "lynx"
    assert window.session.current == VAL_SPECKS, "the sample that was looked at stays"
    qtbot.waitUntil(lambda: any("lynx" in words for words in page.sample_panel.class_words))


def test_that_another_dataset_leaves_nothing_to_undo_of_the_one_before(
    qtbot: QtBot, window: MainWindow, root: Path, tmp_path: Path
):
    page = open_in(window, qtbot, root)
    page.session.curation.exclude([SPECKS], "a fox")
    button = window.findChild(QToolButton, "UndoLast")
    assert isinstance(button, QToolButton)
    assert button.isVisible()
    open_in(window, qtbot, make_dataset(tmp_path / "other"))
    assert not button.isVisible()


def test_that_classes_that_cannot_be_written_or_read_are_told(opened, root: Path):
    opened.page.commands.edit_classes()
    editor = opened.page.findChild(ClassEditor)
    assert isinstance(editor, ClassEditor)
    (root / "dataset.toml").mkdir()
    opened.click(editor.save_button)
    assert "dataset.toml" in opened.banner.text()
    (root / "dataset.toml").rmdir()
    (root / "dataset.toml").write_text("classes = 3")
    opened.banner.hide()
    opened.page.commands.edit_classes()
    assert "dataset.toml" in opened.banner.text()
    opened.page.commands.edit_coding()
    opened.wait_for_jobs()
    assert not opened.page.findChildren(CodingDialog)


def test_that_what_nobody_foresaw_is_told_in_the_window(hands, monkeypatch: pytest.MonkeyPatch):
    printed: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda _kind, error, _trace: printed.append(error))
    tell_of_errors(hands)
    full = PetsegError("The workspace's database cannot be written", remedy="Free disk space.")
    sys.excepthook(PetsegError, full, None)
    assert hands.banner.text() == str(full)
    sys.excepthook(ZeroDivisionError, ZeroDivisionError("by nought"), None)
    assert "ZeroDivisionError: by nought" in hands.banner.text()
    assert printed[0] is full
