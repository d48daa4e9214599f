"""AI click: Asks a model for the object under a click."""

from __future__ import annotations

from widgets.canvas.tools.base import Tool


class AiClick(Tool):
    """Asks a model for the object under a click."""

    id = "ai_click"
    title = "AI click"
    icon = "creation-outline"
    key = "Q"
    group = "clever"
    hint = "Asks a model for the object under a click."
