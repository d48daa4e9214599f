"""From the model: Takes a run's class where it differs from the mask."""

from __future__ import annotations

from widgets.canvas.tools.base import Tool


class Suggestions(Tool):
    """Takes a run's class where it differs from the mask."""

    id = "suggestions"
    title = "From the model"
    icon = "robot-outline"
    key = "M"
    group = "pieces"
    hint = "Takes a run's class where it differs from the mask."
