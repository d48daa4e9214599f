"""Outlines: corners in order, of which the last joins the first."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from core.masks.shapes.runs import Floats, Point


def simplified(points: Sequence[Point], tolerance: float) -> list[Point]:
    """An outline with fewer corners that runs nowhere far from the old one.

    The method is that of Ramer, Douglas and Peucker, begun at the first point and at the one
    farthest from it: a corner is left out when it lies within the tolerance of the line between
    the corners that stay around it.

    Args:
        points: Corners in order, in continuous image coordinates.
        tolerance: How far, in pixels, a corner that is left out may lie from the new outline.

    Returns:
        Some of the points, in their order, the first one among them. When fewer than three would
        be left, which enclose nothing, all of them.
    """
    if len(points) < 4:
        return list(points)
    ring = np.asarray([*points, points[0]], np.float64)
    farthest = int(np.hypot(*(ring - ring[0]).T).argmax())
    kept = np.zeros(len(ring), bool)
    kept[[0, farthest]] = True
    open_spans = [(0, farthest), (farthest, len(ring) - 1)]
    while open_spans:
        start, end = open_spans.pop()
        if end - start < 2:
            continue
        away = _distances(ring[start + 1 : end], ring[start], ring[end])
        worst = start + 1 + int(away.argmax())
        if away.max() > tolerance:
            kept[worst] = True
            open_spans += [(start, worst), (worst, end)]
    chosen = [point for point, stays in zip(points, kept[:-1], strict=True) if stays]
    return chosen if len(chosen) >= 3 else list(points)


def _distances(points: Floats, start: Floats, end: Floats) -> Floats:
    """How far points lie from a line between two others."""
    along = end - start
    length = math.hypot(*along)
    if not length:
        away: Floats = np.hypot(*(points - start).T)
        return away
    share = np.clip((points - start) @ along / length**2, 0.0, 1.0)
    nearest: Floats = np.hypot(*(points - start - share[:, None] * along).T)
    return nearest
