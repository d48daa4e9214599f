"""Measuring many samples at once: a thread here, and processes beside it when that pays.

All checks together make hundreds of small calls per sample, between which Python lets no second
thread run. So one thread measures in this process, and further processes join it once there is
enough to do for them to be worth their start. The window stays free to answer meanwhile.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import pickle
import queue
import subprocess
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from types import TracebackType

from core.dataset.model import Dataset
from core.memory import keep_freed_memory
from core.qa.scanning.examining import Examined, Wanted, examine
from core.qa.scanning.plan import Plan
from core.runs.processes import python_command, python_environment

_log = logging.getLogger(__name__)

# A process takes about as long to start as this many samples take to measure.
_WORTH_A_PROCESS = 96
_MOST_PROCESSES = 15
_MOST_THREADS = 8
_AHEAD = 2
# Measuring makes many small values and no cycles: Python need not look for those all the time.
_OBJECTS = 20_000

_Task = tuple[Sequence[Wanted], "Future[list[Examined]]"]


class Examiners:
    """Measures samples of one label set in the background. To be used as a context manager.

    Args:
        dataset: The dataset.
        label_set: The label set.
        plan: What is measured.
        processes: How many processes may join; by default one less than there are CPUs.
        leave: Whether the thread here ends its work once a process has taken it up, so that it
            holds up nothing else in this process; then there is one process more.
    """

    def __init__(
        self,
        dataset: Dataset,
        label_set: str,
        plan: Plan,
        processes: int | None = None,
        *,
        leave: bool = False,
    ) -> None:
        # A process needs the classes, not a hundred thousand samples.
        self._dataset = replace(dataset, samples=(), tree=None)
        self._label_set = label_set
        self._plan = plan
        cpus = os.cpu_count() or 1
        # Without the facts a sample is decoded and little else, which threads do side by side.
        threads = 1 if plan.facts or leave else min(_MOST_THREADS, cpus)
        count = cpus - threads + leave if processes is None else processes
        self._processes = max(0, min(_MOST_PROCESSES, count))
        self.batch = 4 if plan.facts else 32
        """How many samples are best handed over at once."""
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._submitted = 0
        self._ended = threading.Event()
        self._leave = leave
        self._relieved = threading.Event()
        keep_freed_memory()
        self._collecting = gc.get_threshold()
        gc.set_threshold(_OBJECTS, *self._collecting[1:])
        self._threads = [
            threading.Thread(target=self._measure_here, name=f"scan-{number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Examiners:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()
        gc.set_threshold(*self._collecting)

    def submit(self, wanted: Sequence[Wanted]) -> Future[list[Examined]]:
        """Measure some samples as soon as it is their turn."""
        future: Future[list[Examined]] = Future()
        self._tasks.put((wanted, future))
        before = self._submitted
        self._submitted += len(wanted)
        if before < _WORTH_A_PROCESS <= self._submitted:
            for number in range(self._processes):
                thread = threading.Thread(
                    target=self._measure_there, name=f"scan-process-{number}", daemon=True
                )
                thread.start()
                self._threads.append(thread)
        return future

    def _measure_here(self, *, whatever: bool = False) -> None:
        while whatever or not (self._leave and self._relieved.is_set()):
            task = self._tasks.get()
            if task is None:
                return
            if self._is_wanted(task):
                self._finish_here(task)

    def _is_wanted(self, task: _Task) -> bool:
        if self._ended.is_set():
            task[1].cancel()
            return False
        return task[1].set_running_or_notify_cancel()

    def _finish_here(self, task: _Task) -> None:
        wanted, future = task
        try:
            future.set_result(
                [examine(self._dataset, self._label_set, self._plan, each) for each in wanted]
            )
        except BaseException as error:
            future.set_exception(error)

    def _measure_there(self) -> None:
        """Hand samples to a process, always a few ahead of its answers."""
        try:
            with subprocess.Popen(
                python_command("core.qa.scanning.worker"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=python_environment(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1"),
            ) as process:
                self._talk(process)
        except OSError as error:
            _log.warning("a process for the scan could not be used: %s", error)

    def _talk(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        under_way: deque[_Task] = deque()
        is_last = False
        try:
            pickle.dump((self._dataset, self._label_set, self._plan), process.stdin)
            process.stdin.flush()
            while not is_last or under_way:
                while not is_last and len(under_way) < _AHEAD:
                    try:
                        task = self._tasks.get(block=not under_way)
                    except queue.Empty:
                        break
                    if task is None:
                        is_last = True
                    elif self._is_wanted(task):
                        under_way.append(task)
                        pickle.dump(task[0], process.stdin)
                        process.stdin.flush()
                if under_way:
                    answer = pickle.load(process.stdout)  # noqa: S301 - our own process
                    self._relieved.set()
                    under_way.popleft()[1].set_result(answer)
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            # The process died, of memory or of a picture that crashes a decoder. What it had not
            # answered is measured here.
            _log.warning("a process of the scan ended early: %s", error)
            for task in under_way:
                self._finish_here(task)
            if not is_last:
                self._measure_here(whatever=True)
        finally:
            with contextlib.suppress(OSError):
                process.stdin.close()
            if self._ended.is_set():
                process.kill()
