"""Differences of figures in words: with their sign, their interval, and what they are worth."""

from __future__ import annotations

import math

from core.evaluation.comparing.paired import Difference

NOTHING = "–"
"""Shown where a figure does not exist."""

DELTA_TIP = (
    "How much more mDice than the first run each has, in percentage points, with the 95 % interval"
    " of paired draws of the images: the two differ by more than chance where it does not hold 0."
)
"""What the column of the differences to the first run is, for a tooltip."""

_CHANCE = 0.05


def signed(value: float, decimals: int = 2) -> str:
    """A difference with its sign and a true minus; zero has none."""
    rounded = round(value, decimals)
    if rounded == 0 or math.isnan(rounded):
        return NOTHING if math.isnan(rounded) else f"{0:.{decimals}f}"
    return f"{'+' if rounded > 0 else '−'}{abs(rounded):.{decimals}f}"


def interval_text(difference: Difference) -> str:
    """The ends of a difference's interval, as they follow it in a cell; "" for unknown ones."""
    if difference.low is None or difference.high is None:
        return ""
    return f" ({signed(difference.low, 1)} to {signed(difference.high, 1)})"


def difference_words(difference: Difference, first: str) -> str:
    """What a difference of the mDice is worth, for a tooltip."""
    if difference.low is None or difference.high is None or difference.p_value is None:
        return f"How much more than {first} it has, in percentage points."
    ends = f"{signed(difference.low)} and {signed(difference.high)}"
    said = "hardly comes about" if difference.p_value < _CHANCE else "can come about"
    return (
        f"On other images of this kind it would have between {ends} points more than {first}"
        f" (95 % interval, paired).\nSuch a difference {said} by chance alone"
        f" (p {'< 0.001' if difference.p_value < 0.001 else f'= {difference.p_value:.3f}'})."
    )
