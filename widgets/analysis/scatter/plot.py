"""Points of samples: clicked, walked through by keys, and chosen by a rectangle."""

from __future__ import annotations

import html

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsRectItem, QWidget

from widgets import theme
from widgets.eda.plot import ChartPlot
from widgets.plots.graphs import pg

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NEAR = 10.0
"""So near a point, in px, the mouse means it."""

_SIZE = 7
_RING, _LARGE_RING = 12, 16
_ROOM = 0.04


class _Points(pg.ScatterPlotItem):  # type: ignore[misc]
    """Points that leave clicks to the plot, where near ones count too."""

    def mouseClickEvent(self, event: object) -> None:
        """Not for the points."""
        event.ignore()  # type: ignore[attr-defined]


class SamplePlot(ChartPlot):
    """Points, those that are not chosen faint, with a ring around the one that is shown.

    Points are told by their number, in the order in which they were given.
    """

    walks = True

    def __init__(self, parent: QWidget | None = None) -> None:
        self.x: Floats = np.zeros(0)
        self.y: Floats = np.zeros(0)
        self._is_square = False
        self._has_zero = (False, False)
        self._chosen: Bools | None = None
        self._current: int | None = None
        self._focused: int | None = None
        self._hovered: int | None = None
        super().__init__("Samples as points", bottom="right", parent=parent)
        self.getPlotItem().setLabel("left", "up")
        self._faint, self._strong, self._rings = _Points(), _Points(), _Points()
        self._diagonal = pg.PlotDataItem()
        self._zeros = (pg.InfiniteLine(0, 90), pg.InfiniteLine(0, 0))
        self._box = QGraphicsRectItem()
        self._box.setZValue(20)
        self._box.hide()
        items = (self._diagonal, *self._zeros, self._faint, self._strong, self._rings, self._box)
        for item in items:
            self.addItem(item, ignoreBounds=True)
        self.setMinimumHeight(160)
        self.restyle()

    @property
    def focused(self) -> int | None:
        """The point that Enter would choose."""
        return self._focused

    @property
    def box(self) -> QRectF | None:
        """The rectangle that is marked, in the units of the axes."""
        return self._box.rect() if self._box.isVisible() else None

    @property
    def strong(self) -> list[int]:
        """The points that are not faint."""
        chosen = self._chosen
        return list(range(len(self.x))) if chosen is None else np.flatnonzero(chosen).tolist()

    @property
    def has_diagonal(self) -> bool:
        """Whether the line is drawn on which both figures are the same."""
        return self._is_square

    def set_points(
        self,
        x: Floats,
        y: Floats,
        titles: tuple[str, str],
        *,
        is_square: bool = False,
        has_zero: tuple[bool, bool] = (False, False),
    ) -> None:
        """Show other points.

        Args:
            x: How far right each one is, float64 N without nan.
            y: How far up.
            titles: What goes right and up, with units.
            is_square: Whether both are the same figure: then the axes are alike, and the diagonal
                is drawn.
            has_zero: Whether a line is drawn where the figure to the right is 0, and the one up.
        """
        self.x, self.y = x, y
        self._is_square, self._has_zero = is_square, has_zero
        self._chosen = self._current = self._focused = self._hovered = None
        self._box.hide()
        for side, title in zip(("bottom", "left"), titles, strict=True):
            axis = self.getPlotItem().getAxis(side)
            axis.setLabel(html.escape(title))
            axis.resizeEvent()  # a label stays where it is when its text becomes another
        self.setAccessibleName(f"Samples as points: {titles[0]} to the right, {titles[1]} up")
        across, up = _limits(x, has_zero[0]), _limits(y, has_zero[1])
        if is_square:
            across = up = min(across[0], up[0]), max(across[1], up[1])
        self.view.setXRange(*across, padding=0)
        self.view.setYRange(*up, padding=0)
        self._diagonal.setData(list(across), list(across))
        self.restyle()

    def set_chosen(self, chosen: Bools | None) -> None:
        """Draw the points faint that are not chosen; None chooses all.

        Args:
            chosen: bool N.
        """
        self._chosen = chosen
        self._draw_points()

    def set_current(self, number: int | None) -> None:
        """Mark the point of the sample that is shown."""
        self._current = number
        self._draw_rings()

    def set_hovered(self, number: int | None) -> bool:
        """Mark the point under the mouse; False where it was marked before."""
        if number == self._hovered:
            return False
        self._hovered = number
        self.viewport().setCursor(
            Qt.CursorShape.ArrowCursor if number is None else Qt.CursorShape.PointingHandCursor
        )
        self._draw_rings()
        return True

    def set_focused(self, number: int | None) -> None:
        """Mark the point that Enter would choose."""
        self._focused = number
        self._draw_rings()

    def show_box(self, box: QRectF | None) -> None:
        """Mark a rectangle; None for none."""
        self._box.setVisible(box is not None)
        if box is not None:
            self._box.setRect(box)

    def nearest(self, place: QPointF) -> int | None:
        """The point at a place in the units of the axes, give or take a few px."""
        if not len(self.x):
            return None
        size = self.view.viewPixelSize()
        away = np.hypot((self.x - place.x()) / size[0], (self.y - place.y()) / size[1])
        number = int(np.argmin(away))
        return number if away[number] <= NEAR else None

    def within(self, box: QRectF) -> Bools:
        """Which points are in a rectangle, bool N."""
        inside: Bools = (
            (self.x >= box.left())
            & (self.x <= box.right())
            & (self.y >= box.top())
            & (self.y <= box.bottom())
        )
        return inside

    def walk(self, right: int, down: int) -> int | None:
        """The next point to the right or left, or up or down, of the marked one.

        Points are walked through in the order of that axis, those that are faint passed over.
        """
        first, second = (self.x, self.y) if right else (self.y, self.x)
        order = np.lexsort((second, first))
        if self._chosen is not None:
            order = order[self._chosen[order]]
        if not len(order):
            return None
        start = self._current if self._focused is None else self._focused
        found = np.flatnonzero(order == start)
        step = right or -down
        if not len(found):
            return int(order[0 if step > 0 else -1])
        return int(order[min(max(int(found[0]) + step, 0), len(order) - 1)])

    def restyle(self) -> None:
        """Take the colours of the theme in use."""
        super().restyle()
        if not hasattr(self, "_box"):
            return
        line = pg.mkPen(theme.color("muted"), width=1.5, style=Qt.PenStyle.DashLine)
        self._diagonal.setPen(line)
        self._diagonal.setVisible(self._is_square)
        for zero, is_shown in zip(self._zeros, self._has_zero, strict=True):
            zero.setPen(line)
            zero.setVisible(is_shown)
        shade = theme.color("accent")
        shade.setAlphaF(0.12)
        self._box.setBrush(shade)
        self._box.setPen(pg.mkPen(theme.color("accent"), width=1))
        self._draw_points()
        self._draw_rings()

    def _draw_points(self) -> None:
        chosen = np.ones(len(self.x), np.bool_) if self._chosen is None else self._chosen
        strong, faint = QColor(theme.color("accent")), QColor(theme.color("muted"))
        strong.setAlphaF(0.75)
        faint.setAlphaF(0.35)
        for item, shown, color in (
            (self._faint, ~chosen, faint),
            (self._strong, chosen, strong),
        ):
            item.setData(
                self.x[shown], self.y[shown], size=_SIZE, brush=pg.mkBrush(color), pen=None
            )

    def _draw_rings(self) -> None:
        rings = [(self._current, _RING), (self._focused, _LARGE_RING), (self._hovered, _LARGE_RING)]
        known = [(number, size) for number, size in rings if number is not None]
        places = [number for number, _ in known]
        self._rings.setData(
            self.x[places],
            self.y[places],
            size=[size for _, size in known],
            brush=None,
            pen=pg.mkPen(theme.color("text"), width=2),
        )


def _limits(values: Floats, with_zero: bool) -> tuple[float, float]:
    """The ends of an axis, with some room beyond the values."""
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    if with_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    room = (high - low) * _ROOM or max(abs(low) * 0.1, 1.0)
    return low - room, high + room
