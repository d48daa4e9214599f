"""Smart region: Finds the object in a box."""

from __future__ import annotations

from widgets.canvas.tools.base import Tool


class SmartRegion(Tool):
    """Finds the object in a box."""

    id = "smart_region"
    title = "Smart region"
    icon = "selection-drag"
    key = "G"
    group = "clever"
    hint = "Finds the object in a box."
