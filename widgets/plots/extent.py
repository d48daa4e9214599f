"""How high the y axis of a plot reaches. No Qt in here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from widgets.plots.series import Floats

# Per cent of the values that may lie beyond each end of the y axis when outliers are ignored.
_OUTLIERS = 2.0
# Curves in percent climb out of a valley in which nobody is interested later.
_VALLEY = 25.0


def extent_of(
    drawn: Sequence[Floats], *, cut_outliers: bool, in_percent: bool
) -> tuple[float, float]:
    """The smallest and the largest value to be in view.

    Args:
        drawn: The values of each curve, none of them empty and none with NaN.
        cut_outliers: Whether the few extreme values of each curve may lie beyond.
        in_percent: Whether the curves are percentages, which start low: then only the lower
            values may lie beyond.
    """
    if not cut_outliers:
        return min(float(y.min()) for y in drawn), max(float(y.max()) for y in drawn)
    low = _VALLEY if in_percent else _OUTLIERS
    high = 100.0 if in_percent else 100 - _OUTLIERS
    return (
        min(float(np.percentile(y, low)) for y in drawn),
        max(float(np.percentile(y, high)) for y in drawn),
    )
