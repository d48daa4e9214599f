"""What the recipes reach on the validation split, and in what time on this machine."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path

import pytest

from core.dataset import open_dataset
from core.demo.dataset import make_demo
from core.runs.events import Started, read_events
from core.runs.store import Run, RunState
from core.runs.supervisor import Supervisor
from core.training.request import TrainRequest, create_run

pytestmark = [pytest.mark.slow, pytest.mark.benchmark, pytest.mark.timeout(3600)]

GOAL = 75.0


def train(request: TrainRequest, runs_dir: Path) -> tuple[Run, float, float]:
    """Train to the end; return the run, the wall seconds, and the CPU seconds of the worker."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    run = create_run(request.dataset, runs_dir, request)
    supervisor = Supervisor()
    supervisor.start(run)
    state = supervisor.wait(run)
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert state is RunState.FINISHED, run.reason()
    cpu = (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
    return run, wall, cpu


def report(run: Run, wall: float, cpu: float, goal_minutes: int) -> None:
    summary = run.summary()
    (started,) = [e for e in read_events(run.events_path) if isinstance(e, Started)]
    assert summary.best is not None
    print(
        f"\n{summary.recipe} on {started.total_samples} images, {os.cpu_count()} cores: "
        f"val mDice {summary.best.mDice:.2f} (iteration {summary.best.iteration} of "
        f"{summary.max_iters}) in {wall:.0f} s from request to end, {cpu:.0f} CPU seconds; "
        f"the aim is more than {GOAL:.0f} in less than {60 * goal_minutes} s"
    )


def test_that_demo_cpu_learns_the_demo(tmp_path):
    make_demo(tmp_path / "demo")
    dataset = open_dataset(tmp_path / "demo")
    request = TrainRequest(dataset, "demo-cpu", device="cpu")
    run, wall, cpu = train(request, tmp_path / "runs")
    report(run, wall, cpu, goal_minutes=3)
    best = run.best()
    assert best is not None
    assert best.mDice > GOAL


def test_that_deeplabv3plus_mnv2_learns_the_study_s_data_from_given_weights(shared_dir, tmp_path):
    dataset = open_dataset(shared_dir / "pets", workspace=tmp_path / "workspace")
    request = TrainRequest(
        dataset,
        "deeplabv3plus-mnv2",
        label_set="labels_fixed",
        device="cpu",
        init=shared_dir / "weights" / "mobilenet_v2_dogs.pth",
    )
    run, wall, cpu = train(request, tmp_path / "runs")
    report(run, wall, cpu, goal_minutes=5)
    best = run.best()
    assert best is not None
    assert best.mDice > GOAL
