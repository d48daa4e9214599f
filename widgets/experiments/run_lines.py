"""Runs as lines through axes: places in px, which of them are chosen, which one is near.

No Qt in here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.runs.table.columns import RunRow
from widgets.experiments.scale import Counting, Scale, fractions

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Brush:
    """A part of an axis that runs have to go through.

    Attributes:
        low: Its lower end, as a value of the column; of texts as a fraction of the axis.
        high: Its upper end.
    """

    low: float
    high: float

    def ends(self, scale: Scale) -> tuple[float, float]:
        """Its ends as fractions of the axis."""
        if scale.counting is Counting.WORDS:
            return self.low, self.high
        low, high = scale.fraction(self.low), scale.fraction(self.high)
        return (-1.0 if low is None else low), (2.0 if high is None else high)


def brush_between(scale: Scale, first: float, second: float) -> Brush:
    """A brush between two fractions of an axis, whichever is the lower one."""
    low, high = sorted((first, second))
    return Brush(scale.value_at(low), scale.value_at(high))


class RunLines:
    """Where each run meets each axis.

    Args:
        rows: The runs.
        scales: The axes.

    Attributes:
        rows: The runs.
        scales: The axes.
        places: Fractions of the axes, runs × axes, float64; NaN where a run has no value.
    """

    def __init__(self, rows: Sequence[RunRow], scales: Sequence[Scale]) -> None:
        self.rows = tuple(rows)
        self.scales = tuple(scales)
        columns = [
            fractions(scale, [row.get(scale.column.id) for row in rows]) for scale in scales
        ]  # fmt: skip
        self.places: Floats = np.array(columns, np.float64).reshape(len(scales), len(rows)).T

    @property
    def has_gaps(self) -> bool:
        """Whether any run has no value on some axis."""
        return bool(np.isnan(self.places).any())

    def inside(self, brushes: Mapping[str, Brush]) -> npt.NDArray[np.bool_]:
        """Which runs go through all brushes; a run without a value does not."""
        chosen = np.ones(len(self.rows), np.bool_)
        for at, scale in enumerate(self.scales):
            brush = brushes.get(scale.column.id)
            if brush is None:
                continue
            low, high = brush.ends(scale)
            place = self.places[:, at]
            with np.errstate(invalid="ignore"):
                chosen &= (place >= low - 1e-9) & (place <= high + 1e-9)
        return chosen

    def heights(self, top: float, bottom: float, gap: float) -> Floats:
        """Where runs meet the axes in px, runs × axes.

        Args:
            top: The upper end of the axes.
            bottom: Their lower end.
            gap: Where runs without a value meet them.
        """
        return np.where(np.isnan(self.places), gap, bottom - self.places * (bottom - top))


def nearest_line(
    heights: Floats, xs: Sequence[float], x: float, y: float, among: npt.NDArray[np.bool_]
) -> tuple[int, float] | None:
    """The line that passes a point most closely.

    Args:
        heights: See `RunLines.heights`.
        xs: Where the axes stand in px, from left to right.
        x: The point.
        y: The point.
        among: Which lines count.

    Returns:
        The line's place and its distance in px; None outside the axes or where there is no line.
    """
    if len(heights) == 0 or not among.any() or not xs[0] - 4 <= x <= xs[-1] + 4:
        return None
    if len(xs) == 1:
        distances = np.abs(heights[:, 0] - y)
    else:
        at = min(max(int(np.searchsorted(xs, x)) - 1, 0), len(xs) - 2)
        width = xs[at + 1] - xs[at]
        part = min(max((x - xs[at]) / width, 0.0), 1.0)
        left, right = heights[:, at], heights[:, at + 1]
        across = np.abs(left + part * (right - left) - y)
        # Along a steep line a point above it is nearer than it is high.
        distances = across * width / np.hypot(width, right - left)
    distances = np.where(among, distances, math.inf)
    best = int(distances.argmin())
    return best, float(distances[best])
