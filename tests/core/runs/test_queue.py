"""The order in which runs start, the pause of the queue, and two programs that share it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core import files as files_module
from core.errors import PetsegError
from core.runs.launching import marked_processes
from core.runs.processes import python_environment
from core.runs.queue import RunQueue
from core.runs.queue_file import FILE_NAME, queue_lock, read_queue
from core.runs.store import Run, RunState, RunStore
from core.runs.supervisor import Supervisor
from tests.core.runs.making import OBEYS, until, with_checkpoint

SAYS_WHAT_IT_SEES = """
begin()
events.write(Message(text=os.environ.get("CUDA_VISIBLE_DEVICES", "all")))
events.write(Finished(iteration=10, seconds=1.0))
"""


@pytest.fixture
def queue(store) -> RunQueue:
    return RunQueue(store, Supervisor("nothing"), find_gpus=list)


def names(queue: RunQueue) -> list[str]:
    return [run.name for run in queue.waiting()]


@pytest.fixture
def three(queue_run) -> dict[str, Run]:
    return {name: queue_run(name=name, device="cpu") for name in ("a", "b", "c")}


@pytest.mark.parametrize(
    ("moved", "step", "order"),
    [
        ("c", "up", "acb"),
        ("c", "first", "cab"),
        ("a", "down", "bac"),
        ("a", "last", "bca"),
        ("a", "up", "abc"),
        ("c", "down", "abc"),
    ],
)
def test_that_a_waiting_run_moves(queue, three, moved, step, order):
    queue.move(three[moved].id, step)
    assert names(queue) == list(order)


def test_that_a_run_is_dropped_at_a_place(queue, three):
    queue.move_to(three["a"].id, 1)
    assert names(queue) == ["b", "a", "c"]


def test_that_the_order_survives_the_program_and_new_runs_come_last(queue, three, store, queue_run):
    queue.move(three["c"].id, "first")
    queue_run(name="d")
    later = RunQueue(RunStore(store.runs_dir), Supervisor("nothing"), find_gpus=list)
    assert names(later) == ["c", "a", "b", "d"]


def test_that_the_first_in_the_order_is_started_first(supervise, store, three):
    queue = RunQueue(store, supervise(OBEYS), find_gpus=list)
    queue.move(three["b"].id, "first")
    assert [run.name for run in queue.advance()] == ["b"]


def test_that_a_paused_queue_starts_nothing_and_remembers_it(supervise, store, three):
    supervisor = supervise(OBEYS)
    RunQueue(store, supervisor, find_gpus=list).pause()
    queue = RunQueue(store, supervisor, find_gpus=list)
    assert queue.is_paused
    assert queue.advance() == []
    assert "paused" in queue.why_waiting(three["a"])
    queue.pause(False)
    assert [run.name for run in queue.advance()] == ["a"]


def test_that_a_paused_queue_lets_runs_go_on(supervise, store, three):
    supervisor = supervise(OBEYS)
    queue = RunQueue(store, supervisor, find_gpus=list)
    queue.advance()
    queue.pause()
    assert supervisor.refresh(three["a"]) is RunState.RUNNING


@pytest.mark.parametrize("content", ["", "{", '{"order": 3}', "[]", '{"order": ["gone", "b"]}'])
def test_that_a_damaged_order_loses_no_run(queue, store, three, content):
    (store.runs_dir / FILE_NAME).write_text(content)
    assert sorted(names(queue)) == ["a", "b", "c"]
    queue.move(three["c"].id, "first")
    assert names(queue)[0] == "c"


def test_that_runs_share_the_gpus_and_each_sees_its_own(supervise, store, queue_run):
    first, second, third = (queue_run(device="auto") for _ in range(3))
    supervisor = supervise(SAYS_WHAT_IT_SEES)
    queue = RunQueue(store, supervisor, find_gpus=lambda: ["cuda:0", "cuda:1"])
    assert [run.id for run in queue.advance()] == [first.id, second.id]
    for run, sees in ((first, "0"), (second, "1")):
        supervisor.wait(run)
        assert f'"text":"{sees}"' in run.events_path.read_text()
    assert [run.id for run in queue.advance()] == [third.id]
    supervisor.wait(third)
    assert third.record.devices == ["cuda:0"]


def test_that_a_run_on_several_gpus_is_not_starved_by_those_behind_it(supervise, store, queue_run):
    running = queue_run(device="auto")
    supervisor = supervise(OBEYS.replace('device="cpu"', 'device="cuda:0"'))
    queue = RunQueue(store, supervisor, find_gpus=lambda: ["cuda:0", "cuda:1"])
    queue.advance()
    queue_run(device="auto", gpus=2)
    single = queue_run(device="auto")
    assert queue.advance() == []  # cuda:1 is free, and kept for the run that waits for both
    assert running.record.devices == ["cuda:0"]
    assert "Waiting until the run" in queue.why_waiting(single)


def test_that_a_run_that_can_never_start_says_so_and_makes_room(supervise, store, queue_run):
    greedy, next_one = queue_run(device="auto", gpus=4), queue_run(device="cpu")
    queue = RunQueue(store, supervise(OBEYS), find_gpus=lambda: ["cuda:0"])
    assert [run.id for run in queue.advance()] == [next_one.id]
    assert greedy.state() is RunState.FAILED
    assert "4 GPUs are asked for, and this machine has 1" in greedy.reason()


def test_that_a_run_that_found_no_gpu_holds_the_cpu(supervise, store, queue_run):
    queue_run(device="auto", name="unlucky")
    queue = RunQueue(store, supervise(OBEYS), find_gpus=lambda: ["cuda:0"])
    (started,) = queue.advance()
    until(lambda: started.progress().device == "cpu")  # its torch cannot use the GPU
    other = queue_run(device="cpu")
    assert queue.advance() == []
    assert "unlucky" in queue.why_waiting(other)


def test_that_a_resumed_run_is_the_next_one(queue, queue_run, three):
    done = queue_run(name="halved")
    with_checkpoint(done, 40)
    done.update(state=RunState.PAUSED, attempt=1)
    assert queue.resume(done) == 40
    assert names(queue) == ["halved", "a", "b", "c"]
    assert done.state() is RunState.QUEUED


def test_that_a_resumed_run_taken_out_of_the_queue_is_what_it_was(queue, queue_run):
    crashed = queue_run()
    with_checkpoint(crashed, 40)
    crashed.update(state=RunState.CRASHED, reason="The power went.", attempt=1)
    queue.resume(crashed)
    Supervisor("nothing").cancel(crashed)
    assert (crashed.state(), crashed.reason()) == (RunState.CRASHED, "The power went.")


def test_that_a_run_is_not_resumed_twice(queue, queue_run):
    crashed = queue_run()
    with_checkpoint(crashed, 40)
    crashed.update(state=RunState.CRASHED, attempt=1)
    queue.resume(crashed)
    with pytest.raises(PetsegError, match="waits in the queue"):
        queue.resume(crashed)


def test_that_two_programs_start_each_run_once_and_one_at_a_time(supervise, store, queue_run):
    """Real processes race for the same queue."""
    runs = [queue_run(name=f"r{number}", device="cpu") for number in range(4)]
    supervise("begin(iteration=1)\nevents.write(Finished(iteration=10, seconds=1.0))\n")
    program = (
        "import sys, time; from pathlib import Path\n"
        "from core.runs.store import RunStore, RunState\n"
        "from core.runs.queue import RunQueue; from core.runs.supervisor import Supervisor\n"
        "store = RunStore(Path(sys.argv[1]))\n"
        "queue = RunQueue(store, Supervisor('worker_script_0'), find_gpus=list)\n"
        "while not all(run.state().is_over for run in store.list()):\n"
        "    running = [run for run in store.list() if run.state() is RunState.RUNNING]\n"
        "    assert len(running) <= 1, running\n"
        "    print(*[run.name for run in queue.advance()])\n"
        "    time.sleep(0.01)\n"
    )
    command = [sys.executable, "-c", program, str(store.runs_dir)]
    programs = [
        subprocess.Popen(command, env=python_environment(), stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [each.communicate(timeout=60)[0].split() for each in programs]
    assert [each.returncode for each in programs] == [0, 0]
    assert sorted(said[0] + said[1]) == ["r0", "r1", "r2", "r3"]
    assert {run.state() for run in runs} == {RunState.FINISHED}
    assert {Run(run.folder).record.attempt for run in runs} == {1}


@pytest.mark.parametrize("written_before", [0, 1])
def test_that_a_full_disk_is_told_and_the_run_starts_once_there_is_room(
    supervise, store, queue_run, monkeypatch, written_before
):
    run = queue_run(device="cpu")
    queue = RunQueue(store, supervise(OBEYS), find_gpus=list)
    with monkeypatch.context() as full:
        fill_disk(full, written_before)
        with pytest.raises(PetsegError, match="No space left"):
            queue.advance()
        assert run.state() is RunState.QUEUED
    assert [each.id for each in queue.advance()] == [run.id]


def test_that_a_worker_that_nobody_would_find_again_is_not_left_running(
    supervise, store, queue_run, monkeypatch
):
    run = queue_run(device="cpu")
    supervisor = supervise(OBEYS)
    queue = RunQueue(store, supervisor, find_gpus=list)
    with monkeypatch.context() as full:
        fill_disk(full, 2)
        queue.advance()
        assert marked_processes(run.folder) == []
        assert run.state().is_over
    assert supervisor.refresh(run) is RunState.FAILED
    assert "No space left" in run.reason()


def test_that_a_torn_note_of_a_worker_does_not_keep_a_run_from_starting(
    supervise, store, queue_run
):
    run = queue_run(device="cpu")
    (run.folder / "worker.json").write_text("")
    queue = RunQueue(store, supervise(OBEYS), find_gpus=list)
    assert [each.id for each in queue.advance()] == [run.id]


def test_that_a_run_whose_note_of_a_worker_is_torn_is_not_running(queue_run):
    run = queue_run()
    run.update(state=RunState.RUNNING, attempt=1)
    (run.folder / "worker.json").write_text("")
    assert Supervisor("nothing").refresh(run) is RunState.CRASHED


def fill_disk(monkeypatch: pytest.MonkeyPatch, files: int) -> None:
    """Let the disk take so many more files."""
    real, left = files_module.atomic_write_text, iter(range(files))

    def write(path: Path, text: str, **options: object) -> None:
        if next(left, None) is None:
            raise PetsegError("The file could not be written (No space left on device)", path=path)
        real(path, text, **options)

    for user in ("core.runs.record", "core.runs.worker_file"):
        monkeypatch.setattr(f"{user}.atomic_write_text", write)


def test_that_moves_from_two_threads_are_both_kept(queue, store, three):
    order = read_queue(store.runs_dir).order
    assert order == []
    mover = threading.Thread(target=queue.move, args=(three["c"].id, "first"))
    with queue_lock(store.runs_dir):
        mover.start()
    mover.join()
    RunQueue(RunStore(store.runs_dir), Supervisor("nothing")).move(three["b"].id, "first")
    assert json.loads((store.runs_dir / FILE_NAME).read_text())["order"] == [
        three[name].id for name in "bca"
    ]


def test_that_a_program_that_died_with_the_lock_blocks_nobody(queue, store, three):
    program = (
        "import os, sys; from pathlib import Path\n"
        "from core.runs.queue_file import queue_lock\n"
        "with queue_lock(Path(sys.argv[1])): os._exit(0)\n"
    )
    command = [sys.executable, "-c", program, str(store.runs_dir)]
    subprocess.run(command, check=True, env=python_environment(), cwd=os.sep)
    queue.move(three["c"].id, "first")
    assert names(queue) == ["c", "a", "b"]
