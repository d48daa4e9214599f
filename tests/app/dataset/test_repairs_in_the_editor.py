"""A mask that is open in the editor, repaired on the Dataset page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.gui import make_application
from app.main_window import MainWindow
from app.pages.annotate_page import AnnotatePage
from app.pages.dataset_page import DatasetPage
from app.settings import Settings
from core.images import read_mask
from tests.app.dataset.hands import SPECKS
from tests.making import blob


@pytest.fixture
def window(qtbot: QtBot, root: Path) -> Iterator[MainWindow]:
    """The program's window with the dataset, checked, and a sample with specks in the editor."""
    make_application(Settings(theme="dark"))
    made = MainWindow(Settings())
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.session.open(root)
    qtbot.waitUntil(lambda: not made.jobs.running and not made.session.is_scanning)
    with qtbot.waitSignal(editor(made).sample_shown):
        made.session.edit(SPECKS)
    yield made
    made.close()


def editor(window: MainWindow) -> AnnotatePage:
    page = window.page(AnnotatePage)
    assert isinstance(page, AnnotatePage)
    return page


def test_that_the_editor_shows_the_repaired_mask_and_the_undone_one(
    qtbot: QtBot, window: MainWindow, root: Path
):
    page, file = editor(window), root / "labels" / f"{SPECKS}.png"
    assert page.showing.mask is not None
    before = page.showing.mask.document.mask.copy()
    assert not np.array_equal(before, blob())

    window.show_page(0)
    data = window.page(DatasetPage)
    assert isinstance(data, DatasetPage)
    with qtbot.waitSignal(data.repairing.preview.preview_shown):
        qtbot.keyClick(data.gallery, Qt.Key.Key_R)
    with qtbot.waitSignal(window.session.sample_checked):
        qtbot.keyClick(data.repairing.preview, Qt.Key.Key_Return)
    assert np.array_equal(read_mask(file), blob())
    with qtbot.waitSignal(page.sample_shown):
        window.show_page(1)
    assert page.showing.mask is not None
    assert np.array_equal(page.showing.mask.document.mask, blob())

    with qtbot.waitSignal(page.sample_shown):
        window._footer._undo.click()
    assert np.array_equal(read_mask(file), before)
    assert np.array_equal(page.showing.mask.document.mask, before)
