"""The Dataset page in a window of its own, and hands that use it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app import actions
from app.jobs import Jobs
from app.pages.dataset_page import DatasetPage
from app.session import Session
from core.images import read_mask
from core.masks.saving import save_mask
from tests.making import blob
from widgets.flags.row import FlagRow
from widgets.frame import Banner, Footer

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier

CLEAN, SPECKS, MORE = "train/clean", "train/specks", "train/specks_too"
DOG, VAL_SPECKS = "val/dog", "val/specks"
ALL = [CLEAN, SPECKS, MORE, DOG, VAL_SPECKS]


def speckled(*areas: int) -> np.ndarray:
    """A blob, and beside it a piece of each of those areas, one below the other."""
    mask = blob()
    for number, area in enumerate(areas):
        mask[4 + 8 * number, 1 : 1 + area] = 1
    return mask


class Hands:
    """A window with the page, a footer and a banner, and what was told meanwhile."""

    def __init__(self, qtbot: QtBot, root: Path) -> None:
        self.qtbot = qtbot
        self.root = root
        self.jobs = Jobs()
        self.session = Session(self.jobs)
        self.page = DatasetPage(self.session, self.jobs)
        actions.install(self.page.actions_table(), self.page, Qt.ShortcutContext.WindowShortcut)
        self.footer, self.banner = Footer(), Banner()
        frame = QWidget()
        column = QVBoxLayout(frame)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.banner, self.page, self.footer):
            column.addWidget(widget, 1 if widget is self.page else 0)
        self.window = QMainWindow()
        self.window.setCentralWidget(frame)
        self.window.resize(1280, 840)
        qtbot.addWidget(self.window)
        self.session.undoable.connect(self.footer.show_undoable)
        self.session.message.connect(self.footer.show_message)
        self.session.problem.connect(self.banner.tell)
        self.jobs.failed.connect(self.banner.tell)
        with qtbot.waitExposed(self.window):
            self.window.show()
        self.window.activateWindow()

    def open(self, root: Path | None = None) -> Hands:
        """Open the dataset, and wait until it was checked and its first sample is shown."""
        with self.qtbot.waitSignal(self.page.sample_panel.content_shown):
            self.session.open(root or self.root)
            self.wait_for_scan()
        self.page.activate()
        return self

    def wait_for_scan(self) -> None:
        self.qtbot.waitUntil(lambda: not self.jobs.running and not self.session.is_scanning)

    def wait_for_jobs(self) -> None:
        self.qtbot.waitUntil(lambda: not self.jobs.running)

    def close(self) -> None:
        self.page.shut_down()
        self.session.close()
        self.jobs.shut_down()

    # What is seen

    @property
    def shown(self) -> list[str]:
        """The samples in the gallery."""
        return self.page.gallery.samples.ids

    def flagged(self, check: str) -> list[str]:
        """The samples with a flag of a check."""
        flags = self.session.flags
        return [one for one in ALL if any(flag.check == check for flag in flags.get(one, []))]

    def rows(self, check: str) -> list[FlagRow]:
        """The rows of the list of flags that speak of a check."""
        return [row for row in self.page.sample_panel.flag_list.rows if row.flag.check == check]

    def file(self, sample_id: str, label_set: str = "labels") -> Path:
        return self.root / label_set / f"{sample_id}.png"

    def mask(self, sample_id: str) -> np.ndarray:
        return read_mask(self.file(sample_id))

    # What is done

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        if not self.window.isActiveWindow():  # nobody brings it to the front after a dialog here
            self.window.activateWindow()
            self.qtbot.waitUntil(self.window.isActiveWindow)
        self.qtbot.keyClick(self.page.gallery, key, modifiers)

    def click(self, widget: QWidget, place: QPoint | None = None) -> None:
        assert widget.isVisible()
        assert widget.isEnabled()
        self.qtbot.mouseClick(widget, LEFT, NONE, place or widget.rect().center())

    def select(self, sample_id: str, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Click a sample in the gallery."""
        gallery = self.page.gallery
        row = gallery.samples.row_of(sample_id)
        assert row is not None
        place = gallery.visualRect(gallery.samples.index(row)).center()
        self.qtbot.mouseClick(gallery.viewport(), LEFT, modifiers, place)

    def press(self, row: FlagRow, verb: str) -> None:
        """Click a button of a flag: repair, accept, limit, or flag (again)."""
        button = row.findChild(QToolButton, f"flag.{verb}")
        assert isinstance(button, QToolButton)
        self.qtbot.waitUntil(button.isVisible)  # a row that was made just now is laid out first
        self.click(button)

    def undo(self) -> None:
        """Click the footer's button that takes the last thing back."""
        button = self.footer.findChild(QToolButton, "UndoLast")
        assert isinstance(button, QToolButton)
        self.click(button)

    def menu(self) -> QMenu:
        """The menu that is open."""
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        return menu

    def choose(self, text: str) -> None:
        """Click an entry of the menu that is open."""
        menu = self.menu()
        action = next(action for action in menu.actions() if action.text() == text)
        place = menu.actionGeometry(action).center()
        self.qtbot.mouseMove(menu, place)
        self.qtbot.mouseClick(menu, LEFT, NONE, place)

    def write_mask(self, sample_id: str, mask: np.ndarray) -> None:
        """Save another mask, as the editor does, and wait until it was checked."""
        session = self.session
        assert session.dataset is not None
        assert session.workspace is not None
        sample = session.dataset.sample(sample_id)
        save_mask(session.dataset, session.workspace, sample, session.label_set, mask)
        with self.qtbot.waitSignal(session.sample_checked):
            session.mask_saved(sample_id)
