"""Starting, stopping and watching the worker processes of runs.

A supervisor need not be the one that started a worker: after the window was closed and opened
again, another one finds the process by its id and creation time and goes on from there.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from core.errors import PetsegError
from core.runs import control
from core.runs.events import Event, EventWriter, Failed, Stopped
from core.runs.launching import (
    marked_processes,
    process_that_died,
    worker_command,
    worker_environment,
)
from core.runs.processes import (
    describe_exit,
    group_members,
    kill_all,
    signal_group,
    start_detached,
)
from core.runs.store import Run, RunState
from core.runs.worker_file import claim, read_worker_file, release, write_worker_file

WORKER_MODULE = "core.training.worker"

_WHY_KILLED = (
    " (the system does that when memory runs out: a smaller batch_size or crop_size then helps)"
)

_LOG_LINES = 3
_LOG_CHARACTERS = 400
_LOG_BYTES = 65_536


class Supervisor:
    """Starts workers and keeps `run.json` true to what became of them.

    Methods may be called from several threads, each with its own `Run` object. Only `cancel` and
    `wait` block.

    Args:
        worker_module: The module that works on a run, started with the run's folder.
    """

    def __init__(self, worker_module: str = WORKER_MODULE) -> None:
        self._module = worker_module
        self._children: dict[Path, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()

    def start(self, run: Run, devices: Sequence[str] = ()) -> None:
        """Start the worker of a queued run, or of one that is over: then it is resumed.

        Returns as soon as the process exists; whether it gets to train is told by its events.

        Args:
            run: The run.
            devices: The devices that it is given; none to let the worker choose.

        Raises:
            PetsegError: the run is being worked on already, or the process cannot be started.
        """
        record = run.record
        claim(run.folder)
        try:
            control.clear_request(run.folder)
            run.update(
                state=RunState.RUNNING,
                reason="",
                devices=list(devices),
                events_from=_size(run.events_path),
                log_from=_size(run.log_path),
                attempt=record.attempt + 1,
            )
        except (OSError, PetsegError):
            release(run.folder)
            raise
        try:
            self._start_worker(run, record.gpus, devices)
        except (OSError, PetsegError) as error:
            release(run.folder)
            reason = f"The worker process cannot be started ({_why(error)})."
            self.refuse(run, reason)
            raise PetsegError(
                reason.rstrip("."),
                path=run.folder,
                remedy="Free memory, processes or disk space; try again.",
            ) from error

    def _start_worker(self, run: Run, processes: int, devices: Sequence[str]) -> None:
        child = start_detached(
            worker_command(self._module, run.folder, processes),
            folder=run.folder,
            log=run.log_path,
            environment=worker_environment(run.folder, processes, devices),
        )
        with self._lock:
            self._children[run.folder] = child
        try:
            write_worker_file(run.folder, child.pid)
        except PetsegError:
            child.kill()  # nobody would find it again
            child.wait()
            raise

    def refuse(self, run: Run, reason: str) -> None:
        """Note that a run cannot be started, and why."""
        _tell(run, Failed(reason=reason))
        run.update(state=RunState.FAILED, reason=reason)

    def request_pause(self, run: Run) -> None:
        """Ask the worker to finish its iteration, save and leave. Does not block.

        Nothing happens to a run that is not being worked on, or that was asked to stop.
        """
        if self.refresh(run) is RunState.RUNNING and control.read_request(run.folder) is None:
            control.write_request(run.folder, "pause")

    def request_stop(self, run: Run) -> None:
        """Ask the worker to finish its iteration, save, validate and end. Does not block."""
        match self.refresh(run):
            case RunState.QUEUED:
                self._end_unstarted(run)
            case RunState.RUNNING:
                control.write_request(run.folder, "stop")
            case _:
                pass

    def cancel(self, run: Run, *, grace: float = 5.0) -> None:
        """End the worker and all processes of its group; nothing is saved.

        Blocks until they are gone: first they are asked (SIGTERM), and after `grace` seconds
        killed. A window calls this from another thread than its own. A worker on another machine
        is only asked, and obeys after its iteration; `refresh` ends the run of one that is silent.
        """
        run = Run(run.folder)  # this may be another thread than that of the caller's object
        match self.refresh(run):
            case RunState.QUEUED:
                self._end_unstarted(run)
                return
            case RunState.RUNNING:
                pass
            case _:
                return
        worker = read_worker_file(run.folder)
        control.write_request(run.folder, "cancel")
        if worker is not None and worker.is_alive() and worker.pid != os.getpid():
            members = _members(run, worker.pid)
            signal_group(worker.pid, signal.SIGTERM)
            self._await_end(run, members, timeout=grace)
            kill_all([*members, *marked_processes(run.folder)])
            self._await_end(run, members, timeout=None)
        self.refresh(run)

    def refresh(self, run: Run) -> RunState:
        """Look what became of the run, and note its end in `run.json`.

        A worker that is gone without a terminal event makes the run *crashed*, with the signal or
        exit code where this supervisor is the parent, and the last lines of the worker's log.
        """
        child = self._child(run.folder)
        code = None if child is None else child.poll()
        state, reason = run.state_and_reason()
        if state is RunState.CRASHED and child is not None and code is None:
            return RunState.RUNNING  # some of its threads are still ending: no exit code yet
        if state is RunState.RUNNING and control.read_request(run.folder) == "cancel":
            state, reason = self._give_up_elsewhere(run)
        if run.problem or not state.is_over or run.record.state.is_over:
            return state
        if state is RunState.CRASHED:
            iteration = run.progress().iteration
            # Data loading processes of a killed worker would otherwise linger for a while, and so
            # would the workers of a killed torchrun. The process ids of the dead say nothing: they
            # may be somebody else's by now.
            kill_all(marked_processes(run.folder))
            if control.read_request(run.folder) == "cancel":
                _tell(run, Stopped(iteration=iteration, reason="cancel"))
                state, reason = run.progress().ended or state, run.progress().reason
            else:
                reason = _crash_reason(run, code, iteration)
        run.update(state=state, reason=reason, best=run.best())
        return state

    def wait(self, run: Run, timeout: float | None = None) -> RunState:
        """Block until the worker is gone or `timeout` seconds are over; return the run's state."""
        run = Run(run.folder)
        worker = read_worker_file(run.folder)
        if worker is not None and worker.pid != os.getpid():
            processes = _processes(worker.pid) if worker.is_alive() else []
            self._await_end(run, processes, timeout=timeout)
        return self.refresh(run)

    def end_all(self) -> None:
        """Cancel every worker that this supervisor started. Blocks; for tests and for quitting."""
        with self._lock:
            folders = list(self._children)
        for folder in folders:
            self.cancel(Run(folder), grace=0.5)

    def _child(self, folder: Path) -> subprocess.Popen[bytes] | None:
        with self._lock:
            return self._children.get(folder)

    def _await_end(
        self, run: Run, processes: list[psutil.Process], *, timeout: float | None
    ) -> None:
        deadline = None if timeout is None else time.monotonic() + timeout
        child = self._child(run.folder)
        if child is not None:
            # Reaping our own child through Popen keeps its exit code for the crash report.
            try:
                child.wait(timeout)
            except subprocess.TimeoutExpired:
                return
        left = None if deadline is None else max(deadline - time.monotonic(), 0.0)
        others = [each for each in processes if child is None or each.pid != child.pid]
        psutil.wait_procs(others, timeout=left)

    def _give_up_elsewhere(self, run: Run) -> tuple[RunState, str]:
        """End a run that was cancelled and whose machine, another one, gives no sign of life."""
        seen = run.summary()
        if seen.state is not RunState.RUNNING or not seen.host or seen.silent_seconds is None:
            return RunState.RUNNING, ""
        _tell(run, Stopped(iteration=seen.iteration, reason="cancel"))
        return run.state_and_reason()

    def _end_unstarted(self, run: Run) -> None:
        progress = run.progress()
        if run.record.attempt == 0:
            _tell(run, Stopped(iteration=progress.iteration, reason="cancel"))
            run.update(state=RunState.STOPPED, reason="Cancelled before it began.")
        else:  # it was about to be resumed, and is again what it was before
            run.update(state=progress.ended or RunState.CRASHED)


