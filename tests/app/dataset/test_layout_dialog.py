"""A folder that can be read in several ways, opened in the program's window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.gui import make_application
from app.main_window import MainWindow
from app.settings import Settings
from tests.making import blob, photo_of
from widgets.opening import LayoutDialog


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two folders of pictures, neither of which is called what photos or masks are called."""
    root = tmp_path / "pets"
    for stem in "abc":
        for name, pixels in (("left", photo_of(blob(32))), ("right", blob(32))):
            (root / name).mkdir(parents=True, exist_ok=True)
            (root / name / f"{stem}.png").write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    return root


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    make_application(Settings(theme="dark"))
    made = MainWindow(Settings())
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.close()


def ask(qtbot: QtBot, window: MainWindow, folder: Path) -> LayoutDialog:
    with qtbot.waitSignal(window.session.layout_asked):
        window.open_dataset(folder)
    dialog = window.findChild(LayoutDialog)
    assert isinstance(dialog, LayoutDialog)
    assert dialog.isVisible()
    return dialog


def test_that_the_chosen_way_opens_and_is_remembered_when_that_is_wanted(
    qtbot: QtBot, window: MainWindow, folder: Path
):
    dialog = ask(qtbot, window, folder)
    assert window.session.dataset is None
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert window.session.dataset is None, "nothing is opened by a guess"
    assert not (folder / "dataset.toml").exists()

    dialog = ask(qtbot, window, folder)
    assert dialog.chosen is not None
    wanted = dialog.chosen.text
    assert dialog.remember_box.isChecked()
    with qtbot.waitSignal(window.session.dataset_changed):
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not window.session.is_scanning)
    dataset = window.session.dataset
    assert dataset is not None
    assert dataset.label_sets == ("right",)
    assert f'layout = "{wanted}"' in (folder / "dataset.toml").read_text(encoding="utf-8")

    with qtbot.waitSignal(window.session.dataset_changed):
        window.open_dataset(folder)  # asks no more
    qtbot.waitUntil(lambda: not window.session.is_scanning)


def test_that_another_way_opens_without_being_remembered_and_outlives_reopening(
    qtbot: QtBot, window: MainWindow, folder: Path
):
    dialog = ask(qtbot, window, folder)
    dialog.remember_box.setChecked(False)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
    with qtbot.waitSignal(window.session.dataset_changed):
        qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.session.is_scanning)
    dataset = window.session.dataset
    assert dataset is not None
    assert dataset.label_sets == ("left",)
    assert not (folder / "dataset.toml").exists()
    with qtbot.waitSignal(window.session.dataset_changed):
        window.session.reopen()
    qtbot.waitUntil(lambda: not window.session.is_scanning)
    assert window.session.dataset is not None
    assert window.session.dataset.label_sets == ("left",)
