"""One run on two processes: real training over gloo, under a real torchrun."""

from __future__ import annotations

import os
import signal
import time

import pytest

from core.runs.events import Checkpoint, Finished, Iteration, Started, Validation, read_events
from core.runs.launching import marked_processes
from core.runs.queue import RunQueue
from core.runs.store import Run, RunState, RunStore
from core.runs.supervisor import Supervisor

WORKER = "tests.core.training.several_worker"


@pytest.mark.slow
def test_that_two_processes_train_one_run_and_go_on_after_one_of_them_died(make_run):
    run = make_run(max_iters=40, val_interval=4)
    run.update(gpus=2)
    supervisor = Supervisor(WORKER)
    try:
        queue = RunQueue(RunStore(run.folder.parent), supervisor)
        assert [each.id for each in queue.advance()] == [run.id]
        _until(run, lambda: any(isinstance(e, Checkpoint) for e in read_events(run.events_path)))
        os.kill(_second_process(run), signal.SIGKILL)
        assert supervisor.wait(run, timeout=120) is RunState.CRASHED
        assert "Process 2 of the run was killed by signal 9 (SIGKILL) at iteration" in run.reason()
        assert marked_processes(run.folder) == []
        at = queue.resume(run)
        queue.advance()
        assert supervisor.wait(run, timeout=240) is RunState.FINISHED, run.log_path.read_text()
    finally:
        supervisor.end_all()
    events = read_events(run.events_path)
    assert [each.iteration for each in events if isinstance(each, Started)] == [0, at]
    assert sum(isinstance(each, Finished) for each in events) == 1
    again = events[
        next(n for n, e in enumerate(events) if isinstance(e, Started) and e.iteration) :
    ]
    for kind in (Iteration, Validation):
        told = [each.iteration for each in again if isinstance(each, kind)]
        assert told == sorted(set(told))  # by one process, once
        assert told[-1] == 40
    first, second = ((run.folder / f"weights_{rank}").read_text() for rank in (0, 1))
    assert first == second


def _second_process(run: Run) -> int:
    return next(
        each.pid for each in marked_processes(run.folder) if each.environ().get("RANK") == "1"
    )


def _until(run: Run, condition) -> None:
    end = time.monotonic() + 240
    while not condition():
        assert time.monotonic() < end, run.log_path.read_text()
        assert run.state() is RunState.RUNNING, run.reason()
        time.sleep(0.05)
