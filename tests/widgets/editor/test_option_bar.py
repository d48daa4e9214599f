"""The row of options: what is computed, what is offered in its menu."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel

from widgets.canvas import MaskCanvas
from widgets.editor.option_bar import OptionBar


@pytest.fixture
def canvas(qtbot):
    canvas = MaskCanvas()
    qtbot.addWidget(canvas)
    yield canvas
    canvas.shut_down()


@pytest.fixture
def bar(qtbot, canvas):
    bar = OptionBar()
    qtbot.addWidget(bar)
    bar.show_tool(canvas.tool)
    bar.resize(1100, 48)
    bar.show()
    return bar


def test_that_the_menu_is_there_only_while_it_offers_something(qtbot, bar):
    assert bar.more_button.isHidden()
    done = []
    action = QAction("Open in LabelMe", bar)
    action.triggered.connect(lambda: done.append("opened"))
    bar.set_more([action])
    assert not bar.more_button.isHidden()
    bar.more_button.menu().actions()[0].trigger()
    assert done == ["opened"]


def test_that_the_bar_says_when_a_tool_computes_and_its_hint_comes_back(bar, canvas):
    hint = bar.findChild(QLabel, "ToolHint")
    bar.show_busy(True)
    assert hint.text() == "Computing …"
    bar.show_busy(False)
    assert hint.text() == canvas.tool.hint


@pytest.mark.parametrize("tool", ["suggestions", "smart_region", "brush"])
def test_that_the_name_of_a_tool_is_whole_in_a_window_1280_wide(bar, canvas, tool):
    bar.set_more([QAction("Open in LabelMe", bar)])
    canvas.set_tool(tool)
    bar.resize(1200, 48)
    bar.show_tool(canvas.tool)
    bar.layout().activate()
    title = next(label for label in bar.findChildren(QLabel) if label.text() == canvas.tool.title)
    assert title.width() >= title.sizeHint().width()
    assert bar.minimumSizeHint().width() <= 1200


def test_that_a_hint_without_room_is_told_apart_from_one_that_is_seen_whole(bar, canvas):
    bar.resize(1800, 48)
    assert bar.unread_hint == ""
    bar.resize(700, 48)
    assert bar.unread_hint == canvas.tool.hint
