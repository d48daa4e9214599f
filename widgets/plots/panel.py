"""One plot: a title with its legend, the curves, a goal line, and the values under the mouse."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from widgets import theme
from widgets.plots.axis import (
    make_plot,
    mark_percent,
    place_words,
    restyle_plot,
    set_log,
    show_values,
)
from widgets.plots.clock import Clock, XAxis
from widgets.plots.drawn import CurveLook, DrawnCurve
from widgets.plots.extent import extent_of
from widgets.plots.graphs import pg
from widgets.plots.legend import Legend, entry_height
from widgets.plots.marks import BestMarks, BestPoint, GoalLine
from widgets.plots.readout import Reading, Readout
from widgets.plots.series import Floats, Series

_HEAD_SPACING = theme.GRID // 2
_PERCENT = (0, 100)
_TOOLTIP = "Wheel: zoom · drag: move · Shift+drag: zoom into a box · double click: whole run"


class PlotPanel(QObject):
    """A plot of curves, and its head: two widgets to be laid out by the owner.

    A curve is known by its name and its run; the legend has one entry a name.

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
    goal_moved = Signal(float)
    """The user dragged the goal line to a value."""

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
        self._axis = XAxis.ITERATION
        self._log = False
        self._cut_outliers = False
        self._curves: dict[tuple[str, str], DrawnCurve] = {}
        self._hidden: set[str] = set()
        self._seen: set[str] = set()
        self._hidden_runs: frozenset[str] = frozenset()
        self._box: tuple[float, float] | None = None
        self._goal: GoalLine | None = None
        self._title = QLabel(title)
        self._title.setProperty("role", "heading")
        self._title.setMinimumHeight(entry_height(self._title))
        self.head = QWidget()
        self.legend = Legend()
        self.plot = make_plot(title)
        self.plot.setToolTip(_TOOLTIP)
        self.view = self.plot.getViewBox()
        self._crosshair = pg.InfiniteLine(angle=90, movable=False)
        self._best = BestMarks(self.plot, value_format)
        self._readout = Readout(self.plot)
        self._note = QLabel(self.plot)
        if y_range == _PERCENT:
            mark_percent(self.plot)
        self._lay_out()
        self._connect()
        self.restyle()

    @property
    def title(self) -> str:
        """What is plotted."""
        return self._title.text()

    def head_height(self, width: int) -> int:
        """The height of title and legend, in px, where they have this width."""
        beside = self._title.sizeHint().width() + _HEAD_SPACING
        return max(self._title.minimumHeight(), self.legend.height_for(max(width - beside, 0)))

    @property
    def curves(self) -> Sequence[tuple[str, DrawnCurve]]:
        """The curves that are shown, with their runs."""
        return [(run, curve) for (run, _), curve in self._curves.items() if curve.is_visible]

    def set_curve(
        self,
        name: str,
        text: str,
        series: Series,
        look: CurveLook,
        *,
        clock: Clock | None = None,
        run: str = "",
        run_title: str = "",
        legend: tuple[QColor, Qt.PenStyle] | None = None,
        hidden: bool = False,
        smoothing: float = 0.0,
    ) -> None:
        """Add a curve, or change the looks of one that is there.

        Args:
            name: What it shows; curves of several runs with one name share a legend entry.
            text: Its name in the legend and under the mouse.
            series: Its points; read again by `refresh`.
            look: What it looks like.
            clock: What iterations are on other axes.
            run: Id of the run it belongs to.
            run_title: What the run is called under the mouse; "" where there is only one.
            legend: Colour and line of the legend entry; those of the curve by default.
            hidden: Whether a name that the plot has not shown before begins hidden.
            smoothing: Weight of the moving average; 0 for none.
        """
        if hidden and name not in self._seen:
            self._hidden.add(name)
        self._seen.add(name)
        curve = self._curves.get((run, name))
        if curve is None:
            curve = DrawnCurve(self.plot, run_title, text, series, clock or Clock(), look)
            self._curves[run, name] = curve
            curve.set_visible(name not in self._hidden and run not in self._hidden_runs)
        curve.run = run_title
        curve.set_look(look)
        curve.set_smoothing(smoothing)
        color, line = legend or (look.color, look.line)
        self.legend.set_entry(name, text, color, line, shown=name not in self._hidden)
        self.legend.setVisible(self.legend.count() > 1)

    def has_curve(self, name: str, run: str = "") -> bool:
        """Whether there is such a curve."""
        return (run, name) in self._curves

    def curve_look(self, name: str, run: str = "") -> CurveLook:
        """What a curve looks like."""
        return self._curves[run, name].look

    def drawn_points(self, name: str, run: str = "") -> int:
        """How many points of a curve are drawn, which is what drawing costs."""
        return self._curves[run, name].item.point_count

    def is_drawn(self, name: str, run: str = "") -> bool:
        """Whether a curve is there and not hidden."""
        curve = self._curves.get((run, name))
        return curve is not None and curve.is_visible

    @property
    def best_text(self) -> str:
        """The value written at the best point."""
        return self._best.text

    @property
    def goal_text(self) -> str:
        """What is written at the goal line; empty without one."""
        return "" if self._goal is None else self._goal.text

    def set_goal(self, value: float) -> None:
        """Draw a horizontal line to be reached, which can be dragged."""
        if self._goal is None:
            self._goal = GoalLine(self.plot, self)
            self._goal.moved.connect(self.goal_moved)
            self._goal.restyle()
        self._goal.set_value(value)

    def set_axis(self, axis: XAxis) -> None:
        """Say what the x axis counts."""
        self._axis = axis
        self.set_crosshair(None)

    def set_y(self, *, log: bool, cut_outliers: bool) -> None:
        """Say how the y axis counts, and whether it leaves out the few extreme values."""
        self._log, self._cut_outliers = log, cut_outliers
        self._box = None
        set_log(self.plot, log)

    def mark_best(self, points: list[BestPoint]) -> None:
        """Mark the best points of the runs, with the highest value."""
        self._best.show(points)

    def set_note(self, text: str) -> None:
        """Say in words why there is nothing to see; "" when there is."""
        if text != self._note.text():
            self._note.setText(text)
            self._note.setVisible(bool(text))
            show_values(self.plot, not text)

    def set_tip(self, text: str) -> None:
        """Say at the title what the curves mean."""
        self._title.setToolTip(text)

    def clear(self) -> None:
        """Remove the curves and the best points. What the user hid stays hidden."""
        for curve in self._curves.values():
            curve.remove()
        self._curves.clear()
        self.legend.clear()
        self._best.show([])
        self.set_crosshair(None)

    def forget_hidden(self) -> None:
        """Begin anew with what is hidden at first."""
        self._hidden.clear()
        self._seen.clear()

    def hide_runs(self, runs: frozenset[str]) -> None:
        """Do not draw the curves of these runs."""
        self._hidden_runs = runs
        for (run, name), curve in self._curves.items():
            curve.set_visible(name not in self._hidden and run not in runs)

    def forget_box(self) -> None:
        """Let the y axis follow the curves again."""
        self._box = None

    def refresh(self) -> None:
        """Draw what the series hold now, for the x range in view."""
        low, high = self.view.viewRange()[0]
        columns = max(int(self.view.width()) // 2, 50)
        drawn = [
            curve.draw(self._axis, low, high, columns, log=self._log)
            for curve in self._curves.values()
            if curve.is_visible
        ]
        self._fit_y([each for each in drawn if len(each)])

    def set_crosshair(self, x: float | None, *, named: bool = True) -> None:
        """Show the values at an x, or none; with the names of runs where there are several."""
        readings = [] if x is None else self._readings(x)
        at = min((each.x for each in readings), key=lambda each: abs(each - (x or 0)), default=0.0)
        self._crosshair.setVisible(bool(readings))
        self._crosshair.setPos(at)
        self._readout.show_readings(place_words(self._axis, at), readings, named=named)
        if readings:
            left, right = self.view.viewRange()[0]
            across = (at - left) / (right - left) if right > left else 0.5
            self._readout.place(self.view.sceneBoundingRect().toRect(), across)

    def restyle(self) -> None:
        """Take the colours of the theme in use; those of the curves are set by `set_curve`."""
        restyle_plot(self.plot)
        self.view.set_box_color(theme.color("accent"))
        small = theme.base_font()
        small.setPointSizeF(small.pointSizeF() - 1)
        self._readout.setFont(small)
        self._crosshair.setPen(pg.mkPen(theme.color("muted"), width=1))
        self._best.restyle()
        if self._goal is not None:
            self._goal.restyle()

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
        head.setSpacing(_HEAD_SPACING)
        head.addWidget(self._title, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.legend, 1)
        # Columns of plots are equally wide, however long their legends are.
        self.head.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Maximum)
        self._note.setProperty("role", "muted")
        self._note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._note.setWordWrap(True)
        self._note.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._note.hide()
        self._crosshair.setVisible(False)
        self.plot.addItem(self._crosshair, ignoreBounds=True)

    def _connect(self) -> None:
        self.plot.viewport().installEventFilter(self)
        self.plot.scene().sigMouseMoved.connect(self._on_mouse_moved)
        self.view.sigRangeChangedManually.connect(lambda *_: self.moved_by_hand.emit())
        self.view.box_drawn.connect(self._zoom_into)
        self.legend.toggled.connect(self._show_curves)

    def _show_curves(self, name: str, shown: bool) -> None:
        (self._hidden.discard if shown else self._hidden.add)(name)
        self.hide_runs(self._hidden_runs)
        self.refresh()

    def _zoom_into(self, box: QRectF) -> None:
        self._box = box.top(), box.bottom()
        self.moved_by_hand.emit()
        self.view.setXRange(box.left(), box.right(), padding=0)
        self.refresh()

    def _fit_y(self, drawn: list[Floats]) -> None:
        if self._box is not None:
            self.view.setYRange(*self._box, padding=0)
            self._best.place_text()
            return
        low, high = self._y_range
        if self._log or (self._cut_outliers and None not in self._y_range):
            low, high = None, None
        if drawn:
            smallest, largest = extent_of(
                drawn, cut_outliers=self._cut_outliers, in_percent=self._y_range == _PERCENT
            )
            room = (largest - smallest) * 0.06 or abs(largest) * 0.05 or 1.0
            low = smallest - room if low is None else low
            high = largest + room if high is None else high
        if low is not None and high is not None and low < high:
            # A little room, so that neither ends of axes nor dots are cut.
            self.view.setYRange(low, self._best.with_room(low, high), padding=0.03)
        self._best.place_text()

    def _readings(self, x: float) -> list[Reading]:
        left, right = self.view.viewRange()[0]
        readings = []
        for _run, curve in self.curves:
            found = curve.value_at(self._axis, x, room=(right - left) * 0.02)
            if found is None:
                continue
            place, raw, smooth = found
            words = f"{smooth:{self._format}}"
            if smooth != raw and raw == raw:
                words += f"</b> ({raw:{self._format}})<b>"
            readings.append(Reading(curve.run, curve.text, curve.look.color, words, place))
        return readings

    def _on_mouse_moved(self, position: QPointF) -> None:
        if self.view.sceneBoundingRect().contains(position):
            self.pointed_at.emit(self.view.mapSceneToView(position).x())
        else:
            self.pointed_at.emit(None)
