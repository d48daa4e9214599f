"""Confusion in pixels and in objects, with names, and which samples a cell is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.evaluation.metrics.confusion import Counts
from core.evaluation.metrics.objects import NOTHING, ObjectColumn
from widgets.analysis.report import RunReport


@dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """Counts by true and predicted class.

    Attributes:
        counts: int64 R×C; rows are true, columns predicted.
        rows: Class of each row; `NOTHING` for objects that are not there.
        columns: Class of each column; `NOTHING` for objects that were not found.
        names: Names of the classes, by index.
        unit: "px" or "objects".
    """

    counts: Counts
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    names: tuple[str, ...]
    unit: str

    @property
    def row_names(self) -> list[str]:
        """What the rows are called."""
        return ["nothing" if each == NOTHING else self.names[each] for each in self.rows]

    @property
    def column_names(self) -> list[str]:
        """What the columns are called."""
        return ["not found" if each == NOTHING else self.names[each] for each in self.columns]

    def classes_at(self, row: int, column: int) -> tuple[int, int]:
        """True and predicted class of a cell."""
        return self.rows[row], self.columns[column]

    def is_right(self, row: int, column: int) -> bool:
        """Whether a cell counts what is right."""
        return self.rows[row] == self.columns[column] != NOTHING

    def is_void(self, row: int, column: int) -> bool:
        """Whether a cell stands for what cannot be: nothing that was not found."""
        return self.rows[row] == self.columns[column] == NOTHING

    def title(self, row: int, column: int) -> str:
        """What the samples of a cell have in common: "dog predicted as cat"."""
        true, predicted = self.classes_at(row, column)
        if self.unit == "px":
            same = "right" if true == predicted else f"predicted as {self.names[predicted]}"
            return f"{self.names[true]} {same}"
        if predicted == NOTHING:
            return f"{self.names[true]} missed"
        if true == NOTHING:
            return f"{self.names[predicted]} where nothing is"
        if true == predicted:
            return f"{self.names[true]} found"
        return f"{self.names[true]} found as {self.names[predicted]}"

    def words(self, row: int, column: int, shares: str) -> str:
        """All there is to say of a cell."""
        count = int(self.counts[row, column])
        unit = "px" if self.unit == "px" else "object" if count == 1 else "objects"
        said = f"{self.title(row, column)}: {count:,} {unit}"
        if not count:
            return said
        return f"{said}\n{shares}\nClick to list the samples."


def confusion_of_pixels(report: RunReport) -> Confusion:
    """Pixels by true and predicted class over all measured samples."""
    names = tuple(report.class_names)
    counts = np.zeros((len(names), len(names)), np.int64)
    if report.evaluation is not None:
        counts += report.evaluation.scores.pooled_cells()
    every = tuple(range(len(names)))
    return Confusion(counts, every, every, names, "px")


def confusion_of_objects(report: RunReport) -> Confusion | None:
    """Objects by true and predicted class; None while they are not counted."""
    details, analysis = report.details, report.analysis
    if details is None or analysis is None:
        return None
    classes = [each for each in range(len(details.class_names)) if each != analysis.background]
    places = [*classes, len(details.class_names)]
    counts = details.object_matrix[np.ix_(places, places)]
    names = (*classes, NOTHING)
    return Confusion(counts, names, names, tuple(details.class_names), "objects")


def samples_of_pixels(report: RunReport, true: int, predicted: int) -> list[str]:
    """The samples with such pixels, most of them first."""
    if report.evaluation is None:
        return []
    return [sample for sample, _ in report.evaluation.scores.samples_with(true, predicted)]


def samples_of_objects(report: RunReport, true: int, predicted: int) -> list[str]:
    """The samples with such objects, most of them first."""
    if report.analysis is None:
        return []
    found = []
    table = report.analysis.table
    for sample, details in zip(table.ids, table.details, strict=True):
        rows = details.objects
        count = int(
            np.count_nonzero(
                (rows[:, ObjectColumn.TRUE_CLASS] == true)
                & (rows[:, ObjectColumn.PREDICTED_CLASS] == predicted)
            )
        )
        if count:
            found.append((-count, sample))
    return [sample for _, sample in sorted(found)]
