"""The tools of the mask canvas, in the order of the tool column."""

from widgets.canvas.tools.base import Command, Pointer, Toggle, Tool
from widgets.canvas.tools.brush import Brush, Eraser
from widgets.canvas.tools.pointing import Fill, Hole, Piece
from widgets.canvas.tools.polygon import Polygon

TOOLS: tuple[type[Tool], ...] = (Brush, Eraser, Polygon, Fill, Piece, Hole)

__all__ = ["TOOLS", "Command", "Pointer", "Toggle", "Tool"]
