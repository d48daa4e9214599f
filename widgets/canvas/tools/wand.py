"""Magic wand: Selects what looks alike around a click."""

from __future__ import annotations

from widgets.canvas.tools.base import Tool


class Wand(Tool):
    """Selects what looks alike around a click."""

    id = "wand"
    title = "Magic wand"
    icon = "auto-fix"
    key = "W"
    group = "clever"
    hint = "Selects what looks alike around a click."
