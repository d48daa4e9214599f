"""`petseg convert`."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import options
from app.cli.errors import JobFailed, argument
from app.cli.opening import chosen_label_set, chosen_splits, opened
from app.cli.output import STDOUT, Column, percent, say, table, write_json
from app.cli.progress import note, progress

if TYPE_CHECKING:
    from core.dataset import Dataset
    from core.dataset.sample import Sample
    from core.interop.conversion import Conversion
    from core.interop.labelme.exporting import ExportLoss


class Format(StrEnum):
    """The other program's format."""

    LABELME = "labelme"
    COCO = "coco"
    VOC = "voc"


class Shapes(StrEnum):
    """As what masks are written."""

    MASKS = "masks"
    POLYGONS = "polygons"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "convert",
        epilog=options.example(
            "petseg convert pets --to labelme out --labels labels_fixed",
            "petseg convert pets --to labelme out --shapes polygons --simplify 1",
            "petseg convert pets --from labelme out --labels labels_redone",
            "petseg convert pets --to coco coco",
        ),
    )(convert)


def convert(
    folder: options.DatasetFolder,
    place: Annotated[
        Path,
        typer.Argument(
            metavar="OUT|SRC",
            help="With --to the folder to write to; with --from a file, or a folder of files.",
            show_default=False,
        ),
    ],
    to: Annotated[
        Format | None,
        typer.Option("--to", help="Write the masks in this format.", show_default=False),
    ] = None,
    source: Annotated[
        Format | None,
        typer.Option("--from", help="Read masks from this format.", show_default=False),
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option(
            "--labels",
            metavar="SET",
            help="With --to the label set to write out, by default the corrected one (…_fixed), "
            "else the first; with --from the one to write into, by default labels_FORMAT.",
            show_default=False,
        ),
    ] = None,
    splits: options.Splits = None,
    shapes: Annotated[
        Shapes,
        typer.Option(
            help="With --to labelme: masks lose nothing; polygons have no holes, and the loss is "
            "shown before anything is written. The other formats lose nothing."
        ),
    ] = Shapes.MASKS,
    simplify: Annotated[
        float,
        typer.Option(
            metavar="PX", min=0, max=100, help="How far a polygon may be from the true outline."
        ),
    ] = 0.0,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files that are there already.")
    ] = False,
    json: options.JsonFile = None,
    workspace: options.WorkspaceFolder = None,
) -> None:
    """Take masks to another annotation program, or bring them back.

    --to writes the masks with copies of the photos. --from finds the sample of each file or photo
    by its name and writes its mask into a label set, which is made when it is not there. Nothing
    is replaced without --overwrite. What cannot be taken is listed.
    """
    if (to is None) == (source is None):
        raise typer.BadParameter("give one of the two", param_hint="'--to' / '--from'")
    if source is not None and splits is not None:
        raise typer.BadParameter("goes with --to only", param_hint="'--splits'")
    if shapes is Shapes.POLYGONS and to is not Format.LABELME:
        raise typer.BadParameter("goes with --to labelme only", param_hint="'--shapes'")
    if shapes is not Shapes.POLYGONS and simplify:
        raise typer.BadParameter("goes with --shapes polygons only", param_hint="'--simplify'")
    dataset = opened(folder, workspace)
    if to is not None:
        label_set = chosen_label_set(dataset, labels)
        wanted = dataset.in_splits(chosen_splits(dataset, splits))
        samples = [sample for sample in wanted if label_set in sample.masks]
        if not samples:
            raise JobFailed(f"There is no mask in {label_set} to convert.")
        out = place.expanduser()
        if to is Format.LABELME:
            result, losses = _to_labelme(
                dataset, label_set, samples, out, shapes, simplify, overwrite
            )
        else:
            result, losses = _to_other(to, dataset, label_set, samples, out, overwrite), None
    else:
        assert source is not None
        label_set = labels if labels is not None else f"labels_{source.value}"
        result, losses = _from(source, dataset, label_set, place.expanduser(), overwrite), None
    for name, problem in result.problems if json == STDOUT else ():
        note(f"{name}: {problem}")
    for name, why in result.refused:
        note(f"Not converted: {why}" if name in why else f"Not converted: {name}. {why}")
    if json is not None:
        write_json(json, describe(result, label_set, losses, dataset))
    if json != STDOUT:
        _print(result, label_set, place, to_files=to is not None)
    if result.refused or result.left_out:
        raise JobFailed(_what_is_missing(result, to_files=to is not None))


