"""Whether a run can go on, and from where."""

from __future__ import annotations

from core.errors import PetsegError
from core.runs.checkpoint_files import iteration_of, last_checkpoint
from core.runs.store import Run, RunState


def check_resumable(run: Run) -> int:
    """See that a run can go on from a checkpoint.

    Returns:
        The iteration of the checkpoint.

    Raises:
        PetsegError: the run goes on, waits, has finished, is unreadable, or has no checkpoint.
    """
    state = run.state()
    if run.problem:
        raise PetsegError(f"The run {run.id} cannot be resumed: {run.problem}", path=run.folder)
    match state:
        case RunState.RUNNING:
            raise PetsegError(
                f"The run {run.name} is being worked on already",
                path=run.folder,
                remedy="Wait until it has ended, or pause it first.",
            )
        case RunState.QUEUED:
            raise PetsegError(
                f"The run {run.name} waits in the queue already",
                path=run.folder,
                remedy="It starts when its device is free.",
            )
        case RunState.FINISHED:
            raise PetsegError(
                f"The run {run.name} has finished: all its iterations are done",
                path=run.folder,
                remedy="Start a new run, with more iterations or from its weights (--init).",
            )
        case _:
            pass
    checkpoint = last_checkpoint(run.checkpoints_dir)
    if checkpoint is None:
        raise PetsegError(
            f"The run {run.name} has no checkpoint to go on from",
            path=run.checkpoints_dir,
            remedy="It ended before one was written. Start a new run with the same settings.",
        )
    return iteration_of(checkpoint)
