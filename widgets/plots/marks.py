"""What stands in a plot besides its curves: the goal, the best points, the crosshair."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor

from widgets import theme
from widgets.plots.graphs import pg

_GOAL_STEP = 0.5
_STAR = 13


class GoalLine(QObject):
    """A labelled horizontal line to be reached; dragging it sets the goal.

    Args:
        plot: Where it stands.
    """

    moved = Signal(float)
    """The user let it go at a value."""

    def __init__(self, plot: pg.PlotWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.line = pg.InfiniteLine(
            angle=0,
            movable=True,
            bounds=(1, 100),
            label="",
            labelOpts={"position": 0.02, "anchors": [(0, 1), (0, 1)]},
        )
        self.line.setZValue(5)
        self.line.setCursor(Qt.CursorShape.SizeVerCursor)
        self.line.sigPositionChanged.connect(self._say)
        self.line.sigPositionChangeFinished.connect(self._on_let_go)
        plot.addItem(self.line, ignoreBounds=True)

    @property
    def text(self) -> str:
        """What is written at the line."""
        return str(self.line.label.format)

    def set_value(self, value: float) -> None:
        """Draw the line at a value in percent."""
        self.line.setPos(value)
        self._say()

    def restyle(self) -> None:
        """Take the colours of the theme in use."""
        ok = theme.color("ok")
        self.line.setPen(pg.mkPen(ok, width=1.5, style=Qt.PenStyle.DashLine))
        self.line.setHoverPen(pg.mkPen(ok, width=3))
        self.line.label.setColor(ok)

    def _on_let_go(self) -> None:
        value = round(self.line.value() / _GOAL_STEP) * _GOAL_STEP
        self.set_value(value)
        self.moved.emit(value)

    def _say(self) -> None:
        self.line.label.setFormat(f"goal {self.line.value():g} %".replace("{", "").replace("}", ""))


@dataclass(frozen=True)
class BestPoint:
    """A best point: its place on the x axis, its value, and the colour of its run."""

    x: float
    y: float
    color: QColor


class BestMarks:
    """Stars at the best points of the runs; the value is written at the highest one.

    Args:
        plot: Where they stand.
        value_format: How the value is written, in Python's format language.
    """

    def __init__(self, plot: pg.PlotWidget, value_format: str) -> None:
        self._view = plot.getViewBox()
        self._format = value_format
        self._points: list[BestPoint] = []
        self._stars = pg.ScatterPlotItem(size=_STAR, symbol="star", pxMode=True)
        self._text = pg.TextItem(anchor=(0.5, 1.15))
        self._stars.setZValue(200)
        self._text.setZValue(201)
        for item in (self._stars, self._text):
            plot.addItem(item, ignoreBounds=True)

    @property
    def text(self) -> str:
        """The value that is written."""
        return str(self._text.toPlainText())

    def show(self, points: list[BestPoint]) -> None:
        """Mark these points."""
        self._points = points
        edge = pg.mkPen(theme.color("surface"), width=1)
        self._stars.setData(
            [
                {"pos": (point.x, point.y), "brush": pg.mkBrush(point.color), "pen": edge}
                for point in points
            ]
        )
        highest = max(points, key=lambda point: point.y, default=None)
        self._text.setText("" if highest is None else f"{highest.y:{self._format}}")
        self.place_text()

    def with_room(self, low: float, high: float) -> float:
        """The upper end of a y axis from `low` to `high`, raised where the value would be cut."""
        highest = max(self._points, key=lambda point: point.y, default=None)
        if highest is None or self._view.height() <= 0:
            return high
        needed: float = (self._text.boundingRect().height() + _STAR) / self._view.height()
        raised: float = highest.y + (high - low) * min(needed, 0.4)
        return max(high, raised)

    def restyle(self) -> None:
        """Take the colours of the theme in use; those of the stars are given by `show`."""
        small = theme.base_font()
        small.setPointSizeF(small.pointSizeF() - 1)
        self._text.setFont(small)
        self._text.setColor(theme.color("text"))

    def place_text(self) -> None:
        """Put the value where it is not cut off; to be called when the ranges changed."""
        highest = max(self._points, key=lambda point: point.y, default=None)
        if highest is None:
            return
        (left, right), (low, high) = self._view.viewRange()
        across = (highest.x - left) / (right - left) if right > left else 0.5
        above = (high - highest.y) / (high - low) * self._view.height() if high > low else math.inf
        # Near an edge the value moves to the other side of its point.
        anchor_x = 0.0 if across < 0.1 else 1.0 if across > 0.9 else 0.5
        has_room = above > self._text.boundingRect().height() + 4
        self._text.setAnchor((anchor_x, 1.15 if has_room else -0.15))
        self._text.setPos(highest.x, highest.y)
        # A point that was zoomed out of view takes its value with it.
        self._text.setVisible(left <= highest.x <= right and low <= highest.y <= high)
