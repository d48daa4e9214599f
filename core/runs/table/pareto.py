"""The runs that no other run beats in two figures at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

Better = Literal["higher", "lower"]


def pareto_front(
    x: Sequence[float], y: Sequence[float], x_better: Better, y_better: Better
) -> list[int]:
    """The points that no other point dominates: none is at least as good in both, better in one.

    Sorting and one sweep: O(n log n). Kung, Luccio and Preparata, "On finding the maxima of a set
    of vectors", J. ACM 22 (1975).

    Args:
        x: First figure of each point, finite.
        y: Second figure of each point, finite.
        x_better: Which end of the first figure is the good one.
        y_better: Which end of the second one.

    Returns:
        Places of the points on the front, ordered along x from the best; equal points are all on
        it.
    """
    # Turned so that less is better in both.
    first = np.asarray(x, np.float64) * (1 if x_better == "lower" else -1)
    second = np.asarray(y, np.float64) * (1 if y_better == "lower" else -1)
    front: list[int] = []
    best = np.inf
    reached_at = -np.inf
    for at in np.lexsort((second, first)).tolist():
        is_twin = second[at] == best and first[at] == reached_at
        if second[at] < best or is_twin:
            front.append(at)
            best, reached_at = second[at], first[at]
    return front
