"""Whether the process that is noted for a run is still that process, and whose it is to judge."""

from __future__ import annotations

import json
import os
import time

import psutil
import pytest

from core.errors import PetsegError
from core.runs import control
from core.runs.events import EventWriter, Heartbeat, Started, Stopped, read_events
from core.runs.processes import start_ticks
from core.runs.queue import RunQueue
from core.runs.store import Run, RunState
from core.runs.supervisor import Supervisor
from core.runs.worker_file import claim, read_worker_file, write_worker_file
from tests.core.runs.making import with_checkpoint

COUNTS_TICKS = pytest.mark.skipif(
    start_ticks(os.getpid()) is None, reason="only Linux counts from its start"
)


@pytest.fixture
def running(queue_run) -> Run:
    """A run whose worker is this very process, which began to train a moment ago."""
    run = queue_run(name="mine", device="cpu")
    run.update(state=RunState.RUNNING, attempt=1, devices=["cpu"])
    write_worker_file(run.folder, os.getpid())
    say(run, Started(pid=os.getpid(), device="cpu", max_iters=10, total_samples=4))
    return run


def say(run: Run, event) -> None:
    with EventWriter(run.events_path) as events:
        events.write(event)


def note(run: Run, **changes) -> None:
    """Change what is noted of the run's process."""
    path = run.folder / "worker.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@COUNTS_TICKS
@pytest.mark.parametrize("step", [-3600, 0.5, 86_400])
def test_that_a_worker_lives_on_when_the_clock_is_set(running, monkeypatch, step):
    real = psutil.Process.create_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: real(self) + step)
    assert Supervisor().refresh(running) is RunState.RUNNING


def test_that_a_note_of_an_earlier_version_is_still_understood(running):
    created = psutil.Process().create_time()
    (running.folder / "worker.json").write_text(f'{{"pid": {os.getpid()}, "created": {created}}}')
    assert running.state() is RunState.RUNNING
    note(running, created=created - 5)
    assert running.state() is RunState.CRASHED


@COUNTS_TICKS
def test_that_a_process_of_before_the_machine_was_started_again_is_gone(running):
    note(running, system="an earlier start")
    assert running.state() is RunState.CRASHED


@COUNTS_TICKS
def test_that_a_machine_that_was_given_another_name_knows_its_own_workers(running):
    note(running, host="its-old-name")
    assert running.state() is RunState.RUNNING
    assert running.summary().host == ""
    note(running, ticks=1)
    assert running.state() is RunState.CRASHED


def test_that_a_run_on_another_machine_goes_on_there_and_holds_nothing_here(
    running, store, queue_run, supervise
):
    note(running, host="lab3", system="lab3's start", ticks=7)
    assert Supervisor().refresh(running) is RunState.RUNNING
    assert running.summary().host == "lab3"
    assert running.summary(now=time.time() + 60).silent_seconds is not None
    with pytest.raises(PetsegError, match="already"):
        claim(running.folder)
    waiting = queue_run(device="cpu")
    queue = RunQueue(store, supervise("begin()"), find_gpus=list)
    assert queue.why_waiting(waiting) == ""
    assert [run.id for run in queue.advance()] == [waiting.id]


def test_that_a_run_on_another_machine_is_asked_to_cancel_and_given_up_when_that_is_silent(running):
    note(running, host="lab3", system="lab3's start", ticks=7)
    say(running, Heartbeat())
    supervisor = Supervisor()
    supervisor.cancel(running)
    assert control.read_request(running.folder) == "cancel"
    assert supervisor.refresh(running) is RunState.RUNNING  # it was heard of a moment ago
    long_ago = time.time() - 3600
    running.events_path.write_text(
        Started(time=long_ago, pid=1, device="cpu", max_iters=10, total_samples=4).model_dump_json()
        + "\n"
    )
    note(running, created=long_ago)
    again = Run(running.folder)
    assert supervisor.refresh(again) is RunState.STOPPED
    assert isinstance(read_events(running.events_path)[-1], Stopped)


def test_that_a_run_that_another_machine_left_can_be_resumed_here(running, store):
    note(running, host="lab3", system="lab3's start", ticks=7)
    say(running, Stopped(iteration=4, reason="stop"))
    with_checkpoint(running, 4)
    queue = RunQueue(store, Supervisor("nothing"), find_gpus=list)
    assert queue.resume(running) == 4
    claim(running.folder)
    assert read_worker_file(running.folder).pid == os.getpid()
