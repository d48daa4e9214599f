"""Measuring many samples at once: a thread here, and processes beside it when that pays.

The checks make hundreds of small calls per sample, between which Python lets no second thread run.
So one thread measures in this process, and further processes join it once there is enough to do
for them to be worth their start. The window stays free to answer meanwhile.
"""

from __future__ import annotations

import logging
import os
import pickle
import queue
import subprocess
import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import replace
from types import TracebackType

from core.dataset.model import Dataset
from core.memory import keep_freed_memory
from core.qa.examining import Examined, Wanted, examine
from core.qa.plan import Plan
from core.runs.processes import python_command, python_environment

_log = logging.getLogger(__name__)

# A process takes about as long to start as this many samples take to measure.
_WORTH_A_PROCESS = 96
_MOST_PROCESSES = 15
_BATCH = 4
_AHEAD = 2

_Task = tuple[Wanted, "Future[Examined]"]


class Examiners:
    """Measures samples of one label set in the background. To be used as a context manager.

    Args:
        dataset: The dataset.
        label_set: The label set.
        plan: What is measured.
        processes: How many processes may join; by default one less than there are CPUs.
    """

    def __init__(
        self, dataset: Dataset, label_set: str, plan: Plan, processes: int | None = None
    ) -> None:
        # A process needs the classes, not a hundred thousand samples.
        self._dataset = replace(dataset, samples=(), tree=None)
        self._label_set = label_set
        self._plan = plan
        count = (os.cpu_count() or 1) - 1 if processes is None else processes
        self._processes = max(0, min(_MOST_PROCESSES, count))
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._submitted = 0
        self._ended = threading.Event()
        keep_freed_memory()
        self._threads = [threading.Thread(target=self._measure_here, name="scan", daemon=True)]
        self._threads[0].start()

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

    def submit(self, wanted: Wanted) -> Future[Examined]:
        """Measure a sample as soon as it is its turn."""
        future: Future[Examined] = Future()
        self._tasks.put((wanted, future))
        self._submitted += 1
        if self._submitted == _WORTH_A_PROCESS:
            for number in range(self._processes):
                thread = threading.Thread(
                    target=self._measure_there, name=f"scan-{number + 1}", daemon=True
                )
                thread.start()
                self._threads.append(thread)
        return future

    def _measure_here(self) -> None:
        while (task := self._tasks.get()) is not None:
            wanted, future = task
            if self._ended.is_set() or not future.set_running_or_notify_cancel():
                future.cancel()
                continue
            try:
                future.set_result(examine(self._dataset, self._label_set, self._plan, wanted))
            except BaseException as error:
                future.set_exception(error)

    def _measure_there(self) -> None:
        """Hand samples to a process, always a few ahead of its answers."""
        try:
            with subprocess.Popen(
                python_command("core.qa.worker"),
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
        under_way: deque[list[_Task]] = deque()
        is_last = False
        try:
            pickle.dump((self._dataset, self._label_set, self._plan), process.stdin)
            while not is_last or under_way:
                while not is_last and len(under_way) < _AHEAD:
                    tasks, is_last = self._take(wait=not under_way)
                    if not tasks:
                        break
                    under_way.append(tasks)
                    pickle.dump([wanted for wanted, _ in tasks], process.stdin)
                    process.stdin.flush()
                if under_way:
                    answers = pickle.load(process.stdout)  # noqa: S301 - our own process
                    for (_, future), answer in zip(under_way.popleft(), answers, strict=True):
                        future.set_result(answer)
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            # The process died, of memory or of a picture that crashes a decoder. What it had not
            # answered is measured here.
            _log.warning("a process of the scan ended early: %s", error)
            for tasks in under_way:
                for task in tasks:
                    self._finish_here(task)
        finally:
            process.stdin.close()
            if process.poll() is None and self._ended.is_set():
                process.kill()

    def _finish_here(self, task: _Task) -> None:
        wanted, future = task
        try:
            future.set_result(examine(self._dataset, self._label_set, self._plan, wanted))
        except BaseException as error:
            future.set_exception(error)

    def _take(self, *, wait: bool) -> tuple[list[_Task], bool]:
        """Some samples that wait for their turn, and whether there will be no more."""
        tasks: list[_Task] = []
        while len(tasks) < _BATCH:
            try:
                task = self._tasks.get(block=wait and not tasks)
            except queue.Empty:
                break
            if task is None:
                return tasks, True
            if self._ended.is_set():
                task[1].cancel()
            elif task[1].set_running_or_notify_cancel():
                tasks.append(task)
        return tasks, False