def log_tail(path: Path, lines: int = _LOG_LINES) -> list[str]:
    """The last non-empty lines of a worker's log, oldest first; none when there is no log."""
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(size - 16_384, 0))
            text = stream.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return []
    return [line.strip() for line in text.splitlines() if line.strip()][-lines:]


def _tell(run: Run, event: Event) -> None:
    try:
        with EventWriter(run.events_path) as events:
            events.write(event)
    except OSError as error:
        raise PetsegError(
            f"The run's events cannot be written ({_why(error)})",
            path=run.events_path,
            remedy="Free disk space.",
        ) from error


def _why(error: OSError | PetsegError) -> str:
    return error.what if isinstance(error, PetsegError) else error.strerror or str(error)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _log_of_attempt(run: Run) -> str:
    if not run.log_path.is_file():
        return ""
    with run.log_path.open("rb") as stream:
        stream.seek(max(run.record.log_from, _size(run.log_path) - _LOG_BYTES))
        return stream.read().decode("utf-8", "replace")


def _crash_reason(run: Run, code: int | None, iteration: int) -> str:
    where = f" at iteration {iteration}" if iteration else " before its first iteration"
    first = process_that_died(_log_of_attempt(run)) if run.record.gpus > 1 else ""
    if first:
        why = _WHY_KILLED if "SIGKILL" in first else ""
        return f"{first}{where}{why}; the others were ended."
    if code is None:
        # Not our child: the system tells only a parent how a process ended.
        reason = f"The worker process ended without saying why{where}"
    else:
        reason = f"The worker {describe_exit(code)}{where}"
    if code is not None and code == -getattr(signal, "SIGKILL", 9):
        reason += _WHY_KILLED
    last = " / ".join(log_tail(run.log_path))[-_LOG_CHARACTERS:]
    return f"{reason}; the last lines of its log: {last}" if last else f"{reason}."


def _processes(pid: int) -> list[psutil.Process]:
    try:
        return [psutil.Process(pid)]
    except psutil.NoSuchProcess:
        return []


def _members(run: Run, leader: int) -> list[psutil.Process]:
    """The processes of a run whose worker lives: its group, and what carries the run's mark.

    torchrun puts its workers into groups of their own.
    """
    found = [*_processes(leader), *group_members(leader), *marked_processes(run.folder)]
    return list({process.pid: process for process in found}.values())
