"""`petseg info`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from app.cli import options
from app.cli.opening import opened, run_store
from app.cli.output import STDOUT, Column, facts, say, table, write_json

if TYPE_CHECKING:
    from core.dataset import Dataset, Sample


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("info", epilog=options.example("petseg info pets"))(info)


def info(
    folder: options.DatasetFolder,
    json: options.JsonFile = None,
    workspace: options.WorkspaceFolder = None,
) -> None:
    """Show a dataset's layout, classes, splits and label sets.

    Nothing is written.
    """
    dataset = opened(folder, workspace)
    description = describe(dataset)
    if json is not None:
        write_json(json, description)
    if json != STDOUT:
        _print(dataset, description)


def describe(dataset: Dataset) -> dict[str, Any]:
    """The JSON of the command."""
    return {
        "root": str(dataset.root),
        "name": dataset.name,
        "layout": dataset.layout,
        "classes": [
            {
                "index": entry.index,
                "name": entry.name,
                "color": "#{:02X}{:02X}{:02X}".format(*entry.color),
            }
            for entry in dataset.classes
        ],
        "ignore_index": dataset.ignore_index,
        "label_sets": list(dataset.label_sets),
        "default_label_set": dataset.default_label_set if dataset.label_sets else None,
        "splits": [
            {"split": split, **_counts(dataset, samples)} for split, samples in _by_split(dataset)
        ],
        "total": _counts(dataset, dataset.samples),
        "workspace": str(dataset.workspace_dir),
        "runs": len(run_store(dataset).list()),
        "notes": list(dataset.notes),
    }


def _by_split(dataset: Dataset) -> list[tuple[str, Sequence[Sample]]]:
    return [(split, dataset.in_splits([split])) for split in dataset.splits]


def _counts(dataset: Dataset, samples: Sequence[Sample]) -> dict[str, Any]:
    return {
        "samples": len(samples),
        "images": sum(sample.image is not None for sample in samples),
        "masks": {
            name: sum(name in sample.masks for sample in samples) for name in dataset.label_sets
        },
    }


def _print(dataset: Dataset, description: dict[str, Any]) -> None:
    default = description["default_label_set"]
    facts(
        [
            ("dataset", description["root"]),
            ("layout", description["layout"]),
            ("classes", ", ".join(f"{entry.index} {entry.name}" for entry in dataset.classes)),
            ("ignored value", str(dataset.ignore_index)),
            ("label sets", ", ".join(dataset.label_sets) or "none yet"),
            *([("begins with", default)] if default else []),
            ("workspace", description["workspace"]),
            ("runs", str(description["runs"])),
            *(("note", note) for note in dataset.notes),
        ]
    )
    say()
    columns = [Column("split"), Column("images", number=True)]
    columns += [Column(f"masks in {name}", number=True) for name in dataset.label_sets]
    rows = [*description["splits"], {"split": "all", **description["total"]}]
    table(
        columns,
        [
            [
                row["split"],
                str(row["images"]),
                *(str(row["masks"][name]) for name in dataset.label_sets),
            ]
            for row in rows
        ],
    )
