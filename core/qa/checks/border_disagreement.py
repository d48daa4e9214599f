"""Does the mask's border run along the edges of the photo?"""

from __future__ import annotations

from core.flags import Severity
from core.qa.appearance.border import border_of
from core.qa.registry import MOST_BOXES, Finding, Limit, Measurement, Options, check
from core.qa.view import SampleView

_LIMIT = Limit(
    35, 20, 80, "%", "How much weaker the photo's edges may be along the border than beside it"
)


def _say(found: Measurement, _limit: float) -> Finding:
    return Finding(
        found.score,
        f"Along the border the photo's edges are {found.score:.0f} % weaker than right beside it: "
        "it may run past the object's outline.",
        found.boxes,
    )


@check(
    "border_disagreement",
    title="Border off the edges",
    group="Appearance",
    severity=Severity.INFO,
    catches="Borders that cut corners or run wide of the object: its ears, tail and paws.",
    misses="Short stretches of an otherwise exact border, and borders more than 8 px away from "
    "any edge (photo scaled to 256 px). Fur and backgrounds full of edges raise the number.",
    find=_say,
    limit=_LIMIT,
)
def border_disagreement(view: SampleView, _options: Options) -> Measurement | None:
    """How much weaker, on average in percent, the photo's edge is at the border than beside it.

    At every point of the border the gradient across it is compared with the strongest one within
    8 pixels to both sides, of a photo scaled to 256.
    """
    border = border_of(view)
    if border is None:
        return None
    score = 100 * border.disagreement
    if score <= _LIMIT.minimum:  # no one can ask to see where
        return Measurement(score)
    points, boxes = border.worst_stretches()
    return Measurement(score, tuple(points[:MOST_BOXES]), tuple(boxes[:MOST_BOXES]))
