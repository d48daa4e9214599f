"""Runs whose workers are small scripts, so that supervising can be tested without training."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.runs.store import DatasetRecord, Run, RunStore
from core.runs.supervisor import Supervisor

PREAMBLE = """
import os, signal, sys, time
from pathlib import Path
from core.runs.events import *
folder = Path(sys.argv[1])
events = EventWriter(folder / "events.jsonl")

def begin(iteration=0):
    events.write(Started(pid=os.getpid(), device="cpu", max_iters=10, total_samples=4))
    if iteration:
        events.write(Iteration(iteration=iteration, max_iters=10, losses={"loss": 1.0}, lr=0.1,
                               seconds_per_iteration=0.1, eta=1.0))
"""


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def queue_run(store: RunStore, tmp_path: Path) -> Callable[..., Run]:
    """Makes a queued run."""

    def make(**details) -> Run:
        details = {"recipe": "demo-cpu", "label_set": "labels", **details}
        return store.create(dataset=DatasetRecord(root=tmp_path), **details)

    return make


@pytest.fixture
def supervise(tmp_path: Path, monkeypatch) -> Iterator[Callable[[str], Supervisor]]:
    """Makes a supervisor whose workers run the given script."""
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    paths = [str(scripts), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in paths if path))
    made: list[Supervisor] = []

    def make(script: str) -> Supervisor:
        name = f"worker_script_{len(made)}"
        (scripts / f"{name}.py").write_text(PREAMBLE + textwrap.dedent(script))
        made.append(Supervisor(name))
        return made[-1]

    yield make
    for supervisor in made:
        supervisor.end_all()
