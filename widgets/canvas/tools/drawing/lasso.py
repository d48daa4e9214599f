"""Lasso: an outline drawn freely, then the inside gets the class."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF

from core.masks.shapes.outlines import simplified
from core.masks.shapes.regions import Point
from widgets.canvas import marks
from widgets.canvas.tools.base import Host, Pointer
from widgets.canvas.tools.drawing.coloring import class_color
from widgets.canvas.tools.drawing.outlining import OutlineTool

# An outline that is kept for adjusting loses corners that are of no use: without them it runs less
# than half a pixel beside where it was drawn, of the view or of the mask, whichever is larger.
_TOLERANCE = 0.45
_MARGIN = 4


class Lasso(OutlineTool):
    """Fills an outline that is drawn freely with the current class."""

    id = "lasso"
    title = "Lasso"
    icon = "lasso"
    key = "L"
    hint = (
        "Drag around an area; let go to paint it. "
        "Let go with Shift to keep the outline, adjust it and cut holes."
    )

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._way: list[Point] = []

    @property
    def in_progress(self) -> bool:
        """Whether there is something to be painted or dropped."""
        return bool(self._way) or super().in_progress

    def begin(self, pointer: Pointer) -> None:
        """Begin to draw."""
        self._way = [self.on_mask(pointer)]

    def go_on(self, pointer: Pointer) -> None:
        """Draw on."""
        point = self.on_mask(pointer)
        if self._way and point != self._way[-1]:
            self._way.append(point)

    def end(self, pointer: Pointer) -> None:
        """Close what was drawn; paint it, unless it is to be adjusted or belongs to more."""
        way, self._way = self._way, []
        if not way:
            return
        if len(way) < 3:
            if self.outline.is_empty:
                self.host.say("Drag around an area: a click encloses nothing.")
            return
        if self.outline.is_empty and not (self.adjust or pointer.shift):
            self.outline.add_ring(tuple(way))
            self.commit()
            return
        tolerance = _TOLERANCE * max(1.0, 1 / self.host.placement.scale)
        self.outline.add_ring(tuple(simplified(way, tolerance)))
        self.explain()

    def reopen(self) -> None:
        """Take the last ring back: it cannot be gone on with."""
        self.outline.remove_ring()

    def take_back(self) -> bool:
        """Take back what is being drawn, or the last change of the outline."""
        if self._way:
            self._way = []
            self.host.refresh_marks()
            return True
        return super().take_back()

    def cancel(self) -> None:
        """Drop what is being drawn, and the outline."""
        self._way = []
        super().cancel()

    def marks_rect(self) -> QRect:
        """The outline, and the way that is being drawn."""
        rect = super().marks_rect()
        if self._way:
            drawn = self._path().boundingRect().toAlignedRect()
            rect = rect.united(drawn.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN))
        return rect.intersected(self.host.rect())

    def paint(self, painter: QPainter) -> None:
        """Draw the outline, and the way that is being drawn."""
        super().paint(painter)
        if not self._way:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        path = self._path()
        painter.fillPath(path, class_color(self.host, 70))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in marks.two_tone(1.5):
            painter.setPen(pen)
            painter.drawPath(path)
        pen = marks.two_tone(1.0)[1]
        pen.setStyle(Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.drawLine(path.currentPosition(), self.host.placement.to_view(*self._way[0]))

    def _path(self) -> QPainterPath:
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.OddEvenFill)
        points: list[QPointF] = [self.host.placement.to_view(*point) for point in self._way]
        path.addPolygon(QPolygonF(points))
        return path
