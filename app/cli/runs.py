"""`petseg runs`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import options
from app.cli.opening import opened, run_store
from app.cli.output import STDOUT, Column, duration, percent, say, table, write_json
from app.cli.staleness import staleness_of

if TYPE_CHECKING:
    from core.runs.provenance import Staleness
    from core.runs.store import RunSummary


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("runs", epilog=options.example("petseg runs pets"))(runs)


def runs(
    folder: options.DatasetFolder,
    json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
    workspace: options.WorkspaceFolder = None,
) -> None:
    """List the runs of a dataset, newest first."""
    dataset = opened(folder, workspace)
    found = run_store(dataset).list()
    summaries = [run.summary() for run in found]
    stale = staleness_of(dataset, found)
    if json:
        write_json(STDOUT, [describe(each, stale.get(each.id)) for each in summaries])
        return
    if not summaries:
        say("No runs yet.")
        return
    table(
        [
            Column("run"),
            Column("recipe"),
            Column("labels"),
            Column("state"),
            Column("best mDice %", number=True),
            Column("at iteration", number=True),
            Column("iteration", number=True),
            Column("time", number=True),
            Column("started"),
            Column("stale"),
        ],
        [_row(summary, stale.get(summary.id)) for summary in summaries],
    )
    for summary in summaries:
        if summary.reason and summary.state.is_over:
            say(f"{summary.name}: {summary.reason}")


def describe(summary: RunSummary, stale: Staleness | None) -> dict[str, Any]:
    """One entry of the JSON; `stale` is null where nobody can tell."""
    data = summary.model_dump(mode="json")
    data["stale"] = None if stale is None else stale.as_json()
    first = ("id", "recipe", "state", "best", "started", "seconds")
    return {key: data[key] for key in first} | data


def _row(summary: RunSummary, stale: Staleness | None) -> list[str]:
    best, started = summary.best, summary.started
    return [
        summary.name,
        summary.recipe,
        summary.label_set,
        summary.state.value,
        percent(best.mDice if best else None),
        str(best.iteration) if best else "",
        f"{summary.iteration}/{summary.max_iters}" if summary.max_iters else "",
        duration(summary.seconds),
        f"{started.astimezone():%Y-%m-%d %H:%M}" if started else "",
        "" if stale is None else stale.words(),
    ]
