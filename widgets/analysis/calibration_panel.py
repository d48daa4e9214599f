"""Whether a run is as often right as it is sure: a reliability diagram whose points are samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QCheckBox, QLabel, QWidget

from core.evaluation.metrics.calibration import CalibrationColumn, ReliabilityBin
from widgets import theme
from widgets.analysis.panel import AnalysisPanel
from widgets.analysis.report import RunReport
from widgets.eda.plot import ChartPlot
from widgets.export_button import Rows
from widgets.plots.graphs import pg

_HINT = "Click a point to list the samples with most wrong pixels of that confidence."
_NEAR = 14.0
_SMALLEST, _LARGEST = 6.0, 16.0


class _Points(pg.ScatterPlotItem):  # type: ignore[misc]
    """Points that leave clicks to the plot, where near ones count too."""

    def mouseClickEvent(self, event: object) -> None:
        """Not for the points."""
        event.ignore()  # type: ignore[attr-defined]


class ReliabilityPlot(ChartPlot):
    """Accuracy over confidence; a click or Enter chooses a point."""

    walks = True

    def __init__(self, parent: QWidget | None = None) -> None:
        self._bins: Sequence[ReliabilityBin] = ()
        self._focused: int | None = None
        self._hovered: int | None = None
        super().__init__("Accuracy over confidence", bottom="Confidence (%)", parent=parent)
        self.getPlotItem().setLabel("left", "Right (%)")
        self._ideal = pg.PlotDataItem([0, 100], [0, 100])
        self._line = pg.PlotDataItem()
        self._points = _Points(pxMode=True)
        for item in (self._ideal, self._line, self._points):
            self.addItem(item, ignoreBounds=True)
        self.view.setXRange(0, 100, padding=0.02)
        self.view.setYRange(0, 100, padding=0.02)
        self.pointed_at.connect(self._on_pointed_at)
        self.stepped.connect(self._on_stepped)
        self.show_tip(_HINT)
        self.restyle()

    @property
    def points(self) -> list[ReliabilityBin]:
        """The bins that have a point, from the least sure on."""
        return [each for each in self._bins if each.pixels]

    @property
    def focused(self) -> ReliabilityBin | None:
        """The point that Enter would choose."""
        points = self.points
        return points[self._focused] if self._focused is not None and points else None

    def set_bins(self, bins: Sequence[ReliabilityBin]) -> None:
        """Show other bins."""
        self._bins = bins
        self._focused = self._hovered = None
        self._draw()

    def point_at(self, place: QPointF) -> ReliabilityBin | None:
        """The point near a place of the plot, in the units of its axes."""
        nearest: ReliabilityBin | None = None
        least = _NEAR
        across = self.view.viewPixelSize()
        for each in self.points:
            across_by = ((each.confidence or 0) - place.x()) / across[0]
            up_by = ((each.accuracy or 0) - place.y()) / across[1]
            away = np.hypot(across_by, up_by)
            if away <= least:
                nearest, least = each, float(away)
        return nearest

    def restyle(self) -> None:
        """Take the colours of the theme in use."""
        super().restyle()
        if hasattr(self, "_points"):  # the base class styles itself before there is anything
            self._draw()

    def _draw(self) -> None:
        muted = pg.mkPen(theme.color("muted"), width=1, style=Qt.PenStyle.DashLine)
        self._ideal.setPen(muted)
        line = pg.mkPen(theme.color("accent"), width=2)
        points = self.points
        xs = [each.confidence for each in points]
        ys = [each.accuracy for each in points]
        self._line.setData(xs, ys)
        self._line.setPen(line)
        most = max((each.pixels for each in points), default=1)
        sizes = [
            _SMALLEST + (_LARGEST - _SMALLEST) * (each.pixels / most) ** 0.5 for each in points
        ]
        self._points.setData(
            x=xs,
            y=ys,
            size=sizes,
            brush=[QColor(theme.color("accent")) for _ in points],
            pen=[self._pen_of(place) for place in range(len(points))],
        )

    def _pen_of(self, place: int) -> QPen:
        # Pens that do not grow with the points: they would cover them.
        if place in (self._focused, self._hovered):
            pen: QPen = pg.mkPen(theme.color("text"), width=2)
        else:
            pen = pg.mkPen(theme.color("surface"), width=1)
        return pen

    def _on_pointed_at(self, place: QPointF | None) -> None:
        found = None if place is None else self.point_at(place)
        number = None if found is None else self.points.index(found)
        if number != self._hovered:
            self._hovered = number
            self.show_tip(_HINT if found is None else bin_words(found))
            self._draw()

    def _on_stepped(self, right: int, down: int) -> None:
        count = len(self.points)
        if count:
            step = right or -down
            at = -1 if self._focused is None else self._focused
            self._focused = max(0, min(at + step, count - 1))
            focused = self.focused
            self.setAccessibleDescription("" if focused is None else bin_words(focused))
            self._draw()


class CalibrationPanel(AnalysisPanel):
    """The diagram, the expected calibration error, and what it means."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("calibration", "chart-bell-curve-cumulative", parent)
        self._report: RunReport | None = None
        self.objects_box = QCheckBox("Only where an object is predicted")
        self.objects_box.setToolTip(
            "The background is most of a photo and mostly sure and right: it hides what the objects"
            " are like"
        )
        self.objects_box.setChecked(True)
        self.line.addWidget(self.objects_box)
        self.verdict = QLabel()
        self.verdict.setWordWrap(True)
        self.verdict.setObjectName("CalibrationVerdict")
        self.plot = ReliabilityPlot()
        self.body.addWidget(self.verdict)
        self.body.addWidget(self.plot, 1)
        self.objects_box.toggled.connect(lambda _on: self._refresh())
        self.plot.clicked.connect(self._on_clicked)
        self.plot.entered.connect(lambda: self._choose(self.plot.focused))
        self.show_report(None)

    @property
    def of_objects(self) -> bool:
        """Whether only pixels count where an object is predicted."""
        return self.objects_box.isChecked()

    def show_report(self, report: RunReport | None) -> None:
        """Show a run; None says that there is none."""
        self._report = report
        self._refresh()

    def rows(self) -> Rows:
        """One row for each bin of confidence."""
        titles = ["confidence from (%)", "to (%)", "pixels", "mean confidence (%)", "right (%)"]
        rows: list[Sequence[object]] = [titles]
        for each in self._bins():
            ends = round(100 * each.low, 2), round(100 * each.high, 2)
            rows.append([*ends, each.pixels, each.confidence, each.accuracy])
        return rows

    def _bins(self) -> Sequence[ReliabilityBin]:
        details = self._report.details if self._report is not None else None
        if details is None:
            return ()
        return details.calibration_of_objects if self.of_objects else details.calibration

    def _refresh(self) -> None:
        report = self._report
        if report is None or report.details is None:
            self.say_why(
                report,
                "No confidence yet",
                "Predict the split: whether the run is as often right as it is sure appears here.",
            )
            return
        bins = self._bins()
        if not bins:
            self.say(
                "No confidence was stored",
                "These predictions come without it. Delete them and predict the split again.",
            )
            return
        self.show_content()
        error = report.details.ece_of_objects if self.of_objects else report.details.ece
        self.verdict.setText(verdict_words(bins, error))
        self.plot.set_bins(bins)

    def _on_clicked(self, place: QPointF) -> None:
        self._choose(self.plot.point_at(place))

    def _choose(self, chosen: ReliabilityBin | None) -> None:
        report = self._report
        if chosen is None or report is None or report.analysis is None:
            return
        number = list(self._bins()).index(chosen)
        pixels, right = (
            (CalibrationColumn.OBJECT_PIXELS, CalibrationColumn.OBJECT_RIGHT)
            if self.of_objects
            else (CalibrationColumn.PIXELS, CalibrationColumn.RIGHT)
        )
        found = []
        table = report.analysis.table
        for sample, details in zip(table.ids, table.details, strict=True):
            counts = details.calibration
            if counts is not None:
                wrong = int(counts[number, pixels] - counts[number, right])
                if wrong:
                    found.append((-wrong, sample))
        what = f"wrong with a confidence of {100 * chosen.low:.0f} to {100 * chosen.high:.0f} %"
        self.choose_samples(what, [sample for _, sample in sorted(found)])


def bin_words(each: ReliabilityBin) -> str:
    """A bin in words."""
    return (
        f"Confidence {100 * each.low:.0f} to {100 * each.high:.0f} %: {each.pixels:,} px,"
        f" {each.accuracy or 0:.1f} % of them right (mean confidence {each.confidence or 0:.1f} %)."
        "\nClick to list the samples with most wrong ones."
    )


def verdict_words(bins: Sequence[ReliabilityBin], error: float | None) -> str:
    """What the diagram says, in a sentence or two."""
    if error is None:
        return ""
    known = [each for each in bins if each.pixels]
    total = sum(each.pixels for each in known)
    if not total:
        return "No pixel was counted."
    gap = sum(each.pixels * ((each.confidence or 0) - (each.accuracy or 0)) for each in known)
    gap /= total
    if abs(gap) < 1:
        kind = "On the whole the run is as often right as it is sure."
    elif gap > 0:
        kind = f"The run is too sure: by {gap:.1f} points on the whole."
    else:
        kind = f"The run is more often right than it is sure: by {-gap:.1f} points on the whole."
    return f"Expected calibration error {error:.2f} %. {kind}"
