"""Rectangle and ellipse."""

from __future__ import annotations

from widgets.canvas.tools.base import Tool


class Rectangle(Tool):
    """Fills a rectangle with the current class."""

    id = "rectangle"
    title = "Rectangle"
    icon = "rectangle-outline"
    key = "R"
    hint = "Drag from corner to corner; Shift makes a square, Alt draws from the middle."


class Ellipse(Tool):
    """Fills an ellipse with the current class."""

    id = "ellipse"
    title = "Ellipse"
    icon = "ellipse-outline"
    key = "C"
    hint = "Drag from corner to corner; Shift makes a circle, Alt draws from the middle."
