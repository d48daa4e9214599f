"""`petseg errors`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import options
from app.cli.measuring import measured, note_skipped
from app.cli.opening import run_store
from app.cli.output import NOTHING, STDOUT, Column, percent, say, table, write_csv, write_json
from app.cli.progress import progress
from app.cli.renamed import note_if_renamed
from app.cli.staleness import note_if_stale

if TYPE_CHECKING:
    from core.evaluation.analysis import Analysis, KindSum
    from core.evaluation.scores import Evaluation
    from core.evaluation.slices.dark import DarkOnDark
    from core.evaluation.slices.slicing import Slice

_CSV_COLUMNS = (
    "sample", "kind", "true", "predicted", "pixels", "left", "top", "width", "height",
    "confidence", "object_pixels", "thickness",
)  # fmt: skip

RegionCsv = Annotated[
    str | None,
    typer.Option(
        "--csv",
        metavar="FILE",
        help="Write every region of errors as a row to this file; - is standard output.",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "errors",
        epilog=options.example(
            "petseg errors pets my-run", "petseg errors pets my-run --split test --csv errors.csv"
        ),
    )(errors)


def errors(
    folder: options.DatasetFolder,
    run_name: options.RunName,
    split: options.Split = None,
    labels: options.LabelSet = None,
    device: options.Device = "auto",
    json: options.JsonFile = None,
    csv: RegionCsv = None,
    workspace: options.WorkspaceFolder = None,
) -> None:
    """Say where a run is wrong: kinds of errors and slices of the split, with what each costs.

    The cost of a kind is how much the pooled mDice would rise were those pixels right; that of a
    slice, had its samples the Dice of all others. The split is predicted first where that is still
    to do. The truth is the label set that the run learned, unless --labels names another.
    """
    if json == STDOUT and csv == STDOUT:
        raise typer.BadParameter("only one of --json and --csv can go to standard output")
    dataset, run, chosen, label_set, evaluation = measured(
        folder, run_name, split=split, labels=labels, device=device, workspace=workspace
    )

    from core.evaluation.analyse import analyse_run
    from core.evaluation.slices.dark import judge_dark_on_dark
    from core.evaluation.slices.said import said_of
    from core.evaluation.slices.slicing import make_slices
    from core.evaluation.suspects.doubts import doubts_of

    with progress("Looking for errors") as report:
        analysis = analyse_run(dataset, run, chosen, label_set=label_set, on_progress=report)
    doubts = doubts_of(dataset, analysis.label_set, run_store(dataset).list(), chosen)
    analysis = analysis.with_doubts(doubts)
    note_skipped("Not looked at", analysis.skipped)
    note_if_renamed(dataset, run)
    note_if_stale(dataset, run)
    with said_of(dataset, analysis.label_set) as said:
        slices = make_slices(
            dataset,
            evaluation,
            analysis,
            flags=said.flags,
            tags=said.tags,
            states=said.states,
            settings=said.settings,
        )
        dark = judge_dark_on_dark(evaluation, analysis, settings=said.settings)
    if json is not None:
        write_json(json, _described(analysis, evaluation, slices, dark))
    if csv is not None:
        write_csv(csv, _CSV_COLUMNS, _rows(analysis))
    if STDOUT not in (json, csv):
        _print(analysis, evaluation, run.name, slices, dark)


def _described(
    analysis: Analysis, evaluation: Evaluation, slices: Sequence[Slice], dark: DarkOnDark
) -> dict[str, Any]:
    """The JSON: kinds and slices, the most expensive first."""
    has_background = analysis.background is not None
    return {
        "run": analysis.run,
        "split": analysis.split,
        "label_set": analysis.label_set,
        "samples": len(analysis.ids),
        "mDice": evaluation.mDice,
        "background": None
        if analysis.background is None
        else analysis.class_names[analysis.background],
        "kinds": [
            {
                "kind": kind.value,
                "name": kind.words,
                "meaning": kind.meaning(has_background=has_background),
                "pixels": found.pixels,
                "regions": found.regions,
                "samples": found.samples,
                "cost": found.cost,
            }
            for kind, found in analysis.by_kind().items()
        ],
        "textures": [
            {
                "name": group.name,
                "pixels": group.pixels,
                "regions": len(group.regions),
                "samples": group.samples,
                "cost": group.cost,
            }
            for group in analysis.by_texture()
        ],
        "slices": [each.as_json() for each in slices],
        "dark_on_dark": dark.as_json(),
        "skipped": [skipped.model_dump() for skipped in analysis.skipped],
    }


def _rows(analysis: Analysis) -> Iterator[list[Any]]:
    names = analysis.class_names
    for sample in analysis.samples:
        for region in sample.errors:
            confidence = "" if region.confidence is None else f"{region.confidence:.3f}"
            yield [
                sample.sample,
                region.kind.value,
                names[region.true_class],
                names[region.predicted_class],
                region.pixels,
                *region.box,
                confidence,
                region.object_pixels,
                f"{region.thickness:.1f}",
            ]


def _print(
    analysis: Analysis,
    evaluation: Evaluation,
    run_name: str,
    slices: Sequence[Slice],
    dark: DarkOnDark,
) -> None:
    where = analysis.split or "the dataset"
    say(
        f"{run_name} on {where}: {len(analysis.ids)} samples against {analysis.label_set}, "
        f"mDice {percent(evaluation.mDice)} (pooled)"
    )
    say()
    numbers = ("pixels", "regions", "samples", "cost in mDice")
    table(
        [Column("kind of error"), *(Column(title, number=True) for title in numbers)],
        [[kind.words, *_numbers(found)] for kind, found in analysis.by_kind().items()],
    )
    if textures := analysis.by_texture():
        say()
        table(
            [Column("false alarms on"), *(Column(title, number=True) for title in numbers)],
            [
                [
                    group.name,
                    str(group.pixels),
                    str(len(group.regions)),
                    str(group.samples),
                    percent(group.cost, sign=True),
                ]
                for group in textures
            ],
        )
    say()
    numbers = ("samples", "mDice %", "95 % interval", "cost in mDice")
    table(
        [Column("slice"), *(Column(title, number=True) for title in numbers), Column("which")],
        [
            [
                f"{each.group}: {each.name}",
                str(len(each.samples)),
                percent(each.mDice),
                _interval(each),
                percent(each.cost, sign=True),
                each.meaning,
            ]
            for each in slices
        ],
    )
    say()
    say(dark.sentence())


def _numbers(found: KindSum) -> list[str]:
    counts = (found.pixels, found.regions, found.samples)
    return [*(str(count) for count in counts), percent(found.cost, sign=True)]


def _interval(each: Slice) -> str:
    low, high = percent(each.low), percent(each.high)
    return NOTHING if NOTHING in (low, high) else f"{low} to {high}"
