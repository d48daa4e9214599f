"""A plot that is clicked, brushed and walked through by keys; it neither zooms nor pans."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip, QWidget

from widgets import theme
from widgets.plots.axis import ValueAxis, restyle_plot, show_values
from widgets.plots.graphs import pg

_LABELLED_AXIS = 34
_PLAIN_AXIS = 20
_LEFT_AXIS = 54
_STEPS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class _BrushBox(pg.ViewBox):  # type: ignore[misc]
    """The inside of a plot; places are in the units of the axes."""

    clicked = Signal(QPointF)
    brushed = Signal(QPointF, QPointF, bool)

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0)
        self.setMouseEnabled(x=False, y=False)
        self.disableAutoRange()

    def mouseClickEvent(self, event: object) -> None:
        """A left click; the second one of a double click says nothing new."""
        if event.button() == Qt.MouseButton.LeftButton:  # type: ignore[attr-defined]
            event.accept()  # type: ignore[attr-defined]
            if not event.double():  # type: ignore[attr-defined]
                self.clicked.emit(self.mapToView(event.pos()))  # type: ignore[attr-defined]

    def mouseDragEvent(self, event: object, axis: int | None = None) -> None:
        """A drag with the left button, from where it began to where it is."""
        if event.button() != Qt.MouseButton.LeftButton:  # type: ignore[attr-defined]
            event.ignore()  # type: ignore[attr-defined]
            return
        event.accept()  # type: ignore[attr-defined]
        ends = (event.buttonDownPos(), event.pos())  # type: ignore[attr-defined]
        first, last = (QPointF(self.mapToView(place)) for place in ends)
        self.brushed.emit(first, last, event.isFinish())  # type: ignore[attr-defined]

    def wheelEvent(self, event: object, axis: int | None = None) -> None:
        """The wheel belongs to the page."""
        event.ignore()  # type: ignore[attr-defined]


class _CountAxis(ValueAxis):
    """An axis of counts: thousands are parted by commas."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """The texts of ticks at those values."""
        if spacing * scale < 1:
            return super().tickStrings(values, scale, spacing)
        return [f"{value * scale:,.0f}" for value in values]


class ChartPlot(pg.PlotWidget):  # type: ignore[misc]
    """A plot without chart junk that tells what the user points at, clicks and brushes.

    While it has the focus, arrow keys and Enter are its own when it `walks`, and Escape as long as
    it `holds_escape`, whatever the page uses them for otherwise.

    Args:
        name: What is plotted, for screen readers.
        bottom: Label of the x axis with its unit; "" for none.
    """

    clicked = Signal(QPointF)
    brushed = Signal(QPointF, QPointF, bool)
    """Where the brush began, where it is, and whether it was let go."""
    pointed_at = Signal(object)
    """The place under the mouse, or None when it left."""
    stepped = Signal(int, int)
    """An arrow key: columns to the right, rows down."""
    entered = Signal()
    escaped = Signal()

    walks = False
    """Whether there is something to walk through by keys."""

    def __init__(self, name: str, *, bottom: str = "", parent: QWidget | None = None) -> None:
        self.view = _BrushBox()
        self.holds_escape = False
        super().__init__(parent, viewBox=self.view, axisItems={"left": _CountAxis("left")})
        self.setAccessibleName(name)
        self.setFrameShape(self.Shape.NoFrame)
        self.setMinimumSize(120, 72)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        item = self.getPlotItem()
        item.hideButtons()
        item.setMenuEnabled(False)
        item.layout.setContentsMargins(0, 8, 12, 0)
        self.left, self.bottom = item.getAxis("left"), item.getAxis("bottom")
        self.left.setStyle(tickLength=0, tickTextOffset=4, maxTickLevel=0)
        self.bottom.setStyle(
            tickLength=0, tickTextOffset=5, maxTickLevel=0, hideOverlappingLabels=False
        )
        for axis in (self.left, self.bottom):
            axis.enableAutoSIPrefix(False)
        show_values(self, True)
        self.left.setWidth(_LEFT_AXIS)
        if bottom:
            item.setLabel("bottom", bottom)
        self.bottom.setHeight(_LABELLED_AXIS if bottom else _PLAIN_AXIS)
        self.view.clicked.connect(self.clicked)
        self.view.brushed.connect(self.brushed)
        self.scene().sigMouseMoved.connect(self._on_mouse_moved)
        theme.signals.changed.connect(self.restyle)
        self.restyle()

    def restyle(self) -> None:
        """Take the colours of the theme in use."""
        restyle_plot(self)

    def show_tip(self, text: str) -> None:
        """Say something when the mouse rests; "" for nothing."""
        self.setToolTip(text)

    def event(self, event: QEvent) -> bool:
        """Take its keys before a shortcut of the page does."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            held = self.walks and (event.key() in _STEPS or event.key() in _ENTER)
            if held or (self.holds_escape and event.key() == Qt.Key.Key_Escape):
                event.accept()
                return True
        return bool(super().event(event))

    def viewportEvent(self, event: QEvent) -> bool:
        """Show the tooltip; a graphics view would ask its items for one."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.toolTip(), self.viewport())
            return True
        return bool(super().viewportEvent(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tell of arrows, Enter, Space and Escape."""
        if self.walks and event.key() in _STEPS:
            self.stepped.emit(*_STEPS[event.key()])
        elif self.walks and event.key() in _ENTER:
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape and self.holds_escape:
            self.escaped.emit()
        else:
            event.ignore()
            return
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is pointed at any more."""
        self.pointed_at.emit(None)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show what the keys would choose."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide what the keys would choose."""
        super().focusOutEvent(event)
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The right button has no menu here."""
        if event.button() == Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
        else:
            event.ignore()

    def _on_mouse_moved(self, place: QPointF) -> None:
        inside = self.view.sceneBoundingRect().contains(place)
        self.pointed_at.emit(self.view.mapSceneToView(place) if inside else None)
