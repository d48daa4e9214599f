"""Measuring many samples at once: a thread here, and processes beside it when that pays.

The checks make hundreds of small calls per sample, between which Python lets no second thread run.
So one thread measures in this process, and further processes join it once there is enough to do
for them to be worth their start.
"""

from __future__ import annotations

import gc
import logging
import pickle
import queue
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from types import TracebackType

from core.dataset.model import Dataset
from core.memory import keep_freed_memory
from core.qa.scanning import peers
from core.qa.scanning.examining import Examined, Wanted, examine
from core.qa.scanning.peers import ForkedPeer, Peer, StartedPeer
from core.qa.scanning.plan import Plan

_log = logging.getLogger(__name__)

# A process that begins anew takes about as long as this many samples take; a copy hardly any time.
_WORTH_A_START = 96
_WORTH_A_COPY = 16
_MOST_PROCESSES = 15
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
        count = peers.processors() - 1 + leave if processes is None else processes
        self._processes = max(0, min(_MOST_PROCESSES, count))
        self.batch = 4 if plan.facts else 8
        """How many samples are best handed over at once."""
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._submitted = 0
        self._has_processes = False
        self._ended = threading.Event()
        self._leave = leave
        self._relieved = threading.Event()
        self._threads: list[threading.Thread] = []
        keep_freed_memory()
        self._collecting = gc.get_threshold()
        gc.set_threshold(_OBJECTS, *self._collecting[1:])

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

    def submit(self, batches: Sequence[Sequence[Wanted]]) -> list[Future[list[Examined]]]:
        """Measure some batches of samples as soon as it is their turn."""
        if not batches:
            return []
        self._submitted += sum(len(batch) for batch in batches)
        if not self._has_processes:
            self._start_processes()
        if not self._threads or (self._has_processes and len(self._threads) == self._processes):
            self._start(threading.Thread(target=self._measure_here, name="scan", daemon=True))
        futures: list[Future[list[Examined]]] = []
        for batch in batches:
            futures.append(Future())
            self._tasks.put((batch, futures[-1]))
        return futures

    def _start_processes(self) -> None:
        # Before any thread of ours runs, so that this process may be copied.
        is_copied = not self._threads and not self._leave and peers.may_fork()
        if self._submitted < (_WORTH_A_COPY if is_copied else _WORTH_A_START):
            return
        self._has_processes = True
        kind = ForkedPeer if is_copied else StartedPeer
        started: list[Peer] = []
        try:
            for _ in range(self._processes):
                started.append(kind(self._dataset, self._label_set, self._plan))
        except OSError as error:
            _log.warning("a process for the scan could not be started: %s", error)
        for number, peer in enumerate(started):
            self._start(
                threading.Thread(
                    target=self._measure_there,
                    args=(peer,),
                    name=f"scan-process-{number}",
                    daemon=True,
                )
            )

    def _start(self, thread: threading.Thread) -> None:
        self._threads.append(thread)
        thread.start()

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

    def _measure_there(self, peer: Peer) -> None:
        """Hand samples to a process, always a few ahead of its answers."""
        under_way: deque[_Task] = deque()
        is_last = False
        try:
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
                        peer.ask(task[0])
                if under_way:
                    answer = peer.answer()
                    self._relieved.set()
                    under_way.popleft()[1].set_result(answer)
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            # The process died, of memory or of a picture that crashes a decoder. What it had not
            # answered is measured here, and what else comes.
            _log.warning("a process of the scan ended early: %s", error)
            for task in under_way:
                self._finish_here(task)
            if not is_last:
                self._measure_here(whatever=True)
        finally:
            peer.end()
