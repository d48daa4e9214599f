"""Samples as points by two of their figures, such as contrast and Dice, or the Dice of two runs."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QPixmap, QShowEvent
from PySide6.QtWidgets import QWidget

from widgets import theme
from widgets.analysis.panel import AnalysisPanel
from widgets.analysis.report import RunReport
from widgets.analysis.scatter.axis_box import AxisBox
from widgets.analysis.scatter.figures import Axis, SampleFigures
from widgets.analysis.scatter.plot import Floats, SamplePlot
from widgets.comparison.samples.columns import SampleColumns
from widgets.comparison.samples.measures import LETTERS
from widgets.elided_label import ElidedLabel
from widgets.export_button import Rows, picture_of

HINT = (
    "Click a point to show its sample · drag a rectangle to list the samples in it"
    " · click beside the points, or Esc, for all again · arrow keys and Enter choose a point"
)

# Of more points than these the box alone follows the mouse: drawing them all takes too long.
_MOST_LIVE = 4000


class ScatterPanel(AnalysisPanel):
    """Two boxes that choose the axes, and the points.

    What the list of samples is narrowed to, here or by another panel, is drawn strongly.
    """

    sample_activated = Signal(str)
    """The id of the sample whose point was chosen."""
    cleared = Signal()
    """The user wants all samples again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("scatter of samples", "chart-scatter-plot", parent)
        self._columns = SampleColumns([])
        self._reports: Sequence[RunReport] = ()
        self._figures = SampleFigures(self._columns)
        self._axes: tuple[Axis, Axis] | None = None
        self._wanted: dict[bool, tuple[Axis, Axis]] = {}
        self._places = np.zeros(0, np.intp)
        self._samples: list[str] = []
        self._title = ""
        self._chosen: Collection[str] | None = None
        self._current = ""
        self._is_outdated = False
        self._drawn = ("", "")
        self.right_box, self.up_box = AxisBox("&Right"), AxisBox("&Up")
        self.plot = SamplePlot()
        self.name_label, self.values_label = ElidedLabel(), ElidedLabel()
        self.name_label.setProperty("role", "muted")
        for box in (self.right_box, self.up_box):
            self.body.addWidget(box)
            box.changed.connect(self._on_axes)
        self.body.setSpacing(theme.GRID // 2)
        self.body.addWidget(self.plot, 1)
        self.body.addWidget(self.name_label)
        self.body.addWidget(self.values_label)
        self.plot.show_tip(HINT)
        self.plot.clicked.connect(self._on_clicked)
        self.plot.brushed.connect(self._on_brushed)
        self.plot.pointed_at.connect(self._on_pointed_at)
        self.plot.stepped.connect(self._on_stepped)
        self.plot.entered.connect(lambda: self._activate(self.plot.focused))
        self._refresh()

    # What is shown

    @property
    def axes(self) -> tuple[Axis, Axis] | None:
        """What goes right and up; None while there is nothing to show."""
        return self._axes

    @property
    def samples(self) -> list[str]:
        """The samples that have a point, in the order of the points."""
        return list(self._samples)

    def show_samples(self, columns: SampleColumns, reports: Sequence[RunReport]) -> None:
        """Show the samples of runs; nothing is drawn before somebody looks."""
        self._columns, self._reports = columns, reports
        self._is_outdated = True
        if self.isVisible():
            self._refresh()

    def show_chosen(self, title: str, sample_ids: Collection[str] | None) -> None:
        """Draw the samples strongly that the list shows.

        Args:
            title: Which they are, in words.
            sample_ids: The samples; None for all.
        """
        if title != self._title:
            self.plot.show_box(None)
        self._title, self._chosen = title, sample_ids
        self._draw_chosen()

    def show_current(self, sample: str) -> None:
        """Mark the point of the sample that is shown; "" for none."""
        self._current = sample
        self.plot.set_current(self._number_of(sample))

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what has come since."""
        super().showEvent(event)
        if self._is_outdated:
            self._refresh()

    def rows(self) -> Rows:
        """A row for each sample that has both figures."""
        if self._axes is None:
            return [["sample"]]
        found: list[list[object]] = [["sample", *(axis.head for axis in self._axes)]]
        points = zip(self._samples, self.plot.x.tolist(), self.plot.y.tolist(), strict=True)
        return found + [[sample, x, y] for sample, x, y in points]

    def picture(self) -> QPixmap:
        """The points with what there is to say of them, without the boxes."""
        return picture_of([self.caption, self.plot])

    # Drawing

    def _refresh(self) -> None:
        self._is_outdated = False
        self._figures = figures = SampleFigures(self._columns, self._reports)
        self._axes = self._usable(self._wanted.get(figures.runs > 1)) or figures.first_axes()
        if self._axes is None or not figures.ids:
            self._axes, self._places, self._samples = None, np.zeros(0, np.intp), []
            report = self._reports[0] if self._reports else None
            text = "Predict the split: its samples appear here as points."
            self.say_why(report, "No samples yet", text)
            return
        self.show_content()
        for box, axis in zip((self.right_box, self.up_box), self._axes, strict=True):
            box.offer(figures.offered(), figures.runs, axis)
        self._draw()

    def _usable(self, wanted: tuple[Axis, Axis] | None) -> tuple[Axis, Axis] | None:
        """Axes that were chosen before, as far as there are such figures and runs by now."""
        if wanted is None:
            return None
        for axis in wanted:
            if self._figures.figure(axis.figure.id) is None or axis.run >= self._figures.runs:
                return None
        return wanted

    def _draw(self) -> None:
        assert self._axes is not None
        right, up = self._axes
        x, y = self._figures.values(right), self._figures.values(up)
        self._places = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        self._samples = [self._figures.ids[place] for place in self._places.tolist()]
        x, y = x[self._places], y[self._places]
        is_square = right.figure == up.figure and right.against is None and up.against is None
        box = self.plot.box if self._title else None
        is_same = (right.head, up.head) == self._drawn
        self._drawn = right.head, up.head
        self.plot.set_points(
            x,
            y,
            self._drawn,
            is_square=is_square,
            has_zero=(right.against is not None, up.against is not None),
        )
        self.plot.show_box(box if is_same else None)
        self.caption.setText(self._said(x, y, right, up))
        self._read_out(None)
        self._draw_chosen()
        self.plot.set_current(self._number_of(self._current))

    def _said(self, x: Floats, y: Floats, right: Axis, up: Axis) -> str:
        """How many samples there are, and of two runs how many are better by which."""
        count = "1 sample" if len(x) == 1 else f"{len(x):,} samples"
        left_out = len(self._figures.ids) - len(x)
        less = f", {left_out:,} without these figures" if left_out else ""
        better = up.figure.more_is_better
        if not self.plot.has_diagonal or right.run == up.run or better is None:
            return count + less
        gains = int(((y > x) if better else (y < x)).sum())
        loses = int(((y < x) if better else (y > x)).sum())
        first, second = LETTERS[right.run], LETTERS[up.run]
        return f"{second} better in {gains:,}, {first} in {loses:,} of {count}{less}"

    def _draw_chosen(self) -> None:
        if self._chosen is None:
            self.plot.set_chosen(None)
            return
        chosen = frozenset(self._chosen)
        self.plot.set_chosen(np.array([sample in chosen for sample in self._samples], np.bool_))

    def _number_of(self, sample: str) -> int | None:
        place = self._figures.places.get(sample)
        if place is None:
            return None
        found = int(np.searchsorted(self._places, place))
        return found if found < len(self._places) and self._places[found] == place else None

    def _values(self, number: int) -> str:
        """Both figures of a point in words."""
        assert self._axes is not None
        right, up = self._axes
        return f"{right.text(float(self.plot.x[number]))}, {up.text(float(self.plot.y[number]))}"

    def _words(self, number: int) -> str:
        """A point in words: the sample and both figures."""
        return f"{self._samples[number]}: {self._values(number)}"

    def _read_out(self, number: int | None) -> None:
        """Say below the plot what a point is; None for nothing."""
        self.name_label.setText("" if number is None else self._samples[number])
        self.values_label.setText("" if number is None else self._values(number))

    # Hands

    def _on_axes(self) -> None:
        right, up = self.right_box.axis, self.up_box.axis
        if right is not None and up is not None:
            self._axes = self._wanted[self._figures.runs > 1] = right, up
            self._draw()

    def _on_pointed_at(self, place: QPointF | None) -> None:
        number = None if place is None else self.plot.nearest(place)
        if self.plot.set_hovered(number):
            said = "" if number is None else self._words(number)
            self.plot.show_tip(f"{said}\nClick to show this sample." if said else HINT)
            self._read_out(number)

    def _on_stepped(self, right: int, down: int) -> None:
        number = self.plot.walk(right, down)
        if number is not None:
            self.plot.set_focused(number)
            self._read_out(number)
            self.plot.setAccessibleDescription(self._words(number))

    def _on_clicked(self, place: QPointF) -> None:
        number = self.plot.nearest(place)
        if number is not None:
            self._activate(number)
        elif self._chosen is not None:
            self.cleared.emit()

    def _activate(self, number: int | None) -> None:
        if number is not None:
            self.sample_activated.emit(self._samples[number])

    def _on_brushed(self, first: QPointF, last: QPointF, is_over: bool) -> None:
        box = QRectF(first, last).normalized().intersected(self.plot.view.viewRect())
        inside = self.plot.within(box)
        if not is_over:
            self.plot.show_box(box)
            if len(inside) <= _MOST_LIVE:
                self.plot.set_chosen(inside)
            return
        if not inside.any():
            self.plot.show_box(None)
            self._draw_chosen()
            return
        assert self._axes is not None
        spans = ((box.left(), box.right()), (box.top(), box.bottom()))
        title = ", ".join(
            _between(axis, *span) for axis, span in zip(self._axes, spans, strict=True)
        )
        self.plot.show_box(box)
        self._title = title  # what comes back as `show_chosen` is this one
        ids = np.array(self._samples, object)[inside].tolist()
        self.choose_samples(title, ids)


def _between(axis: Axis, low: float, high: float) -> str:
    """A part of an axis in words: `mDice A 20 to 61 %`."""
    # As many digits as tell the ends apart.
    needed = 1 - math.log10(high - low) if high > low else math.inf
    decimals = int(min(max(math.ceil(needed), 0), axis.figure.decimals))
    ends = f"{low:,.{decimals}f} to {high:,.{decimals}f}".replace("-", "−")
    unit = axis.head.removeprefix(axis.title).removeprefix(", ")
    return f"{axis.title} {ends} {unit}".rstrip()
