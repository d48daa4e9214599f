"""`petseg eda`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import options
from app.cli.opening import chosen_label_set, chosen_splits, opened
from app.cli.output import NOTHING, STDOUT, Column, facts, say, table, write_csv, write_json
from app.cli.progress import note, progress

if TYPE_CHECKING:
    from core.dataset import Dataset
    from core.eda.columns import Eda
    from core.eda.tables import Summary

_MOST_SIZES = 5


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "eda",
        epilog=options.example(
            "petseg eda pets", "petseg eda pets --splits train --figures figures --json eda.json"
        ),
    )(eda)


def eda(
    folder: options.DatasetFolder,
    labels: options.LabelSet = None,
    splits: options.Splits = None,
    json: options.JsonFile = None,
    figures: Annotated[
        Path | None,
        typer.Option(
            "--figures",
            metavar="DIR",
            help="Draw the charts into this folder, as PNG and SVG, with the tables as CSV.",
            show_default=False,
        ),
    ] = None,
    workspace: options.WorkspaceFolder = None,
) -> None:
    """Show what is in a label set: class balance, object areas, brightness, sizes, class weights.

    Only what changed since the last time is read again. Excluded samples do not count. Objects
    are 8-connected pieces of one class with more than 5 pixels.
    """
    dataset = opened(folder, workspace)
    label_set = chosen_label_set(dataset, labels)
    wanted_splits = chosen_splits(dataset, splits)

    from core.eda.export import describe

    found, excluded = _collected(dataset, label_set, wanted_splits)
    if json is not None:
        write_json(json, {**describe(found), "excluded": excluded})
    if json != STDOUT:
        _print(found, excluded)
    if figures is not None:
        written = _write_files(found, figures.expanduser())
        # With the result on standard output, nothing else may stand there.
        (note if json == STDOUT else say)(f"Charts and tables: {written} files in {figures}")


def _collected(dataset: Dataset, label_set: str, splits: list[str] | None) -> tuple[Eda, int]:
    """The statistics of the samples in use, and how many were left out as excluded."""
    from core.dataset.workspace import open_workspace
    from core.eda.columns import collect
    from core.qa.scanning.scan import scan
    from core.qa.scanning.store import ScanStore

    with open_workspace(dataset) as opened_workspace:
        with progress(f"Reading {label_set}") as report:
            scan(dataset, label_set, opened_workspace, splits=splits, on_progress=report)
        excluded = {
            sample.id for sample in dataset.in_splits(splits)
        } & opened_workspace.exclusions().keys()
        stored = ScanStore(opened_workspace).facts(dataset, label_set, splits=splits)
        used = (each for each in stored if each.sample not in excluded)
        return collect(used, dataset, label_set), len(excluded)


def _write_files(found: Eda, folder: Path) -> int:
    """Write charts and tables.

    Returns:
        How many files were written.
    """
    from core.eda.export import csv_tables
    from core.eda.figures import write_figures

    with progress("Drawing charts") as report:
        written = write_figures(found, folder, report)
    tables = csv_tables(found)
    for each in tables:
        write_csv(str(folder / f"{each.name}.csv"), each.columns, each.rows)
    return len(written) + len(tables)


def _print(found: Eda, excluded: int) -> None:
    from core.eda.export import split_groups

    groups = split_groups(found)
    counted = ", ".join(
        f"{len(found.only([name]))} in {name}" for name in found.splits if name
    )  # fmt: skip
    facts(
        [
            ("label set", found.label_set),
            ("images", f"{len(found)} ({counted})" if counted else str(len(found))),
            ("with a mask", str(found.labelled)),
            *([("left out", f"{excluded} excluded")] if excluded else []),
            ("sizes", _sizes(found)),
        ]
    )
    several = len(groups) > 1
    _print_balance(groups, several)
    _print_areas(groups, several)
    _print_images(groups, several)
    if found.labelled:
        _print_weights(found)


def _print_balance(groups: Sequence[tuple[str, Eda]], several: bool) -> None:
    from core.eda.tables import class_balance

    say()
    _split_table(
        "Class balance",
        [
            Column("class"),
            Column("images", number=True),
            Column("% of images", number=True),
            Column("objects", number=True),
            Column("per image", number=True),
            Column("% of pixels", number=True),
        ],
        (
            (
                split,
                [
                    row.name,
                    str(row.images),
                    f"{row.image_share_pct:.1f}",
                    NOTHING if row.objects is None else str(row.objects),
                    _figure(row.instances_per_image),
                    f"{row.pixel_share_pct:.1f}",
                ],
            )
            for split, part in groups
            for row in class_balance(part)
        ),
        several,
    )


def _print_areas(groups: Sequence[tuple[str, Eda]], several: bool) -> None:
    from core.eda.tables import foreground, object_areas, summarize

    say()
    _split_table(
        "Areas of the objects, % of the image",
        [Column("class"), Column("objects", number=True), *_SUMMARY_COLUMNS],
        (
            (split, [info.name, *_cells(summarize(object_areas(part, info.index)))])
            for split, part in groups
            for info in foreground(part)
        ),
        several,
    )


def _print_images(groups: Sequence[tuple[str, Eda]], several: bool) -> None:
    from core.eda.tables import brightness, component_counts, contrast, summarize

    measures = (
        ("pieces of the foreground", component_counts),
        ("brightness (0 to 255)", brightness),
        ("contrast (0 to 255)", contrast),
    )
    say()
    _split_table(
        "Per image",
        [Column("measure"), Column("images", number=True), *_SUMMARY_COLUMNS],
        (
            (split, [name, *_cells(summarize(values(part)))])
            for split, part in groups
            for name, values in measures
        ),
        several,
    )


def _print_weights(found: Eda) -> None:
    from core.eda.class_weights import METHODS
    from core.eda.tables import class_weights

    split, weights = class_weights(found)
    say()
    table(
        [Column("class"), *(Column(METHODS[name].title, number=True) for name in weights)],
        [
            [info.name, *(f"{values[info.index]:.3f}" for values in weights.values())]
            for info in found.classes
        ],
        title=f"Class weights that follow from {split or 'these masks'}",
    )


_SUMMARY_COLUMNS = [
    Column(name, number=True) for name in ("mean", "median", "min", "max", "p25", "p75")
]


def _cells(summary: Summary) -> Iterator[str]:
    yield str(summary.count)
    for value in (
        summary.mean,
        summary.median,
        summary.minimum,
        summary.maximum,
        summary.p25,
        summary.p75,
    ):
        yield _figure(value)


def _figure(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f}"


def _split_table(
    title: str, columns: list[Column], rows: Iterator[tuple[str, list[str]]], several: bool
) -> None:
    """A table with the split in front where there are several."""
    if several:
        table([Column("split"), *columns], [[split, *row] for split, row in rows], title=title)
    else:
        table(columns, [row for _, row in rows], title=title)


def _sizes(found: Eda) -> str:
    from core.eda.tables import sizes

    known = sizes(found)
    shown = [f"{size.width} × {size.height} ({size.images})" for size in known[:_MOST_SIZES]]
    if len(known) > _MOST_SIZES:
        shown.append(f"{len(known) - _MOST_SIZES} more")
    return ", ".join(shown) or "none known"
