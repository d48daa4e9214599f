"""Iterations, epochs and time of work."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.runs.events import Heartbeat, Message, Paused
from tests.making_runs import iteration, started
from widgets.plots.clock import Clock, XAxis
from widgets.plots.run_data import RunData

steps = st.lists(
    st.tuples(st.integers(1, 50), st.floats(0.01, 10), st.floats(0.01, 100)), min_size=2
)


@given(steps, st.floats(0, 1), st.sampled_from([XAxis.EPOCH, XAxis.TIME]))
def test_that_a_place_on_an_axis_leads_back_to_its_iteration(steps, share, axis):
    clock, at = Clock(), np.zeros(3)
    clock.tick(0, 0, 0)
    for step in steps:
        at = at + np.array(step)
        clock.tick(*at.tolist())
    wanted = share * at[0]
    place = clock.place(axis, wanted)
    if place < clock.place(axis, at[0]):
        assert clock.iteration_at(axis, place) == pytest.approx(wanted, rel=1e-6, abs=1e-6)


def test_that_beyond_its_ends_a_run_has_no_iterations():
    clock = Clock()
    clock.tick(0, 0, 0)
    clock.tick(10, 1, 60)
    assert clock.iteration_at(XAxis.TIME, 61) == math.inf
    assert clock.iteration_at(XAxis.TIME, -1) == -math.inf


def test_that_a_run_that_says_no_epochs_has_no_place_on_their_axis():
    clock = Clock()
    clock.tick(10, None, 5)
    assert not clock.knows(XAxis.EPOCH)
    assert clock.knows(XAxis.TIME)
    assert clock.knows(XAxis.ITERATION)


def test_that_pauses_do_not_count_as_work_and_lost_work_does():
    data = RunData()
    at = lambda event, moment: event.model_copy(update={"time": float(moment)})  # noqa: E731
    data.add([at(started(400), 1000), at(iteration(100), 1010), at(iteration(120), 1012)])
    # An hour later it goes on from the checkpoint at 100.
    data.add([at(started(400, iteration=100), 4600), at(iteration(110), 4601)])
    assert data.clock.place(XAxis.TIME, 100) == pytest.approx(10)
    assert data.clock.place(XAxis.TIME, 110) == pytest.approx(13)


@pytest.mark.parametrize("end", [Paused(time=1012, iteration=120), Heartbeat(time=1012)])
def test_that_what_is_said_while_loading_does_not_make_a_pause_work(end):
    data = RunData()
    at = lambda event, moment: event.model_copy(update={"time": float(moment)})  # noqa: E731
    data.add([at(started(400), 1000), at(iteration(100), 1010), end])
    data.add([Message(time=4595, text="loading"), at(started(400, iteration=100), 4600)])
    data.add([at(iteration(110), 4601)])
    assert data.clock.place(XAxis.TIME, 110) == pytest.approx(13)


def test_that_a_clock_that_was_set_back_does_not_turn_time_around():
    clock = Clock()
    clock.tick(10, None, 50)
    clock.tick(20, None, 30)
    assert clock.place(XAxis.TIME, 20) == 50
