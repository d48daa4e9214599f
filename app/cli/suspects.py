"""`petseg suspects`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import options
from app.cli.errors import JobFailed, argument
from app.cli.opening import chosen_device, chosen_label_set, chosen_run, opened, run_store
from app.cli.output import STDOUT, Column, say, table, write_csv, write_json
from app.cli.predict import Flip, Scales, chosen_augmentation
from app.cli.progress import note, progress

if TYPE_CHECKING:
    from core.dataset import Dataset
    from core.evaluation.predicting.augmentation import Augmentation
    from core.evaluation.suspects.ranking import Ranking, Suspect
    from core.runs.store import Run

_SHOWN = 20
_NAMED = 10


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "suspects",
        epilog=options.example(
            "petseg suspects pets my-run --split test",
            "petseg suspects pets --folds my-folds --labels labels --csv suspects.csv",
        ),
    )(suspects)


def suspects(
    folder: options.DatasetFolder,
    run_name: Annotated[
        str | None,
        typer.Argument(
            metavar="RUN", help="The run that judges: its id or its name.", show_default=False
        ),
    ] = None,
    folds: Annotated[
        str | None,
        typer.Option(
            metavar="GROUP",
            help="Instead of a run: the folds that `petseg train --folds` made. Each judges the "
            "samples that it was not shown.",
            show_default=False,
        ),
    ] = None,
    labels: options.LabelSet = None,
    split: Annotated[
        str | None,
        typer.Option(
            "--split",
            metavar="S",
            help="The split: by default val, and with --folds all that the folds are made of.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[
        str,
        typer.Option(
            metavar="agreement|region|softmin",
            help="What ranks: how far the model agrees with the mask, the same of the most "
            "contradicted region alone, or the soft minimum of the labels' probabilities.",
        ),
    ] = "agreement",
    top: Annotated[
        int, typer.Option(metavar="N", min=1, help="How many are shown on the screen.")
    ] = _SHOWN,
    flip: Flip = None,
    scales: Scales = None,
    device: options.Device = "auto",
    json: options.JsonFile = None,
    csv: Annotated[
        str | None,
        typer.Option(
            "--csv",
            metavar="FILE",
            help="Write the whole ranking as a table to this file; - is standard output.",
            show_default=False,
        ),
    ] = None,
    workspace: options.WorkspaceFolder = None,
) -> None:
    """Rank masks by how probable a label error is.

    A score of 1 means that nothing speaks against the mask, one near 0 that a large part of it is
    surely another class. What the run has not predicted yet is predicted first. A run tends to
    believe the masks that it has learned: folds judge every sample without bias. Several views
    (--flip, --scales) judge better, and take as much longer.
    """
    if (run_name is None) == (folds is None):
        raise typer.BadParameter("name a run, or give --folds", param_hint="'RUN'")
    if [json, csv].count(STDOUT) > 1:
        raise typer.BadParameter("only one of --json and --csv can go to standard output")
    if by not in ("agreement", "region", "softmin"):
        raise typer.BadParameter("use agreement, region or softmin", param_hint="'--by'")
    dataset = opened(folder, workspace)
    runs = _chosen_runs(dataset, run_name, folds)
    label_set = chosen_label_set(dataset, labels)
    splits = _chosen_splits(dataset, split, is_folds=folds is not None)
    wanted_device, augment = chosen_device(device), chosen_augmentation(flip, scales)

    from core.evaluation.suspects.ranking import rank_masks

    problems = _judge(dataset, runs, label_set, splits, wanted_device, augment)
    by_score: Any = by
    found = rank_masks(dataset, label_set, runs, splits=splits, by=by_score)
    for problem in dict.fromkeys((*problems, *found.problems)):
        note(problem)
    _note_refused(found)
    if not found.suspects:
        raise JobFailed(
            (problems or found.problems or ("There is no mask of that label set to judge.",))[0]
        )
    if json is not None:
        write_json(json, describe(found, dataset, runs, folds, by))
    if csv is not None:
        write_csv(csv, _COLUMNS, [_csv_row(each, dataset) for each in found.suspects])
    if STDOUT not in (json, csv):
        _print(found, dataset, top)
        way = f"a fold of {folds} and Label suspects" if folds is not None else runs[0].name
        say(f"To look at them and repair masks: `petseg-gui {dataset.root}`, Compare page, {way}.")


def describe(
    found: Ranking, dataset: Dataset, runs: list[Run], group: str | None, by: str
) -> dict[str, Any]:
    """The JSON of the command."""
    return {
        "label_set": found.label_set,
        "runs": [run.id for run in runs],
        "group": group,
        "by": by,
        "samples": len(found.suspects),
        "suspects": [
            {
                "sample": each.sample,
                "score": each.score,
                "softmin": each.softmin,
                "agreement": each.agreement,
                "region": each.region,
                "worst_class": _name(dataset, each.worst_class),
                "classes": {
                    info.name: score
                    for info, score in zip(dataset.classes, each.classes, strict=True)
                },
                "box": None if each.box is None else list(each.box),
                "given": _name(dataset, each.given),
                "predicted": _name(dataset, each.predicted),
                "pixels": each.pixels,
                "run": each.run,
                "edited": each.is_edited,
                "learned": each.was_learned,
            }
            for each in found.suspects
        ],
        "not_judged": [
            {"sample": sample, "reason": reason} for sample, reason in sorted(found.refused.items())
        ],
        "missing": list(found.missing),
    }


def _chosen_runs(dataset: Dataset, run_name: str | None, group: str | None) -> list[Run]:
    from core.runs.groups import runs_of_group

    if group is None:
        assert run_name is not None
        return [chosen_run(dataset, run_name)]
    with argument("--folds"):
        return runs_of_group(run_store(dataset), group)


def _chosen_splits(dataset: Dataset, split: str | None, *, is_folds: bool) -> list[str] | None:
    if split is not None:
        with argument("--split"):
            dataset.in_splits([split])
        return [split]
    if is_folds or not dataset.splits:
        return None
    return ["val" if "val" in dataset.splits else dataset.splits[0]]


def _judge(
    dataset: Dataset,
    runs: list[Run],
    label_set: str,
    splits: list[str] | None,
    device: str,
    augment: Augmentation | None,
) -> tuple[str, ...]:
    """Let the runs judge what they have not judged yet; returns what went wrong with some."""
    from core.evaluation.predicting.client import PredictionClient
    from core.evaluation.suspects.judge_runs import judge_with_runs

    with PredictionClient() as client, progress("Judging masks") as report:
        return judge_with_runs(
            dataset, runs, label_set, client, splits=splits, device=device, augment=augment,
            on_progress=report,
        ).problems  # fmt: skip


def _note_refused(found: Ranking) -> None:
    for sample, reason in sorted(found.refused.items())[:_NAMED]:
        note(f"Not judged: {sample}, because {reason}.")
    if len(found.refused) > _NAMED:
        note(f"Not judged: {len(found.refused) - _NAMED} more masks.")
    if found.missing:
        note(f"Not judged yet: {len(found.missing)} masks, such as {found.missing[0]}.")
    learned = sum(each.was_learned for each in found.suspects)
    if learned:
        note(
            f"{learned} of these masks were learned by the run that judges them, which makes it "
            "believe them. `petseg train --folds` judges without that."
        )


def _print(found: Ranking, dataset: Dataset, top: int) -> None:
    table(
        [
            Column("sample"),
            Column("score", number=True),
            Column("softmin", number=True),
            Column("labelled"),
            Column("looks like"),
            Column("px", number=True),
            Column("x", number=True),
            Column("y", number=True),
            Column("note"),
        ],
        [_row(each, dataset) for each in found.suspects[:top]],
    )
    more = len(found.suspects) - top
    if more > 0:
        say(f"{more} more are less suspicious; --csv and --json list them all.")


def _row(each: Suspect, dataset: Dataset) -> list[str]:
    notes = ["mask changed since"] if each.is_edited else []
    if each.was_learned:
        notes.append("learned")
    left, top = (str(each.box[0]), str(each.box[1])) if each.box is not None else ("", "")
    return [
        each.sample,
        f"{each.score:.3f}",
        f"{each.softmin:.3f}",
        _name(dataset, each.given) or "",
        _name(dataset, each.predicted) or "",
        str(each.pixels) if each.box is not None else "",
        left,
        top,
        ", ".join(notes),
    ]


_COLUMNS = (
    "sample", "score", "softmin", "agreement", "region", "worst_class", "given", "predicted",
    "pixels", "left", "top", "width", "height", "run", "edited", "learned",
)  # fmt: skip


def _csv_row(each: Suspect, dataset: Dataset) -> list[Any]:
    return [
        each.sample,
        each.score,
        each.softmin,
        each.agreement,
        each.region,
        _name(dataset, each.worst_class) or "",
        _name(dataset, each.given) or "",
        _name(dataset, each.predicted) or "",
        each.pixels,
        *(each.box or ("", "", "", "")),
        each.run,
        int(each.is_edited),
        int(each.was_learned),
    ]


def _name(dataset: Dataset, index: int | None) -> str | None:
    return None if index is None else dataset.classes[index].name
