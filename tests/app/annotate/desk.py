"""A window with the Annotate page on it, and hands that use it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMainWindow, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from app import actions
from app.jobs import Jobs
from app.pages.annotate.keeping.questions import Answer
from app.pages.annotate_page import AnnotatePage
from app.session import Session
from core.images import read_mask

LEFT = Qt.MouseButton.LeftButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


class Desk:
    """A window with the page on it, and hands that use it."""

    def __init__(self, qtbot: QtBot, root: Path) -> None:
        self.qtbot = qtbot
        self.root = root
        self.jobs = Jobs()
        self.session = Session(self.jobs)
        self.page = AnnotatePage(self.session, self.jobs)
        actions.install(self.page.actions_table(), self.page, Qt.ShortcutContext.WindowShortcut)
        self.window = QMainWindow()
        self.window.setCentralWidget(self.page)
        self.window.setMinimumSize(960, 600)
        self.window.resize(1200, 700)
        qtbot.addWidget(self.window)
        self.messages: list[str] = []
        self.session.message.connect(self.messages.append)
        self.problems: list[str] = []
        self.session.problem.connect(self.problems.append)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.window.activateWindow()

    def open(self, sample_id: str, label_set: str | None = None) -> None:
        """Open the dataset and show a sample, checked."""
        self.session.open(self.root)
        if label_set is not None:
            self.session.set_label_set(label_set)
        self.qtbot.waitUntil(lambda: not self.session.is_scanning)
        self.show(sample_id)

    def show(self, sample_id: str) -> None:
        self.session.set_current(sample_id)
        self.wait_for(sample_id)

    def wait_for(self, sample_id: str) -> None:
        showing = self.page.showing

        def is_there() -> bool:
            key = showing.key
            return key is not None and key.sample_id == sample_id and showing.is_ready

        self.qtbot.waitUntil(is_there)

    def key(self, key: Qt.Key, modifiers=NONE) -> None:
        self.qtbot.keyClick(self.page.canvas, key, modifiers)

    def click(self, x: int, y: int, modifiers=NONE) -> None:
        canvas = self.page.canvas
        place = canvas.pixel_center(x, y)
        self.qtbot.mouseMove(canvas, place + QPoint(1, 0))
        self.qtbot.mouseMove(canvas, place)
        self.qtbot.mouseClick(canvas, LEFT, modifiers, place)

    def press(self, name: str) -> None:
        button = self.page.findChild(QPushButton, name) or self.page.findChild(QToolButton, name)
        assert button is not None, name
        assert button.isEnabled(), f"{name} is disabled"
        self.qtbot.mouseClick(button, LEFT)

    def save(self) -> None:
        """Save, and wait until the sample was checked again."""
        with self.qtbot.waitSignal(self.session.sample_checked):
            self.key(Qt.Key.Key_S, CONTROL)

    def file(self, sample_id: str, label_set: str = "labels") -> np.ndarray:
        return read_mask(self.root / label_set / f"{sample_id}.png")

    @property
    def state(self) -> str:
        return self.page.view.sample_bar.state

    @property
    def notice(self) -> str:
        return self.page.view.notice.text

    def close(self) -> None:
        self.page.shut_down()
        self.session.close()
        self.jobs.shut_down()

    def leave(self, answer: Answer) -> bool:
        """Close the window as a user does, with that answer if one is asked for."""
        self.asked: list[str] = []

        def answering(_parent, names) -> Answer:
            self.asked += names
            return answer

        self.page.ask = answering
        if not self.page.may_close():
            return False
        self.close()
        self.window.close()
        return True

    @property
    def canvas(self):
        return self.page.canvas

    @property
    def choices(self) -> list[str]:
        """The buttons of the notice."""
        bar = self.page.view.notice
        return [one.text() for one in bar.findChildren(QPushButton) if one.isVisibleTo(bar)]

    def choose(self, text: str) -> None:
        """Press a button of the notice."""
        self.qtbot.waitUntil(lambda: self._choice(text) is not None)
        self.qtbot.mouseClick(self._choice(text), LEFT)

    def _choice(self, text: str) -> QPushButton | None:
        buttons = self.page.view.notice.findChildren(QPushButton)
        return next((one for one in buttons if one.text() == text and one.isVisible()), None)
