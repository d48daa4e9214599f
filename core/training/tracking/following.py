"""Following a run for a tracker, in a thread of its own. Loaded only by worker processes."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from core.files import atomic_write_text
from core.runs.events import Event, EventTail, EventWriter, Message
from core.runs.record import RunRecord
from core.training.tracking.figures import RunFacts, figures_of
from core.training.tracking.packages import TrackerKind, require_tracker
from core.training.tracking.trackers import Tracker, make_tracker

STORES = "tracking"
"""Folder of the workspace for the trackers' local stores."""

_NOTE = "tracking.json"
_LOOK_SECONDS = 2.0
_FAREWELL_SECONDS = 20.0
# How much was told is written down now and then; what a tracker has, it is not told again.
_NOTED_EVERY = 10
# A server may be restarted; one that fails that often in a row is away.
_PATIENCE = 3


class _Note(BaseModel):
    """What is kept in the run's folder: who tracks it, as what, and how much was told."""

    tracker: str
    id: str = ""
    offset: int = 0


@dataclass
class Tracked:
    """What is tracked. `is_complete` is whether it came to its end; an exception makes it False."""

    is_complete: bool = True


@contextlib.contextmanager
def tracking(
    wanted: Any, folder: Path, record: RunRecord, events: EventWriter
) -> Iterator[Tracked]:
    """Inside, a tracker is told what the run's events say.

    Whatever goes wrong with the tracker becomes a warning among the events; the block is not
    disturbed, and never waits for the tracker but for a moment at its end.

    Args:
        wanted: The value of the field `tracking`.
        folder: The run's folder; the workspace's stores are beside it.
        record: The run's record.
        events: Where warnings go.

    Raises:
        PetsegError: there is no such tracker, or its package is not installed.
    """
    kind = require_tracker(wanted)
    if kind is None:
        yield Tracked()
        return
    tracked = Tracked()
    follower = _Follower(kind, folder, record, events)
    follower.start()
    try:
        yield tracked
    except BaseException:
        tracked.is_complete = False
        raise
    finally:
        follower.close(tracked.is_complete)


class _Follower:
    def __init__(
        self, kind: TrackerKind, folder: Path, record: RunRecord, events: EventWriter
    ) -> None:
        self._kind = kind
        self._folder = folder
        self._record = record
        self._events = events
        self._lock = threading.Lock()
        self._is_heard = True
        self._stop = threading.Event()
        self._is_complete = False
        self._thread = threading.Thread(target=self._follow, name="tracking", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self, is_complete: bool) -> None:
        """Tell the tracker the rest; one that takes too long is left alone."""
        self._is_complete = is_complete
        self._stop.set()
        self._thread.join(_FAREWELL_SECONDS)
        if self._thread.is_alive():
            self._say("warning", f"{self._kind.title} is too slow: it lacks the last figures.")
        with self._lock:
            self._is_heard = False  # nothing may follow the run's last event

    def _follow(self) -> None:
        try:
            note = self._load_note()
            stores = self._folder.parent.parent / STORES
            facts = RunFacts.of(self._folder, self._record)
            tracker = make_tracker(self._kind.id, facts, stores, note.id)
            note = note.model_copy(update={"id": tracker.id})
            self._save_note(note)
            self._say("info", f"The curves go to {tracker.where}.")
            self._tell(tracker, note)
            tracker.close(self._is_complete)
        # Trackers raise whatever their libraries raise: none of it may reach the training.
        except Exception as error:
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            self._say(
                "warning",
                f"{self._kind.title} fails and is told no more ({reason}). The run goes on, and "
                "its own curves are complete.",
            )

    def _tell(self, tracker: Tracker, note: _Note) -> None:
        tail = EventTail(self._folder / "events.jsonl", note.offset)
        waiting: list[tuple[int, dict[str, float]]] = []
        told = dict(tracker.told)
        failures = looks = 0
        while True:
            is_last = self._stop.wait(_LOOK_SECONDS)
            waiting += _untold(tail.read(), told)
            try:
                while waiting:
                    tracker.add(*waiting[0])
                    waiting.pop(0)
                failures, looks = 0, looks + 1
                if is_last or looks % _NOTED_EVERY == 0:
                    self._save_note(note.model_copy(update={"offset": tail.offset}))
            except Exception:  # whatever a library raises; told when it goes on
                failures += 1
                if failures >= _PATIENCE or is_last:
                    raise
            if is_last:
                return

    def _say(self, level: Any, text: str) -> None:
        with self._lock:
            if self._is_heard:
                self._events.write(Message(level=level, text=text))

    def _load_note(self) -> _Note:
        try:
            note = _Note.model_validate_json((self._folder / _NOTE).read_bytes())
        except (OSError, ValidationError):
            return _Note(tracker=self._kind.id)
        return note if note.tracker == self._kind.id else _Note(tracker=self._kind.id)

    def _save_note(self, note: _Note) -> None:
        atomic_write_text(self._folder / _NOTE, note.model_dump_json() + "\n")


def _untold(
    events: Iterable[Event], told: dict[str, int]
) -> Iterator[tuple[int, dict[str, float]]]:
    """The figures of events, but for iterations that are done again after a crash.

    Args:
        events: The events, in their order.
        told: The last iteration of each kind of figures; it is brought up to date.
    """
    for event in events:
        found = figures_of(event)
        if found is None:
            continue
        kind = next(iter(found[1])).partition("/")[0]
        if found[0] > told.get(kind, -1):
            told[kind] = found[0]
            yield found
