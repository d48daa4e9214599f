"""Lasso: an outline drawn freely, then the inside gets the class."""

from __future__ import annotations

from widgets.canvas.tools.base import Tool


class Lasso(Tool):
    """Fills an outline that is drawn freely with the current class."""

    id = "lasso"
    title = "Lasso"
    icon = "lasso"
    key = "L"
    hint = "Drag around an area; let go to close the outline."
