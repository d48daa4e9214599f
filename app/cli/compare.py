"""`petseg compare`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import options
from app.cli.opening import chosen_device, chosen_label_set, chosen_run, chosen_split, opened
from app.cli.output import STDOUT, Column, percent, say, table, write_json
from app.cli.predict import predict_if_needed
from app.cli.progress import note, progress
from app.cli.staleness import note_if_stale

if TYPE_CHECKING:
    from core.evaluation.comparing.pair import Comparison

_SHOWN_SAMPLES = 10


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("compare", epilog=options.example("petseg compare pets first second --split test"))(
        compare
    )


def compare(
    folder: options.DatasetFolder,
    run_a: options.RunName,
    run_b: Annotated[
        str,
        typer.Argument(
            metavar="RUN_B", help="The run whose gain is asked for.", show_default=False
        ),
    ],
    split: options.Split = None,
    labels: options.LabelSet = None,
    device: options.Device = "auto",
    json: options.JsonFile = None,
    workspace: options.WorkspaceFolder = None,
) -> None:
    """Compare two runs: figures, and the samples that changed most.

    Both are measured on the samples that both predicted. Differences are percentage points, the
    second run less the first.
    """
    dataset = opened(folder, workspace)
    first, second = chosen_run(dataset, run_a), chosen_run(dataset, run_b)
    chosen = chosen_split(dataset, split)
    label_set = chosen_label_set(dataset, labels) if labels else None
    wanted_device = chosen_device(device)

    from core.evaluation.comparing.pair import compare_runs

    for run in (first, second):
        predict_if_needed(dataset, run, chosen, wanted_device)
    with progress("Measuring") as report:
        result = compare_runs(
            dataset, first, second, chosen, label_set=label_set, on_progress=report
        )
    if result.left_out:
        note(f"Not compared: {len(result.left_out)} samples.")
    note_if_stale(dataset, first, second)
    if json is not None:
        write_json(json, result.summary())
    if json != STDOUT:
        _print(result, first.name, second.name)


def _print(result: Comparison, name_a: str, name_b: str) -> None:
    where = result.split or "the dataset"
    say(f"{name_b} against {name_a} on {where}: {result.compared} samples, {result.label_set}")
    columns = [name_a, name_b, "difference"]
    by_class = zip(result.metrics_a.classes, result.metrics_b.classes, strict=True)
    table(
        [Column("Dice %"), *(Column(title, number=True) for title in columns)],
        [
            *(
                [a.name, percent(a.dice), percent(b.dice), _signed(result.delta.classes[a.name])]
                for a, b in by_class
            ),
            [
                "mean",
                percent(result.metrics_a.mDice),
                percent(result.metrics_b.mDice),
                _signed(result.delta.mDice),
            ],
        ],
    )
    say()
    table(
        [Column("sample"), *(Column(title, number=True) for title in columns)],
        [
            [each.sample, percent(each.a), percent(each.b), _signed(each.delta)]
            for each in result.samples[:_SHOWN_SAMPLES]
        ],
    )
    more = len(result.samples) - _SHOWN_SAMPLES
    if more > 0:
        say(f"{more} more samples changed less; --json lists them all.")


def _signed(value: float | None) -> str:
    return percent(value, sign=True)
