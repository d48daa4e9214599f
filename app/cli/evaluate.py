"""`petseg eval`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import options
from app.cli.measuring import measured, note_skipped
from app.cli.output import STDOUT, say, write_csv, write_json
from app.cli.progress import note, progress
from app.cli.renamed import note_if_renamed
from app.cli.staleness import note_if_stale

if TYPE_CHECKING:
    from core.evaluation.metrics.details import Details
    from core.evaluation.metrics.figures import FigureTable
    from core.evaluation.scores import Evaluation

Band = Annotated[
    str | None,
    typer.Option(
        "--band",
        metavar="WIDTH",
        help="How far from a border counts as on it: pixels (5) or a share of the image's "
        "diagonal (2%); by default 2% for boundary IoU and 0.75% for boundary F1.",
        show_default=False,
    ),
]
FigureCsv = Annotated[
    str | None,
    typer.Option(
        "--csv",
        metavar="FILE",
        help="Write every figure with its interval as a table to this file; - is standard output.",
        show_default=False,
    ),
]
SampleCsv = Annotated[
    str | None,
    typer.Option(
        "--samples",
        metavar="FILE",
        help="Write the figures of every sample as a table to this file; - is standard output.",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "eval",
        epilog=options.example(
            "petseg eval pets my-run",
            "petseg eval pets my-run --split test --json test.json",
            "petseg eval pets my-run --band 3 --csv figures.csv --samples samples.csv",
        ),
    )(evaluate)


def evaluate(
    folder: options.DatasetFolder,
    run_name: options.RunName,
    split: options.Split = None,
    labels: options.LabelSet = None,
    device: options.Device = "auto",
    band: Band = None,
    json: options.JsonFile = None,
    csv: FigureCsv = None,
    samples: SampleCsv = None,
    workspace: options.WorkspaceFolder = None,
) -> None:
    """Measure a run on a split: Dice, IoU, borders, objects, confidence.

    Figures are percent, and each is named as pooled over the split or averaged per image, with
    the interval in which it lies on 95 % of resampled images. The split is predicted first where
    that is still to do. The truth is the label set that the run learned, unless --labels names
    another.
    """
    if [json, csv, samples].count(STDOUT) > 1:
        raise typer.BadParameter(
            "only one of --json, --csv and --samples can go to standard output"
        )
    width = _parsed(band)
    dataset, run, _, _, result = measured(
        folder, run_name, split=split, labels=labels, device=device, workspace=workspace
    )

    from core.evaluation.detailing import details_of_run
    from core.evaluation.metrics.details import summarise
    from core.evaluation.metrics.figures import figures

    with progress("Borders, objects and confidence") as report:
        found = details_of_run(dataset, run, result, band=width, on_progress=report)
    details = summarise(list(found.samples.values()), result.class_names)
    numbers = figures(result, found.samples)
    note_skipped("Not measured", result.skipped)
    if len(found.without_confidence) == len(found.samples):
        note("The predictions were stored without confidence: its calibration is not measured.")
    else:
        note_skipped("Without confidence", found.without_confidence)
    note_if_renamed(dataset, run)
    stale = note_if_stale(dataset, run).get(run.id)
    if json is not None:
        data = as_json(result, numbers, details, width)
        write_json(json, data | {"stale": None if stale is None else stale.as_json()})
    if csv is not None:
        from app.cli.figure_tables import FIGURE_COLUMNS, figure_rows

        write_csv(csv, FIGURE_COLUMNS, figure_rows(numbers))
    if samples is not None:
        write_csv(samples, _sample_columns(result.class_names), _sample_rows(result))
    if STDOUT not in (json, csv, samples):
        _print(result, numbers, details, run.name, width)


def as_json(
    result: Evaluation, figures: FigureTable, details: Details, band: float | None
) -> dict[str, Any]:
    """The JSON of the command: the pooled figures, and beside them everything else."""
    return result.summary() | {
        "figures": figures.as_json(),
        "band": band_words(band),
        "confusion": {
            "classes": result.class_names,
            "pixels": result.scores.pooled_cells().tolist(),
            "objects": details.object_matrix.tolist(),
        },
        "calibration": [
            {name: getattr(each, name) for name in each.__slots__} for each in details.calibration
        ],
        "definitions": {
            each.id: {
                "name": each.definition.name,
                "unit": each.definition.unit,
                "averaging": each.definition.how,
                "formula": each.definition.formula,
                "source": each.definition.source,
            }
            for _, each in figures.rows()
        },
    }


def band_words(band: float | None) -> str:
    """The width of the bands as it is printed."""
    if band is None:
        return "2 % of the diagonal for IoU, 0.75 % for F1"
    return f"{100 * band:g} % of the diagonal" if band < 1 else f"{band:g} pixels"


def _parsed(text: str | None) -> float | None:
    if text is None:
        return None
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(%|px)?\s*", text)
    if found is not None:
        value = float(found[1])
        if found[2] == "%" and 0 < value < 100:
            return value / 100
        if found[2] != "%" and value >= 1:
            return value
    raise typer.BadParameter(
        f"{text!r} is no width; give pixels from 1 on (5) or a share of the diagonal (2%)",
        param_hint="'--band'",
    )


def _sample_columns(class_names: Sequence[str]) -> list[str]:
    errors = ("correct", "missed", "false", "wrong_class")
    return ["sample", "mDice", *(f"dice {name}" for name in class_names), *errors]


def _sample_rows(result: Evaluation) -> Iterator[list[Any]]:
    for score in result.scores:
        values = ("" if value is None else value for value in (score.mDice, *score.dice))
        yield [score.sample, *values, *score.errors]


def _print(
    result: Evaluation, figures: FigureTable, details: Details, run_name: str, band: float | None
) -> None:
    from app.cli.figure_tables import print_details, print_pixels

    where = result.split or "the dataset"
    say(f"{run_name} on {where}: {result.samples} samples against {result.label_set}")
    print_pixels(result, figures)
    print_details(details, figures, band_words(band))
