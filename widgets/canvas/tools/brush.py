"""Brush and eraser: round strokes."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from core.masks.pieces import BACKGROUND
from core.masks.regions import dab, segment
from widgets.canvas import marks
from widgets.canvas.tools.base import Host, Pointer, Tool


class Brush(Tool):
    """Paints the current class along the mouse's way."""

    id = "brush"
    title = "Brush"
    icon = "brush"
    key = "B"
    hint = "Drag to paint. Shift+click draws a straight line from the last point; Alt+drag sizes."
    has_size = True

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._last: tuple[float, float] | None = None
        self._sizing_from: tuple[QPointF, int] | None = None

    @property
    def value(self) -> int:
        """The class that is painted."""
        return self.host.current_class

    @property
    def cursor(self) -> Qt.CursorShape:
        """The outline is the cursor, unless it is too small to be found."""
        shown = self.host.brush_size * self.host.placement.scale
        return Qt.CursorShape.BlankCursor if shown >= 8 else Qt.CursorShape.CrossCursor

    def press(self, pointer: Pointer) -> None:
        """Begin a stroke with a dab, or with a line from the last one."""
        self.pointer = pointer
        if pointer.alt:
            self._sizing_from = (pointer.position, self.host.brush_size)
            return
        self.host.begin_stroke(self.title)
        start = self._last if pointer.shift and self._last is not None else pointer.point
        self._draw(start, pointer.point)

    def drag(self, pointer: Pointer) -> None:
        """Go on with the stroke, or with sizing the brush."""
        if self._sizing_from is not None:
            start, size = self._sizing_from
            across = 2 * (pointer.position.x() - start.x()) / self.host.placement.scale
            self.host.set_brush_size(round(size + across))
            return
        self.pointer = pointer
        document = self.host.document
        if document is not None and document.in_stroke and self._last is not None:
            self._draw(self._last, pointer.point)
        self.host.refresh_marks()

    def release(self, pointer: Pointer) -> None:
        """End the stroke."""
        self._sizing_from = None
        document = self.host.document
        if document is not None and document.in_stroke:
            self.host.end_stroke()

    def hover(self, pointer: Pointer | None) -> None:
        """Let the outline follow the mouse."""
        super().hover(pointer)
        self.host.refresh_marks()

    def key_press(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Esc takes the stroke under way back."""
        document = self.host.document
        if key == Qt.Key.Key_Escape and document is not None and document.in_stroke:
            self.cancel()
            return True
        return False

    def cancel(self) -> None:
        """Take the stroke under way back."""
        self._sizing_from = None
        document = self.host.document
        if document is not None and document.in_stroke:
            self.host.abort_stroke()

    def forget(self) -> None:
        """Forget where the last stroke ended."""
        self._last = None

    def marks_rect(self) -> QRect:
        """The outline of the brush."""
        outline = self._outline()
        return QRect() if outline is None else outline.toAlignedRect().adjusted(-4, -4, 4, 4)

    def paint(self, painter: QPainter) -> None:
        """Draw the outline of the brush, seen on any ground."""
        outline = self._outline()
        if outline is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in marks.two_tone(1.2):
            painter.setPen(pen)
            painter.drawEllipse(outline)

    def _draw(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        shape, size = self.host.pixels.shape, self.host.brush_size
        region = dab(shape, end, size) if start == end else segment(shape, start, end, size)
        self.host.write(region, self.value)
        self._last = end

    def _outline(self) -> QRectF | None:
        if self.pointer is None:
            return None
        center = self.pointer.position
        if self._sizing_from is not None:
            center = self._sizing_from[0]
        radius = self.host.brush_size * self.host.placement.scale / 2
        return QRectF(center.x() - radius, center.y() - radius, 2 * radius, 2 * radius)


class Eraser(Brush):
    """Paints background."""

    id = "eraser"
    title = "Eraser"
    icon = "eraser"
    key = "E"
    hint = "Drag to erase to background. Shift+click erases in a straight line; Alt+drag sizes."

    @property
    def value(self) -> int:
        """Background, whatever the current class."""
        return BACKGROUND
