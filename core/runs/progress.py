"""What the events of a run add up to: how far it is, and how good."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from core.runs.events import (
    BestScore,
    Event,
    Failed,
    Finished,
    Iteration,
    Paused,
    Started,
    Stopped,
    Validation,
)
from core.runs.record import RunState
from core.runs.work_time import WorkTime


@dataclass(slots=True)
class RunProgress:
    """A fold over a run's events; `add` them in order.

    Attributes:
        best_validation: The whole of the best validation so far.
        ended: State that the last terminal event stands for; None while there is none. A
            `started` after it (a resumed run) takes it back.
        suggestion: Form fields with which a failed run would work; None when nobody knows.
    """

    started: float | None = None
    last_event: float | None = None
    iteration: int = 0
    max_iters: int = 0
    device: str = ""
    eta: float | None = None
    best: BestScore | None = None
    last_validation: Validation | None = None
    best_validation: Validation | None = None
    ended: RunState | None = None
    reason: str = ""
    suggestion: dict[str, Any] | None = None
    _work: WorkTime = field(default_factory=WorkTime)

    def add(self, event: Event) -> None:
        """Take one more event into account."""
        if self.ended is not None and not event.terminal:
            # Somebody works on it again, although it has not said that it has started.
            self.ended, self.reason, self.suggestion = None, "", None
        self._work.add(event)
        match event:
            case Started():
                self.started = event.time if self.started is None else self.started
                self.iteration, self.max_iters = event.iteration, event.max_iters
                self.device = event.device
                self.ended, self.reason, self.suggestion = None, "", None
            case Iteration():
                self.iteration, self.max_iters = event.iteration, event.max_iters
                self.eta = event.eta
            case Validation():
                self.last_validation = event
                if _is_better(event, self.best):
                    self.best = BestScore(mDice=event.mDice, iteration=event.iteration)
                    self.best_validation = event
            case Finished():
                self._end(RunState.FINISHED, "", event.iteration)
            case Paused():
                self._end(RunState.PAUSED, "Paused: resume it to go on.", event.iteration)
            case Stopped():
                asked = "saved and validated" if event.reason == "stop" else "cancelled"
                self._end(RunState.STOPPED, f"Stopped on request ({asked}).", event.iteration)
            case Failed():
                self.suggestion = event.suggestion
                self._end(RunState.FAILED, event.reason, self.iteration)
            case _:
                pass
        self.last_event = event.time

    @property
    def active_seconds(self) -> float | None:
        """Wall time of the attempts (`WorkTime`); None before the first `started`."""
        return self._work.seconds

    def _end(self, state: RunState, reason: str, iteration: int) -> None:
        self.ended, self.reason, self.iteration, self.eta = state, reason, iteration, None


def _is_better(event: Validation, best: BestScore | None) -> bool:
    return not math.isnan(event.mDice) and (best is None or event.mDice > best.mDice)
