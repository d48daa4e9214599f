"""The tools of the mask canvas, in the order of the tool column."""

from widgets.canvas.tools.base import (
    Choice,
    Command,
    Number,
    Pointer,
    Prediction,
    Toggle,
    Tool,
)
from widgets.canvas.tools.drawing.brush import Brush, Eraser
from widgets.canvas.tools.drawing.lasso import Lasso
from widgets.canvas.tools.drawing.polygon import Polygon
from widgets.canvas.tools.drawing.shapes import Ellipse, Rectangle
from widgets.canvas.tools.looking.ai_click import AiClick
from widgets.canvas.tools.looking.fill import Fill
from widgets.canvas.tools.looking.scissors import Scissors
from widgets.canvas.tools.looking.smart_region import SmartRegion
from widgets.canvas.tools.looking.superpixels import Superpixels
from widgets.canvas.tools.looking.wand import Wand
from widgets.canvas.tools.pieces.hole import Hole
from widgets.canvas.tools.pieces.piece import Piece
from widgets.canvas.tools.pieces.suggestions import Suggestions

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
