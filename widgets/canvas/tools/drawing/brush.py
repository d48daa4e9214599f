"""Brush and eraser: strokes of a round or square tip."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from core.masks.pieces.finding import BACKGROUND
from core.masks.shapes.regions import Point, Tip, segment_parts, snapped
from widgets.canvas import marks
from widgets.canvas.tools.base import Choice, Host, Pointer, Tool
from widgets.canvas.tools.drawing.coloring import line_color

_MARGIN = 4
_SMALLEST_OUTLINE = 8.0


class Brush(Tool):
    """Paints the current class along the mouse's way."""

    id = "brush"
    title = "Brush"
    icon = "brush"
    key = "B"
    hint = "Drag to paint. Shift+click draws a straight line from the last point; Alt+drag sizes."
    has_size = True
    choices = (
        Choice(
            "tip",
            "",
            (("round", "Round"), ("square", "Square")),
            "The shape of the brush; brush and eraser each remember theirs",
        ),
    )

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.tip: Tip = "round"
        self._last: Point | None = None
        self._last_before: Point | None = None
        self._sizing_from: tuple[QPointF, int] | None = None
        self._line_shown = False

    @property
    def value(self) -> int:
        """The class that is painted."""
        return self.host.current_class

    @property
    def cursor(self) -> Qt.CursorShape:
        """The outline is the cursor, unless it is too small to be found."""
        shown = self.host.brush_size * self.host.placement.scale
        if shown >= _SMALLEST_OUTLINE:
            return Qt.CursorShape.BlankCursor
        return Qt.CursorShape.CrossCursor

    def press(self, pointer: Pointer) -> None:
        """Begin a stroke with a dab, or with a line from the last one."""
        self.pointer = pointer
        self._line_shown = False
        if pointer.alt:
            self._sizing_from = (pointer.position, self.host.brush_size)
            self.host.refresh_marks()
            return
        if self._in_stroke:  # Its release went to another window.
            self.host.end_stroke()
        self.host.begin_stroke(self.title)
        self._last_before = self._last
        if self._in_stroke:
            start = self._last if pointer.shift and self._last is not None else pointer.point
            self._draw(start, pointer.point)

    def drag(self, pointer: Pointer) -> None:
        """Go on with the stroke, or with sizing the brush."""
        if self._sizing_from is not None:
            start, size = self._sizing_from
            across = 2 * (pointer.position.x() - start.x()) / self.host.placement.scale
            self.host.set_brush_size(round(size + across))
            self.host.refresh_marks()
            return
        self.pointer = pointer
        if self._in_stroke and self._last is not None:
            self._draw(self._last, pointer.point)
        self.host.refresh_marks()

    def release(self, pointer: Pointer) -> None:
        """End the stroke."""
        self.pointer = pointer
        self._sizing_from = None
        if self._in_stroke:
            self.host.end_stroke()
        self.host.refresh_marks()

    def hover(self, pointer: Pointer | None) -> None:
        """Let the outline follow the mouse, and with Shift the line that a click would draw."""
        super().hover(pointer)
        self._line_shown = pointer is not None and pointer.shift
        self.host.refresh_marks()

    def key_press(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Esc takes the stroke under way back."""
        if key == Qt.Key.Key_Shift:
            self._show_line(shown=not self._in_stroke)
        elif key == Qt.Key.Key_Escape and (self._in_stroke or self._sizing_from is not None):
            self.cancel()
            return True
        return False

    def key_release(self, key: int, modifiers: Qt.KeyboardModifier) -> None:
        """Without Shift there is no line to be shown."""
        if key == Qt.Key.Key_Shift:
            self._show_line(shown=False)

    def cancel(self) -> None:
        """Take the stroke under way back; the size that sizing began with too."""
        if self._sizing_from is not None:
            _, size = self._sizing_from
            self._sizing_from = None
            self.host.set_brush_size(size)
        if self._in_stroke:
            self.host.abort_stroke()
            self._last = self._last_before
        self._show_line(shown=False)

    def changed(self) -> None:
        """The tip, the size or the zoom may be another: show it."""
        self.host.refresh_marks()

    def sample_changed(self) -> None:
        """Forget where the last stroke ended: that was in another mask."""
        self._last = self._last_before = None

    def marks_rect(self) -> QRect:
        """The outline of the brush, the line and the size."""
        outline = self._outline()
        if outline is None:
            return QRect()
        shown = outline.toAlignedRect().adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)
        line = self._line()
        if line is not None:
            ends = QRectF(*line).normalized().toAlignedRect()
            shown = shown.united(ends.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN))
        if self._sizing_from is not None:
            shown = shown.united(self._tag_area())
        return shown.intersected(self.host.rect())

    def paint(self, painter: QPainter) -> None:
        """Draw the outline of the brush, seen on any ground."""
        outline = self._outline()
        if outline is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        line = self._line()
        if line is not None:
            for pen in marks.two_tone(1.2):
                painter.setPen(pen)
                painter.drawLine(*line)
        if self.tip == "square":
            marks.draw_outline(painter, outline, self._color)
        else:
            marks.draw_ellipse(painter, outline, self._color)
        if self._sizing_from is not None:
            marks.draw_tag(painter, self._tag_area(), self._size_words())

    @property
    def _color(self) -> QColor:
        """The class shows at the cursor; white is background."""
        return QColor(255, 255, 255) if self.value == BACKGROUND else line_color(self.host)

    @property
    def _in_stroke(self) -> bool:
        document = self.host.document
        return document is not None and document.in_stroke

    def _draw(self, start: Point, end: Point) -> None:
        shape, size = self.host.pixels.shape, self.host.brush_size
        for region in segment_parts(shape, start, end, size, self.tip):
            self.host.write(region, self.value)
        self._last = end

    def _show_line(self, *, shown: bool) -> None:
        self._line_shown = shown
        self.host.refresh_marks()

    def _line(self) -> tuple[QPointF, QPointF] | None:
        """From the last point to the cursor, while a click would draw a line."""
        if not self._line_shown or self._last is None or self.pointer is None:
            return None
        return self.host.placement.to_view(*self._last), self.pointer.position

    def _outline(self) -> QRectF | None:
        """What a dab would cover, in the view."""
        if self.pointer is None:
            return None
        placement, size = self.host.placement, self.host.brush_size
        point = self.pointer.point
        if self._sizing_from is not None:
            point = placement.to_image(self._sizing_from[0])
        center = placement.to_view(*snapped(point, size))
        radius = size * placement.scale / 2
        return QRectF(center.x() - radius, center.y() - radius, 2 * radius, 2 * radius)

    def _size_words(self) -> list[str]:
        return [f"{self.host.brush_size} px"]

    def _tag_area(self) -> QRect:
        assert self._sizing_from is not None
        return marks.tag_area(
            self.host.fontMetrics(), self.host.rect(), self._sizing_from[0], self._size_words()
        )


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
