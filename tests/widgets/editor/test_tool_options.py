"""The options of a tool as controls."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QPushButton, QSpinBox

from core.dataset.model import ClassInfo
from core.masks.document import MaskDocument
from widgets.canvas import MaskCanvas
from widgets.canvas.tools import Choice, Command, Number, Toggle, Tool
from widgets.editor.tool_options import ToolOptions

CLASSES = (ClassInfo(0, "background", (0, 0, 0)), ClassInfo(1, "cat", (230, 159, 0)))


class Stencil(Tool):
    """A tool with an option of every kind."""

    id, title, icon, key, hint = "stencil", "Stencil", "brush", "J", "Press it."
    choices = (Choice("shape", "Shape", (("round", "Round"), ("star", "Star")), "The shape"),)
    numbers = (Number("tolerance", "Tolerance", 0, 100, "How alike", " %"),)
    toggles = (Toggle("filled", "Filled", "Fill it"),)
    commands = (Command("drop", "Drop", "close", "Drop it", anytime=True),)

    def __init__(self, host) -> None:
        super().__init__(host)
        self.shape, self.tolerance, self.filled = "star", 12, True
        self.told = 0
        self.dropped = False

    def changed(self) -> None:
        self.told += 1

    def drop(self) -> None:
        self.dropped = True


@pytest.fixture
def canvas(qtbot):
    canvas = MaskCanvas()
    qtbot.addWidget(canvas)
    yield canvas
    canvas.shut_down()


@pytest.fixture
def shown(qtbot, canvas):
    tool, options = Stencil(canvas), ToolOptions()
    qtbot.addWidget(options)
    options.show_tool(tool)
    options.show()
    return tool, options


def test_that_controls_show_what_the_options_are(shown):
    _, options = shown
    assert options.findChild(QComboBox, "Choice_shape").currentText() == "Star"
    assert options.findChild(QSpinBox, "Number_tolerance").text() == "12 %"
    assert options.findChild(QCheckBox, "Toggle_filled").isChecked()


def test_that_every_kind_of_option_can_be_changed(qtbot, shown):
    tool, options = shown
    options.findChild(QComboBox, "Choice_shape").setCurrentIndex(0)
    spin = options.findChild(QSpinBox, "Number_tolerance")
    spin.selectAll()
    qtbot.keyClicks(spin, "40")
    qtbot.keyClick(spin, Qt.Key.Key_Return)
    qtbot.mouseClick(options.findChild(QCheckBox, "Toggle_filled"), Qt.MouseButton.LeftButton)
    assert (tool.shape, tool.tolerance, tool.filled) == ("round", 40, False)
    assert tool.told == 3
    qtbot.mouseClick(options.findChild(QPushButton, "Command_drop"), Qt.MouseButton.LeftButton)
    assert tool.dropped


def test_that_a_change_by_the_tool_is_shown_and_not_told_back(shown):
    tool, options = shown
    tool.tolerance = 77
    options.refresh()
    assert options.findChild(QSpinBox, "Number_tolerance").value() == 77
    assert tool.told == 0


def test_that_enter_in_a_number_gives_the_keyboard_back(qtbot, shown):
    _, options = shown
    spin = options.findChild(QSpinBox, "Number_tolerance")
    with qtbot.waitSignal(options.entered):
        qtbot.keyClick(spin, Qt.Key.Key_Return)


def test_that_a_tool_without_options_takes_no_room(qtbot, canvas):
    options = ToolOptions()
    qtbot.addWidget(options)
    options.show_tool(Tool(canvas))
    assert options.isHidden()


def test_that_every_control_has_a_tooltip(shown):
    _, options = shown
    for kind in (QComboBox, QSpinBox, QCheckBox, QPushButton):
        for control in options.findChildren(kind):
            assert control.toolTip()


def test_that_buttons_wait_until_there_is_something_to_accept_or_drop(qtbot, canvas):
    canvas.resize(400, 300)
    canvas.set_image(np.full((60, 80, 3), 90, np.uint8))
    canvas.set_document(MaskDocument(np.zeros((60, 80), np.uint8)), CLASSES)
    canvas.set_tool("polygon")
    options = ToolOptions()
    qtbot.addWidget(options)
    canvas.tool_options_changed.connect(options.refresh)
    options.show_tool(canvas.tool)
    drop = options.findChild(QPushButton, "Command_cancel")
    assert not drop.isEnabled()
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.pixel_center(20, 20))
    assert drop.isEnabled()
    qtbot.mouseClick(drop, Qt.MouseButton.LeftButton)
    assert not drop.isEnabled()
