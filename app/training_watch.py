"""The thread that watches runs: it follows their files and tells the window what happens.

A run is a process of its own that writes events to a file. This thread tails the files, notices
workers that died or are silent, starts what waits in the queue, and emits what it found as Qt
signals, which Qt delivers on the thread of the receiver.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal

from app.log_tail import LogTail
from core.errors import PetsegError
from core.runs import control
from core.runs.events import Event, EventTail
from core.runs.queue import RunQueue
from core.runs.store import Run, RunState, RunStore, RunSummary
from core.runs.supervisor import Supervisor

# Seconds between two looks at the files of followed runs: the plots get at most ten batches a
# second, however fast the worker writes.
TICK = 0.1
# Seconds between two looks at the state of all runs.
BEAT = 1.0
# A long history is handed over in pieces, so that no single one holds the window up.
_BATCH = 4000
_BACKLOG_TICK = 0.02


@dataclass(frozen=True)
class RunsSnapshot:
    """All runs of a dataset at one moment.

    Attributes:
        runs_dir: The folder of the runs.
        runs: Newest first.
        asked: What running workers were asked for and have not done yet, by run id.
        waiting: Ids of the queued runs, the next one first.
        is_paused: Whether the queue starts nothing new.
    """

    runs_dir: Path
    runs: tuple[RunSummary, ...] = ()
    asked: Mapping[str, control.Request] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()
    is_paused: bool = False

    def find(self, run_id: str) -> RunSummary | None:
        """The run with that id."""
        return next((run for run in self.runs if run.id == run_id), None)

    def running(self) -> list[RunSummary]:
        """The runs that a worker is busy with."""
        return [run for run in self.runs if run.state is RunState.RUNNING]


@dataclass
class _Followed:
    """One run whose every event is wanted."""

    run_id: str
    events: EventTail
    log: LogTail
    backlog: list[Event] = field(default_factory=list)


@dataclass(frozen=True)
class _Orders:
    """What the UI thread wants, as of the beginning of a cycle."""

    runs_dir: Path | None
    followed: Mapping[int, str]
    look: bool


class TrainingWatch(QThread):
    """Watches the runs of one dataset at a time. `start` it once; `shut_down` ends it.

    The public methods are called on the UI thread and return at once.

    Args:
        supervisor: Starts queued runs, and knows how its children ended.
    """

    runs = Signal(object)
    """A `RunsSnapshot`, whenever something in it changed."""
    events = Signal(str, object, int)
    """Run id, list of events in order, and the ticket of `follow`."""
    log = Signal(str, str, int)
    """Run id, text that the worker printed, and the ticket of `follow`."""
    problem = Signal(str)
    """Something that keeps it from watching, in words."""

    def __init__(self, supervisor: Supervisor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("TrainingWatch")
        self._supervisor = supervisor
        self._condition = threading.Condition()
        self._quit = False
        self._woken = False
        self._look = False
        self._runs_dir: Path | None = None
        self._followed: dict[int, str] = {}
        self._tickets = 0
        # From here on: touched by the watching thread only.
        self._store: RunStore | None = None
        self._queue: RunQueue | None = None
        self._tails: dict[int, _Followed] = {}
        self._last: RunsSnapshot | None = None
        self._next_beat = 0.0
        self._told = ""
        self._queue_trouble = ""

    def watch(self, runs_dir: Path | None) -> None:
        """Watch the runs below another folder, or none. Runs that wait there are started."""
        with self._condition:
            self._runs_dir = runs_dir
            self._followed = {}
            self._look = True
            self._wake()

    def follow(self, run_id: str) -> int:
        """Send every event of a run, from its first, and the end of its log.

        Several runs may be followed, and one of them more than once.

        Returns:
            The ticket that comes with these events, and that `unfollow` takes.
        """
        with self._condition:
            self._tickets += 1
            self._followed[self._tickets] = run_id
            self._wake()
            return self._tickets

    def unfollow(self, ticket: int) -> None:
        """Send no more events for a ticket. Some may still be under way."""
        with self._condition:
            self._followed.pop(ticket, None)
            self._wake()

    def look_now(self) -> None:
        """Look at all runs at once, and start those whose turn has come."""
        with self._condition:
            self._look = True
            self._wake()

    def shut_down(self) -> None:
        """End the thread and wait for it. The workers go on."""
        with self._condition:
            self._quit = True
            self._wake()
        self.wait()

    def run(self) -> None:
        """The thread's work; called by Qt."""
        pause: float | None = 0.0
        while (orders := self._next_orders(pause)) is not None:
            try:
                pause = self._cycle(orders)
            except (PetsegError, OSError) as error:
                self._tell(str(error))
                pause = BEAT
            else:
                self._told = ""

    def _wake(self) -> None:
        self._woken = True
        self._condition.notify()

    def _next_orders(self, pause: float | None) -> _Orders | None:
        """Wait for `pause` seconds (None: until woken) or for orders; None to end."""
        with self._condition:
            if not self._woken and not self._quit:
                self._condition.wait(pause)
            if self._quit:
                return None
            orders = _Orders(self._runs_dir, dict(self._followed), self._look)
            self._woken = self._look = False
            return orders

    def _cycle(self, orders: _Orders) -> float | None:
        """Do what is due, and return the seconds until more is."""
        if orders.runs_dir is None:
            self._store = self._queue = self._last = None
            self._tails.clear()
            return None
        if self._store is None or self._queue is None or self._store.runs_dir != orders.runs_dir:
            self._store, self._last = RunStore(orders.runs_dir), None
            self._queue = RunQueue(self._store, self._supervisor)
            self._tails.clear()
        self._follow_as_ordered(orders)
        something_ended = [self._send(ticket, tail) for ticket, tail in self._tails.items()]
        now = time.monotonic()
        if orders.look or any(something_ended) or now >= self._next_beat:
            self._next_beat = now + BEAT
            self._look_at_all(self._store, self._queue)
        if any(tail.backlog for tail in self._tails.values()):
            return _BACKLOG_TICK
        is_busy = self._last is not None and bool(self._last.running())
        return TICK if is_busy else BEAT

    def _follow_as_ordered(self, orders: _Orders) -> None:
        assert orders.runs_dir is not None
        self._tails = {
            ticket: tail for ticket, tail in self._tails.items() if ticket in orders.followed
        }
        for ticket, run_id in orders.followed.items():
            if ticket not in self._tails:
                run = Run(orders.runs_dir / run_id)
                tails = EventTail(run.events_path), LogTail(run.log_path)
                self._tails[ticket] = _Followed(run_id, *tails)

    def _send(self, ticket: int, tail: _Followed) -> bool:
        """Send what is new in a followed run; tell whether it ended."""
        tail.backlog += tail.events.read()
        batch, tail.backlog = tail.backlog[:_BATCH], tail.backlog[_BATCH:]
        if batch:
            self.events.emit(tail.run_id, batch, ticket)
        text = tail.log.read()
        if text:
            self.log.emit(tail.run_id, text, ticket)
        return any(event.terminal for event in batch)

    def _look_at_all(self, store: RunStore, queue: RunQueue) -> None:
        # At every beat, not only when a run ended here: another program's run may have ended, and
        # another program may have queued one and gone away.
        self._advance(queue)
        snapshot = self._snapshot(store, queue)
        if snapshot != self._last:
            self._last = snapshot
            self.runs.emit(snapshot)

    def _advance(self, queue: RunQueue) -> None:
        trouble = ""
        try:
            queue.advance()
        except PetsegError as error:
            trouble = str(error)  # runs are shown nevertheless
        if trouble and trouble != self._queue_trouble:
            self.problem.emit(trouble)
        self._queue_trouble = trouble

    def _snapshot(self, store: RunStore, queue: RunQueue) -> RunsSnapshot:
        summaries: list[RunSummary] = []
        asked: dict[str, control.Request] = {}
        runs = store.list()
        for run in runs:
            self._supervisor.refresh(run)
            summary = run.summary()
            summaries.append(summary)
            request = control.read_request(run.folder)
            if request is not None and summary.state is RunState.RUNNING:
                asked[run.id] = request
        waiting = queue.waiting(runs)
        why = queue.why_each_waits(waiting)
        told = tuple(
            each.model_copy(update={"reason": why[each.id]}) if each.id in why else each
            for each in summaries
        )
        ids = tuple(run.id for run in waiting)
        return RunsSnapshot(store.runs_dir, told, asked, ids, queue.is_paused)

    def _tell(self, text: str) -> None:
        # The same trouble each second is told once.
        if text != self._told:
            self._told = text
            self.problem.emit(text)
