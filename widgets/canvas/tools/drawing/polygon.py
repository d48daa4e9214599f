"""Polygon: corners by clicks, then the inside gets the class."""

from __future__ import annotations

from widgets.canvas.tools.base import Pointer
from widgets.canvas.tools.drawing.outline import Grip, Place
from widgets.canvas.tools.drawing.outlining import OutlineTool


class Polygon(OutlineTool):
    """Fills a polygon with the current class."""

    id = "polygon"
    title = "Polygon"
    icon = "vector-polygon"
    key = "P"
    hint = (
        "Click the corners, drag to move them; Enter, a double click or the first corner paints. "
        "Shift+Enter keeps it to adjust and cut holes."
    )

    def begin(self, pointer: Pointer) -> Grip:
        """Add a corner; it can be dragged at once."""
        return Grip(pointer.position, self.outline.add(self.on_mask(pointer)), moves=True)

    def double_press(self, pointer: Pointer) -> None:
        """Close the polygon, unless the first press has closed and painted it."""
        if self.in_progress:
            super().double_press(pointer)

    def click_on(self, place: Place, pointer: Pointer, *, on_edge: bool) -> None:
        """Close the polygon on its first corner, or add one as elsewhere while it is open."""
        if not self.outline.open:
            super().click_on(place, pointer, on_edge=on_edge)
        elif on_edge or place != Place(len(self.outline.closed), 0) or len(self.outline.open) < 3:
            self.outline.add(self.on_mask(pointer))
        elif self.outline.closed:
            self.close_ring()
        else:
            self.finish(adjust=pointer.shift)
