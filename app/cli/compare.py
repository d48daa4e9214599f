"""`petseg compare`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import options
from app.cli.opening import chosen_device, chosen_label_set, chosen_run, chosen_split, opened
from app.cli.output import NOTHING, STDOUT, Column, percent, say, table, write_csv, write_json
from app.cli.predict import predict_if_needed
from app.cli.progress import note, progress
from app.cli.renamed import note_if_renamed
from app.cli.repairs_effect import effect_between, print_effect
from app.cli.staleness import note_if_stale

if TYPE_CHECKING:
    from core.evaluation.comparing.pair import Comparison
    from core.evaluation.comparing.paired import Difference, PairedTest

_SHOWN_SAMPLES = 10
_CSV_COLUMNS = ("class", "figure", "a", "b", "delta", "low", "high", "p_value")


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
    csv: Annotated[
        str | None,
        typer.Option(
            "--csv",
            metavar="FILE",
            help="Write the differences as a table to this file; - is standard output.",
            show_default=False,
        ),
    ] = None,
    samples: Annotated[
        str | None,
        typer.Option(
            "--samples",
            metavar="FILE",
            help="Write the difference of every sample as a table to this file; "
            "- is standard output.",
            show_default=False,
        ),
    ] = None,
    workspace: options.WorkspaceFolder = None,
) -> None:
    """Compare two runs: figures, whether it is more than chance, and which samples changed most.

    Both are measured on the samples that both predicted. Differences are percentage points, the
    second run less the first, with the interval in which they lie on 95 % of resampled images.
    The p-value says how often two equally good runs would differ as much. Of a run and the one that
    `petseg retrain` made from it, it also tells what the repaired labels alone gave.
    """
    if [json, csv, samples].count(STDOUT) > 1:
        raise typer.BadParameter(
            "only one of --json, --csv and --samples can go to standard output"
        )
    dataset = opened(folder, workspace)
    first, second = chosen_run(dataset, run_a), chosen_run(dataset, run_b)
    chosen = chosen_split(dataset, split)
    label_set = chosen_label_set(dataset, labels) if labels else None
    wanted_device = chosen_device(device)

    from core.evaluation.comparing.pair import compare_evaluations, evaluate_both
    from core.evaluation.comparing.paired import paired_test

    for run in (first, second):
        predict_if_needed(dataset, run, chosen, wanted_device)
    with progress("Measuring") as report:
        evaluations = evaluate_both(
            dataset, first, second, chosen, label_set=label_set, on_progress=report
        )
    result, test = compare_evaluations(*evaluations), paired_test(*evaluations)
    sentence = test.sentence(first.name, second.name)
    effect = None
    if label_set in (None, first.label_set):
        effect = effect_between(dataset, first, second, chosen)
    if result.left_out:
        note(f"Not compared: {len(result.left_out)} samples.")
    note_if_renamed(dataset, first, second)
    note_if_stale(dataset, first, second)
    if json is not None:
        found = result.summary() | {"test": test.as_json() | {"sentence": sentence}}
        write_json(json, found | ({"repairs": effect.summary()} if effect is not None else {}))
    if csv is not None:
        write_csv(csv, _CSV_COLUMNS, _csv_rows(test))
    if samples is not None:
        write_csv(
            samples,
            ("sample", "a", "b", "delta"),
            ((each.sample, each.a, each.b, each.delta) for each in result.samples),
        )
    if STDOUT not in (json, csv, samples):
        _print(result, test, first.name, second.name)
        say()
        say(sentence)
        if effect is not None:
            print_effect(effect)


def _print(result: Comparison, test: PairedTest, name_a: str, name_b: str) -> None:
    where = result.split or "the dataset"
    say(f"{name_b} against {name_a} on {where}: {result.compared} samples, {result.label_set}")
    columns = [name_a, name_b, "difference"]
    table(
        [
            Column("Dice %"),
            *(Column(title, number=True) for title in columns),
            Column(f"{100 * test.level:g} % interval", number=True),
            Column("p", number=True),
        ],
        [_row(name, found) for name, found in _rows(test)],
        title="Pooled over all images",
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
        say(f"{more} more samples changed less; --samples lists them all.")


def _rows(test: PairedTest) -> Iterator[tuple[str, Difference]]:
    yield from test.classes.items()
    yield "mean", test.m_dice


def _row(name: str, found: Difference) -> list[str]:
    known = found.low is not None and found.high is not None
    return [
        name,
        percent(found.a),
        percent(found.b),
        _signed(found.delta),
        f"{_signed(found.low)} to {_signed(found.high)}" if known else NOTHING,
        NOTHING if found.p_value is None else f"{found.p_value:.3f}",
    ]


def _csv_rows(test: PairedTest) -> Iterator[list[Any]]:
    for name, found in _rows(test):
        figure, of = ("mDice", "") if found is test.m_dice else ("dice", name)
        values = (found.a, found.b, found.delta, found.low, found.high, found.p_value)
        yield [of, figure, *("" if value is None else value for value in values)]


def _signed(value: float | None) -> str:
    return percent(value, sign=True)
