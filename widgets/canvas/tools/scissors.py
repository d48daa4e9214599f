"""Scissors: Draws an outline that follows edges."""

from __future__ import annotations

from widgets.canvas.tools.base import Tool


class Scissors(Tool):
    """Draws an outline that follows edges."""

    id = "scissors"
    title = "Scissors"
    icon = "content-cut"
    key = "S"
    group = "clever"
    hint = "Draws an outline that follows edges."
