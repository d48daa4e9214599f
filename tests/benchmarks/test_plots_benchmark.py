"""How often a second the live plots are drawn with a million points, while more come in."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QSize
from pytestqt.qtbot import QtBot

from tests.making_runs import iteration, started, validation
from widgets.plots.clock import XAxis
from widgets.plots.options import PACE, PlotOptions
from widgets.plots.run_data import RunData
from widgets.plots.run_plots import RunPlots
from widgets.plots.series import Series
from widgets.plots.shown_run import ShownRun
from widgets.plots.smoothing import SmoothedSeries

pytestmark = pytest.mark.benchmark

POINTS = 1_000_000
REDRAWS = 60
SIZE = QSize(800, 480)
TERMS = ("decode.loss_ce", "decode.loss_dice", "aux.loss_ce")


def fill(data: RunData, points: int) -> None:
    """Put a long, noisy past into a run, as its events would have."""
    x = np.arange(1, points + 1)
    noise = np.random.default_rng(0).normal(0, 0.1, points)
    for number, curves in enumerate(data.families["loss"].values()):
        curves.extend(x[len(curves) :], (np.exp(-x / points) / (number + 1) + noise)[len(curves) :])
    for families in ("speed", "memory", "lr"):
        for series in data.families[families].values():
            series.extend(x[len(series) :], (40 + noise)[len(series) :])
    for number in x[1::10].tolist():
        data.clock.tick(number, number / 100, number / 5)


def shown_plots(qtbot: QtBot, runs: int, options: PlotOptions, points: int) -> RunPlots:
    plots = RunPlots()
    qtbot.addWidget(plots)
    plots.resize(SIZE)
    plots.show_runs([ShownRun(f"r{n}", f"run {n}", (20 * n, 120, 200)) for n in range(runs)])
    terms = dict.fromkeys(TERMS, 0.5)
    for number in range(runs):
        plots.append([started(2 * points), iteration(1, terms=terms)], f"r{number}")
        fill(plots.data_of(f"r{number}"), points)
        scores = [
            validation(n, 50 + n / points * 30) for n in range(points // 20, points, points // 20)
        ]
        plots.append(scores, f"r{number}")
    plots.set_options(options)
    with qtbot.waitExposed(plots):
        plots.show()
    return plots


def redraws_a_second(plots: RunPlots, runs: int, points: int) -> tuple[float, float]:
    """Append an event of a run and draw everything, again and again.

    Returns:
        Redraws in a second by the clock on the wall, and by the time that the processor worked
        for this process, which other programs do not disturb.
    """
    terms = dict.fromkeys(TERMS, 0.5)
    began, worked = time.perf_counter(), time.process_time()
    for step in range(REDRAWS):
        number = points + 1 + step
        plots.append([iteration(number, max_iters=2 * points, terms=terms)], f"r{step % runs}")
        plots.grab()
    took, work = time.perf_counter() - began, time.process_time() - worked
    return REDRAWS / took, REDRAWS / work


# How many runs share the points, and how they are shown.
CASES = {
    "one run": (1, PlotOptions()),
    "one run, smoothed": (1, PlotOptions(smoothing=0.9)),
    "one run, smoothed, by time": (1, PlotOptions(smoothing=0.9, axis=XAxis.TIME, log=True)),
    "one run, speed": (1, PlotOptions(shown=PACE, smoothing=0.9)),
    "five runs, smoothed": (5, PlotOptions(smoothing=0.9)),
}


@pytest.mark.parametrize("name", CASES)
def test_that_a_million_points_are_drawn_thirty_times_a_second(
    name: str, qtbot: QtBot, record_property: Callable[[str, object], None]
):
    runs, options = CASES[name]
    plots = shown_plots(qtbot, runs, options, POINTS // runs)
    wall, work = redraws_a_second(plots, runs, POINTS // runs)
    record_property(name, wall)
    print(
        f"\n{name}: {wall:.0f} redraws a second by the clock, {work:.0f} by processor time, "
        f"with {POINTS:,} points in each kind of curve"
    )


def test_how_long_a_million_points_take_to_smooth():
    series = Series()
    series.extend(np.arange(POINTS), np.random.default_rng(0).normal(0, 1, POINTS))
    began = time.perf_counter()
    SmoothedSeries(series, 0.9).update()
    print(f"\nsmoothing a million points: {(time.perf_counter() - began) * 1000:.0f} ms")
