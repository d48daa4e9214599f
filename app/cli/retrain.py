"""`petseg retrain`: trains a run once more, on the labels as they are now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import options
from app.cli.opening import chosen_run, opened, run_store
from app.cli.progress import note
from app.cli.train import make_run, watch_run

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
    name: Annotated[
        str | None,
        typer.Option(
            metavar="RUN",
            help="A name for the new run; by default one like RUN's.",
            show_default=False,
        ),
    ] = None,
    queue_only: Annotated[
        bool,
        typer.Option(
            "--queue", help="Leave it in the queue: the window or `petseg train` starts it."
        ),
    ] = False,
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
    if queue_only:
        note(f"It waits in the queue as {made.id}.")
    else:
        watch_run(made, run_store(dataset))


def _repaired(parent: Run, made: Run) -> str:
    from core.runs.lineage import repaired_between

    count = len(repaired_between(parent.record, made.record))
    return f"{count:,} {'mask' if count == 1 else 'masks'} repaired since"
