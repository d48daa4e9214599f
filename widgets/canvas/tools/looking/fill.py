"""Flood fill on the mask."""

from __future__ import annotations

from core.masks.pieces.finding import flood
from widgets.canvas.tools.base import Pointer, Tool


class Fill(Tool):
    """Flood fill with the current class."""

    id = "fill"
    title = "Fill"
    icon = "format-color-fill"
    key = "F"
    group = "clever"
    hint = "Click an area: all connected pixels of its class get the current class."

    def press(self, pointer: Pointer) -> None:
        """Fill the area under the cursor."""
        if pointer.pixel is None:
            return
        wanted = self.host.current_class
        if self.host.pixels[pointer.pixel[1], pointer.pixel[0]] == wanted:
            self.host.say(f"This area is {self.host.class_name(wanted)} already.")
            return
        self.host.edit(self.title, flood(self.host.pixels, pointer.pixel), wanted)
