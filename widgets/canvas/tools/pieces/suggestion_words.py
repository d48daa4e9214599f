"""What is said of places where a model and a mask disagree."""

from __future__ import annotations

from collections.abc import Sequence

from core.masks.suggestions.disagreement import Disagreement
from widgets.canvas.tools.base import Host

NO_PREDICTION = "No run's prediction is loaded: choose one in Layers, or train a model."
OTHER_SIZE = "The prediction has another size than this mask; predict the split again."


def place_in_words(host: Host, place: Disagreement) -> str:
    """What the model says of a place, and what the mask says."""
    said, own = host.class_name(place.said), host.class_name(place.own)
    sure = "" if place.confidence is None else f" ({round(100 * place.confidence)} %)"
    return f"the model says {said}{sure}, the mask says {own}; {_pixels(place.area)}"


def preview_in_words(places: Sequence[Disagreement]) -> str:
    """What taking all of some places would change."""
    where = "1 place" if len(places) == 1 else f"{len(places):,} places"
    area = _pixels(sum(each.area for each in places))
    return f"{area} in {where} would change: Enter or Take all takes them, Esc drops them."


def _pixels(area: int) -> str:
    return "1 pixel" if area == 1 else f"{area:,} pixels"
