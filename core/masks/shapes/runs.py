"""Shapes as runs: for each row, the columns from a first one to before a last one."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.masks.geometry import Rect

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Point = tuple[float, float]
Tip = Literal["round", "square"]
"""What a brush looks like."""

# Distances are compared with this much slack, in pixels, so that rounding cannot make a
# symmetric shape lopsided.
SLACK = 1e-9


def filled(box: Rect, rows: Ints, first: Ints, last: Ints) -> Bools:
    """The stencil of a box in which runs are set: rows, first columns, columns after the last."""
    stencil = np.zeros((box.height, box.width), bool)
    pixels = stencil.reshape(-1)
    begin = (rows - box.y) * box.width - box.x
    # Setting run by run is several times as fast as comparing every pixel with its row's ends.
    for start, stop in zip((begin + first).tolist(), (begin + last).tolist(), strict=True):
        if start < stop:
            pixels[start:stop] = True
    return stencil


def to_pixels(low: Floats, high: Floats, box: Rect) -> tuple[Ints, Ints]:
    """The runs of the columns of a box whose centres lie from `low` to `high`, for each row."""
    first = np.clip(np.ceil(low - 0.5 - SLACK), box.x, box.right)
    last = np.clip(np.floor(high - 0.5 + SLACK) + 1, box.x, box.right)
    return first.astype(np.int64), last.astype(np.int64)


def swept_runs(path: tuple[Point, Point], diameter: int, tip: Tip, box: Rect) -> tuple[Ints, Ints]:
    """What a tip covers on a straight way, for each row of a box: it is convex, so one run."""
    centers = np.arange(box.y, box.bottom, dtype=np.float64) + 0.5
    # A square of one pixel would touch every pixel on its way, and draw thicker than a disc.
    sweep = _capsule_spans if tip == "round" or diameter == 1 else _hexagon_spans
    return to_pixels(*sweep(path, diameter / 2, centers), box)


def _hexagon_spans(path: tuple[Point, Point], reach: float, rows: Floats) -> tuple[Floats, Floats]:
    """Where each row enters and leaves what a square sweeps."""
    (x0, y0), (x1, y1) = path
    low, high = np.full(rows.shape, np.inf), np.full(rows.shape, -np.inf)
    reach += SLACK
    # The part of the way, from 0 to 1, on which the square lies on the row.
    if y0 == y1:
        hit = np.abs(rows - y0) <= reach
        begin, end = np.zeros(rows.shape), np.ones(rows.shape)
    else:
        ends = (rows - y0 - reach) / (y1 - y0), (rows - y0 + reach) / (y1 - y0)
        begin = np.maximum(np.minimum(*ends), 0.0)
        end = np.minimum(np.maximum(*ends), 1.0)
        hit = begin <= end
    at = x0 + begin * (x1 - x0), x0 + end * (x1 - x0)
    low[hit] = (np.minimum(*at) - reach)[hit]
    high[hit] = (np.maximum(*at) + reach)[hit]
    return low, high


def _capsule_spans(path: tuple[Point, Point], radius: float, rows: Floats) -> tuple[Floats, Floats]:
    """Where each row enters and leaves a capsule: the two discs and the band between."""
    (x0, y0), (x1, y1) = path
    low = np.full(rows.shape, np.inf)
    high = np.full(rows.shape, -np.inf)
    reach = radius + SLACK
    for x, y in dict.fromkeys(path):
        half = np.sqrt(np.maximum(reach**2 - (rows - y) ** 2, 0.0))
        hit = np.abs(rows - y) <= reach
        low[hit] = np.minimum(low[hit], (x - half)[hit])
        high[hit] = np.maximum(high[hit], (x + half)[hit])
    length = math.hypot(x1 - x0, y1 - y0)
    if not length:
        return low, high
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    # The band: at most `reach` beside the line, and between its ends along it.
    beside = _run(-uy, ux * (rows - y0) + uy * x0, -reach, reach)
    along = _run(ux, uy * (rows - y0) - ux * x0, 0.0, length)
    band_low = np.maximum(beside[0], along[0])
    band_high = np.minimum(beside[1], along[1])
    hit = band_low <= band_high
    low[hit] = np.minimum(low[hit], band_low[hit])
    high[hit] = np.maximum(high[hit], band_high[hit])
    return low, high


def _run(slope: float, constant: Floats, least: float, most: float) -> tuple[Floats, Floats]:
    """The x for which least ≤ slope · x + constant ≤ most, for each row's constant."""
    if slope == 0.0:
        inside = (constant >= least) & (constant <= most)
        return np.where(inside, -np.inf, np.inf), np.where(inside, np.inf, -np.inf)
    ends = (least - constant) / slope, (most - constant) / slope
    return np.minimum(*ends), np.maximum(*ends)
