"""A mask canvas on show, and hands that work it with mouse and keys, in image coordinates."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QPoint, Qt

from core.dataset.model import ClassInfo
from core.masks.document import MaskDocument
from core.masks.shapes.regions import Point, Region
from widgets.canvas import MaskCanvas

CLASSES = (
    ClassInfo(0, "background", (0, 0, 0)),
    ClassInfo(1, "cat", (230, 159, 0)),
    ClassInfo(2, "dog", (0, 114, 178)),
)
LEFT = Qt.MouseButton.LeftButton
SHIFT, CONTROL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
NONE = Qt.KeyboardModifier.NoModifier


class Stage:
    """A canvas with a mask and a photo; places are columns and rows of the mask."""

    def __init__(self, qtbot, mask: np.ndarray) -> None:
        self.qtbot = qtbot
        self.canvas = MaskCanvas()
        self.canvas.resize(840, 640)
        qtbot.addWidget(self.canvas)
        self.canvas.set_image(np.full((*mask.shape, 3), 90, np.uint8))
        self.show(mask)
        self.canvas.show()
        qtbot.waitExposed(self.canvas)
        self.sentences: list[str] = []
        self.canvas.said.connect(self.sentences.append)

    def show(self, mask: np.ndarray) -> None:
        """Edit another mask of the same size."""
        self.document = MaskDocument(mask)
        self.canvas.set_document(self.document, CLASSES, 255)

    @property
    def mask(self) -> np.ndarray:
        return self.document.mask

    def at(self, x: float, y: float) -> QPoint:
        """The view pixel nearest to the centre of an image pixel."""
        return self.canvas.placement.to_view(x + 0.5, y + 0.5).toPoint()

    def point(self, x: float, y: float) -> Point:
        """Where in the image a click at `at` lands: clicks are on whole view pixels."""
        return self.canvas.placement.to_image(self.at(x, y).toPointF())

    def points(self, places: Iterable[tuple[float, float]]) -> list[Point]:
        return [self.point(*place) for place in places]

    def hover(self, x: float, y: float, modifiers=NONE) -> None:
        # A cursor that is there already would not move.
        self.qtbot.mouseMove(self.canvas, self.at(x, y) + QPoint(1, 0))
        self.qtbot.mouseMove(self.canvas, self.at(x, y))

    def click(self, x: float, y: float, modifiers=NONE) -> None:
        self.hover(x, y)
        self.qtbot.mouseClick(self.canvas, LEFT, modifiers, self.at(x, y))

    def double_click(self, x: float, y: float) -> None:
        self.qtbot.mouseDClick(self.canvas, LEFT, NONE, self.at(x, y))

    def press(self, x: float, y: float, modifiers=NONE) -> None:
        self.qtbot.mousePress(self.canvas, LEFT, modifiers, self.at(x, y))

    def move(self, x: float, y: float) -> None:
        self.qtbot.mouseMove(self.canvas, self.at(x, y))

    def release(self, x: float, y: float, modifiers=NONE) -> None:
        self.qtbot.mouseRelease(self.canvas, LEFT, modifiers, self.at(x, y))

    def drag(self, *places: tuple[float, float], modifiers=NONE) -> None:
        self.press(*places[0], modifiers)
        for place in places[1:]:
            self.move(*place)
        self.release(*places[-1], modifiers)

    def key(self, key: Qt.Key, modifiers=NONE) -> None:
        self.qtbot.keyClick(self.canvas, key, modifiers)


def painted(mask: np.ndarray, regions: Iterable[Region], value: int) -> np.ndarray:
    """A copy of a mask with a value on some regions, and nothing else changed."""
    result = mask.copy()
    for region in regions:
        result[region.rect.slices][region.stencil] = value
    return result
