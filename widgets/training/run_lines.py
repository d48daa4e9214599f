"""The three lines of a run in the list, short enough for a narrow one. No Qt in here."""

from __future__ import annotations

from dataclasses import dataclass

from core.runs.store import RunState, RunSummary
from widgets.durations import duration
from widgets.training.words import (
    iterations,
    run_subtitle,
    run_title,
    score,
    stale_words,
    state_look,
    took,
)

_SILENT_ICON = "heart-off-outline"


@dataclass(frozen=True, slots=True)
class RunLines:
    """What is written of a run: left and right in each line.

    Attributes:
        icon: Beside the state.
        role: Colour of the state.
    """

    title: tuple[str, str]
    subtitle: tuple[str, str]
    state: tuple[str, str]
    icon: str
    role: str


def run_lines(run: RunSummary, asked: str | None = None, place: int | None = None) -> RunLines:
    """The lines of a run.

    Args:
        run: The run.
        asked: What its worker was asked for.
        place: Its place in the queue, counted from 1.
    """
    look = state_look(run.state, asked)
    icon, role = look.icon, look.role
    state, figure = f"{look.word} on {run.host}" if run.host else look.word, ""
    is_running = run.state is RunState.RUNNING
    if is_running and run.silent_seconds is not None:
        state, figure = "No sign of life", _short(run.silent_seconds)
        icon, role = _SILENT_ICON, "warning"
    elif is_running and run.iteration == 0:
        figure = "loading"
    elif is_running and run.eta is not None and asked is None:
        figure = f"{_short(run.eta)} left"
    elif run.state is RunState.QUEUED:
        figure = "" if place is None else "next" if place == 1 else f"{place}th in line"
        figure = {2: "2nd in line", 3: "3rd in line"}.get(place or 0, figure)
    elif run.state.is_over:
        figure = took(run)
    if run.stale and not is_running:
        # It matters more than how long it took; a narrow list has room for the first of it.
        figure = stale_words(run).partition(", ")[0]
    done = iterations(run.iteration, run.max_iters) if run.iteration else ""
    return RunLines(
        title=(run_title(run), score(run.best)),
        subtitle=(run_subtitle(run), done),
        state=(state, figure),
        icon=icon,
        role=role,
    )


def _short(seconds: float) -> str:
    """A time in one unit, because a narrow list has no room for two: `40 s`, `2 min`, `3.4 h`."""
    if seconds < 60:
        return duration(seconds)
    return f"{round(seconds / 60)} min" if seconds < 3570 else f"{seconds / 3600:.1f} h"
