"""Several processes for one run, under a real torchrun; what they do is a small script."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from core.runs.events import Started, read_events
from core.runs.launching import marked_processes, process_that_died, worker_command
from core.runs.store import Run, RunState
from core.runs.supervisor import Supervisor
from core.runs.worker_file import read_worker_file
from tests.core.runs.making import until

BOTH = """
import json
rank = os.environ["RANK"]
(folder / f"rank_{rank}").write_text(json.dumps(
    {"pid": os.getpid(), "world": os.environ["WORLD_SIZE"], "safe": sys.flags.safe_path}))
if rank == "0":
    begin(iteration=3)
while not (folder / "enough").exists():
    time.sleep(0.02)
"""


def started(supervisor: Supervisor, run: Run) -> dict[str, dict]:
    """Start a run on two processes and return what they say of themselves, by rank."""
    supervisor.start(run, ("cpu",))
    notes = {rank: run.folder / f"rank_{rank}" for rank in "01"}
    until(lambda: all(_is_json(note) for note in notes.values()), 120)
    until(lambda: run.progress().iteration == 3)
    return {rank: json.loads(note.read_text()) for rank, note in notes.items()}


def _is_json(path: Path) -> bool:
    return path.exists() and path.read_text().endswith("}")


def test_that_a_process_that_dies_ends_the_others_and_makes_the_run_crashed(supervise, queue_run):
    run = queue_run(gpus=2, device="cpu")
    supervisor = supervise(BOTH)
    said = started(supervisor, run)
    assert {each["world"] for each in said.values()} == {"2"}
    assert all(each["safe"] for each in said.values())  # a folder `core` cannot shadow ours
    assert sum(isinstance(each, Started) for each in read_events(run.events_path)) == 1
    os.kill(said["1"]["pid"], signal.SIGKILL)
    assert supervisor.wait(run) is RunState.CRASHED
    assert run.reason() == (
        "Process 2 of the run was killed by signal 9 (SIGKILL) at iteration 3 (the system does "
        "that when memory runs out: a smaller batch_size or crop_size then helps); the others "
        "were ended."
    )
    assert marked_processes(run.folder) == []


@pytest.mark.slow
@pytest.mark.parametrize("how", ["cancelled", "torchrun killed"])
def test_that_no_process_of_a_run_is_left_behind(supervise, queue_run, how):
    run = queue_run(gpus=2, device="cpu")
    supervisor = supervise("signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + BOTH)
    started(supervisor, run)
    if how == "cancelled":
        supervisor.cancel(run, grace=0.2)
        assert run.state() is RunState.STOPPED
    else:
        os.kill(read_worker_file(run.folder).pid, signal.SIGKILL)
        assert supervisor.wait(run) is RunState.CRASHED
    until(lambda: marked_processes(run.folder) == [])


def test_that_one_process_needs_no_torchrun(tmp_path):
    assert "torch.distributed.run" not in " ".join(worker_command("worker", tmp_path, 1))


REPORT = """
Failures:
[1]:
  time      : 2026-05-04_12:00:01
  rank      : 1 (local_rank: 1)
  exitcode  : {second} (pid: 12)
  error_file: <N/A>
------------------------------------------------------------
Root Cause (first observed failure):
[0]:
  time      : 2026-05-04_12:00:00
  rank      : 0 (local_rank: 0)
  exitcode  : {first} (pid: 11)
  error_file: <N/A>
"""


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (1, -9, "Process 2 of the run was killed by signal 9 (SIGKILL)"),
        (-11, 1, "Process 1 of the run was killed by signal 11 (SIGSEGV)"),
        (1, -15, "Process 1 of the run ended with exit code 1"),
    ],
)
def test_that_the_process_that_died_by_itself_is_named(first, second, words):
    assert process_that_died("some log\n" + REPORT.format(first=first, second=second)) == words
    assert process_that_died("some log\n") == ""


def test_that_what_a_process_printed_before_it_died_is_told():
    log = "[rank0]: Traceback (most recent call last):\n[rank0]: ValueError: no such port\n"
    log += "torch.distributed.elastic.multiprocessing.errors.ChildFailedError: \n"
    words = process_that_died(log + REPORT.format(first=1, second=-15))
    assert words == "Process 1 of the run ended with exit code 1 (ValueError: no such port)"
