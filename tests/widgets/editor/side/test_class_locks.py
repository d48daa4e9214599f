"""Locks beside the classes, and the rule of what strokes may paint over."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from core.dataset.model import ClassInfo
from core.masks.document import MaskDocument
from core.masks.protection import Over
from widgets.editor import EditorView

CLASSES = (
    ClassInfo(0, "background", (0, 0, 0)),
    ClassInfo(1, "cat", (230, 159, 0)),
    ClassInfo(2, "dog", (0, 114, 178)),
)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def view(qtbot):
    view = EditorView()
    qtbot.addWidget(view)
    view.resize(1100, 700)
    view.set_classes(CLASSES, 255)
    mask = np.zeros((40, 60), np.uint8)
    mask[:, 20:40] = 1
    view.canvas.set_image(np.full((40, 60, 3), 90, np.uint8))
    view.edit(MaskDocument(mask))
    view.canvas.set_current_class(2)
    view.canvas.set_brush_size(200)
    view.show()
    qtbot.waitExposed(view)
    yield view
    view.canvas.shut_down()
    view.filmstrip.shut_down()


def paint(qtbot, view: EditorView) -> list[int]:
    """Click in the middle with a brush as large as the image; what a row holds afterwards."""
    place: QPoint = view.canvas.pixel_center(30, 20)
    qtbot.mouseClick(view.canvas, LEFT, pos=place)
    return view.canvas.pixels[20, ::20].tolist()


def test_that_a_locked_class_is_not_painted_over(qtbot, view):
    qtbot.mouseClick(view.side.palette_list.lock(1), LEFT)
    assert view.canvas.protection.over is Over.UNLOCKED
    assert paint(qtbot, view) == [2, 1, 2]


def test_that_taking_the_last_lock_away_lets_everything_be_painted(qtbot, view):
    lock = view.side.palette_list.lock(1)
    qtbot.mouseClick(lock, LEFT)
    qtbot.mouseClick(lock, LEFT)
    assert view.canvas.protection.over is Over.EVERYTHING
    assert paint(qtbot, view) == [2, 2, 2]


def test_that_strokes_can_be_limited_to_the_background(qtbot, view):
    view.side.protection.menu().actions()[1].trigger()
    assert view.side.protection.text() == "over background"
    assert paint(qtbot, view) == [2, 1, 2]


def test_that_a_stroke_that_changed_nothing_says_why(qtbot, view):
    said = []
    view.canvas.said.connect(said.append)
    view.side.protection.menu().actions()[2].trigger()
    assert paint(qtbot, view) == [0, 1, 0]
    assert said[-1] == "Only dog may be painted over."


def test_that_the_rule_can_be_stepped_through(view):
    seen = []
    for _ in Over:
        view.side.protection.step()
        seen.append(view.canvas.protection.over)
    assert seen == [Over.BACKGROUND, Over.CURRENT, Over.UNLOCKED, Over.EVERYTHING]


def test_that_locks_of_another_dataset_are_forgotten(qtbot, view):
    qtbot.mouseClick(view.side.palette_list.lock(1), LEFT)
    view.set_classes(CLASSES[:2], 255)
    assert view.canvas.protection.over is Over.EVERYTHING
    assert not view.side.palette_list.locked


def test_that_a_mask_that_is_read_only_stays_as_it_is_and_says_why(qtbot, view):
    said = []
    view.canvas.said.connect(said.append)
    view.canvas.set_read_only("Another window edits these masks.")
    assert paint(qtbot, view) == [0, 1, 0]
    assert said == ["Another window edits these masks."]
    view.canvas.set_read_only("")
    assert paint(qtbot, view) == [2, 2, 2]
