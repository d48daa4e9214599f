"""Saying on the way that a run was made with other masks than there are now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.cli.progress import note, progress

if TYPE_CHECKING:
    from core.dataset import Dataset
    from core.runs.provenance import Staleness
    from core.runs.store import Run

_NAMED_SAMPLES = 5


def staleness_of(dataset: Dataset, runs: Sequence[Run]) -> dict[str, Staleness]:
    """What of their data has changed since runs were made, by id.

    Empty when nobody can tell: that is said, and keeps no command from its work.
    """
    from core.dataset.workspace import open_workspace
    from core.errors import PetsegError
    from core.runs.provenance import look_at_runs

    if not runs:
        return {}
    try:
        with (
            open_workspace(dataset) as workspace,
            progress("Looking for changed masks") as report,
        ):
            return look_at_runs(dataset, runs, workspace, with_metrics=True, on_progress=report)
    except PetsegError as error:
        note(f"Whether masks have changed since is not known: {error}")
        return {}


def note_if_stale(dataset: Dataset, *runs: Run) -> dict[str, Staleness]:
    """Say of each run whose masks or photos are others by now, and give what was found."""
    found = staleness_of(dataset, runs)
    for run in runs:
        stale = found.get(run.id)
        if stale is not None and stale.is_stale:
            samples = sorted({*stale.masks, *stale.images, *stale.missing, *stale.midway})
            more = len(samples) - _NAMED_SAMPLES
            named = ", ".join(samples[:_NAMED_SAMPLES]) + (f" and {more} more" if more > 0 else "")
            note(f"The run {run.name} is stale: {stale.words()} ({named}).")
    return found
