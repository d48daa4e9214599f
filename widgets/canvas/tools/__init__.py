"""The tools of the mask canvas, in the order of the tool column."""

from widgets.canvas.tools.ai_click import AiClick
from widgets.canvas.tools.base import (
    Choice,
    Command,
    Number,
    Pointer,
    Prediction,
    Toggle,
    Tool,
)
from widgets.canvas.tools.brush import Brush, Eraser
from widgets.canvas.tools.fill import Fill
from widgets.canvas.tools.hole import Hole
from widgets.canvas.tools.lasso import Lasso
from widgets.canvas.tools.pieces import Piece
from widgets.canvas.tools.polygon import Polygon
from widgets.canvas.tools.scissors import Scissors
from widgets.canvas.tools.shapes import Ellipse, Rectangle
from widgets.canvas.tools.smart_region import SmartRegion
from widgets.canvas.tools.suggestions import Suggestions
from widgets.canvas.tools.superpixels import Superpixels
from widgets.canvas.tools.wand import Wand

TOOLS: tuple[type[Tool], ...] = (
    Brush,
    Eraser,
    Polygon,
    Lasso,
    Rectangle,
    Ellipse,
    Fill,
    Wand,
    SmartRegion,
    Scissors,
    Superpixels,
    AiClick,
    Piece,
    Hole,
    Suggestions,
)

__all__ = [
    "TOOLS",
    "Choice",
    "Command",
    "Number",
    "Pointer",
    "Prediction",
    "Toggle",
    "Tool",
]
