"""Drawing runs as lines through axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap, QPolygonF

from widgets import theme
from widgets.experiments.axis_places import TITLES, AxisPlaces
from widgets.experiments.drawing import draw_name, faint, picture, small_font
from widgets.experiments.run_lines import Brush, Floats, RunLines
from widgets.experiments.scale import Counting, Scale, most_ticks
from widgets.run_colors import run_color

_TICK_ROOM = 26
_MOST_THICK = 60
_LEAST_NAME = 32


class ParallelPainting:
    """What is drawn of some runs on some axes in a view of one size; it keeps what costs time.

    Args:
        lines: The runs and the axes.
        places: Where the axes stand.

    Attributes:
        heights: Where runs meet the axes in px, runs × axes.
        inside: Which runs are drawn in their colours; the others faintly.
        brushes: The brushes, by column.
        ticked: Runs that are drawn thick and named.
        current: A run that is drawn thick; "" for none.
    """

    def __init__(self, lines: RunLines, places: AxisPlaces) -> None:
        self._lines, self._places = lines, places
        self._xs = places.xs
        self._view = QRect(0, 0, int(places.width), int(places.height))
        self.heights: Floats = lines.heights(*places.ends, places.gap)
        self.inside: npt.NDArray[np.bool_] = np.ones(len(lines.rows), np.bool_)
        self.brushes: Mapping[str, Brush] = {}
        self.ticked: Sequence[str] = ()
        self.current = ""
        self._shapes = [_shape(line, self._xs) for line in self.heights]
        self._grey: QPixmap | None = None

    def draw(self, painter: QPainter) -> None:
        """Draw lines, axes, brushes and names."""
        if not self._lines.scales:
            return
        heights, xs, inside = self.heights, self._xs, self.inside
        count = int(inside.sum())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if count < len(inside):
            self._draw_grey(painter)
        marked = {*self.ticked, self.current}
        # Many lines over each other are told apart by being thin and half transparent.
        strength = 0.9 if count <= 40 else 0.55 if count <= 200 else 0.35
        strength = strength * 0.6 if self.ticked and count > 12 else strength
        pens: dict[tuple[int, int, int], QPen] = {}
        emphasised = []
        for at in np.flatnonzero(inside).tolist():
            run = self._lines.rows[at].id
            if run in marked:
                emphasised.append(at)
                continue
            color = run_color(run)
            if color not in pens:
                pens[color] = self._pen(faint(QColor(*color), strength))
            painter.setPen(pens[color])
            painter.drawPolyline(self._shapes[at])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for at in emphasised:
            painter.setPen(QPen(QColor(*run_color(self._lines.rows[at].id)), 2.6))
            painter.drawPolyline(self._shapes[at])
        self._draw_axes(painter)
        self._draw_names(painter, emphasised, heights, xs)

    def _draw_names(
        self, painter: QPainter, emphasised: Sequence[int], heights: Floats, xs: Sequence[float]
    ) -> None:
        """Names of the ticked runs where their lines begin, as far as there is room."""
        font = small_font()
        metrics = QFontMetrics(font)
        room = int(xs[0]) - 16
        taken: list[float] = []
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        for at in emphasised:
            y = float(heights[at, 0])
            if room < _LEAST_NAME or any(abs(y - other) < metrics.height() for other in taken):
                continue
            taken.append(y)
            name = metrics.elidedText(self._lines.rows[at].name, Qt.TextElideMode.ElideMiddle, room)
            box = QRectF(4, y - 8, room, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)

    def _draw_grey(self, painter: QPainter) -> None:
        """All lines, faintly: those inside are drawn over them. Kept while a brush is drawn."""
        ratio = painter.device().devicePixelRatio()
        if self._grey is None or self._grey.devicePixelRatio() != ratio:
            self._grey = picture(self._view.size(), ratio, self._draw_all_grey)
        painter.drawPixmap(QPoint(0, 0), self._grey)

    def _draw_all_grey(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._pen(faint(theme.color("muted"), 0.14)))
        for shape in self._shapes:
            painter.drawPolyline(shape)

    def _pen(self, color: QColor) -> QPen:
        # Lines of one pixel are drawn more than ten times as fast.
        pen = QPen(color, 1.4 if len(self._lines.rows) <= _MOST_THICK else 1)
        pen.setCosmetic(True)
        return pen

    def draw_hovered(self, painter: QPainter, at: int) -> None:
        """Draw one run over the others, with its name and its values."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row, shape = self._lines.rows[at], self._shapes[at]
        heights, xs = self.heights[at], self._xs
        color = QColor(*run_color(row.id))
        painter.setPen(QPen(theme.color("surface"), 6))
        painter.drawPolyline(shape)
        painter.setPen(QPen(color, 3.4))
        painter.drawPolyline(shape)
        font = small_font()
        for x, y, scale in zip(xs, heights.tolist(), self._lines.scales, strict=True):
            text = scale.column.text(row.get(scale.column.id))
            draw_name(painter, QPointF(x, y), text, font, self._view, color=color)
        font.setBold(True)
        middle = (xs[0] + (xs[1] if len(xs) > 1 else xs[0])) / 2
        height = (heights[0] + heights[min(1, len(xs) - 1)]) / 2
        draw_name(painter, QPointF(middle, height - 14), row.name, font, self._view, color=color)

    def _draw_axes(self, painter: QPainter) -> None:
        top, bottom = self._places.ends
        plain = small_font()
        bold = QFont(plain)
        bold.setBold(True)
        for place, (scale, x) in enumerate(zip(self._lines.scales, self._xs, strict=True)):
            painter.setPen(QPen(theme.color("muted"), 1.2))
            painter.drawLine(QPointF(x, top), QPointF(x, bottom))
            self._draw_ticks(painter, scale, x, plain)
            if self._lines.has_gaps:
                painter.setPen(theme.color("muted"))
                box = QRectF(x + 6, self._places.gap - 8, 40, 16)
                missing = np.isnan(self._lines.places[:, place]).any()
                if missing:
                    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, "none")
            self._draw_brush(painter, scale, x)
            self._draw_title(painter, scale, place, bold, plain)

    def _draw_title(
        self, painter: QPainter, scale: Scale, place: int, bold: QFont, plain: QFont
    ) -> None:
        left, room = self._places.title_span(place)
        box = QRectF(left, 0, room, TITLES)
        painter.setFont(bold)
        painter.setPen(theme.color("text"))
        title = QFontMetrics(bold).elidedText(
            scale.column.title, Qt.TextElideMode.ElideRight, int(box.width())
        )
        painter.drawText(
            box.adjusted(0, 4, 0, -18),
            Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter,
            title,
        )
        parts = [scale.column.unit, "log" if scale.counting is Counting.LOG else ""]
        painter.setFont(plain)
        painter.setPen(theme.color("muted"))
        painter.drawText(
            box.adjusted(0, 20, 0, -4),
            Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter,
            " · ".join(part for part in parts if part),
        )

    def _draw_ticks(self, painter: QPainter, scale: Scale, x: float, font: QFont) -> None:
        top, bottom = self._places.ends
        metrics = QFontMetrics(font)
        room = max(int(self._places.width / max(self._places.count, 1) * 0.8), 40)
        painter.setFont(font)
        for place, text in scale.ticks(most_ticks(bottom - top, _TICK_ROOM)):
            if not -1e-6 <= place <= 1 + 1e-6:
                continue
            y = bottom - place * (bottom - top)
            painter.setPen(QPen(theme.color("muted"), 1))
            painter.drawLine(QPointF(x - 3, y), QPointF(x + 3, y))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            width = metrics.horizontalAdvance(shown)
            left = x + 6 if x + 6 + width < self._places.width - 2 else x - 6 - width
            box = QRectF(left, y - metrics.height() / 2, width, metrics.height())
            # A ground of its own: the lines behind must not cross the text out.
            painter.fillRect(box.adjusted(-1, 0, 1, 0), faint(theme.color("surface"), 0.78))
            painter.setPen(theme.color("text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)

    def _draw_brush(self, painter: QPainter, scale: Scale, x: float) -> None:
        brush = self.brushes.get(scale.column.id)
        if brush is None:
            return
        top, bottom = self._places.ends
        low, high = (min(max(each, 0.0), 1.0) for each in brush.ends(scale))
        accent = theme.color("accent")
        box = QRectF(x - 6, bottom - high * (bottom - top), 12, (high - low) * (bottom - top))
        painter.setPen(QPen(accent, 1.5))
        painter.setBrush(faint(accent, 0.25))
        painter.drawRoundedRect(box, 3, 3)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def _shape(heights: Floats, xs: Sequence[float]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in zip(xs, heights.tolist(), strict=True)])
