"""The window's frame: pages, header, footer, banner, shortcuts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from app.gui import make_application
from app.main_window import MainWindow
from app.pages.annotate_page import AnnotatePage
from app.settings import Settings, load_settings, settings_path
from app.shortcut_sheet import ShortcutSheet
from tests.making import make_dataset
from widgets import theme
from widgets.frame import Banner, Footer


@pytest.fixture
def window(qtbot: QtBot):
    make_application(Settings(theme="dark"))
    made = MainWindow(Settings())
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()


def rail_button(window: MainWindow, word: str) -> QToolButton:
    button = window.findChild(QToolButton, f"Rail{word}")
    assert isinstance(button, QToolButton)
    return button


def test_that_the_rail_and_its_shortcuts_switch_pages(qtbot: QtBot, window: MainWindow):
    words = [page.title for page in window.pages]
    for number, word in enumerate(words, 1):
        qtbot.keyClick(window, Qt.Key(Qt.Key.Key_0 + number), Qt.KeyboardModifier.ControlModifier)
        assert window.pages[number - 1].isVisible()
        assert rail_button(window, word).isChecked()
    qtbot.mouseClick(rail_button(window, words[0]), Qt.MouseButton.LeftButton)
    assert window.pages[0].isVisible()


def test_that_opening_a_dataset_names_it_and_remembers_it(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
):
    root = make_dataset(tmp_path / "meadow")
    with qtbot.waitSignal(window.session.dataset_changed):
        window.open_dataset(root)
    button = window.findChild(QToolButton, "DatasetButton")
    assert isinstance(button, QToolButton)
    assert "meadow" in button.text()
    assert load_settings().recent == [str(root)]
    qtbot.waitUntil(lambda: not window.session.is_scanning)


def test_that_a_folder_that_cannot_be_opened_is_told_in_the_banner(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
):
    banner = window.findChild(Banner)
    assert isinstance(banner, Banner)
    assert banner.text() == ""
    window.open_dataset(tmp_path)
    qtbot.waitUntil(lambda: "No folder of images was found" in banner.text())
    assert str(tmp_path) in banner.text()


def test_that_an_edit_request_brings_the_editor_to_the_front(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
):
    window.session.open(make_dataset(tmp_path))
    window.session.edit("val/003")
    assert window.page(AnnotatePage).isVisible()
    assert window.session.current == "val/003"
    qtbot.waitUntil(lambda: not window.session.is_scanning)


def test_that_the_theme_can_be_switched_and_is_remembered(qtbot: QtBot, window: MainWindow):
    assert theme.active() == "dark"
    dark = theme.color("window")
    qtbot.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert theme.active() == "light"
    assert theme.color("window") != dark
    assert load_settings().theme == "light"


def test_that_every_shortcut_is_unique_on_its_page(window: MainWindow):
    everywhere = [keys for action in window._table for keys in action.shortcut]
    for page in window.pages:
        # Keys that a part of the page takes while it has the focus may mean something else there.
        groups: dict[str, list[str]] = {"": list(everywhere)}
        for action in page.actions_table():
            part = action.group if action.is_held else ""
            groups.setdefault(part, []).extend(action.shortcut)
        for keys in groups.values():
            assert len(keys) == len(set(keys)), f"{page.title}: {sorted(keys)}"


def test_that_the_shortcut_sheet_lists_every_page(qtbot: QtBot, window: MainWindow):
    sheet = ShortcutSheet([(page.title, page.actions_table()) for page in window.pages])
    qtbot.addWidget(sheet)
    words = {label.text() for label in sheet.findChildren(QLabel)}
    for page in window.pages:
        for action in page.actions_table():
            assert not action.shortcut or action.text in words


def test_that_the_footer_shows_the_first_job_and_offers_to_cancel_it(qtbot: QtBot):
    footer = Footer()
    qtbot.addWidget(footer)
    footer.show()
    button = footer.findChild(QToolButton, "CancelJob")
    assert isinstance(button, QToolButton)
    assert not button.isVisible()
    footer.show_job(7, "Checking labels", 40, 96, "3 s left")
    footer.show_job(8, "Drawing", 0, 0, "")
    jobs = footer.findChild(QToolButton, "JobsButton")
    assert isinstance(jobs, QToolButton)
    assert jobs.text() == "Checking labels 40/96 · 3 s left  +1"
    with qtbot.waitSignal(footer.cancel_clicked) as cancelled:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert cancelled.args == [7]
    footer.remove_job(7)
    footer.remove_job(8)
    assert not button.isVisible()


def test_that_damaged_settings_are_replaced_by_the_defaults():
    settings_path().parent.mkdir(parents=True, exist_ok=True)
    settings_path().write_text("{ not json")
    assert load_settings() == Settings()


def test_that_the_window_s_process_has_neither_torch_nor_mmseg():
    code = (
        "import sys, app.gui; from app.settings import Settings;"
        "application = app.gui.make_application(Settings());"
        "window = app.gui.MainWindow(Settings());"
        "window.show(); application.processEvents(); window.close();"
        "print([name for name in ('torch', 'mmengine', 'mmcv', 'mmseg') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[]", done.stderr


def test_that_the_application_has_its_name_and_icon(window: MainWindow):
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    assert application.applicationDisplayName() == "PetSeg Workbench"
    assert not application.windowIcon().isNull()


def test_that_what_can_be_taken_back_stays_on_offer_when_another_message_comes(qtbot: QtBot):
    footer = Footer()
    qtbot.addWidget(footer)
    footer.resize(900, 32)
    footer.show()
    taken_back: list[str] = []
    footer.show_undoable("Tagged 3 samples", lambda: taken_back.append("tags"))
    button = footer.findChild(QToolButton, "UndoLast")
    assert button.text() == "Undo"
    footer.show_message("Checked 96 masks")
    assert button.isVisible()
    assert button.text() == "Undo: Tagged 3 samples"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert taken_back == ["tags"]
    assert not button.isVisible()
    assert footer.message() == "Taken back."
