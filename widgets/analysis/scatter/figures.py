"""What samples can be placed by: figures of runs, and what the samples are like. No Qt in here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.evaluation.analysis import Analysis
from core.evaluation.errors.kinds import ErrorKind
from core.evaluation.metrics.calibration import CalibrationColumn
from core.evaluation.metrics.details import calibration_counts
from widgets.analysis.report import RunReport
from widgets.comparison.samples.columns import SampleColumns
from widgets.comparison.samples.measures import LETTERS, QUALITY, Measure, measures

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class SampleFigure:
    """A number that every sample may have.

    Attributes:
        id: Stable name.
        title: What it is called.
        unit: Its unit; "" for none.
        decimals: Digits after the point.
        of_run: Whether it is another one for every run.
        more_is_better: Whether a high value is a good one; None where neither end is.
    """

    id: str
    title: str
    unit: str
    decimals: int = 2
    of_run: bool = True
    more_is_better: bool | None = None

    @property
    def head(self) -> str:
        """Title and unit."""
        return f"{self.title}, {self.unit}" if self.unit else self.title

    def text(self, value: float) -> str:
        """A value with its unit, and with a true minus."""
        unit = f" {self.unit}" if self.unit else ""
        return f"{value:,.{self.decimals}f}{unit}".replace("-", "−")


@dataclass(frozen=True, slots=True)
class Axis:
    """A figure along an axis.

    Attributes:
        figure: What it shows.
        run: The place of the run; of no account where the figure is of no run.
        against: The place of the run that it is less; None for the figure itself.
    """

    figure: SampleFigure
    run: int = 0
    against: int | None = None

    @property
    def runs(self) -> str:
        """Of which runs it is: `B`, `B − A`; "" where it is of none."""
        if not self.figure.of_run:
            return ""
        less = "" if self.against is None else f" − {LETTERS[self.against]}"
        return f"{LETTERS[self.run]}{less}"

    @property
    def title(self) -> str:
        """What it shows, without the unit."""
        if not self.runs:
            return self.figure.title
        sign = "" if self.against is None else "Δ "
        return f"{sign}{self.figure.title} {self.runs}"

    @property
    def head(self) -> str:
        """What it shows, and the unit."""
        unit = self.figure.unit
        if self.against is not None and unit == "%":
            unit = "points"
        return f"{self.title}, {unit}" if unit else self.title

    def text(self, value: float) -> str:
        """A value in words: `mDice A 81.20 %`."""
        if self.against is None:
            return f"{self.title} {self.figure.text(value)}"
        unit = "points" if self.figure.unit == "%" else self.figure.unit
        rounded = f"{value:+,.{self.figure.decimals}f}"
        if not float(rounded.replace(",", "")):
            rounded = rounded.lstrip("+-")
        return f"{self.title} {rounded} {unit}".replace("-", "−").rstrip()


CONTRAST = SampleFigure("fact:difference", "Contrast to background", "ΔE", 1, of_run=False)
OBJECT_SIZE = SampleFigure("fact:object_share", "Object size", "% of the photo", 2, of_run=False)
_FACTS = (
    CONTRAST,
    OBJECT_SIZE,
    SampleFigure("fact:objects", "Number of objects", "", 0, of_run=False),
    SampleFigure("fact:brightness", "Brightness of the photo", "L*", 1, of_run=False),
    SampleFigure("fact:light_inside", "Brightness of the objects", "L*", 1, of_run=False),
    SampleFigure("fact:light_outside", "Brightness around them", "L*", 1, of_run=False),
)
_OF_ANALYSIS = (
    SampleFigure("sure", "Mean confidence", "%"),
    SampleFigure("sure_objects", "Mean confidence in objects", "%"),
    SampleFigure("regions", "Regions of errors", "", 0, more_is_better=False),
)
_SUMS = {
    "sure": (CalibrationColumn.CONFIDENCE, CalibrationColumn.PIXELS),
    "sure_objects": (CalibrationColumn.OBJECT_CONFIDENCE, CalibrationColumn.OBJECT_PIXELS),
}


class SampleFigures:
    """All figures of the samples of the compared runs.

    Args:
        columns: The figures that the list of samples shows too.
        reports: What else is known of the runs; of those whose scores are not in `columns`
            nothing is taken.
    """

    def __init__(self, columns: SampleColumns, reports: Sequence[RunReport] = ()) -> None:
        self._columns = columns
        self._analyses: dict[int, Analysis] = {}
        for place, run in enumerate(columns.runs):
            report = reports[place] if place < len(reports) else None
            if report is None or report.analysis is None or report.evaluation is None:
                continue
            if run.scores is not None and report.evaluation.scores is run.scores:
                self._analyses[place] = report.analysis
        self._rows: dict[int, tuple[Places, Places]] = {}
        self._measures: Mapping[str, Measure] = {each.id: each for each in self._listed()}
        self._known: dict[tuple[str, int], Floats] = {}

    @property
    def ids(self) -> list[str]:
        """The samples, by name. Not to be changed."""
        return self._columns.ids

    @property
    def places(self) -> Mapping[str, int]:
        """The place of each sample."""
        return self._columns.places

    @property
    def runs(self) -> int:
        """Number of runs."""
        return len(self._columns.runs)

    @property
    def knows_samples(self) -> bool:
        """Whether it is known what the samples are like."""
        return bool(self._analyses)

    def offered(self) -> list[SampleFigure]:
        """All figures there are, those that are asked for most first."""
        of_list = [_figure_of(each) for each in self._measures.values()]
        if not self._analyses:
            return of_list
        return [of_list[0], *_FACTS, *_OF_ANALYSIS, *of_list[1:]]

    def figure(self, figure_id: str) -> SampleFigure | None:
        """The figure with that id; None where there is none."""
        return next((each for each in self.offered() if each.id == figure_id), None)

    def first_axes(self) -> tuple[Axis, Axis] | None:
        """What goes right and up to begin with; None while nothing is known that tells anything.

        Of several runs the Dice of the first two; of one the contrast, or else the size of what is
        to be found, against its Dice.
        """
        dice = _figure_of(next(iter(self._measures.values())))
        if self.runs > 1:
            return Axis(dice, 0), Axis(dice, 1)
        if not self._analyses:
            return None
        for figure in _FACTS:
            if np.isfinite(self.values(Axis(figure))).any():
                return Axis(figure), Axis(dice)
        return None

    def values(self, axis: Axis) -> Floats:
        """The figure of every sample, float64 N; nan where there is none."""
        found = self._of_run(axis.figure, axis.run if axis.figure.of_run else 0)
        if axis.against is None or not axis.figure.of_run:
            return found
        difference: Floats = found - self._of_run(axis.figure, axis.against)
        return difference

    def _of_run(self, figure: SampleFigure, run: int) -> Floats:
        key = figure.id, run
        if key not in self._known:
            measure = self._measures.get(figure.id)
            if measure is not None:
                self._known[key] = self._columns.values(measure, run)
            elif figure.of_run:
                self._known[key] = self._of_analysis(figure.id, run)
            else:
                self._known[key] = self._fact(figure.id.partition(":")[2])
        return self._known[key]

    def _listed(self) -> list[Measure]:
        runs = self._columns.runs
        names = next((run.class_names for run in runs if run.class_names), ())
        has_kinds = any(run.kinds is not None for run in runs)
        kinds = {kind.value: kind.words for kind in ErrorKind} if has_kinds else {}
        return measures(names, kinds, has_quality=bool(self._columns.quality))

    def _of_analysis(self, figure_id: str, run: int) -> Floats:
        found = np.full(len(self.ids), math.nan)
        analysis = self._analyses.get(run)
        if analysis is None:
            return found
        if figure_id == "regions":
            values = analysis.table.counts.astype(np.float64)
        else:
            total, pixels = _SUMS[figure_id]
            counts = calibration_counts(analysis.table.details).sum(axis=1)
            values = np.full(len(counts), math.nan)
            known = counts[:, pixels] > 0
            # Confidence is summed up in 255ths.
            values[known] = 100 * counts[known, total] / (255 * counts[known, pixels])
        places, rows = self._matched(run)
        found[places] = values[rows]
        return found

    def _fact(self, name: str) -> Floats:
        found = np.full(len(self.ids), math.nan)
        for run, analysis in self._analyses.items():
            values = getattr(analysis.table.facts, name).astype(np.float64)
            places, rows = self._matched(run)
            found[places] = values[rows] * (100 if name == "object_share" else 1)
        return found

    def _matched(self, run: int) -> tuple[Places, Places]:
        """Where the samples of an analysis are here, and where they are there."""
        if run not in self._rows:
            own = [self.places.get(sample, -1) for sample in self._analyses[run].ids]
            places = np.array(own, np.intp)
            rows = np.flatnonzero(places >= 0)
            self._rows[run] = places[rows], rows
        return self._rows[run]


def _figure_of(measure: Measure) -> SampleFigure:
    return SampleFigure(
        measure.id,
        measure.title,
        measure.unit,
        2 if measure.unit == "%" else 0,
        of_run=measure.id != QUALITY,
        more_is_better=measure.more_is_better,
    )
