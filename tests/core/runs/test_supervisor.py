"""Starting, stopping, losing and finding again the processes of runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from core.errors import PetsegError
from core.runs import control
from core.runs.events import Started, Stopped, read_events
from core.runs.processes import describe_exit, python_command, python_environment
from core.runs.queue import RunQueue
from core.runs.store import Run, RunState
from core.runs.supervisor import Supervisor
from core.runs.worker_file import read_worker_file
from tests.core.runs.making import OBEYS, until

FOREVER = """
begin(iteration=3)
print("working hard", flush=True)
while True:
    time.sleep(0.02)
"""
OBEYS_STOP = """
from core.runs import control
begin()
while control.read_request(folder) != "stop":
    time.sleep(0.01)
events.write(Stopped(iteration=7, reason="stop"))
"""
FINISHES = "begin()\nevents.write(Finished(iteration=10, seconds=1.0))\n"


def until_started(run: Run) -> int:
    """Wait for the worker's first words and return its process id."""
    until(lambda: any(isinstance(event, Started) for event in read_events(run.events_path)))
    until(lambda: run.progress().iteration > 0 or "working" not in _log(run))
    return read_worker_file(run.folder).pid


def _log(run: Run) -> str:
    return run.log_path.read_text() if run.log_path.exists() else ""


def test_that_a_worker_that_finishes_leaves_a_finished_run(supervise, queue_run):
    run = queue_run()
    supervisor = supervise(FINISHES)
    supervisor.start(run)
    assert supervisor.wait(run) is RunState.FINISHED
    assert Run(run.folder).record.state is RunState.FINISHED


def test_that_a_worker_leads_a_session_of_its_own(supervise, queue_run):
    run = queue_run()
    supervisor = supervise(FOREVER)
    supervisor.start(run)
    pid = until_started(run)
    assert os.getsid(pid) == os.getpgid(pid) == pid != os.getpgid(0)
    supervisor.cancel(run)


def test_that_a_run_that_is_worked_on_cannot_be_started_twice(supervise, queue_run):
    run = queue_run()
    supervisor = supervise(FOREVER)
    supervisor.start(run)
    with pytest.raises(PetsegError, match="already"):
        Supervisor("anything").start(Run(run.folder))
    supervisor.cancel(run)


def test_that_a_stop_request_reaches_the_worker(supervise, queue_run):
    run = queue_run()
    supervisor = supervise(OBEYS_STOP)
    supervisor.start(run)
    assert supervisor.refresh(run) is RunState.RUNNING
    supervisor.request_stop(run)
    assert supervisor.wait(run) is RunState.STOPPED
    assert "saved" in Run(run.folder).record.reason


def test_that_cancel_ends_a_worker_and_its_children(supervise, queue_run):
    run = queue_run()
    supervisor = supervise(
        """
        import subprocess
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        (folder / "child").write_text(str(child.pid))
        """
        + FOREVER.replace("\n", "\n        ")
    )
    supervisor.start(run)
    until_started(run)
    child = int((run.folder / "child").read_text())
    supervisor.cancel(run)
    assert run.state() is RunState.STOPPED
    until(lambda: not psutil.pid_exists(child) or _is_zombie(child))
    end = read_events(run.events_path)[-1]
    assert isinstance(end, Stopped)
    assert (end.reason, end.iteration) == ("cancel", 3)


