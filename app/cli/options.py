"""Arguments and options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def example(*commands: str) -> str:
    """The end of a command's help: how it is typed."""
    # The control character keeps the help from filling the lines into one paragraph.
    return "\b\n" + "\n".join(
        ["Examples:" if len(commands) > 1 else "Example:", *commands]
    ).replace("\n", "\n  ")


def new_name(run: str, otherwise: str) -> Any:
    """The option `--name` of commands that make a run.

    Args:
        run: What is named, such as "the run".
        otherwise: What it is called when no name is given.
    """
    return typer.Option(
        "--name",
        metavar="RUN",
        help=f"A name for {run}; by default {otherwise}.",
        show_default=False,
    )


DatasetFolder = Annotated[
    Path,
    typer.Argument(metavar="DATASET", help="The dataset's folder.", show_default=False),
]
RunName = Annotated[
    str,
    typer.Argument(metavar="RUN", help="A run's id or its name.", show_default=False),
]
LabelSet = Annotated[
    str | None,
    typer.Option(
        "--labels",
        metavar="SET",
        help="The label set; by default the corrected one (…_fixed), else the first.",
        show_default=False,
    ),
]
Splits = Annotated[
    str | None,
    typer.Option(
        "--splits",
        metavar="A,B",
        help="Only these splits, separated by commas; by default all.",
        show_default=False,
    ),
]
Split = Annotated[
    str | None,
    typer.Option(
        "--split",
        metavar="S",
        help="The split: train, val or test; by default val.",
        show_default=False,
    ),
]
Device = Annotated[
    str,
    typer.Option("--device", metavar="auto|cpu|cuda:N", help="Where to compute."),
]
QueueOnly = Annotated[
    bool,
    typer.Option("--queue", help="Leave it in the queue: the window or `petseg train` starts it."),
]
WorkspaceFolder = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        metavar="DIR",
        help="Where flags, originals and runs are kept; by default .petseg in the dataset.",
        show_default=False,
    ),
]
JsonFile = Annotated[
    str | None,
    typer.Option(
        "--json",
        metavar="FILE",
        help="Write the result as JSON to this file; - is standard output.",
        show_default=False,
    ),
]
CsvFile = Annotated[
    str | None,
    typer.Option(
        "--csv",
        metavar="FILE",
        help="Write the flags as a table to this file; - is standard output.",
        show_default=False,
    ),
]
