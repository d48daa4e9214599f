"""`petseg retrain`: trains a run once more, on the labels as they are now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import options
from app.cli.opening import chosen_run, opened
from app.cli.progress import note
from app.cli.train import make_run, queue_or_watch

if TYPE_CHECKING:
    from core.runs.store import Run


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "retrain",
        epilog=options.example(
            "petseg retrain pets first", "petseg retrain pets first --name 'first, repaired'"
        ),
    )(retrain)


def retrain(
    folder: options.DatasetFolder,
    run: options.RunName,
    name: Annotated[str | None, options.new_name("the new run", "one like RUN's")] = None,
    queue_only: options.QueueOnly = False,
    workspace: options.WorkspaceFolder = None,
) -> None:
    """Train a run once more with its own recipe, settings and weights, after labels were repaired.

    The new run names RUN as its parent, and `petseg compare DATASET RUN NEW` tells what the repairs
    alone gave.
    """
    dataset = opened(folder, workspace)
    parent = chosen_run(dataset, run)

    from core.training.again import retrain_request

    request = retrain_request(parent, name)
    made = make_run(request)
    note(f"Run {made.name}: {parent.name} once more, {_repaired(parent, made)}.")
    queue_or_watch(made, dataset, queue_only=queue_only)


def _repaired(parent: Run, made: Run) -> str:
    from core.runs.lineage import repaired_between

    count = len(repaired_between(parent.record, made.record))
    return f"{count:,} {'mask' if count == 1 else 'masks'} repaired since"
