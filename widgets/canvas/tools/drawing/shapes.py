"""Rectangle and ellipse."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from core.masks.shapes.regions import Point, Region, Shape, ellipse, rectangle
from widgets.canvas import marks
from widgets.canvas.tools.base import Host, Pointer, Tool
from widgets.canvas.tools.drawing.coloring import class_color

_MARGIN = 4
_SHIFT, _ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
_MODIFIER_OF = {Qt.Key.Key_Shift: _SHIFT, Qt.Key.Key_Alt: _ALT}


class TwoCornerTool(Tool):
    """A shape that is drawn from one corner of the rectangle around it to the opposite one.

    Corners snap to the nearest corners of pixels, so the size shown is the size painted and a
    shape is as symmetric as it looks.
    """

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._anchor: tuple[int, int] | None = None
        self._modifiers = Qt.KeyboardModifier.NoModifier

    def region(self, shape: Shape, corner: Point, opposite: Point) -> Region:
        """The pixels of the shape, on a mask of that height and width."""
        raise NotImplementedError

    def draw(self, painter: QPainter, frame: QRectF) -> None:
        """Draw the shape into a rectangle of the view."""
        raise NotImplementedError

    def press(self, pointer: Pointer) -> None:
        """Set the first corner, or with Alt the middle."""
        self._anchor = _snapped(pointer.point)
        self._follow(pointer)

    def drag(self, pointer: Pointer) -> None:
        """Draw the shape up to the mouse."""
        self._follow(pointer)

    def release(self, pointer: Pointer) -> None:
        """Paint the shape."""
        self._follow(pointer)
        corners = self._corners()
        self.cancel()
        if corners is None:
            return
        (left, top), (right, bottom) = corners
        if left == right or top == bottom:
            self.host.say("Drag from corner to corner.")
            return
        region = self.region(self.host.pixels.shape, *corners)
        if not region.is_empty:
            self.host.edit(self.title, region, self.host.current_class)

    def wants_key(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Esc and Ctrl+Z drop the shape that is being drawn."""
        return self._anchor is not None and _drops(key, modifiers)

    def key_press(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Esc drops the shape; Shift and Alt change it at once."""
        if self._anchor is None:
            return False
        if key in _MODIFIER_OF:
            self._modifiers |= _MODIFIER_OF[Qt.Key(key)]
            self.host.refresh_marks()
            return True
        if _drops(key, modifiers):
            self.cancel()
            return True
        return False

    def key_release(self, key: int, modifiers: Qt.KeyboardModifier) -> None:
        """Without Shift or Alt the shape follows the mouse again."""
        if self._anchor is not None and key in _MODIFIER_OF:
            self._modifiers &= ~_MODIFIER_OF[Qt.Key(key)]
            self.host.refresh_marks()

    def take_back(self) -> bool:
        """Drop the shape that is being drawn. Returns whether there was one."""
        drawing = self._anchor is not None
        self.cancel()
        return drawing

    def cancel(self) -> None:
        """Drop the shape."""
        self._anchor = None
        self.host.refresh_marks()

    def changed(self) -> None:
        """The class or the zoom may be another."""
        self.host.refresh_marks()

    def marks_rect(self) -> QRect:
        """The shape and its size in words."""
        frame = self._frame()
        if frame is None:
            return QRect()
        shown = frame.toAlignedRect().adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)
        return shown.united(self._tag_area()).intersected(self.host.rect())

    def paint(self, painter: QPainter) -> None:
        """Draw the shape, filled lightly, and its size beside the mouse."""
        frame = self._frame()
        if frame is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(class_color(self.host, 110))
        self.draw(painter, frame)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in marks.two_tone(1.5):
            painter.setPen(pen)
            self.draw(painter, frame)
        marks.draw_tag(painter, self._tag_area(), self._size_words())

    def _follow(self, pointer: Pointer) -> None:
        self.pointer, self._modifiers = pointer, pointer.modifiers
        if self._anchor is not None:
            self.host.refresh_marks()

    def _corners(self) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """Two opposite corners, upper left first; None while nothing is drawn."""
        if self._anchor is None or self.pointer is None:
            return None
        x, y = self._anchor
        to_x, to_y = _snapped(self.pointer.point)
        width, height = to_x - x, to_y - y
        if self._modifiers & _SHIFT:
            side = max(abs(width), abs(height))
            width, height = (side if length >= 0 else -side for length in (width, height))
        if self._modifiers & _ALT:
            width, height = abs(width), abs(height)
            return (x - width, y - height), (x + width, y + height)
        return (min(x, x + width), min(y, y + height)), (max(x, x + width), max(y, y + height))

    def _frame(self) -> QRectF | None:
        corners = self._corners()
        if corners is None:
            return None
        to_view = self.host.placement.to_view
        return QRectF(to_view(*corners[0]), to_view(*corners[1]))

    def _size_words(self) -> list[str]:
        corners = self._corners()
        if corners is None:
            return []
        (left, top), (right, bottom) = corners
        return [f"{right - left} × {bottom - top} px"]

    def _tag_area(self) -> QRect:
        at = self.pointer.position if self.pointer is not None else QPointF()
        return marks.tag_area(self.host.fontMetrics(), self.host.rect(), at, self._size_words())


class Rectangle(TwoCornerTool):
    """Fills a rectangle with the current class."""

    id = "rectangle"
    title = "Rectangle"
    icon = "rectangle-outline"
    key = "R"
    hint = "Drag from corner to corner; Shift makes a square, Alt draws from the middle."

    def region(self, shape: Shape, corner: Point, opposite: Point) -> Region:
        """The pixels whose centres lie in the rectangle."""
        return rectangle(shape, corner, opposite)

    def draw(self, painter: QPainter, frame: QRectF) -> None:
        """Draw a rectangle."""
        painter.drawRect(frame)


class Ellipse(TwoCornerTool):
    """Fills an ellipse with the current class."""

    id = "ellipse"
    title = "Ellipse"
    icon = "ellipse-outline"
    key = "C"
    hint = "Drag from corner to corner; Shift makes a circle, Alt draws from the middle."

    def region(self, shape: Shape, corner: Point, opposite: Point) -> Region:
        """The pixels whose centres lie in the ellipse that touches the rectangle's sides."""
        return ellipse(shape, corner, opposite)

    def draw(self, painter: QPainter, frame: QRectF) -> None:
        """Draw an ellipse."""
        painter.drawEllipse(frame)


def _snapped(point: Point) -> tuple[int, int]:
    return math.floor(point[0] + 0.5), math.floor(point[1] + 0.5)


def _drops(key: int, modifiers: Qt.KeyboardModifier) -> bool:
    undoes = key == Qt.Key.Key_Z and modifiers == Qt.KeyboardModifier.ControlModifier
    return key == Qt.Key.Key_Escape or undoes
