"""Objects that can hardly be told from what is behind them: the hard cases of a dataset."""

from __future__ import annotations

from core.flags import Severity
from core.qa.facts.contrast import contrast_of
from core.qa.registry import MOST_BOXES, Finding, Limit, Measurement, Option, Options, check
from core.qa.view import SampleView


def _find_low(measurement: Measurement, _limit: float) -> Finding:
    return Finding(
        measurement.score,
        f"The object hardly stands out: its colour differs from the background around it by "
        f"{measurement.score:.0f} (ΔE), and {measurement.notes['weak_share']:.0f} % of its "
        f"outline is hard to see.",
        measurement.boxes,
    )


@check(
    "low_contrast",
    title="Low contrast",
    group="Appearance",
    severity=Severity.INFO,
    limit=Limit(
        12, 0, 60, "", "Objects stand out too little when the colours differ by less (ΔE)",
        flags="below",
    ),
    catches=(
        "Objects of the colour of what is right around them, along at least half of their outline."
    ),
    misses=(
        "Objects that are hard to see only in places, and camouflage by pattern instead of colour."
    ),
    find=_find_low,
)  # fmt: skip
def low_contrast(view: SampleView, _options: Options) -> Measurement | None:
    """Median colour difference (CIE 1976 ΔE*ab) across the objects' outline."""
    found = contrast_of(view)
    if found is None:
        return None
    return Measurement(
        found.difference, boxes=_largest(view), notes={"weak_share": round(found.weak_share, 1)}
    )


def _find_dark(measurement: Measurement, _limit: float) -> Finding:
    inside, outside = measurement.notes["light_inside"], measurement.notes["light_outside"]
    return Finding(
        measurement.score,
        f"A dark object on a dark background: lightness {inside:.0f} against {outside:.0f}, "
        f"of 100.",
        measurement.boxes,
    )


@check(
    "dark_on_dark",
    title="Dark on dark",
    group="Appearance",
    severity=Severity.INFO,
    limit=Limit(
        28, 0, 60, "%", "Dark when object and background are both below this lightness",
        flags="below",
    ),
    options={
        "difference": Option(
            16, 1, 60, "", "Only objects whose colour differs from the background by less (ΔE)"
        )
    },
    catches="Dark objects in front of a dark background that hardly differs from them.",
    misses="Dark objects whose outline is lit, and dark parts of otherwise light objects.",
    find=_find_dark,
)  # fmt: skip
def dark_on_dark(view: SampleView, options: Options) -> Measurement | None:
    """Lightness L*, 0 to 100, of the lighter one of object and background along the outline."""
    found = contrast_of(view)
    if found is None or found.difference >= options["difference"]:
        return None
    light = {
        "light_inside": round(found.light_inside, 1),
        "light_outside": round(found.light_outside, 1),
    }
    return Measurement(
        max(found.light_inside, found.light_outside), boxes=_largest(view), notes=light
    )


def _largest(view: SampleView) -> tuple[tuple[int, int, int, int], ...]:
    pieces = sorted(view.components, key=lambda piece: -piece.area)
    return tuple(piece.box for piece in pieces[:MOST_BOXES])
