from __future__ import annotations

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from widgets.flags.folding_splitter import FoldingSplitter


def test_that_unfolding_gives_the_parts_their_sizes_again(qtbot: QtBot):
    splitter = FoldingSplitter()
    qtbot.addWidget(splitter)
    upper, lower = QWidget(), QWidget()
    splitter.addWidget(upper)
    splitter.addWidget(lower)
    splitter.resize(200, 400)
    splitter.show()
    splitter.setSizes([200, 194])
    before = splitter.sizes()
    splitter.fold(True)
    lower.setMaximumHeight(36)
    qtbot.waitUntil(lambda: lower.height() <= 36)
    assert splitter.sizes() == before
    lower.setMaximumHeight(400)
    splitter.fold(False)
    qtbot.waitUntil(lambda: lower.height() == before[1])


def test_that_sizes_given_while_folded_are_for_later(qtbot: QtBot):
    splitter = FoldingSplitter()
    qtbot.addWidget(splitter)
    splitter.addWidget(QWidget())
    splitter.addWidget(QWidget())
    splitter.resize(200, 400)
    splitter.show()
    splitter.fold(True)
    splitter.setSizes([100, 294])
    assert splitter.sizes() == [100, 294]
    splitter.fold(False)
    assert splitter.sizes()[1] > splitter.sizes()[0]
