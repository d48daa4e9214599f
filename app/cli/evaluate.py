"""`petseg eval`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from app.cli import options
from app.cli.opening import chosen_device, chosen_label_set, chosen_run, chosen_split, opened
from app.cli.output import STDOUT, Column, percent, say, table, write_json
from app.cli.predict import predict_if_needed
from app.cli.progress import note, progress
from app.cli.staleness import note_if_stale

if TYPE_CHECKING:
    from core.evaluation.evaluate import Evaluation

_SHOWN_SKIPPED = 10


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "eval",
        epilog=options.example(
            "petseg eval pets my-run", "petseg eval pets my-run --split test --json test.json"
        ),
    )(evaluate)


def evaluate(
    folder: options.DatasetFolder,
    run_name: options.RunName,
    split: options.Split = None,
    labels: options.LabelSet = None,
    device: options.Device = "auto",
    json: options.JsonFile = None,
    workspace: options.WorkspaceFolder = None,
) -> None:
    """Measure a run on a split: Dice, accuracy and IoU.

    All figures are percent, pooled over the split. The split is predicted first where that is
    still to do. The truth is the label set that the run learned, unless --labels names another.
    """
    dataset = opened(folder, workspace)
    run = chosen_run(dataset, run_name)
    chosen = chosen_split(dataset, split)
    label_set = chosen_label_set(dataset, labels) if labels else None
    wanted_device = chosen_device(device)

    from core.evaluation.evaluate import evaluate_run

    predict_if_needed(dataset, run, chosen, wanted_device)
    with progress("Measuring") as report:
        result = evaluate_run(dataset, run, chosen, label_set=label_set, on_progress=report)
    for skipped in result.skipped[:_SHOWN_SKIPPED]:
        note(f"Not measured: {skipped.sample}, because {skipped.reason}.")
    if len(result.skipped) > _SHOWN_SKIPPED:
        note(f"Not measured: {len(result.skipped) - _SHOWN_SKIPPED} more samples.")
    stale = note_if_stale(dataset, run).get(run.id)
    if json is not None:
        write_json(json, result.summary() | {"stale": None if stale is None else stale.as_json()})
    if json != STDOUT:
        _print(result, run.name)


def _print(result: Evaluation, run_name: str) -> None:
    where = result.split or "the dataset"
    say(f"{run_name} on {where}: {result.samples} samples against {result.label_set}")
    numbers = ("Dice %", "Acc %", "IoU %")
    table(
        [Column("class"), *(Column(title, number=True) for title in numbers)],
        [
            *(
                [entry.name, percent(entry.dice), percent(entry.acc), percent(entry.iou)]
                for entry in result.classes
            ),
            ["mean", percent(result.mDice), percent(result.mAcc), percent(result.mIoU)],
        ],
    )
    say(f"mDice {percent(result.mDice)}  mAcc {percent(result.mAcc)}  aAcc {percent(result.aAcc)}")
