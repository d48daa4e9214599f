"""The tables of `petseg eval`: figures with their intervals, matrices, bins of confidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from app.cli.output import NOTHING, Column, percent, say, table

if TYPE_CHECKING:
    from core.evaluation.metrics.calibration import ReliabilityBin
    from core.evaluation.metrics.details import Details
    from core.evaluation.metrics.figures import Figure, FigureTable
    from core.evaluation.scores import Evaluation

FIGURE_COLUMNS = ("class", "figure", "name", "averaging", "unit", "value", "low", "high")

_NOWHERE = "(nothing)"


def print_pixels(result: Evaluation, figures: FigureTable) -> None:
    """Dice, IoU, accuracy and precision, pooled and per image, and the matrix of pixels."""
    columns = ("dice", "acc", "iou", "precision")
    means = ("mDice", "mAcc", "mIoU", "mPrecision")
    _print_figures("Pooled over all images", figures, columns, means)
    m_dice, m_acc, a_acc = (figures.of(each) for each in ("mDice", "mAcc", "aAcc"))
    say(
        f"mDice {percent(m_dice.value)}  mAcc {percent(m_acc.value)}  aAcc {percent(a_acc.value)}"
        f"   {100 * figures.level:g} % of resampled sets of images give an mDice between "
        f"{interval(m_dice)}"
    )
    say()
    _print_figures(
        "Averaged per image",
        figures,
        [f"image_{name}" for name in columns],
        [f"image_{name}" for name in means],
    )
    say()
    names = result.class_names
    _print_matrix("Pixels: what is what", result.scores.pooled_cells().tolist(), names, names)


def print_details(details: Details, figures: FigureTable, band: str) -> None:
    """Borders, objects and confidence."""
    say()
    _print_figures(
        f"Borders, pooled, {band}",
        figures,
        ("boundary_iou", "boundary_f1"),
        ("boundary_mIoU", "boundary_mF1"),
    )
    say(
        "Averaged per image: "
        f"boundary mIoU {percent(figures.of('image_boundary_mIoU').value)}, "
        f"boundary mF1 {percent(figures.of('image_boundary_mF1').value)}"
    )
    say()
    counts = ("hits", "misses", "false alarms", "wrong class")
    shares = ("precision %", "recall %", "F1 %")
    table(
        [Column("class"), *(Column(title, number=True) for title in (*counts, *shares))],
        [
            [
                each.name,
                *(f"{n:,}" for n in (each.hits, each.misses, each.false_alarms, each.wrong_class)),
                *(percent(value) for value in (each.precision, each.recall, each.f1)),
            ]
            for each in details.objects
            if each.hits + each.misses + each.false_alarms + each.wrong_class + each.mistaken
        ],
        title="Objects, matched where their IoU is above 50 %",
    )
    say()
    names = [*details.class_names, _NOWHERE]
    _print_matrix("Objects: what is what", details.object_matrix.tolist(), names, names)
    if details.calibration:
        say()
        _print_bins(details.calibration, details.calibration_of_objects)
        say(
            f"Calibration error {percent(details.ece)} %, "
            f"where an object is predicted {percent(details.ece_of_objects)} %"
        )


def figure_rows(figures: FigureTable) -> Iterator[list[Any]]:
    """The figures as rows of a CSV file; see `FIGURE_COLUMNS`."""
    for class_name, each in figures.rows():
        what = each.definition
        ends = ("" if value is None else value for value in (each.value, each.low, each.high))
        yield [class_name, each.id, what.name, what.how, what.unit, *ends]


def interval(figure: Figure) -> str:
    """The ends of an interval: `79.90 and 83.75`."""
    if figure.low is None or figure.high is None:
        return NOTHING
    return f"{percent(figure.low)} and {percent(figure.high)}"


def _print_figures(
    title: str, figures: FigureTable, columns: Sequence[str], means: Sequence[str]
) -> None:
    level = f"{100 * figures.level:g} %"
    headings = [Column("class")]
    for name in columns:
        short = figures.of(name, next(iter(figures.classes))).definition.name
        headings.append(Column(f"{short.removesuffix(' per image')} %", number=True))
        headings.append(Column(level, number=True))
    rows = [[name, *_cells(figures.of(each, name) for each in columns)] for name in figures.classes]
    rows.append(["mean", *_cells(figures.of(each) for each in means)])
    table(headings, rows, title=title)


def _cells(found: Iterator[Figure]) -> Iterator[str]:
    for each in found:
        yield percent(each.value)
        known = each.low is not None and each.high is not None
        yield f"{each.low:.1f}–{each.high:.1f}" if known else NOTHING


def _print_matrix(
    title: str, rows: Sequence[Sequence[int]], names: Sequence[str], columns: Sequence[str]
) -> None:
    """A matrix without the rows and columns that hold nothing."""
    kept = [index for index, _ in enumerate(columns) if any(row[index] for row in rows)]
    table(
        [Column("mask \\ prediction"), *(Column(columns[index], number=True) for index in kept)],
        [
            [name, *(f"{row[index]:,}" for index in kept)]
            for name, row in zip(names, rows, strict=True)
            if any(row)
        ],
        title=title,
    )


def _print_bins(bins: Sequence[ReliabilityBin], of_objects: Sequence[ReliabilityBin]) -> None:
    headings = ["confidence %", "pixels", "mean %", "right %", "of objects", "mean %", "right %"]
    table(
        [Column(title, number=True) for title in headings],
        [
            [
                f"{100 * one.low:.0f}–{100 * one.high:.0f}",
                *(
                    cell
                    for each in (one, other)
                    for cell in (
                        f"{each.pixels:,}",
                        percent(each.confidence),
                        percent(each.accuracy),
                    )
                ),
            ]
            for one, other in zip(bins, of_objects, strict=True)
            if one.pixels
        ],
        title="Confidence: how often the run is right where it is so sure",
    )
