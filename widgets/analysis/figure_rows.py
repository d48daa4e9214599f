"""Figures as rows of a table: what stands in it for one run, and for several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.evaluation.metrics.definitions import DEFINITIONS, Definition
from core.evaluation.metrics.figures import Figure, FigureTable
from widgets.analysis.report import RunReport

POOLED, PER_IMAGE = "Pooled", "Per image"
ALL_CLASSES = "All classes"
_PER_IMAGE_PREFIX = "image_"


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A row: one figure of all classes or of one, pooled and per image.

    Attributes:
        class_name: The class; "" for all of them.
        id: The figure's name in `DEFINITIONS`, as it is pooled.
    """

    class_name: str
    id: str

    @property
    def definition(self) -> Definition:
        """What the pooled figure is."""
        return DEFINITIONS[self.id]

    def definition_of(self, how: str) -> Definition | None:
        """What the figure is, pooled or per image; None where there is none such."""
        return DEFINITIONS.get(self.id if how == POOLED else _PER_IMAGE_PREFIX + self.id)

    def figure(self, table: FigureTable | None, how: str) -> Figure | None:
        """The figure of a run; None when it was not computed."""
        wanted = self.id if how == POOLED else _PER_IMAGE_PREFIX + self.id
        if table is None:
            return None
        try:
            return table.of(wanted, self.class_name or None)
        except KeyError:
            return None


def rows_of(reports: Sequence[RunReport]) -> Iterator[FigureRow]:
    """The rows there are for runs, in the order of the definitions; classes after the whole."""
    tables = [report.figures for report in reports if report.figures is not None]
    if not tables:
        return
    for class_name in ("", *tables[0].classes):
        for figure_id in DEFINITIONS:
            row = FigureRow(class_name, figure_id)
            if figure_id.startswith(_PER_IMAGE_PREFIX):
                continue
            if any(row.figure(table, POOLED) is not None for table in tables):
                yield row


def value_text(figure: Figure | None) -> str:
    """A figure without its interval."""
    if figure is None or figure.value is None:
        return "–"
    return f"{figure.value:.2f}" if figure.definition.unit == "%" else f"{figure.value:,.0f}"


def interval_text(figure: Figure | None) -> str:
    """The interval of a figure; "" without one."""
    if figure is None or figure.low is None or figure.high is None:
        return ""
    places = 1 if figure.definition.unit == "%" else 0
    return f"{figure.low:,.{places}f}–{figure.high:,.{places}f}"


def tip_of(definition: Definition, figure: Figure | None = None, level: float = 0.95) -> str:
    """What a figure means, for a tooltip."""
    how = "pooled over all images" if definition.how == "pooled" else "mean over the images"
    lines = [f"{definition.name}, {how} ({definition.unit})", definition.meaning]
    if figure is not None and figure.low is not None and figure.high is not None:
        lines.append(
            f"{100 * level:.0f} % of resampled sets of images give {interval_text(figure)}."
        )
    lines += [f"Formula: {definition.formula}", f"Source: {definition.source}"]
    return "\n".join(lines)
