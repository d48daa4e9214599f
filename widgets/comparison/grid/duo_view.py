"""A view of two runs at once: one at the left of a handle and one at its right, or in turns."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from widgets import theme
from widgets.canvas import ViewTransform
from widgets.canvas.marks import two_tone
from widgets.canvas.painting import Content, Scene
from widgets.comparison.grid.panel import LinkedView

SIDES = ("first", "second")
_GRIP = QSize(20, 32)
_STEP, _LEAP = 0.02, 0.1


class Share(Enum):
    """How two runs share a view."""

    SWIPE = "swipe"
    FIRST = "first"
    SECOND = "second"


def side_layer(side: str, name: str) -> str:
    """The name of a layer that only one of the two runs has."""
    return f"{side} {name}"


class DuoView(LinkedView):
    """Paints the layers of two runs over one photo, each on its side of a line.

    Layers whose names come from `side_layer` belong to one run, all others to both.
    """

    divided = Signal(float)
    """The user has moved the line: its place, 0 at the left to 1 at the right."""

    def __init__(self, transform: ViewTransform, parent: QWidget | None = None) -> None:
        self._scenes = {side: Scene() for side in SIDES}
        self._share = Share.SWIPE
        self._division = 0.5
        self.handle: SwipeHandle | None = None
        super().__init__(transform, parent)
        self.handle = SwipeHandle(self)
        self.handle.moved.connect(self._on_moved)

    @property
    def share(self) -> Share:
        """How the two runs share the view."""
        return self._share

    def set_share(self, share: Share) -> None:
        """Show both runs with a line between them, or only one of them."""
        if share is not self._share:
            self._share = share
            assert self.handle is not None
            self.handle.setVisible(share is Share.SWIPE)
            self.update()

    @property
    def division(self) -> float:
        """Where the line is, 0 at the left to 1 at the right."""
        return self._division

    def set_division(self, division: float) -> None:
        """Move the line."""
        division = min(max(division, 0.0), 1.0)
        if division != self._division:
            self._division = division
            self._place_handle()
            self.update()

    def side_at(self, point: QPointF) -> str:
        """Whose layers are shown at a point of the view."""
        if self._share is not Share.SWIPE:
            return str(self._share.value)
        return SIDES[0] if point.x() < self._line_x() else SIDES[1]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Put each run's side on the screen."""
        ratio, border = self.devicePixelRatioF(), self._border_width()
        painter = QPainter(self)
        for side, area in self._areas().items():
            if area.isEmpty():
                continue
            scene = self._scenes[side]
            content = self._content_of(side)
            scene.prepare(content, self.rect(), self.placement, ratio, border)
            for part in event.region():  # type: ignore[attr-defined]
                shown = part.intersected(area)
                if not shown.isEmpty():
                    scene.paint(painter, shown, ratio)
        painter.setClipRegion(event.region())
        self.paint_marks(painter, event.rect())
        painter.end()

    def paint_marks(self, painter: QPainter, part: QRect) -> None:
        """Paint the line on top of the rest."""
        super().paint_marks(painter, part)
        if self._share is Share.SWIPE:
            x = self._line_x()
            for pen in two_tone():
                painter.setPen(pen)
                painter.drawLine(x, 0, x, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The line keeps its place in the view."""
        super().resizeEvent(event)
        self._place_handle()

    def _areas(self) -> dict[str, QRect]:
        whole = self.rect()
        if self._share is not Share.SWIPE:
            return {self._share.value: whole}
        x = self._line_x()
        return {
            SIDES[0]: QRect(0, 0, x, whole.height()),
            SIDES[1]: QRect(x, 0, whole.width() - x, whole.height()),
        }

    def _content_of(self, side: str) -> Content:
        both = self.content
        others = tuple(f"{each} " for each in SIDES if each != side)
        layers = tuple(layer for layer in both.layers if not layer.name.startswith(others))
        return Content(both.photo, layers, both.image, both.grid, both.opacity)

    def _content_changed(self, *, photo: bool = False) -> None:
        for scene in self._scenes.values():
            scene.forget(photo=photo)
        super()._content_changed(photo=photo)

    def _line_x(self) -> int:
        return round(self._division * self.width())

    def _place_handle(self) -> None:
        if self.handle is not None:
            x = self._line_x() - _GRIP.width() // 2
            self.handle.move(x, (self.height() - _GRIP.height()) // 2)

    def _on_moved(self, division: float) -> None:
        self.set_division(division)
        self.divided.emit(self._division)


class SwipeHandle(QWidget):
    """The grip of the line between two runs: drag it, or move it with ← → Home End."""

    moved = Signal(float)
    """Where the line shall be, 0 at the left of the view to 1 at the right."""

    def __init__(self, view: DuoView) -> None:
        super().__init__(view)
        self._view = view
        self._grabbed_at: QPoint | None = None
        self.setObjectName("SwipeHandle")
        self.setFixedSize(_GRIP)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Line between the two runs")
        self.setToolTip("Drag the line between the two runs (S; then ← → Home End)")

    def event(self, event: QEvent) -> bool:
        """Keep the arrow keys, which are the page's otherwise, while the handle has the focus."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._target(event) is not None
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the line: by a fiftieth of the view, with Shift by a tenth, or to an end."""
        target = self._target(event)
        if target is None:
            super().keyPressEvent(event)
        else:
            self.moved.emit(target)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the line."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grabbed_at = event.position().toPoint()
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Take it along."""
        if self._grabbed_at is not None:
            at = self.mapTo(self._view, event.position().toPoint() - self._grabbed_at)
            center = at.x() + self.width() / 2
            self.moved.emit(center / max(self._view.width(), 1))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let it go."""
        self._grabbed_at = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Bring the line to the middle."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.moved.emit(0.5)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the keys move it."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that they do not any more."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the grip with two arrows."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = theme.color("accent" if self.hasFocus() else "text")
        painter.setPen(QPen(edge, 2 if self.hasFocus() else 1))
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        painter.setPen(QPen(theme.color("text"), 1.5))
        middle = QPointF(self.width() / 2, self.height() / 2)
        for way in (-1, 1):
            tip = middle + QPointF(6 * way, 0)
            painter.drawLine(tip, middle + QPointF(2.5 * way, -3.5))
            painter.drawLine(tip, middle + QPointF(2.5 * way, 3.5))

    def _target(self, event: QKeyEvent) -> float | None:
        step = _LEAP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else _STEP
        match event.key():
            case Qt.Key.Key_Left:
                return self._view.division - step
            case Qt.Key.Key_Right:
                return self._view.division + step
            case Qt.Key.Key_Home:
                return 0.0
            case Qt.Key.Key_End:
                return 1.0
        return None


def layer_names(view: LinkedView, name: str) -> list[str]:
    """A layer of a view of one run, or the two of a view of both."""
    if isinstance(view, DuoView):
        return [side_layer(side, name) for side in SIDES]
    return [name]
