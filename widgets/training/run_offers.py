"""What can be done with a run as it stands. No Qt in here."""

from __future__ import annotations

from dataclasses import dataclass

from core.runs.store import RunState, RunSummary
from widgets.training.words import is_to_compare


@dataclass(frozen=True, slots=True)
class Offers:
    """Which verbs make sense for a run.

    Attributes:
        move: Whether it waits in the queue.
        retry: Whether a new run with changed settings is suggested.
    """

    pause: bool = False
    resume: bool = False
    stop: bool = False
    cancel: bool = False
    move: bool = False
    retry: bool = False
    compare: bool = False
    delete: bool = False


def offers_for(run: RunSummary | None, asked: str | None) -> Offers:
    """What can be done with a run.

    Args:
        run: The run; None for none.
        asked: What its worker was asked for and has not done yet.
    """
    if run is None:
        return Offers()
    is_running = run.state is RunState.RUNNING
    is_queued = run.state is RunState.QUEUED
    return Offers(
        pause=is_running and asked is None,
        resume=run.checkpoint is not None,
        stop=is_running and asked in (None, "pause"),
        cancel=is_queued or (is_running and asked != "cancel"),
        move=is_queued,
        retry=bool(run.suggestion),
        compare=is_to_compare(run),
        delete=run.state.is_over,
    )


def cancel_tip(run: RunSummary | None) -> str:
    """What cancelling means for a run."""
    if run is not None and run.state is RunState.QUEUED:
        return "Take the run out of the queue"
    return "End at once; nothing more is saved"


def resume_tip(run: RunSummary | None) -> str:
    """What resuming means for a run, or why it cannot be."""
    if run is None or not run.state.is_over:
        return "Go on with a run that was paused or ended early"
    if run.checkpoint is not None:
        return f"Go on from iteration {run.checkpoint}, when the device is free"
    if run.state is RunState.FINISHED:
        return "The run has finished: all its iterations are done"
    return "The run has no checkpoint to go on from"
