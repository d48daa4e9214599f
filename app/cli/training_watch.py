"""Watching a run from a terminal: its events become lines and a bar on standard error."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from app.cli.output import duration, percent
from app.cli.progress import is_terminal, note
from core.runs.events import (
    Checkpoint,
    Event,
    EventTail,
    Iteration,
    Message,
    Started,
    Validation,
)
from core.runs.queue import RunQueue
from core.runs.store import Run, RunState, RunStore
from core.runs.supervisor import Supervisor

if TYPE_CHECKING:
    from rich.progress import Progress

_SECONDS_BETWEEN_LOOKS = 0.2

# Without a bar a line is printed each twentieth of the way, within these limits.
_LEAST_SECONDS_BETWEEN_LINES = 2.0
_MOST_SECONDS_BETWEEN_LINES = 30.0


class Watch:
    """Starts a queued run when its turn has come and shows it until it ends.

    While it waits it serves the queue as an open window does: what is before it starts first.

    Args:
        run: The run.
        store: The runs of its dataset, to see which of them come first.
        supervisor: Starts and stops the worker.
    """

    def __init__(self, run: Run, store: RunStore, supervisor: Supervisor) -> None:
        self._run = run
        self._store = store
        self._supervisor = supervisor
        self._queue = RunQueue(store, supervisor)
        self._interrupts = 0
        self._answered = 0
        self._wake = threading.Event()

    def until_the_end(self) -> bool:
        """Block until the run is over; return whether it was interrupted from here."""
        before = self._run.best()  # what a run that goes on has reached is old news
        with self._signals():
            self._start_when_free()
            self._follow(None if before is None else before.mDice)
        return self._interrupts > 0

    def _start_when_free(self) -> None:
        said = ""
        while self._run.state() is RunState.QUEUED:
            # A window that is open on the same dataset may be faster; then we only watch.
            self._queue.advance()
            if self._run.state() is not RunState.QUEUED:
                return
            why = self._queue.why_waiting(self._run) or "Waiting for its turn in the queue."
            if said != why:
                said = why
                note(why)
            self._pause()
            self._answer_interrupts()

    def _follow(self, reached: float | None) -> None:
        # Of a run that was resumed the curves before are on the disk; here only what is new counts.
        record = self._run.record
        tail = EventTail(self._run.events_path, record.events_from)
        goal = record.goal
        if goal is not None and reached is not None and reached >= goal:
            goal = None
        with _view(goal) as show:
            while True:
                # The state is asked first: what the worker wrote before it ended is then read.
                state = self._supervisor.refresh(self._run)
                for event in tail.read():
                    show(event)
                if state.is_over:
                    return
                self._answer_interrupts()
                self._pause()

    def _answer_interrupts(self) -> None:
        if self._interrupts == self._answered:
            return
        self._answered = self._interrupts
        if self._interrupts == 1:
            note(
                "Stopping: the iteration is finished, then the model is saved and validated. "
                "Ctrl+C again cancels at once."
            )
            self._supervisor.request_stop(self._run)
        else:
            note("Cancelling.")
            self._supervisor.cancel(self._run)

    def _pause(self) -> None:
        self._wake.wait(_SECONDS_BETWEEN_LOOKS)
        self._wake.clear()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def interrupt(_number: int, _frame: FrameType | None) -> None:
            self._interrupts += 1
            self._wake.set()

        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread gets signals
            return
        before = {number: signal.signal(number, interrupt) for number in _ENDING_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


_ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def _view(goal: float | None) -> Iterator[Callable[[Event], None]]:
    with ExitStack() as stack:
        if is_terminal():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn

            bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.fields[figures]}"),
                console=Console(stderr=True, highlight=False),
                transient=True,
            )
            yield TrainingView(stack.enter_context(bar), goal=goal).show
        else:
            yield TrainingView(goal=goal).show


class TrainingView:
    """Shows the events of a run.

    Args:
        bar: The bar to move; without one, iterations become lines now and then.
        clock: Gives seconds; another one in tests.
        goal: The mDice, in percent, of which is said once that it is passed; None for none.
    """

    def __init__(
        self,
        bar: Progress | None = None,
        clock: Callable[[], float] = time.monotonic,
        *,
        goal: float | None = None,
    ) -> None:
        self._bar = bar
        self._task = None if bar is None else bar.add_task("Starting", total=None, figures="")
        self._clock = clock
        self._goal = goal
        self._last_line = float("-inf")
        self._last_step = -1

    def show(self, event: Event) -> None:
        """Show one event."""
        match event:
            case Started(iteration=done) if done:
                self._say(f"Going on from iteration {done} of {event.max_iters} on {event.device}.")
            case Started():
                self._say(
                    f"Training on {event.device}: {event.total_samples} samples, "
                    f"{event.val_samples} to validate, {event.max_iters} iterations."
                )
            case Iteration():
                self._iteration(event)
            case Validation():
                self._say(validation_line(event))
                self._say_if_passed(event)
            case Message():
                self._say(event.text if event.level == "info" else f"{event.level}: {event.text}")
            case Checkpoint(best=True):
                self._say(f"Best so far, saved as {event.path}")
            case _:
                pass

    def _say_if_passed(self, event: Validation) -> None:
        if self._goal is not None and event.mDice >= self._goal:
            self._say(
                f"The run passed its goal: mDice {percent(event.mDice)} ≥ {self._goal:g} "
                f"at iteration {event.iteration}."
            )
            self._goal = None

    def _iteration(self, event: Iteration) -> None:
        figures = iteration_figures(event)
        if self._bar is not None and self._task is not None:
            self._bar.update(
                self._task,
                description=f"{event.iteration}/{event.max_iters}",
                completed=event.iteration,
                total=event.max_iters,
                figures=figures,
            )
            return
        now = self._clock()
        waited = now - self._last_line
        step = 20 * event.iteration // event.max_iters
        if (
            event.iteration >= event.max_iters
            or waited >= _MOST_SECONDS_BETWEEN_LINES
            or (step > self._last_step and waited >= _LEAST_SECONDS_BETWEEN_LINES)
        ):
            self._last_line, self._last_step = now, step
            self._say(f"iteration {event.iteration}/{event.max_iters}  {figures}")

    def _say(self, text: str) -> None:
        if self._bar is None:
            note(text)
        else:
            self._bar.console.print(text, markup=False)


def iteration_figures(event: Iteration) -> str:
    """Loss, learning rate and time left, as one short text."""
    parts = [f"loss {event.losses['loss']:.4f}"] if "loss" in event.losses else []
    parts.append(f"lr {event.lr:.2e}")
    if event.eta is not None:
        parts.append(f"{duration(event.eta)} left")
    return "  ".join(parts)


def validation_line(event: Validation) -> str:
    """The mDice and each class's Dice, in percent."""
    classes = "  ".join(f"{entry.name} {percent(entry.dice)}" for entry in event.classes)
    return f"validation at {event.iteration}: mDice {percent(event.mDice)}  ({classes})"
