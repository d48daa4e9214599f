"""Whatever a tool does: only pixels it says it changed are changed, and every step can be undone.

Random gestures are made with every tool on random masks. The document is compared with copies of
its pixels, and with the file that a save makes of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.dataset import open_dataset
from core.dataset.model import ClassInfo
from core.dataset.workspace import open_workspace
from core.images import read_mask
from core.masks.document import MaskDocument
from core.masks.geometry import Rect
from core.masks.saving import save_mask
from tests.making import make_dataset, photo_of
from widgets.canvas import MaskCanvas
from widgets.canvas.tools import TOOLS, Prediction

SIZE = 48
IGNORE = 255
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
MODIFIERS = (
    NONE,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
)
KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
CLASSES = (
    ClassInfo(0, "background", (0, 0, 0)),
    ClassInfo(1, "cat", (230, 159, 0)),
    ClassInfo(2, "dog", (0, 114, 178)),
)
places = st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1))
QUICK = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@dataclass(frozen=True)
class Gesture:
    """A press, some moves, a release, and perhaps a key."""

    way: list[tuple[int, int]]
    modifier: Qt.KeyboardModifier
    key: Qt.Key | None


gestures = st.builds(
    Gesture,
    way=st.lists(places, min_size=1, max_size=5),
    modifier=st.sampled_from(MODIFIERS),
    key=st.none() | st.sampled_from(KEYS),
)


@st.composite
def masks(draw: st.DrawFn) -> np.ndarray:
    """A mask of some rectangles of every class, ignored pixels and holes among them."""
    mask = np.zeros((SIZE, SIZE), np.uint8)
    for _ in range(draw(st.integers(0, 5))):
        (x0, y0), (x1, y1) = draw(places), draw(places)
        value = draw(st.sampled_from([0, 1, 2, IGNORE]))
        mask[min(y0, y1) : max(y0, y1) + 1, min(x0, x1) : max(x0, x1) + 1] = value
    return mask


class Hand:
    """Works a canvas with mouse and keys, and notes what it says it changed."""

    def __init__(self, qtbot) -> None:
        self.qtbot = qtbot
        self.canvas = MaskCanvas()
        qtbot.addWidget(self.canvas)
        self.canvas.resize(400, 400)
        self.canvas.show()
        qtbot.waitExposed(self.canvas)
        self.told: list[Rect] = []
        self.canvas.edited.connect(self.told.append)

    def take(self, mask: np.ndarray, tool: str, value: int, size: int) -> MaskDocument:
        document = MaskDocument(mask)
        self.canvas.set_image(photo_of(mask))
        self.canvas.set_document(document, CLASSES, IGNORE)
        model = np.roll(mask, 5, axis=1)
        self.canvas.set_prediction(Prediction("run", model, np.full_like(mask, 200)))
        self.canvas.set_current_class(value)
        self.canvas.set_tool(tool)
        self.canvas.set_brush_size(size)
        self.told.clear()
        return document

    def make(self, gesture: Gesture) -> None:
        canvas = self.canvas
        way = [canvas.pixel_center(*place) for place in gesture.way]
        QTest.mouseMove(canvas, way[0])
        QTest.mousePress(canvas, LEFT, gesture.modifier, way[0])
        for place in way[1:]:
            QTest.mouseMove(canvas, place)
        QTest.mouseRelease(canvas, LEFT, gesture.modifier, way[-1])
        self.wait()
        if gesture.key is not None:
            QTest.keyClick(canvas, gesture.key)
            self.wait()

    def wait(self) -> None:
        self.qtbot.waitUntil(lambda: not self.canvas.computing.is_busy)


@pytest.fixture
def hand(qtbot):
    hand = Hand(qtbot)
    yield hand
    hand.canvas.shut_down()


@pytest.mark.parametrize("tool", [tool.id for tool in TOOLS])
@QUICK
@given(data=st.data())
def test_that_only_what_is_told_changes_and_every_step_can_be_undone(hand, tool, data):
    mask = data.draw(masks())
    value = data.draw(st.sampled_from([0, 1, 2, IGNORE]))
    document = hand.take(mask, tool, value, data.draw(st.integers(1, 20)))
    states = {0: mask.copy()}
    for gesture in data.draw(st.lists(gestures, min_size=1, max_size=4)):
        before = document.mask.copy()
        hand.told.clear()
        hand.make(gesture)
        hand.canvas.cancel()
        changed = document.mask != before
        for rect in hand.told:
            changed[rect.slices] = False
        assert not changed.any(), "a pixel changed outside of what was told"
        states[document.undo_steps] = document.mask.copy()
    final = document.mask.copy()
    assert set(np.unique(final)) <= {0, 1, 2, IGNORE}
    while document.undo() is not None:
        if document.undo_steps in states:
            np.testing.assert_array_equal(document.mask, states[document.undo_steps])
    np.testing.assert_array_equal(document.mask, mask)
    assert not document.is_dirty
    while document.redo() is not None:
        pass
    np.testing.assert_array_equal(document.mask, final)
    assert document.class_counts().tolist() == np.bincount(final.ravel(), minlength=256).tolist()


@QUICK
@given(
    mask=masks(),
    work=st.lists(
        st.tuples(st.sampled_from([tool.id for tool in TOOLS]), gestures), min_size=1, max_size=5
    ),
)
def test_that_a_saved_mask_is_the_painted_one_and_an_untouched_one_keeps_its_bytes(
    hand, tmp_path_factory, mask, work
):
    root = make_dataset(tmp_path_factory.mktemp("data"), 2, SIZE)
    dataset = open_dataset(root)
    sample, other = dataset.sample("train/000"), dataset.sample("train/001")
    path, other_path = (dataset.mask_path(one, "labels") for one in (sample, other))
    bytes_before = other_path.read_bytes()
    document = hand.take(read_mask(path, dataset.coding), "brush", 1, 6)
    with open_workspace(dataset) as workspace:
        for tool, gesture in work:
            hand.canvas.set_tool(tool)
            hand.make(gesture)
        hand.canvas.cancel()
        save_mask(dataset, workspace, sample, "labels", document.mask)
        save_mask(dataset, workspace, other, "labels", read_mask(other_path, dataset.coding))
    np.testing.assert_array_equal(read_mask(path, dataset.coding), document.mask)
    assert other_path.read_bytes() == bytes_before
