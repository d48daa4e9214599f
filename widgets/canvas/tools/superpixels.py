"""Superpixels: Paints small areas that look alike."""

from __future__ import annotations

from widgets.canvas.tools.base import Tool


class Superpixels(Tool):
    """Paints small areas that look alike."""

    id = "superpixels"
    title = "Superpixels"
    icon = "hexagon-multiple-outline"
    key = "U"
    group = "clever"
    hint = "Paints small areas that look alike."
