"""How a plot is zoomed by hand: wheel, drag, and a box."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor

from widgets.plots.graphs import pg


class ZoomingView(pg.ViewBox):  # type: ignore[misc]
    """The wheel zooms along x and a drag moves; with Shift a drag draws the box to zoom into."""

    box_drawn = Signal(QRectF)
    """The box, in the coordinates of the axes."""

    def set_box_color(self, color: QColor) -> None:
        """Change the colour of the box that is drawn."""
        inside = QColor(color)
        inside.setAlpha(48)
        self.rbScaleBox.setPen(pg.mkPen(color, width=1))
        self.rbScaleBox.setBrush(pg.mkBrush(inside))

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        """Draw the box, or move the view."""
        is_box = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if axis is not None or event.button() != Qt.MouseButton.LeftButton or not is_box:
            self.rbScaleBox.hide()
            super().mouseDragEvent(event, axis)
            return
        event.accept()
        begin, end = event.buttonDownPos(), event.pos()
        if not event.isFinish():
            self.updateScaleBox(begin, end)
            return
        self.rbScaleBox.hide()
        box = self.childGroup.mapRectFromParent(QRectF(begin, end).normalized())
        if box.width() > 0 and box.height() > 0:
            self.box_drawn.emit(box)