def describe(
    result: Conversion, label_set: str, losses: Sequence[ExportLoss] | None, dataset: Dataset
) -> dict[str, Any]:
    """The JSON of the command."""
    described: dict[str, Any] = {
        "label_set": label_set,
        "written": result.written,
        "unchanged": result.unchanged,
        "refused": [{"name": name, "why": why} for name, why in result.refused],
        "problems": [
            {
                "file": name,
                "shape": problem.shape,
                "label": problem.label,
                "what": problem.what,
                "left_out": problem.is_left_out,
            }
            for name, problem in result.problems
        ],
    }
    if losses is not None:
        described["losses"] = [
            {
                "class": _class_name(dataset, loss.value),
                "iou": round(100 * loss.iou, 4),
                "worst_iou": round(100 * loss.worst_iou, 4),
                "worst_sample": loss.worst_sample,
                "holes": loss.holes,
                "lost_pieces": loss.lost_pieces,
                "masks": loss.masks,
            }
            for loss in losses
        ]
    return described


def _to_labelme(
    dataset: Dataset,
    label_set: str,
    samples: Sequence[Sample],
    out: Path,
    shapes: Shapes,
    simplify: float,
    overwrite: bool,
) -> tuple[Conversion, list[ExportLoss] | None]:
    from core.interop.labelme.exporting import Export, export_loss, export_masks
    from core.interop.labelme.writing import ShapeKind

    losses = None
    if shapes is Shapes.POLYGONS:
        with progress("Working out what polygons lose") as report:
            losses = export_loss(dataset, label_set, samples, simplify, on_progress=report)
        _note_losses(losses, dataset)
    how = Export(ShapeKind(shapes.value), simplify, overwrite=overwrite)
    with progress(f"Writing {label_set}") as report:
        result = export_masks(dataset, label_set, samples, out, how, on_progress=report)
    return result, losses


def _to_other(
    to: Format,
    dataset: Dataset,
    label_set: str,
    samples: Sequence[Sample],
    out: Path,
    overwrite: bool,
) -> Conversion:
    from core.interop.coco.exporting import export_coco
    from core.interop.voc.exporting import export_voc

    export = export_coco if to is Format.COCO else export_voc
    with progress(f"Writing {label_set}") as report:
        return export(dataset, label_set, samples, out, overwrite=overwrite, on_progress=report)


def _from(
    source: Format, dataset: Dataset, label_set: str, place: Path, overwrite: bool
) -> Conversion:
    from core.dataset.workspace import open_workspace
    from core.interop.coco.importing import import_coco
    from core.interop.label_sets import json_files, require_label_set_name
    from core.interop.labelme.importing import import_files
    from core.interop.voc.importing import import_voc

    with argument("--labels"):
        require_label_set_name(dataset, label_set)
    program = "COCO" if source is Format.COCO else "LabelMe"
    files = json_files(place, program) if source is not Format.VOC else []
    with open_workspace(dataset) as workspace, progress("Reading files") as report:
        if source is Format.VOC:
            return import_voc(
                dataset, workspace, place, label_set, overwrite=overwrite, on_progress=report
            )
        bring = import_coco if source is Format.COCO else import_files
        return bring(dataset, workspace, files, label_set, overwrite=overwrite, on_progress=report)


def _note_losses(losses: Sequence[ExportLoss], dataset: Dataset) -> None:
    """Say what polygons will lose, before they are written."""
    for loss in losses:
        text = f"As polygons {_class_name(dataset, loss.value)} keeps an IoU of "
        text += f"{percent(100 * loss.iou)} % (least {percent(100 * loss.worst_iou)} % in "
        text += f"{loss.worst_sample})"
        lost = [_counted(loss.holes, "hole") + " filled"] if loss.holes else []
        lost += [_counted(loss.lost_pieces, "piece") + " lost"] if loss.lost_pieces else []
        note(f"{text}: {', '.join(lost)}." if lost else f"{text}.")


def _print(result: Conversion, label_set: str, place: Path, *, to_files: bool) -> None:
    if result.problems:
        table(
            [Column("file"), Column("number", number=True), Column("label"), Column("problem")],
            [
                [
                    name,
                    "" if problem.shape is None else str(problem.shape),
                    problem.label,
                    problem.what,
                ]
                for name, problem in result.problems
            ],
        )
        say()
    target = str(place) if to_files else label_set
    text = f"{_counted(len(result.written), 'mask')} written to {target}"
    if result.unchanged:
        text += f", {len(result.unchanged)} the same as before"
    say(f"{text}.")


def _what_is_missing(result: Conversion, *, to_files: bool) -> str:
    parts = []
    if result.refused:
        what = "mask" if to_files else "file"
        parts.append(f"{_counted(len(result.refused), what)} could not be converted")
    if result.left_out:
        parts.append(f"{_counted(result.left_out, 'shape')} had to be left out")
    return f"{' and '.join(parts)}; the lines above say which and why."


def _number(place: int | None) -> str:
    return "" if place is None else str(place)


def _class_name(dataset: Dataset, value: int) -> str:
    if value < dataset.num_classes:
        return dataset.classes[value].name
    return "ignored" if value == dataset.ignore_index else f"value {value}"


def _counted(count: int, thing: str) -> str:
    return f"1 {thing}" if count == 1 else f"{count} {thing}s"
