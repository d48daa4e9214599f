"""`petseg runs`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import options
from app.cli.opening import chosen_run, opened, run_store
from app.cli.output import STDOUT, Column, duration, percent, say, table, write_json
from app.cli.staleness import staleness_of

if TYPE_CHECKING:
    from core.dataset import Dataset
    from core.runs.provenance import Staleness
    from core.runs.store import Run, RunSummary


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "runs",
        epilog=options.example(
            "petseg runs pets",
            "petseg runs pets --pause 20260504-123015-demo-cpu",
            "petseg runs pets --first mine",
        ),
    )(runs)


def runs(
    folder: options.DatasetFolder,
    json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
    pause: Annotated[
        str | None,
        typer.Option(
            metavar="RUN",
            help="Let a run finish its iteration, save, and leave; `petseg train --resume` goes "
            "on with it.",
            show_default=False,
        ),
    ] = None,
    stop: Annotated[
        str | None,
        typer.Option(
            metavar="RUN",
            help="Let a run finish its iteration, save and validate, and end.",
            show_default=False,
        ),
    ] = None,
    cancel: Annotated[
        str | None,
        typer.Option(
            metavar="RUN",
            help="End a run at once, or take it out of the queue.",
            show_default=False,
        ),
    ] = None,
    first: Annotated[
        str | None,
        typer.Option(
            metavar="RUN", help="Move a waiting run to the front of the queue.", show_default=False
        ),
    ] = None,
    queue: Annotated[
        bool | None,
        typer.Option(
            "--queue/--no-queue",
            help="Start waiting runs when their devices are free, or (--no-queue) none until told.",
            show_default=False,
        ),
    ] = None,
    workspace: options.WorkspaceFolder = None,
) -> None:
    """List the runs of a dataset, newest first, after doing what is asked with them."""
    dataset = opened(folder, workspace)
    _do(dataset, pause=pause, stop=stop, cancel=cancel, first=first, queue=queue)
    found = run_store(dataset).list()
    summaries = [run.summary() for run in found]
    stale = staleness_of(dataset, found)
    places, is_paused = _queue(dataset, found)
    if json:
        write_json(
            STDOUT,
            [describe(each, stale.get(each.id), places.get(each.id)) for each in summaries],
        )
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
        [_row(each, stale.get(each.id), places.get(each.id)) for each in summaries],
    )
    if is_paused:
        say("The queue is paused: `petseg runs DATASET --queue` lets it go on.")
    for summary in summaries:
        if summary.reason and summary.state.is_over:
            say(f"{summary.name}: {summary.reason}")


def _do(
    dataset: Dataset,
    *,
    pause: str | None,
    stop: str | None,
    cancel: str | None,
    first: str | None,
    queue: bool | None,
) -> None:
    from core.runs.queue import RunQueue
    from core.runs.record import RunState
    from core.runs.supervisor import Supervisor

    supervisor = Supervisor()
    line = RunQueue(run_store(dataset), supervisor)

    def chosen(option: str, name: str, *states: RunState) -> Run:
        run = chosen_run(dataset, name)
        state = supervisor.refresh(run)
        if state not in states:
            needed = " or ".join(each.value for each in states)
            raise typer.BadParameter(
                f"the run {run.name} is {state.value}, not {needed}", param_hint=f"'{option}'"
            )
        return run

    if pause is not None:
        supervisor.request_pause(chosen("--pause", pause, RunState.RUNNING))
    if stop is not None:
        supervisor.request_stop(chosen("--stop", stop, RunState.RUNNING))
    if cancel is not None:
        supervisor.cancel(chosen("--cancel", cancel, RunState.RUNNING, RunState.QUEUED))
    if first is not None:
        line.move(chosen("--first", first, RunState.QUEUED).id, "first")
    if queue is not None:
        line.pause(not queue)


def _queue(dataset: Dataset, found: list[Run]) -> tuple[dict[str, int], bool]:
    """The places of waiting runs, counted from 1, and whether the queue is paused."""
    from core.runs.queue import RunQueue
    from core.runs.supervisor import Supervisor

    queue = RunQueue(run_store(dataset), Supervisor())
    return {run.id: at for at, run in enumerate(queue.waiting(found), 1)}, queue.is_paused


def describe(
    summary: RunSummary, stale: Staleness | None, place: int | None = None
) -> dict[str, Any]:
    """One entry of the JSON.

    `stale` is null where nobody can tell, `queue_place` (from 1) where the run does not wait.
    """
    data = summary.model_dump(mode="json")
    data["queue_place"] = place
    data["stale"] = None if stale is None else stale.as_json()
    first = ("id", "recipe", "state", "best", "started", "seconds")
    return {key: data[key] for key in first} | data


def state_words(summary: RunSummary, place: int | None = None) -> str:
    """The state, with what a person wants to know beside it."""
    state = summary.state.value
    if place is not None:
        return f"{state}, {place} in line"
    if summary.host:
        state += f" on {summary.host}"
    if summary.silent_seconds is not None:
        return f"{state}, no sign of life for {duration(summary.silent_seconds)}"
    return state


def _row(summary: RunSummary, stale: Staleness | None, place: int | None) -> list[str]:
    best, started = summary.best, summary.started
    return [
        summary.name,
        summary.recipe,
        summary.label_set,
        state_words(summary, place),
        percent(best.mDice if best else None),
        str(best.iteration) if best else "",
        f"{summary.iteration}/{summary.max_iters}" if summary.max_iters else "",
        duration(summary.seconds),
        f"{started.astimezone():%Y-%m-%d %H:%M}" if started else "",
        "" if stale is None else stale.words(),
    ]
