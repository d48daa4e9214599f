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
