"""What is said of runs: states, progress, scores. No Qt in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from core.runs.events import BestScore
from core.runs.store import RunState, RunSummary
from core.training.recipes.fields import BY_NAME
from widgets.durations import duration, time_left

UNKNOWN = "–"


class StateLook(NamedTuple):
    """How a state is shown: a word, an icon, and the role of its colour."""

    word: str
    icon: str
    role: str


_LOOKS = {
    RunState.QUEUED: StateLook("Queued", "clock-outline", "muted"),
    RunState.RUNNING: StateLook("Running", "play-circle-outline", "accent"),
    RunState.FINISHED: StateLook("Finished", "check-circle-outline", "ok"),
    RunState.PAUSED: StateLook("Paused", "pause-circle-outline", "warning"),
    RunState.STOPPED: StateLook("Stopped", "stop-circle-outline", "warning"),
    RunState.CRASHED: StateLook("Crashed", "alert-octagon-outline", "error"),
    RunState.FAILED: StateLook("Failed", "close-circle-outline", "error"),
}


_ASKED = {"stop": "Stopping", "pause": "Pausing", "cancel": "Cancelling"}


def state_look(state: RunState, asked: str | None = None) -> StateLook:
    """How a run's state is shown, given what its worker was asked for."""
    look = _LOOKS[state]
    if state is RunState.RUNNING and asked is not None:
        return look._replace(word=_ASKED[asked], role="warning")
    return look


def run_title(run: RunSummary) -> str:
    """What a run is called: its name, or its recipe when it was given none."""
    return run.name if run.name != run.id or not run.recipe else run.recipe


def run_subtitle(run: RunSummary) -> str:
    """The recipe, or when the run was asked for where the recipe is the title."""
    if run.recipe and run_title(run) != run.recipe:
        return run.recipe
    return moment(run.created) or run.id


def progress_words(run: RunSummary, asked: str | None = None) -> str:
    """State, iterations, and the time left of a run that goes on."""
    parts = [state_look(run.state, asked).word]
    if run.host:
        parts.append(f"works on {run.host}")
    if run.state is RunState.RUNNING and run.iteration == 0:
        parts.append("loading")
    elif run.iteration:
        parts.append(iterations(run.iteration, run.max_iters))
    if run.silent_seconds is not None:
        parts.append(silence_words(run.silent_seconds))
    elif run.eta is not None and asked is None:
        parts.append(time_left(run.eta))
    return " · ".join(parts)


def leaving_words(running: int, waiting: int) -> str:
    """What becomes of runs without the window; "" where there are none.

    Args:
        running: How many are worked on.
        waiting: How many wait in the queue, which only those who look at its dataset serve.
    """
    going_on = f"The {running} runs go on" if running > 1 else "The run goes on"
    wait = f"The {waiting} waiting runs start" if waiting > 1 else "The waiting run starts"
    if not running:
        return f"{wait} only while this dataset is open." if waiting else ""
    text = f"{going_on} when you close the window."
    return f"{text} {wait} when this dataset is open again." if waiting else text


def stale_words(run: RunSummary) -> str:
    """That the data of a run has changed since: `stale: 3 masks changed`."""
    return f"stale: {run.stale}" if run.stale else ""


def silence_words(seconds: float) -> str:
    """That a worker, which should, has not said anything for a while."""
    return f"no sign of life for {duration(seconds)}"


def suggestion_words(suggestion: Mapping[str, Any]) -> str:
    """Form fields with which a failed run would work: `batch size 4`."""
    parts = []
    for name, value in suggestion.items():
        field = BY_NAME.get(name)
        title = name if field is None else field.label[:1].lower() + field.label[1:]
        shown = "×".join(map(str, value)) if isinstance(value, list | tuple) else value
        parts.append(f"{title} {shown}")
    return ", ".join(parts)


def passed_words(run: RunSummary) -> str:
    """One sentence on a run that has reached its goal; "" while there is none or no score."""
    if run.best is None or run.goal is None:
        return ""
    return (
        f"Run {run_title(run)} passed its goal: mDice {score(run.best)} ≥ {run.goal:g} "
        f"at iteration {run.best.iteration}."
    )


def iterations(done: int, planned: int) -> str:
    """How many iterations are done, of how many."""
    return f"{done}/{planned}" if planned else str(done)


def score(best: BestScore | None) -> str:
    """The best mDice as the study prints it: percent, two decimals."""
    return UNKNOWN if best is None else f"{best.mDice:.2f}"


def goal_words(best: BestScore | None, goal: float) -> tuple[str, str]:
    """The best mDice held against the goal, and the role of its colour ("" for plain)."""
    if best is None:
        return UNKNOWN, ""
    if best.mDice >= goal:
        return f"{best.mDice:.2f} ≥ {goal:g} reached at iteration {best.iteration}", "ok"
    return f"{best.mDice:.2f} < {goal:g} so far, at iteration {best.iteration}", ""


def took(run: RunSummary) -> str:
    """How long the work on a run took or takes so far; empty before it began."""
    return "" if run.seconds is None else duration(run.seconds)


def is_to_compare(run: RunSummary) -> bool:
    """Whether there is a trained model to look at."""
    if run.state is RunState.FINISHED:
        return True
    return run.state.is_over and run.best is not None


def loses_work(run: RunSummary) -> bool:
    """Whether cancelling the run throws iterations away."""
    return run.state is RunState.RUNNING and run.iteration > 0


def activity_words(running: Sequence[RunSummary]) -> str:
    """What is being trained, for the status bar; empty when nothing is."""
    if not running:
        return ""
    if len(running) > 1:
        return f"{len(running)} runs are training"
    run = running[0]
    where = f" · {run.device}" if run.device and run.device != "auto" else ""
    return f"{run_title(run)} {iterations(run.iteration, run.max_iters)}{where}"


def end_words(run: RunSummary) -> str:
    """One sentence on how a run ended."""
    title = run_title(run)
    score_words = "" if run.best is None else f": best mDice {score(run.best)}"
    at = "" if run.best is None else f" at iteration {run.best.iteration}"
    match run.state:
        case RunState.FINISHED:
            return f"Run {title} finished{score_words}{at}."
        case RunState.STOPPED:
            return f"Run {title} stopped at iteration {run.iteration}{score_words}{at}."
        case RunState.PAUSED:
            return f"Run {title} paused at iteration {run.iteration}{score_words}{at}."
        case RunState.CRASHED:
            return f"Run {title} crashed. {run.reason}"
        case RunState.FAILED:
            return f"Run {title} failed. {run.reason}"
        case _:
            return f"Run {title}: {run.state}."


def folds_done_words(run: RunSummary, runs: Sequence[RunSummary]) -> str:
    """What to do next when a run was the last of its folds to finish; "" when it was not.

    Args:
        run: The run that has ended.
        runs: All runs, newest first: of a fold that was trained again the newest counts.
    """
    by_fold: dict[int | None, RunSummary] = {}
    for each in runs:
        if run.group and each.group == run.group:
            by_fold.setdefault(each.fold, each)
    states = {each.state for each in by_fold.values()}
    if states != {RunState.FINISHED} or len(by_fold) != run.folds:
        return ""
    return f"All {run.folds} folds of {run.group} have finished: see their label suspects."


def moment(created: datetime | None) -> str:
    """A day and a time of day; empty when unknown."""
    if created is None:
        return ""
    local = created.astimezone()
    return f"{local.day} {local:%b %H:%M}"
