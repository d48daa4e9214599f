"""`petseg qa`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import options
from app.cli.opening import chosen_label_set, chosen_splits, opened
from app.cli.output import STDOUT, Column, say, table, write_csv, write_json
from app.cli.progress import progress

if TYPE_CHECKING:
    from core.dataset import Dataset
    from core.dataset.workspace import Workspace
    from core.flags import Flag
    from core.qa.scanning.table import ScanTable

_CSV_COLUMNS = ("sample", "check", "severity", "value", "message")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "qa",
        epilog=options.example(
            "petseg qa pets",
            "petseg qa pets --labels labels --json flags.json",
            "petseg qa pets --samples samples.csv",
        ),
    )(qa)


def qa(
    folder: options.DatasetFolder,
    labels: options.LabelSet = None,
    splits: options.Splits = None,
    checks: Annotated[
        str | None,
        typer.Option(
            "--checks",
            metavar="A,B",
            help="Only these checks, separated by commas; by default all.",
            show_default=False,
        ),
    ] = None,
    json: options.JsonFile = None,
    csv: options.CsvFile = None,
    samples: Annotated[
        Path | None,
        typer.Option(
            "--samples",
            metavar="FILE",
            help="One row per sample: review state, tags, note, flags (.csv or .json).",
            show_default=False,
        ),
    ] = None,
    workspace: options.WorkspaceFolder = None,
) -> None:
    """Check the masks of a label set and list what looks wrong.

    Only what changed since the last time is read again. Flags do not make the command fail.
    """
    dataset = opened(folder, workspace)
    label_set = chosen_label_set(dataset, labels)
    wanted_splits = chosen_splits(dataset, splits)
    if samples is not None and samples.suffix.lower() not in (".csv", ".json"):
        raise typer.BadParameter("name a .csv or a .json file", param_hint="'--samples'")
    if json == STDOUT and csv == STDOUT:
        raise typer.BadParameter("only one of --json and --csv can go to standard output")

    import cv2

    from core.dataset.workspace import open_workspace
    from core.qa.scanning.scan import scan

    cv2.setNumThreads(1)  # samples are measured side by side
    wanted_checks = _chosen_checks(checks)
    with open_workspace(dataset) as opened_workspace:
        with progress(f"Checking {label_set}") as report:
            result = scan(
                dataset,
                label_set,
                opened_workspace,
                splits=wanted_splits,
                checks=wanted_checks,
                on_progress=report,
            )
        flags = [*result.all_flags(), *result.dataset_flags]
        if samples is not None:
            _write_samples(samples, dataset, opened_workspace, result)
    if json is not None:
        write_json(json, describe(result, flags))
    if csv is not None:
        write_csv(
            csv, _CSV_COLUMNS, ([getattr(flag, name) for name in _CSV_COLUMNS] for flag in flags)
        )
    if STDOUT not in (json, csv):
        _print(result, flags)


def _write_samples(target: Path, dataset: Dataset, workspace: Workspace, result: ScanTable) -> None:
    from core.files import atomic_write_text
    from core.review.export import as_csv, as_json, sample_rows
    from core.review.store import ReviewStore

    looked_at = set(result.ids)
    rows = sample_rows(
        (sample for sample in dataset.samples if sample.id in looked_at),
        reviews=ReviewStore(workspace).reviews(),
        exclusions=workspace.exclusions(),
        flags=result,
    )
    if target.suffix.lower() == ".json":
        write_json(str(target), as_json(rows))
    else:
        atomic_write_text(target, as_csv(rows))


def _chosen_checks(text: str | None) -> list[str] | None:
    from core.qa.checks import CHECKS

    if text is None:
        return None
    wanted = [part.strip() for part in text.split(",") if part.strip()]
    unknown = [name for name in wanted if name not in CHECKS]
    if unknown or not wanted:
        what = f"there is no check {unknown[0]!r}" if unknown else "name at least one check"
        raise typer.BadParameter(
            f"{what}; the checks are: {', '.join(CHECKS)}", param_hint="'--checks'"
        )
    return wanted


def describe(result: ScanTable, flags: Sequence[Flag]) -> dict[str, object]:
    """The JSON of the command.

    A flag of a whole split has the split's name and a slash as its sample: `val/`.
    """
    return {
        "label_set": result.label_set,
        "samples": result.samples,
        "checks": [check.id for check in result.checks],
        "flags": [
            {
                "sample": flag.sample,
                "check": flag.check,
                "severity": flag.severity.value,
                "value": flag.value,
                "message": flag.message,
                "region": [list(box) for box in flag.region],
            }
            for flag in flags
        ],
    }


def _print(result: ScanTable, flags: Sequence[Flag]) -> None:
    if flags:
        table(
            [Column("sample"), Column("severity"), Column("check"), Column("what")],
            [[flag.sample, flag.severity.value, flag.check, flag.message] for flag in flags],
        )
        say()
    say(_summary(flags, result.samples, result.label_set))


def _summary(flags: Sequence[Flag], samples: int, label_set: str) -> str:
    flagged = len({flag.sample for flag in flags if not flag.sample.endswith("/")})
    text = f"{samples} samples checked in {label_set}: {flagged} with flags, {len(flags)} flags"
    counts = Counter(flag.severity for flag in flags)
    parts = [
        f"{counts[severity]} {severity.value}"
        for severity in sorted(counts, key=lambda severity: -severity.rank)
    ]
    return f"{text} ({', '.join(parts)})." if parts else f"{text}."
