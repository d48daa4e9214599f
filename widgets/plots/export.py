"""Curves as a table and plots as a picture, to take away."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from widgets.plots.clock import XAxis
from widgets.plots.drawn import DrawnCurve
from widgets.plots.series import Floats

CSV_COLUMNS = (
    "run", "plot", "curve", "iteration", "epoch", "seconds_of_work", "value", "smoothed",
)  # fmt: skip
"""The columns of the table, one row a point.

`run`: name of the run. `plot`: title of the plot, with the unit of the values. `curve`: name in the
legend. `iteration`, `epoch`, `seconds_of_work`: the place of the point on each of the x axes;
empty where the run does not say it. `value`: as measured; empty where there was none. `smoothed`:
the moving average as drawn; empty where none was drawn.
"""


@dataclass(frozen=True)
class CurveColumns:
    """Points of one curve, each array of the same length; see `CSV_COLUMNS`."""

    run: str
    plot: str
    curve: str
    iteration: Floats
    epoch: Floats
    seconds: Floats
    value: Floats
    smoothed: Floats | None


def columns_of(
    curve: DrawnCurve, axis: XAxis, x_range: tuple[float, float], run: str, plot: str
) -> CurveColumns:
    """Copy the points of a curve that are between two places on the x axis.

    Args:
        curve: The curve.
        axis: What the x axis counts.
        x_range: Left and right edge.
        run: What the run is called.
        plot: Title of the plot.
    """
    series, clock = curve.series, curve.clock
    low, high = (clock.iteration_at(axis, place) for place in x_range)
    inside = slice(
        int(np.searchsorted(series.x, low)), int(np.searchsorted(series.x, high, "right"))
    )
    x = series.x[inside].copy()
    nothing = np.full(len(x), math.nan)
    smoothed = curve.smoothed()
    return CurveColumns(
        run,
        plot,
        curve.text,
        x,
        clock.convert(XAxis.EPOCH, x) if clock.knows(XAxis.EPOCH) else nothing,
        clock.convert(XAxis.TIME, x) if clock.knows(XAxis.TIME) else nothing,
        series.y[inside].copy(),
        None if smoothed is None else smoothed.y[inside].copy(),
    )


def csv_text(curves: Iterable[CurveColumns]) -> str:
    """The table as text; its columns are `CSV_COLUMNS`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for curve in curves:
        smoothed = curve.smoothed if curve.smoothed is not None else [math.nan] * len(curve.value)
        for x, epoch, seconds, value, smooth in zip(
            curve.iteration.tolist(),
            curve.epoch.tolist(),
            curve.seconds.tolist(),
            curve.value.tolist(),
            smoothed,
            strict=True,
        ):
            writer.writerow(
                [
                    curve.run, curve.plot, curve.curve, f"{x:.10g}",
                    _cell(epoch), _cell(seconds), _cell(value), _cell(smooth),
                ]
            )  # fmt: skip
    return out.getvalue()


def _cell(value: float) -> str:
    return "" if value != value else f"{value:.8g}"
