"""One plot: a title with its legend, the curves, a goal line, and the values under the mouse."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from widgets import theme
from widgets.plots.axis import make_plot, restyle_plot, show_values
from widgets.plots.curve import CurveItem
from widgets.plots.graphs import pg
from widgets.plots.legend import Legend, entry_height
from widgets.plots.series import Series


@dataclass
class _Curve:
    text: str
    series: Series
    item: CurveItem


class PlotPanel(QObject):
    """A plot of curves over the iterations, and its head: two widgets to be laid out by the owner.

    Args:
        title: What is plotted, with its unit.
        y_range: Fixed lower and upper end of the y axis; None where the curves decide.
        value_format: How values are written, in Python's format language.

    Attributes:
        head: Title and legend.
        plot: The plot itself.
    """

    pointed_at = Signal(object)
    """The x under the mouse, or None when it left."""
    moved_by_hand = Signal()
    """The user zoomed or panned."""
    reset_requested = Signal()
    """The user asked for the whole view again (double click)."""

    def __init__(
        self,
        title: str,
        *,
        y_range: tuple[float | None, float | None] = (None, None),
        value_format: str = ".4g",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._y_range = y_range
        self._format = value_format
        self._curves: dict[str, _Curve] = {}
        self._goal: pg.InfiniteLine | None = None
        self._best: tuple[float, float] | None = None
        self._title = QLabel(title)
        self._title.setProperty("role", "heading")
        self._title.setMinimumHeight(entry_height(self._title))
        self.head = QWidget()
        self.legend = Legend()
        self.plot = make_plot(title)
        self.view = self.plot.getViewBox()
        self._crosshair = pg.InfiniteLine(angle=90, movable=False)
        self._best_mark = pg.ScatterPlotItem(size=13, symbol="star", pxMode=True)
        self._best_text = pg.TextItem(anchor=(0.5, 1.15))
        self._readout = QLabel(self.plot)
        self._note = QLabel(self.plot)
        self._lay_out()
        self._connect()
        self.restyle()

    @property
    def title(self) -> str:
        """What is plotted."""
        return self._title.text()

    def set_curve(
        self,
        key: str,
        text: str,
        series: Series,
        color: QColor,
        *,
        width: float,
        marked: bool = False,
    ) -> None:
        """Add a curve, or change the looks of one that is there.

        Args:
            key: Identity of the curve in this plot.
            text: Its name in the legend and under the mouse.
            series: Its points; read again by `refresh`.
            color: Its colour.
            width: Its width in px.
            marked: Whether each point gets a dot, for curves of few points.
        """
        curve = self._curves.get(key)
        if curve is None:
            curve = self._curves[key] = _Curve(text, series, CurveItem(marked=marked))
            self.plot.addItem(curve.item, ignoreBounds=True)
        curve.item.set_style(color, width)
        curve.item.setZValue(100 + width)  # the emphasised curve over the others
        self.legend.set_entry(key, text, color)
        self.legend.setVisible(len(self._curves) > 1)

    def has_curve(self, key: str) -> bool:
        """Whether there is such a curve."""
        return key in self._curves

    def curve_color(self, key: str) -> QColor:
        """The colour of a curve."""
        return self._curves[key].item.color

    def drawn_points(self, key: str) -> int:
        """How many points of a curve are drawn, which is what drawing costs."""
        return self._curves[key].item.point_count

    @property
    def best_text(self) -> str:
        """The value written at the best point."""
        return str(self._best_text.toPlainText())

    @property
    def goal_text(self) -> str:
        """What is written at the goal line; empty without one."""
        return "" if self._goal is None else str(self._goal.label.format)

    def set_goal(self, value: float, text: str) -> None:
        """Draw a labelled horizontal line to be reached."""
        self._goal = pg.InfiniteLine(
            pos=value,
            angle=0,
            movable=False,
            label=text,
            labelOpts={"position": 0.02, "anchors": [(0, 1), (0, 1)]},
        )
        self._goal.setZValue(5)
        self.plot.addItem(self._goal, ignoreBounds=True)
        self.restyle()

    def mark_best(self, x: float, y: float) -> None:
        """Mark the best point, with its value."""
        self._best = (x, y)
        self._best_mark.setData([x], [y])
        self._best_text.setText(f"{y:{self._format}}")
        self._place_best_text()

    def set_note(self, text: str) -> None:
        """Say in words why there is nothing to see; "" when there is."""
        self._note.setText(text)
        self._note.setVisible(bool(text))
        show_values(self.plot, not text)

    def clear(self) -> None:
        """Remove the curves and the best point."""
        for curve in self._curves.values():
            self.plot.removeItem(curve.item)
        self._curves.clear()
        self.legend.clear()
        self._best = None
        self._best_mark.clear()
        self._best_text.setText("")
        self.set_crosshair(None)

    def refresh(self) -> None:
        """Draw what the series hold now, for the x range in view."""
        low, high = self.view.viewRange()[0]
        columns = max(int(self.view.width()) // 2, 50)
        smallest, largest = math.inf, -math.inf
        for curve in self._curves.values():
            if not curve.item.isVisible():
                continue
            x, y = curve.series.window(low, high, columns)
            curve.item.set_points(x, y)
            finite = y[y == y]
            if len(finite):
                smallest = min(smallest, float(finite.min()))
                largest = max(largest, float(finite.max()))
        self._fit_y(smallest, largest)

    def set_crosshair(self, x: float | None) -> None:
        """Show the values at an x, or none."""
        lines = []
        if x is not None:
            for curve in self._curves.values():
                point = curve.series.nearest(x) if curve.item.isVisible() else None
                if point is not None:
                    lines.append((curve, *point))
        self._crosshair.setVisible(bool(lines))
        self._readout.setVisible(bool(lines))
        if not lines:
            return
        at = min((point for _curve, point, _y in lines), key=lambda each: abs(each - (x or 0)))
        self._crosshair.setPos(at)
        self._readout.setText(
            f"iteration {at:.0f}"
            + "".join(f"<br>{curve.text} <b>{y:{self._format}}</b>" for curve, _x, y in lines)
        )
        self._place_readout(at)

    def restyle(self) -> None:
        """Take the colours of the theme in use; those of the curves are set by `set_curve`."""
        restyle_plot(self.plot)
        muted, ok, text = (theme.color(role) for role in ("muted", "ok", "text"))
        small = theme.base_font()
        small.setPointSizeF(small.pointSizeF() - 1)
        self._readout.setFont(small)
        self._best_text.setFont(small)
        self._crosshair.setPen(pg.mkPen(muted, width=1))
        self._best_mark.setBrush(pg.mkBrush(ok))
        self._best_mark.setPen(pg.mkPen(theme.color("surface"), width=1))
        self._best_text.setColor(text)
        if self._goal is not None:
            self._goal.setPen(pg.mkPen(ok, width=1.5, style=Qt.PenStyle.DashLine))
            self._goal.label.setColor(ok)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice a double click, the mouse leaving, and another size of the plot."""
        match event.type():
            case QEvent.Type.Leave:
                self.pointed_at.emit(None)
            case QEvent.Type.MouseButtonDblClick:
                self.reset_requested.emit()
            case QEvent.Type.Resize:
                self._note.setGeometry(self.plot.rect().adjusted(48, 0, 0, -16))
            case _:
                pass
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        head = QHBoxLayout(self.head)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(theme.GRID // 2)
        head.addWidget(self._title, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.legend, 1)
        self.head.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._readout.setProperty("role", "panel")
        self._readout.setContentsMargins(6, 3, 6, 3)
        self._readout.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._readout.hide()
        self._note.setProperty("role", "muted")
        self._note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._note.setWordWrap(True)
        self._note.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._note.hide()
        self._best_mark.setZValue(200)
        self._best_text.setZValue(201)
        self._crosshair.setVisible(False)
        for item in (self._crosshair, self._best_mark, self._best_text):
            self.plot.addItem(item, ignoreBounds=True)

    def _connect(self) -> None:
        self.plot.viewport().installEventFilter(self)
        self.plot.scene().sigMouseMoved.connect(self._on_mouse_moved)
        self.view.sigRangeChangedManually.connect(lambda *_: self.moved_by_hand.emit())
        self.legend.toggled.connect(self._show_curve)

    def _show_curve(self, key: str, shown: bool) -> None:
        self._curves[key].item.setVisible(shown)
        self.refresh()

    def _fit_y(self, smallest: float, largest: float) -> None:
        low, high = self._y_range
        if smallest <= largest:
            room = (largest - smallest) * 0.06 or abs(largest) * 0.05 or 1.0
            low = smallest - room if low is None else low
            high = largest + room if high is None else high
        if low is not None and high is not None and low < high:
            # A little room, so that neither ends of axes nor dots are cut.
            self.view.setYRange(low, high, padding=0.03)
        self._place_best_text()

    def _place_best_text(self) -> None:
        if self._best is None:
            return
        x, y = self._best
        (left, right), (low, high) = self.view.viewRange()
        across = (x - left) / (right - left) if right > left else 0.5
        above = (high - y) / (high - low) * self.view.height() if high > low else 0.0
        # Near an edge the value moves to the other side of its point, so that it is never cut.
        anchor_x = 0.0 if across < 0.1 else 1.0 if across > 0.9 else 0.5
        has_room = above > self._best_text.boundingRect().height() + 4
        self._best_text.setAnchor((anchor_x, 1.15 if has_room else -0.15))
        self._best_text.setPos(x, y)

    def _on_mouse_moved(self, position: QPointF) -> None:
        if self.view.sceneBoundingRect().contains(position):
            self.pointed_at.emit(self.view.mapSceneToView(position).x())
        else:
            self.pointed_at.emit(None)

    def _place_readout(self, x: float) -> None:
        self._readout.adjustSize()
        area = self.view.sceneBoundingRect().toRect()
        left, right = self.view.viewRange()[0]
        across = (x - left) / (right - left) if right > left else 0.5
        at = area.left() + round(across * area.width())
        # Beside the line, on the side where there is more room.
        width = self._readout.width()
        offset = at + theme.GRID if across < 0.5 else at - width - theme.GRID
        offset = max(area.left(), min(offset, area.right() - width))
        self._readout.move(offset, area.top())
