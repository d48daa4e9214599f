"""Is the mask's border systematically displaced from the object's edges in the photo?

An annotator's slip, a wrong crop or an off-by-some conversion moves a whole mask. Its border then
lies beside the edges of the object, and fits them clearly better after a common shift.
"""

from __future__ import annotations

import math

from core.flags import Box, Severity
from core.qa.appearance.border import Border, border_of
from core.qa.registry import MOST_BOXES, Finding, Limit, Measurement, Option, Options, check
from core.qa.view import SampleView

# Where the border's edges are hardly weaker than those beside it (`Border.disagreement`), no shift
# can be an improvement worth looking for.
_ON_EDGES = 0.26
# The best fit's lead over the mask as it is, as a share of its lead over an ordinary place.
_MIN_RISE = 0.25
_MIN_GAIN = 1.1


def shift_of(border: Border, min_gain: float = _MIN_GAIN) -> tuple[float, float]:
    """The shift (right, down) that moves a border onto the photo's edges.

    Args:
        border: The border.
        min_gain: How many times better it must fit there.

    Returns:
        Pixels of a photo of 256 pixels; (0, 0) when it fits as it is.
    """
    if border.disagreement < _ON_EDGES:
        return 0.0, 0.0
    best = border.best_shift
    if best.gain < min_gain or best.rise < _MIN_RISE:
        return 0.0, 0.0
    return best.dx, best.dy


def _say(found: Measurement, _limit: float) -> Finding:
    where = " and ".join(
        f"{abs(distance):.0f} px {names[distance > 0]}"
        for distance, names in (
            (found.notes["dx"], ("left", "right")),
            (found.notes["dy"], ("up", "down")),
        )
        if abs(distance) >= 0.5
    )
    return Finding(found.score, f"The mask would fit better {where}.", found.boxes)


@check(
    "border_shift",
    title="Shifted border",
    group="Appearance",
    severity=Severity.WARNING,
    catches="A mask that lies beside its object and would fit the photo clearly better elsewhere.",
    misses="Borders that are inexact without a common direction, and objects without clear edges.",
    find=_say,
    limit=Limit(5, 1, 16, "px", "Smaller shifts are no flag (photo scaled to 256 px)"),
    options={"min_gain": Option(_MIN_GAIN, 1, 3, "", "How many times better it must fit", 0.05)},
)
def border_shift(view: SampleView, options: Options) -> Measurement | None:
    """The shift after which the mask fits better, in pixels of a photo scaled to 256."""
    border = border_of(view)
    if border is None:
        return None
    dx, dy = shift_of(border, options["min_gain"])
    if dx == 0 and dy == 0:
        return Measurement(0.0)
    boxes: tuple[Box, ...] = tuple(component.box for component in view.components[:MOST_BOXES])
    notes = {"dx": round(dx * border.factor, 1), "dy": round(dy * border.factor, 1)}
    return Measurement(math.hypot(dx, dy), boxes=boxes, notes=notes)
