"""Progress of a job on standard error: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Report = Callable[[int, int], None]
"""`report(done, total)`: how many steps of how many are done."""

_SECONDS_BETWEEN_LINES = 2.0


def note(text: str) -> None:
    """Print a line about what is going on."""
    # Where both streams end in one log, what was printed before stands before.
    sys.stdout.flush()
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - standard error is where progress goes


def is_terminal() -> bool:
    """Whether a person looks at standard error right now."""
    return sys.stderr.isatty()


@contextmanager
def progress(title: str) -> Iterator[Report]:
    """Show the progress of a job while the block runs.

    Args:
        title: What is done, as in "Checking masks".
    """
    if is_terminal():
        with _bar(title) as report:
            yield report
    else:
        yield PlainProgress(title)


class PlainProgress:
    """Prints `title: done of total` each tenth of the way, but not too often, and at the end.

    Args:
        title: What is done.
        clock: Gives seconds; another one in tests.
    """

    def __init__(self, title: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._title = title
        self._clock = clock
        self._last_time = clock()
        self._last_tenth = 0
        self._finished = False

    def __call__(self, done: int, total: int) -> None:
        """Take note of a step."""
        if self._finished or total <= 0:
            return
        tenth = 10 * done // total
        now = self._clock()
        self._finished = done >= total
        due = tenth > self._last_tenth and now - self._last_time >= _SECONDS_BETWEEN_LINES
        if self._finished or due:
            note(f"{self._title}: {done} of {total}")
            self._last_time, self._last_tenth = now, tenth


@contextmanager
def _bar(title: str) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Eta

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Eta())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def report(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield report