def test_that_cancel_kills_a_worker_that_does_not_listen(supervise, queue_run):
    run = queue_run()
    supervisor = supervise("signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + FOREVER)
    supervisor.start(run)
    until_started(run)
    supervisor.cancel(run, grace=0.1)
    assert run.state() is RunState.STOPPED


def test_that_a_killed_worker_leaves_a_crashed_run_with_signal_iteration_and_log(
    supervise, queue_run
):
    run = queue_run()
    supervisor = supervise(FOREVER)
    supervisor.start(run)
    os.kill(until_started(run), signal.SIGKILL)
    assert supervisor.wait(run) is RunState.CRASHED
    reason = Run(run.folder).record.reason
    assert "signal 9 (SIGKILL)" in reason
    assert "when memory runs out: a smaller batch_size" in reason
    assert "iteration 3" in reason
    assert "working hard" in reason


KILLED = {
    "before its first event": ("", None),
    "while its first event is written": (
        """os.write(events._descriptor, b'{"type": "star')\n""", None),
    "while an iteration is written": (
        """begin(3); save(50); os.write(events._descriptor, b'{"type": "iteration", "it')\n""", 50),
    "while the first checkpoint is written": ("begin(50); save(50, half=True)\n", None),
    "while a later checkpoint is written": ("begin(100); save(50); save(100, half=True)\n", 50),
    "while it validates": ("begin(100); save(100); events.write(Heartbeat())\n", 100),
    "after the best checkpoint": ("begin(9); save(9); save('best', half=False)\n", 9),
}  # fmt: skip
SAVES = """
import zipfile
def save(iteration, half=False):
    path = folder / "checkpoints" / f"iter_{iteration}.pth"
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("weights", "x" * 100)
    if half:
        os.truncate(path, path.stat().st_size // 2)
"""
THEN_HANGS = "(folder / 'here').touch()\ntime.sleep(600)\n"


@pytest.mark.parametrize("moment", KILLED)
def test_that_a_worker_killed_at_any_moment_leaves_a_crashed_run_that_goes_on_from_what_is_whole(
    supervise, queue_run, store, moment
):
    script, checkpoint = KILLED[moment]
    run = queue_run()
    supervisor = supervise(SAVES + script + THEN_HANGS)
    supervisor.start(run)
    until(lambda: (run.folder / "here").exists())
    os.kill(read_worker_file(run.folder).pid, signal.SIGKILL)
    assert supervisor.wait(run) is RunState.CRASHED
    seen = Run(run.folder).summary()
    assert "killed by signal 9" in seen.reason
    assert seen.checkpoint == checkpoint
    if checkpoint is None:
        return
    finishing = supervise("begin(iteration=9)\nevents.write(Finished(iteration=10, seconds=1.0))\n")
    queue = RunQueue(store, finishing)
    assert queue.resume(run) == checkpoint
    assert [each.id for each in queue.advance()] == [run.id]
    assert finishing.wait(run) is RunState.FINISHED


def test_that_a_worker_that_is_asked_to_pause_leaves_a_paused_run(supervise, queue_run):
    run = queue_run()
    supervisor = supervise(OBEYS)
    supervisor.start(run)
    until_started(run)
    supervisor.request_pause(run)
    assert supervisor.wait(run) is RunState.PAUSED
    assert Run(run.folder).record.state is RunState.PAUSED
    assert "resume" in run.reason()


def test_that_a_pause_does_not_take_back_a_stop_and_a_stop_overrules_a_pause(supervise, queue_run):
    run = queue_run()
    supervisor = supervise(FOREVER)
    supervisor.start(run)
    until_started(run)
    supervisor.request_pause(run)
    assert control.read_request(run.folder) == "pause"
    supervisor.request_stop(run)
    supervisor.request_pause(run)
    assert control.read_request(run.folder) == "stop"
    supervisor.cancel(run)


def test_that_only_a_running_run_can_be_paused(queue_run):
    run = queue_run()
    Supervisor().request_pause(run)
    assert run.state() is RunState.QUEUED
    assert control.read_request(run.folder) is None


def test_that_a_worker_that_ends_without_a_word_leaves_its_exit_code(supervise, queue_run):
    run = queue_run()
    supervisor = supervise("begin(); os._exit(7)")
    supervisor.start(run)
    assert supervisor.wait(run) is RunState.CRASHED
    assert "exit code 7" in run.reason()
    assert "before its first iteration" in run.reason()


def test_that_another_program_finds_the_worker_again(supervise, queue_run):
    run = queue_run()
    first = supervise(FOREVER)
    first.start(run)
    pid = until_started(run)
    second, again = Supervisor(), Run(run.folder)
    assert second.refresh(again) is RunState.RUNNING
    second.cancel(again)
    assert not psutil.pid_exists(pid) or _is_zombie(pid)
    assert again.state() is RunState.STOPPED
    assert first.refresh(run) is RunState.STOPPED


def test_that_another_program_says_that_it_does_not_know_how_a_worker_ended(supervise, queue_run):
    run = queue_run()
    first = supervise(FOREVER)
    first.start(run)
    os.kill(until_started(run), signal.SIGKILL)
    assert Supervisor().wait(Run(run.folder)) is RunState.CRASHED
    assert "without saying why at iteration 3" in run.reason()


def test_that_a_list_knows_of_a_crash_before_a_supervisor_does(supervise, queue_run, store):
    run = queue_run()
    supervisor = supervise(FOREVER)
    supervisor.start(run)
    os.kill(until_started(run), signal.SIGKILL)
    until(lambda: store.list()[0].state() is RunState.CRASHED)
    assert store.list()[0].record.state is RunState.RUNNING  # nobody has noted it yet


def test_that_a_reused_process_id_is_not_taken_for_the_worker(supervise, queue_run):
    run = queue_run()
    run.update(state=RunState.RUNNING)
    (run.folder / "worker.json").write_text(f'{{"pid": {os.getpid()}, "created": 1.0}}')
    assert run.state() is RunState.CRASHED


def test_that_a_stranger_who_got_the_worker_s_process_id_and_group_is_left_alone(queue_run):
    run = queue_run()
    run.update(state=RunState.RUNNING, attempt=1)
    with _sleeper() as stranger:
        note = f'{{"pid": {stranger.pid}, "created": 1.0}}'
        (run.folder / "worker.json").write_text(note)  # from before the machine was started again
        assert Supervisor().refresh(run) is RunState.CRASHED
        with pytest.raises(subprocess.TimeoutExpired):
            stranger.wait(0.1)


def test_that_what_a_killed_worker_has_started_is_ended(supervise, queue_run):
    run = queue_run()
    supervisor = supervise(
        """
        import subprocess
        child = subprocess.Popen(["sleep", "600"], start_new_session=True)
        (folder / "child").write_text(str(child.pid))
        """
        + FOREVER.replace("\n", "\n        ")
    )
    supervisor.start(run)
    os.kill(until_started(run), signal.SIGKILL)
    assert supervisor.wait(run) is RunState.CRASHED
    child = int((run.folder / "child").read_text())
    until(lambda: not psutil.pid_exists(child) or _is_zombie(child))


def test_that_the_window_may_close_while_the_worker_goes_on(supervise, queue_run, tmp_path):
    run = queue_run()
    supervise(FOREVER)
    starter = (
        "import sys; from pathlib import Path\n"
        "from core.runs.store import Run; from core.runs.supervisor import Supervisor\n"
        "Supervisor('worker_script_0').start(Run(Path(sys.argv[1])))\n"
    )
    command = [sys.executable, "-c", starter, str(run.folder)]
    subprocess.run(command, check=True, env=python_environment())
    until_started(run)
    supervisor = Supervisor()
    assert supervisor.refresh(run) is RunState.RUNNING
    supervisor.cancel(run)
    assert run.state() is RunState.STOPPED


def test_that_a_queued_run_can_be_cancelled_before_it_began(queue_run):
    run = queue_run()
    Supervisor().cancel(run)
    assert run.state() is RunState.STOPPED
    assert "before it began" in run.reason()
    assert isinstance(read_events(run.events_path)[-1], Stopped)


def test_that_a_run_that_is_over_can_be_started_again(supervise, queue_run):
    run = queue_run()
    failing = supervise("begin()\nevents.write(Failed(reason='Bad luck.'))\n")
    failing.start(run)
    assert failing.wait(run) is RunState.FAILED
    assert run.reason() == "Bad luck."
    resuming = supervise("begin(iteration=5)\n" + OBEYS_STOP)
    resuming.start(run)
    assert run.record.attempt == 2
    assert resuming.refresh(run) is RunState.RUNNING  # the old end does not count any more
    resuming.request_stop(run)
    assert resuming.wait(run) is RunState.STOPPED


def test_that_a_stop_that_came_too_late_is_forgotten_by_the_next_start(supervise, queue_run):
    run = queue_run()
    control.write_request(run.folder, "stop")
    supervisor = supervise(FOREVER)
    supervisor.start(run)
    until_started(run)
    assert control.read_request(run.folder) is None
    supervisor.cancel(run)


def test_that_waiting_gives_up_after_its_timeout(supervise, queue_run):
    run = queue_run()
    supervisor = supervise(FOREVER)
    supervisor.start(run)
    until_started(run)
    assert supervisor.wait(run, timeout=0.05) is RunState.RUNNING
    supervisor.cancel(run)


def test_that_cancelling_in_one_thread_does_not_disturb_looking_in_another(supervise, queue_run):
    run = queue_run()
    supervisor = supervise(FOREVER)
    supervisor.start(run)
    until_started(run)
    canceller = threading.Thread(target=supervisor.cancel, args=(run,))
    canceller.start()
    seen = {supervisor.refresh(run)}
    while canceller.is_alive():
        seen.add(supervisor.refresh(run))
    canceller.join()
    assert seen <= {RunState.RUNNING, RunState.STOPPED}
    assert supervisor.refresh(run) is RunState.STOPPED


def test_that_the_queue_starts_one_run_per_device(supervise, queue_run, store):
    first, second = queue_run(device="cpu"), queue_run(device="cpu")
    other = queue_run(device="cuda:1")
    supervisor = supervise(OBEYS_STOP)
    queue = RunQueue(store, supervisor)
    assert [run.id for run in queue.advance()] == [first.id, other.id]
    assert queue.advance() == []
    assert [run.id for run in queue.waiting()] == [second.id]
    supervisor.request_stop(first)
    supervisor.wait(first)
    assert [run.id for run in queue.advance()] == [second.id]


def test_that_a_run_that_cannot_start_does_not_block_the_queue(supervise, queue_run, store):
    bad, good = queue_run(device="cpu"), queue_run(device="cpu")
    (bad.folder / "worker.log").mkdir()  # so that the log cannot be opened
    supervisor = supervise(FINISHES)
    started = RunQueue(store, supervisor).advance()
    assert [run.id for run in started] == [good.id]
    assert bad.state() is RunState.FAILED
    assert "cannot be started" in bad.reason()


def test_that_exits_are_told_in_words():
    assert describe_exit(3) == "ended with exit code 3"
    assert describe_exit(-signal.SIGSEGV) == "was killed by signal 11 (SIGSEGV)"
    assert describe_exit(-250) == "was killed by signal 250"


def test_that_a_folder_named_core_beside_the_user_cannot_shadow_ours(tmp_path):
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    command = python_command("core.runs.events")
    done = subprocess.run(command, cwd=tmp_path, env=python_environment(), check=False)
    assert done.returncode == 0


@contextmanager
def _sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with any run, and leads a group of its own."""
    process = subprocess.Popen(["sleep", "600"], start_new_session=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
