"""What polygon and lasso have in common: an outline that can be put right before it is painted."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from core.masks.shapes.regions import Point, rings
from widgets import theme
from widgets.canvas import marks
from widgets.canvas.tools.base import Command, Host, Pointer, Toggle, Tool
from widgets.canvas.tools.drawing.coloring import class_color
from widgets.canvas.tools.drawing.outline import Grip, Outline, Place, travels
from widgets.canvas.tools.drawing.shelf import Shelf

# Distances in view pixels. A click adds and a drag moves: that is told by how far the mouse went.
_CLOSING_REACH = 10.0
_CORNER_REACH = 7.0
_EDGE_REACH = 5.0
_DRAG_DISTANCE = 4.0
_MARGIN = 10

_SHIFT = Qt.KeyboardModifier.ShiftModifier
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_REMOVE = (Qt.Key.Key_Backspace, Qt.Key.Key_Delete)


class OutlineTool(Tool):
    """Paints the inside of an outline, whose corners can be moved, inserted and removed before."""

    toggles = (
        Toggle(
            "adjust",
            "Adjust first",
            "A closed outline waits for Enter: move its corners, cut holes. "
            "Holding Shift while closing does so once",
        ),
    )
    commands = (
        Command("commit", "Paint", "check", "Paint the inside with the current class (Enter)"),
        Command("remove_last", "Back", "undo-variant", "Take the last corner back (Backspace)"),
        Command("cancel", "Drop", "close", "Drop the outline (Esc)"),
    )

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.outline = Outline()
        self.adjust = False
        self._grip: Grip | None = None
        self._shelf: Shelf[Outline] = Shelf()

    # What polygon and lasso do differently

    def begin(self, pointer: Pointer) -> Grip | None:
        """A press beside the outline. Returns what a drag would move."""
        raise NotImplementedError

    def go_on(self, pointer: Pointer) -> None:
        """A drag that moves no corner."""

    def end(self, pointer: Pointer) -> None:
        """The end of a drag that moved no corner."""

    def click_on(self, place: Place, pointer: Pointer, *, on_edge: bool) -> None:
        """A click on a corner or on an edge of the outline."""
        if on_edge and not self.outline.open:
            self.outline.insert(place, self.on_mask(pointer))

    # Mouse and keys

    @property
    def in_progress(self) -> bool:
        """Whether there is something to be painted or dropped."""
        return not self.outline.is_empty

    def press(self, pointer: Pointer) -> None:
        """Take hold of a corner or an edge, or draw."""
        self.pointer = pointer
        placement = self.host.placement
        corner = self._corner_at(pointer)
        edge = self.outline.edge_at(pointer.position, placement, _EDGE_REACH)
        self._grip = None
        if pointer.control:
            if corner is not None:
                self.outline.remove(corner)
        elif corner is not None:
            self._grip = Grip(pointer.position, corner)
        elif edge is not None:
            self._grip = Grip(pointer.position, edge, on_edge=True)
        else:
            self._grip = self.begin(pointer)
        self.host.refresh_marks()

    def drag(self, pointer: Pointer) -> None:
        """Move the corner that is held, or go on drawing."""
        self.pointer = pointer
        grip = self._grip
        if grip is None:
            self.go_on(pointer)
        elif grip.moves or (pointer.position - grip.at).manhattanLength() >= _DRAG_DISTANCE:
            self._move(grip, pointer)
        self.host.refresh_marks()

    def release(self, pointer: Pointer) -> None:
        """Let go: a press that moved nothing was a click."""
        self.pointer = pointer
        grip, self._grip = self._grip, None
        if grip is None:
            self.end(pointer)
        elif not grip.moves:
            self.click_on(grip.place, pointer, on_edge=grip.on_edge)
        self.host.refresh_marks()

    def double_press(self, pointer: Pointer) -> None:
        """Close the outline; paint it when it is closed and the cursor on none of its corners."""
        self.pointer, self._grip = pointer, None
        if self.outline.closed and len(self.outline.open) == 1:
            self.outline.take_back()  # The first press has begun another ring.
        if len(self.outline.open) >= 3 or self._is_beside(pointer):
            self.finish(adjust=pointer.shift)
        else:
            self.press(pointer)

    def hover(self, pointer: Pointer | None) -> None:
        """Let the open line follow the mouse, and show what a press would take hold of."""
        super().hover(pointer)
        if self.in_progress:
            self.host.refresh_marks()

    def wants_key(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Keys that put the outline right are not the page's while there is one."""
        if not self.in_progress:
            return False
        return key in (*_ENTER, *_REMOVE, Qt.Key.Key_Escape) or travels(key, modifiers) is not None

    def key_press(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Enter paints, Backspace and Ctrl+Z go back by a step, Esc drops the outline."""
        if not self.in_progress:
            return False
        travel = travels(key, modifiers)
        if travel == "back":
            self.take_back()
        elif travel == "again":
            self._grip = None
            self.outline.do_again()
        elif key in _ENTER:
            self.finish(adjust=bool(modifiers & _SHIFT))
        elif key in _REMOVE:
            self.remove_last()
        elif key == Qt.Key.Key_Escape:
            self.cancel()
        else:
            return False
        self.host.refresh_marks()
        return True

    def take_back(self) -> bool:
        """Take the last change of the outline back. Returns whether there was one."""
        self._grip = None
        taken = self.outline.take_back()
        self.host.refresh_marks()
        return taken

    def finish(self, *, adjust: bool) -> None:
        """Paint the outline; one that was just closed is kept for adjusting, if that is wanted.

        Args:
            adjust: Keep it, whatever the option says.
        """
        newly_closed = bool(self.outline.open) and not self.outline.closed
        if newly_closed and (adjust or self.adjust):
            self.close_ring()
        else:
            self.commit()

    def close_ring(self) -> bool:
        """Close the open ring and keep it for adjusting. Returns whether it could be closed."""
        if len(self.outline.open) < 3:
            self.host.say("A polygon needs three corners.")
            return False
        self.outline.close()
        self.explain()
        self.host.refresh_marks()
        return True

    def commit(self) -> None:
        """Paint the inside of the outline."""
        if self.outline.is_empty:
            self.host.say("Draw an outline first.")
        elif not self.outline.open or self.close_ring():
            region = rings(self.host.pixels.shape, self.outline.closed)
            self.outline.clear()
            self.host.refresh_marks()
            if region.is_empty:
                self.host.say("Nothing changed: the outline holds the centre of no pixel.")
            else:
                self.host.edit(self.title, region, self.host.current_class)

    def remove_last(self) -> None:
        """Remove the corner under the cursor of a closed outline, or else go back by a corner."""
        self._grip = None
        under = self._corner_at(self.pointer) if self.pointer is not None else None
        if self.outline.open:
            self.outline.remove(Place(len(self.outline.closed), len(self.outline.open) - 1))
        elif under is not None:
            self.outline.remove(under)
        else:
            self.reopen()
        self.host.refresh_marks()

    def reopen(self) -> None:
        """Take back that the last ring was closed."""
        self.outline.reopen()

    def explain(self) -> None:
        """Say what can be done with a closed outline."""
        self.host.say(
            "Drag corners or edges, Ctrl+click removes a corner; draw inside for a hole. "
            "Enter paints."
        )

    def cancel(self) -> None:
        """Drop the outline."""
        self._grip = None
        self.outline.clear()
        self.host.refresh_marks()

    def put_away(self) -> str:
        """Keep the outline for when this mask and this tool are back."""
        outline, self.outline = self.outline, Outline()
        self.cancel()
        if outline.is_empty:
            return ""
        self._shelf.put(self.host.document, outline)
        return f"The unfinished outline waits: {self.key} brings it back."

    def resume(self) -> None:
        """Go on with the outline that was left unfinished in this mask."""
        outline = self._shelf.take(self.host.document)
        if outline is not None:
            self.outline = outline
            self.host.say("The outline left unfinished is here again: Enter paints, Esc drops it.")
            self.host.refresh_marks()

    def changed(self) -> None:
        """The class or the zoom may be another."""
        self.host.refresh_marks()

    # Painting

    def marks_rect(self) -> QRect:
        """The outline with its open line."""
        if not self.in_progress:
            return QRect()
        shown = self.outline.path(self.host.placement, self._ahead()).boundingRect()
        around = shown.toAlignedRect().adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)
        return around.intersected(self.host.rect())

    def paint(self, painter: QPainter) -> None:
        """Draw the outline so far, filled lightly, and its corners."""
        if self.outline.is_empty:
            return
        placement = self.host.placement
        path = self.outline.path(placement, self._ahead())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(path, class_color(self.host, 70))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in marks.two_tone(1.5):
            painter.setPen(pen)
            painter.drawPath(path)
        if len(self.outline.open) > 1:
            pen = marks.two_tone(1.0)[1]
            pen.setStyle(Qt.PenStyle.DotLine)
            painter.setPen(pen)
            first = placement.to_view(*self.outline.open[0])
            painter.drawLine(path.currentPosition(), first)
        self._paint_corners(painter)

    def on_mask(self, pointer: Pointer) -> Point:
        """Where the pointer is, moved onto the mask."""
        height, width = self.host.pixels.shape
        x, y = pointer.point
        return min(max(x, 0.0), float(width)), min(max(y, 0.0), float(height))

    def _paint_corners(self, painter: QPainter) -> None:
        hot = self._grip.place if self._grip is not None else None
        if hot is None and self.pointer is not None:
            hot = self._corner_at(self.pointer)
        pen = marks.two_tone()[0]
        pen.setWidthF(1.5)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        for place, point in self.outline.corners():
            starts = place == Place(len(self.outline.closed), 0)
            painter.setBrush(theme.color("accent") if starts else QColor(255, 255, 255))
            painter.drawRect(
                _square(self.host.placement.to_view(*point), 5 if place == hot else 3.5)
            )
        is_adjusted = self.outline.closed and not self.outline.open
        if is_adjusted and hot is None and self.pointer and not self._is_beside(self.pointer):
            # Here a press puts a corner.
            painter.setBrush(theme.color("accent"))
            painter.drawEllipse(self.pointer.position, 4, 4)

    def _move(self, grip: Grip, pointer: Pointer) -> None:
        point = self.on_mask(pointer)
        if grip.moves:
            self.outline.move(grip.place, point)
        elif grip.on_edge:
            grip.place = self.outline.insert(grip.place, point)
        else:
            self.outline.begin_move()
            self.outline.move(grip.place, point)
        grip.moves = True

    def _ahead(self) -> QPointF | None:
        """Where the open line goes on to."""
        if self.pointer is None or self._grip is not None or not self.outline.open:
            return None
        if self._closes(self.pointer):
            return self.host.placement.to_view(*self.outline.open[0])
        return self.pointer.position

    def _corner_at(self, pointer: Pointer) -> Place | None:
        if self._closes(pointer):
            return Place(len(self.outline.closed), 0)
        return self.outline.corner_at(pointer.position, self.host.placement, _CORNER_REACH)

    def _is_beside(self, pointer: Pointer) -> bool:
        """Whether a press on a closed outline would take hold of nothing."""
        if self.outline.open or not self.outline.closed or self._corner_at(pointer) is not None:
            return False
        position, placement = pointer.position, self.host.placement
        return self.outline.edge_at(position, placement, _EDGE_REACH) is None

    def _closes(self, pointer: Pointer) -> bool:
        """Whether a click would close the open ring."""
        if len(self.outline.open) < 3:
            return False
        away = pointer.position - self.host.placement.to_view(*self.outline.open[0])
        return away.manhattanLength() <= _CLOSING_REACH


def _square(center: QPointF, half: float) -> QRectF:
    return QRectF(center.x() - half, center.y() - half, 2 * half, 2 * half)
