"""`petseg exclude`."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli import options
from app.cli.errors import argument
from app.cli.opening import opened
from app.cli.output import Column, say, table


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "exclude",
        epilog=options.example(
            'petseg exclude pets train/000017 --reason "a fox, not a cat"',
            "petseg exclude pets --undo train/000017",
        ),
    )(exclude)


def exclude(
    folder: options.DatasetFolder,
    samples: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ID",
            help="Sample ids such as train/000017; without any, list what is excluded.",
            show_default=False,
        ),
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take these samples back.")] = False,
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why, for those who come later.", show_default=False)
    ] = "",
    workspace: options.WorkspaceFolder = None,
) -> None:
    """Leave samples out of training, or take them back. Their files stay where they are."""
    dataset = opened(folder, workspace)
    ids = samples or []
    if undo and not ids:
        raise typer.BadParameter("name the samples to take back", param_hint="'ID'")
    with argument("ID"):
        for sample in ids:
            dataset.sample(sample)

    from core.dataset.workspace import open_workspace

    with open_workspace(dataset) as opened_workspace:
        if undo:
            opened_workspace.include(ids)
        else:
            opened_workspace.exclude(ids, reason)
        excluded = opened_workspace.exclusions()
    if excluded:
        table(
            [Column("excluded"), Column("reason")],
            [[sample, why] for sample, why in sorted(excluded.items())],
        )
    else:
        say("No sample is excluded.")
