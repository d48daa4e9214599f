"""Runs in folders, and rows of the table of runs, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from core.runs.events import Event, EventWriter, Finished
from core.runs.record import DatasetRecord, RunState
from core.runs.store import Run, RunStore
from core.runs.table.columns import Column, Kind, RunRow, RunTable, Section, Value
from tests.making_runs import iteration, started, validation

COLUMNS = (
    Column("name", "Run"),
    Column("state", "State"),
    Column("recipe", "Recipe"),
    Column("label_set", "Label set"),
    Column("mDice", "Best mDice", Kind.NUMBER, Section.VALIDATION, "", "%", 2, "higher"),
    Column("seconds", "Time", Kind.DURATION, better="lower"),
    Column("group", "Group"),
    Column("batch_size", "Batch size", Kind.NUMBER, Section.SETTING, "", "images"),
    Column("lr", "Learning rate", Kind.NUMBER, Section.SETTING),
    Column("optimizer", "Optimizer", Kind.TEXT, Section.SETTING),
    Column("seed", "Seed", Kind.NUMBER, Section.SETTING),
)


def row(
    run_id: str, state: RunState = RunState.FINISHED, problem: str = "", **values: Value
) -> RunRow:
    """A row; what is not said of it is that of a finished run."""
    known: dict[str, Value] = {
        "name": run_id, "id": run_id, "state": str(state), "recipe": "demo-cpu",
        "label_set": "labels", "lr": 0.01, "batch_size": 4.0, "optimizer": "SGD", "seed": 0.0,
    }  # fmt: skip
    numbers = {k: float(v) if isinstance(v, int) else v for k, v in values.items()}
    return RunRow(run_id, run_id, state, "", problem, {**known, **numbers})


def table(*rows: RunRow) -> RunTable:
    """A table of those rows with the usual columns."""
    return RunTable(COLUMNS, rows, tuple(each.problem for each in rows if each.problem))


def make_run(
    runs_dir: Path,
    name: str,
    *,
    age: int = 0,
    recipe: str = "demo-cpu",
    fields: Mapping[str, Any] | None = None,
    mdice: float | None = 80.0,
    seconds: float = 10.0,
    state: RunState = RunState.FINISHED,
    **details: Any,
) -> Run:
    """A run in a folder, with two iterations and one validation.

    Args:
        runs_dir: The folder of the runs.
        name: Its name.
        age: How many days before the others it was made.
        recipe: Its recipe.
        fields: Its settings.
        mdice: What its validation found; None for no validation.
        seconds: How long it took.
        state: How it ended.
        details: Further fields of its record.
    """
    now = datetime(2025, 1, 2, tzinfo=UTC) - timedelta(days=age)
    run = RunStore(runs_dir).create(
        recipe=recipe, label_set=details.pop("label_set", "labels"),
        dataset=DatasetRecord(root=runs_dir, fingerprint={"train/a": "1", "val/b": "2"}),
        name=name, now=now, fields=dict(fields or {}), **details,
    )  # fmt: skip
    begin = now.timestamp()
    events: list[Event] = [started(max_iters=20), iteration(10, 2.0, max_iters=20)]
    if mdice is not None:
        events.append(validation(10, mdice))
    events.append(iteration(20, 1.0, max_iters=20))
    if state is RunState.FINISHED:
        events.append(Finished(iteration=20, seconds=seconds))
    step = seconds / (len(events) - 1)
    with EventWriter(run.events_path) as writer:
        for place, event in enumerate(events):
            writer.write(event.model_copy(update={"time": begin + place * step}))
    run.update(state=state, reason="It was killed." if state is RunState.CRASHED else "")
    return run
