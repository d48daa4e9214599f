"""Brightness against contrast: points, or a density where there are too many of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QTransform
from PySide6.QtWidgets import QGraphicsRectItem, QWidget

from widgets import theme
from widgets.eda.choice import Range, span
from widgets.eda.data import Floats
from widgets.eda.look import ramp
from widgets.eda.plot import ChartPlot
from widgets.plots.graphs import pg

MOST_POINTS = 5000
"""More images than this are shown as a density, not as points."""

NEAR = 8.0
"""So near a point, in px, the mouse means it."""

_COLUMNS, _ROWS = 96, 48


class _Points(pg.ScatterPlotItem):  # type: ignore[misc]
    """Points that leave clicks to the plot, which hits them less narrowly."""

    def mouseClickEvent(self, event: object) -> None:
        """Not for the points."""
        event.ignore()  # type: ignore[attr-defined]


class LightPlot(ChartPlot):
    """A point for each image; of many images, how many there are in each small cell."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            "Brightness and contrast", bottom="brightness, mean grey value 0 to 255", parent=parent
        )
        self.getPlotItem().setLabel("left", "contrast")
        self.left.setWidth(60)
        self.points = _Points(pxMode=True, size=6)
        self.density = pg.ImageItem()
        self.box = QGraphicsRectItem()
        self.box.setZValue(20)
        self.box.hide()
        for item in (self.density, self.points, self.box):
            self.addItem(item, ignoreBounds=True)
        self._x: Floats = np.zeros(0)
        self._y: Floats = np.zeros(0)
        self._cells: npt.NDArray[np.float64] = np.zeros((0, 0))
        self._limits = QRectF(0, 0, 1, 1)

    @property
    def is_density(self) -> bool:
        """Whether there are too many images for points."""
        return len(self._x) > MOST_POINTS

    @property
    def limits(self) -> QRectF:
        """What the axes span."""
        return QRectF(self._limits)

    def set_values(self, x: Floats, y: Floats) -> None:
        """Show images by brightness and contrast, without NaN."""
        self._x, self._y = x, y
        left, right = _nice_limits(x)
        low, high = _nice_limits(y)
        self._limits = QRectF(left, low, right - left, high - low)
        self.view.setXRange(left, right, padding=0)
        self.view.setYRange(low, high, padding=0)
        if self.is_density:
            self._draw_density()
        else:
            self._draw_points()

    def tip_at(self, place: QPointF) -> str:
        """What there is at a place, in words."""
        if not self.is_density:
            number = self.nearest(place)
            if number is None:
                return ""
            return f"brightness {self._x[number]:.1f}, contrast {self._y[number]:.1f}"
        cell = self.cell_at(place)
        if cell is None:
            return ""
        count = int(self._cells[cell])
        ranges = self.cell_ranges(cell)
        noun = "image" if count == 1 else "images"
        return f"{count:,} {noun}\nbrightness {span(*ranges[0])}, contrast {span(*ranges[1])}"

    def nearest(self, place: QPointF) -> int | None:
        """The point under the mouse, give or take a few px."""
        if len(self._x) == 0:
            return None
        size = self.view.viewPixelSize()
        away = np.hypot((self._x - place.x()) / size[0], (self._y - place.y()) / size[1])
        number = int(np.argmin(away))
        return number if away[number] <= NEAR else None

    def cell_at(self, place: QPointF) -> tuple[int, int] | None:
        """Column and row of the density's cell, if any image is in it."""
        box = self._limits
        column = int((place.x() - box.left()) / box.width() * _COLUMNS)
        row = int((place.y() - box.top()) / box.height() * _ROWS)
        if 0 <= column < _COLUMNS and 0 <= row < _ROWS and self._cells[column, row]:
            return column, row
        return None

    def cell_ranges(self, cell: tuple[int, int]) -> tuple[Range, Range]:
        """Brightness and contrast that a cell stands for."""
        box, (column, row) = self._limits, cell
        width, height = box.width() / _COLUMNS, box.height() / _ROWS
        return (
            (box.left() + column * width, box.left() + (column + 1) * width),
            (box.top() + row * height, box.top() + (row + 1) * height),
        )

    def show_box(self, rect: QRectF | None) -> None:
        """Mark a rectangle; None for none."""
        self.box.setVisible(rect is not None)
        self.holds_escape = rect is not None
        if rect is not None:
            self.box.setRect(rect)
        self._color_box()

    def restyle(self) -> None:
        """Take the colours of the theme in use."""
        super().restyle()
        if hasattr(self, "box"):
            self._color_box()

    def _color_box(self) -> None:
        shade = theme.color("accent")
        shade.setAlphaF(0.16)
        self.box.setBrush(shade)
        self.box.setPen(pg.mkPen(theme.color("text"), width=2))

    def _draw_points(self) -> None:
        color = theme.color("accent")
        color.setAlphaF(0.7)
        self.density.hide()
        self.points.show()
        self.points.setData(self._x, self._y, brush=pg.mkBrush(color), pen=None)
        self._cells = np.zeros((_COLUMNS, _ROWS))

    def _draw_density(self) -> None:
        box = self._limits
        limits = ((box.left(), box.right()), (box.top(), box.bottom()))
        self._cells, _x, _y = np.histogram2d(self._x, self._y, bins=(_COLUMNS, _ROWS), range=limits)
        self.points.clear()
        self.points.hide()
        # Logarithms, for a crowded cell would make all others look empty.
        shades = np.log1p(self._cells)
        steps = (shades / max(float(shades.max()), 1e-9) * 255).astype(np.uint8)
        pixels = np.dstack([ramp()[steps], np.where(self._cells > 0, 255, 0)]).astype(np.uint8)
        self.density.setOpts(axisOrder="col-major")
        self.density.setImage(pixels, levels=None, autoLevels=False)
        transform = QTransform.fromTranslate(box.left(), box.top())
        transform.scale(box.width() / _COLUMNS, box.height() / _ROWS)
        self.density.setTransform(transform)
        self.density.show()


def _nice_limits(values: Floats) -> Range:
    """The values' ends with some room, within what grey values can be."""
    if len(values) == 0:
        return 0.0, 255.0
    low, high = float(values.min()), float(values.max())
    room = max((high - low) * 0.06, 2.0)
    return max(low - room, -2.0), min(high + room, 257.0)
