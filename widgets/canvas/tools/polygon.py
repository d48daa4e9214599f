"""Polygon: corners by clicks, then the inside gets the class."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from core.masks.regions import polygon
from widgets import theme
from widgets.canvas import marks
from widgets.canvas.tools.base import Command, Host, Pointer, Tool

_CLOSING_DISTANCE = 10.0
_KEYS_TO_CLOSE = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Polygon(Tool):
    """Fills a polygon with the current class."""

    id = "polygon"
    title = "Polygon"
    icon = "vector-polygon"
    key = "P"
    hint = "Click the corners; Enter, a double click or the first corner closes it. Esc drops it."
    commands = (
        Command("close", "Close", "check", "Fill the polygon with the current class (Enter)"),
        Command(
            "remove_last", "Remove corner", "undo-variant", "Take the last corner back (Backspace)"
        ),
        Command("cancel", "Drop", "close", "Drop the polygon (Esc)"),
    )

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.points: list[tuple[float, float]] = []

    def press(self, pointer: Pointer) -> None:
        """Add a corner, or close the polygon on its first one."""
        self.pointer = pointer
        if self._closes(pointer):
            self.close()
        else:
            self.points.append(self._on_mask(pointer.point))
            self.host.refresh_marks()

    def double_press(self, pointer: Pointer) -> None:
        """Close the polygon: the first press has set its last corner."""
        if len(self.points) >= 3:
            self.close()
        else:
            self.press(pointer)

    def hover(self, pointer: Pointer | None) -> None:
        """Let the open line follow the mouse."""
        super().hover(pointer)
        if self.points:
            self.host.refresh_marks()

    def drag(self, pointer: Pointer) -> None:
        """Show where the line would go."""
        self.hover(pointer)

    def key_press(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Enter closes, Backspace removes the last corner, Esc drops the polygon."""
        if not self.points:
            return False
        if key in _KEYS_TO_CLOSE:
            self.close()
        elif key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.remove_last()
        elif key == Qt.Key.Key_Escape:
            self.cancel()
        else:
            return False
        return True

    def close(self) -> None:
        """Fill the polygon."""
        if len(self.points) < 3:
            self.host.say("A polygon needs three corners.")
            return
        region = polygon(self.host.pixels.shape, self.points)
        self.points = []
        self.host.refresh_marks()
        self.host.edit(self.title, region, self.host.current_class)

    def remove_last(self) -> None:
        """Take the last corner back."""
        if self.points:
            self.points.pop()
            self.host.refresh_marks()

    def cancel(self) -> None:
        """Drop the polygon."""
        self.points = []
        self.host.refresh_marks()

    def marks_rect(self) -> QRect:
        """The polygon with its open line."""
        shown = self._path().boundingRect()
        if not self.points:
            return QRect()
        return shown.toAlignedRect().adjusted(-9, -9, 9, 9)

    def paint(self, painter: QPainter) -> None:
        """Draw the polygon so far, filled lightly, and its corners."""
        if not self.points:
            return
        path = self._path()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = self._color()
        fill.setAlpha(70)
        painter.fillPath(path, fill)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in marks.two_tone(1.5):
            painter.setPen(pen)
            painter.drawPath(path)
        closing = self.pointer is not None and self._closes(self.pointer)
        if len(self.points) > 1:
            pen = marks.two_tone(1.0)[1]
            pen.setStyle(Qt.PenStyle.DotLine)
            painter.setPen(pen)
            painter.drawLine(path.currentPosition(), self.host.placement.to_view(*self.points[0]))
        for number, (x, y) in enumerate(self.points):
            side = 5.0 if number == 0 and closing else 3.0
            corner = self.host.placement.to_view(x, y)
            painter.setPen(marks.two_tone(1.0)[0])
            painter.setBrush(theme.color("accent") if number == 0 else QColor(255, 255, 255))
            painter.drawRect(QRectF(corner.x() - side, corner.y() - side, 2 * side, 2 * side))

    def _path(self) -> QPainterPath:
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.OddEvenFill)
        corners = [self.host.placement.to_view(x, y) for x, y in self.points]
        if self.pointer is not None and corners:
            corners.append(corners[0] if self._closes(self.pointer) else self.pointer.position)
        for number, corner in enumerate(corners):
            if number == 0:
                path.moveTo(corner)
            else:
                path.lineTo(corner)
        return path

    def _closes(self, pointer: Pointer) -> bool:
        if len(self.points) < 3:
            return False
        first = self.host.placement.to_view(*self.points[0])
        away: QPointF = pointer.position - first
        return away.manhattanLength() <= _CLOSING_DISTANCE

    def _on_mask(self, point: tuple[float, float]) -> tuple[float, float]:
        height, width = self.host.pixels.shape
        return min(max(point[0], 0.0), float(width)), min(max(point[1], 0.0), float(height))

    def _color(self) -> QColor:
        for info in self.host.classes:
            if info.index == self.host.current_class and info.index:
                return QColor(*info.color)
        return QColor(255, 255, 255)
