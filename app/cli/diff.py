"""`petseg diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import options
from app.cli.opening import chosen_label_set, chosen_splits, opened
from app.cli.output import STDOUT, Column, say, table, write_json
from app.cli.progress import progress

if TYPE_CHECKING:
    from core.dataset import Dataset
    from core.labels.diff import LabelSetDiff


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "diff",
        epilog=options.example(
            "petseg diff pets labels labels_fixed",
            "petseg diff pets labels labels_fixed --splits train --json changes.json",
        ),
    )(diff)


def diff(
    folder: options.DatasetFolder,
    set_a: Annotated[
        str,
        typer.Argument(metavar="SET_A", help="The label set before.", show_default=False),
    ],
    set_b: Annotated[
        str,
        typer.Argument(metavar="SET_B", help="The label set after.", show_default=False),
    ],
    splits: options.Splits = None,
    json: options.JsonFile = None,
    workspace: options.WorkspaceFolder = None,
) -> None:
    """Compare two label sets: which masks differ, by how many pixels, from class to class.

    The masks that changed most come first. Only files that changed since the last time are read.
    """
    dataset = opened(folder, workspace)
    a = _label_set(dataset, set_a, "SET_A")
    b = _label_set(dataset, set_b, "SET_B")
    if a == b:
        raise typer.BadParameter(f"both label sets are {a}", param_hint="'SET_B'")
    wanted_splits = chosen_splits(dataset, splits)

    from core.dataset.workspace import open_workspace
    from core.labels.diff import compare_label_sets

    with open_workspace(dataset) as opened_workspace, progress(f"Comparing {a} and {b}") as report:
        result = compare_label_sets(
            dataset, a, b, opened_workspace, splits=wanted_splits, on_progress=report
        )
    if json is not None:
        write_json(json, describe(result, dataset))
    if json != STDOUT:
        _print(result, dataset)


def describe(result: LabelSetDiff, dataset: Dataset) -> dict[str, Any]:
    """The JSON of the command."""
    return {
        "a": result.a,
        "b": result.b,
        "compared": result.compared,
        "changed": len(result.changes),
        "changed_px": result.changed_px,
        "splits": {
            split: {"compared": compared, "changed": result.changed_by_split[split]}
            for split, compared in result.compared_by_split.items()
        },
        "classes": {
            _name(dataset, value): {"gained_px": balance.gained, "lost_px": balance.lost}
            for value, balance in result.balance.items()
        },
        "flows": _flows(result, dataset),
        "masks": [
            {
                "sample": change.sample,
                "changed_px": change.changed_px,
                "changed_pct": round(100 * change.share, 4),
                "boxes": [list(box) for box in change.boxes],
            }
            for change in result.changes
        ],
        "only_in_a": list(result.only_in_a),
        "only_in_b": list(result.only_in_b),
        "not_compared": [
            {"sample": each.sample, "reason": each.reason} for each in result.not_compared
        ],
    }


def _flows(result: LabelSetDiff, dataset: Dataset) -> list[dict[str, Any]]:
    return [
        {
            "from": _name(dataset, flow.before),
            "to": _name(dataset, flow.after),
            "px": flow.px,
        }
        for flow in result.flows
    ]


def _label_set(dataset: Dataset, name: str, argument_name: str) -> str:
    try:
        return chosen_label_set(dataset, name)
    except typer.BadParameter as error:
        raise typer.BadParameter(error.message, param_hint=f"'{argument_name}'") from error


def _name(dataset: Dataset, value: int) -> str:
    """The class of a mask value, as the user calls it."""
    if value < dataset.num_classes:
        return dataset.classes[value].name
    return "ignored" if value == dataset.ignore_index else f"value {value}"


def _print(result: LabelSetDiff, dataset: Dataset) -> None:
    if result.changes:
        table(
            [Column("sample"), Column("changed px", number=True), Column("% of mask", number=True)],
            [
                [change.sample, str(change.changed_px), f"{100 * change.share:.2f}"]
                for change in result.changes
            ],
        )
        say()
        table(
            [Column("from"), Column("to"), Column("px", number=True)],
            [
                [_name(dataset, flow.before), _name(dataset, flow.after), str(flow.px)]
                for flow in result.flows
            ],
        )
        say()
    for each in result.not_compared:
        say(f"Not compared: {each.sample}. {each.reason}")
    for label_set, samples in ((result.a, result.only_in_a), (result.b, result.only_in_b)):
        if samples:
            say(f"Only in {label_set}: {_masks(len(samples))} ({_first(samples)}).")
    say(_summary(result))


def _summary(result: LabelSetDiff) -> str:
    by_split = ", ".join(
        f"{result.changed_by_split[split]} of {compared} in {split}"
        for split, compared in result.compared_by_split.items()
        if split and compared
    )
    text = f"{len(result.changes)} of {_masks(result.compared)} differ"
    text += f" between {result.a} and {result.b}"
    return f"{text} ({by_split})." if by_split else f"{text}."


def _masks(count: int) -> str:
    return "1 mask" if count == 1 else f"{count} masks"


def _first(samples: tuple[str, ...], shown: int = 3) -> str:
    names = ", ".join(samples[:shown])
    return names if len(samples) <= shown else f"{names} and {len(samples) - shown} more"
