"""The editor as a whole: what its parts tell each other."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect

from core.dataset.model import ClassInfo
from core.masks.document import MaskDocument
from widgets.editor.editor_view import EditorView

CLASSES = tuple(ClassInfo(value, f"class {value}", (value, 0, 0)) for value in range(20))


@pytest.fixture
def view(qtbot):
    view = EditorView()
    qtbot.addWidget(view)
    view.resize(1200, 640)
    view.set_classes(CLASSES, 255)
    view.edit(MaskDocument(np.zeros((40, 60), np.uint8)))
    view.show()
    qtbot.waitExposed(view)
    view.sentences = []
    view.canvas.said.connect(view.sentences.append)
    yield view
    view.canvas.shut_down()


def test_that_choosing_a_tool_says_the_hint_that_the_row_has_no_room_for(view):
    view.canvas.set_tool("smart_region")
    assert view.canvas.tool.hint in view.sentences
    view.resize(2400, 640)
    view.canvas.set_tool("brush")
    assert view.sentences[-1] == "", "what was said last was about another tool"


def test_that_the_class_painted_is_in_sight_among_many(view):
    palette = view.side.palette_list
    for value in (17, 0, 255):
        view.canvas.set_current_class(value)
        row = palette.row(value)
        place = QRect(row.mapTo(palette, QPoint(0, 0)), row.size())
        assert palette.visibleRegion().contains(place.center())
