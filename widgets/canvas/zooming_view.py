"""A view of something the size of an image that is zoomed and moved with mouse and keys."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from core.masks.geometry import Rect
from widgets.canvas.transform import Placement, ViewTransform

ZOOM_STEP = 1.25
_NOTCH = 120


class ZoomingView(QWidget):
    """Zooms and pans, and says which image pixel the cursor is on. It paints nothing by itself.

    Wheel zooms at the cursor, dragging (left, middle, or any button with Space) pans, a double
    click or 0 fits the image.
    """

    hovered = Signal(int, int)
    """Column and row of the image pixel under the cursor; (-1, -1) when it is on none."""
    placement_changed = Signal()
    """The image was zoomed or moved."""
    clicked = Signal(int, int)
    """Column and row of an image pixel that was clicked without dragging."""

    pans_with_left_button = True

    def __init__(
        self, parent: QWidget | None = None, transform: ViewTransform | None = None
    ) -> None:
        super().__init__(parent)
        self._space_held = False
        self._pan_from: QPointF | None = None
        self._press_at: QPointF | None = None
        self._transform = transform or ViewTransform(self)
        self._transform.changed.connect(self._on_placement_changed)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(120, 90)
        self.setCursor(self._idle_cursor())

    @property
    def image_rect(self) -> Rect:
        """All pixels of the image."""
        return Rect(0, 0, 0, 0)

    @property
    def transform(self) -> ViewTransform:
        """The zoom and pan of this view; give it to another view to link them."""
        return self._transform

    def set_transform(self, transform: ViewTransform) -> None:
        """Share another view's zoom and pan."""
        self._transform.changed.disconnect(self._on_placement_changed)
        self._transform = transform
        transform.changed.connect(self._on_placement_changed)
        self._on_placement_changed()

    @property
    def placement(self) -> Placement:
        """Where the image lies in the view now."""
        return self._transform.placement(self._view_size(), self._image_size())

    def fit(self) -> None:
        """Show the whole image."""
        self._transform.fit()

    def zoom_to(self, box: Sequence[int]) -> None:
        """Bring a place (x, y, width, height) of the image to the middle, zoomed in."""
        self._transform.show_rect(Rect(*box), self._view_size(), self._image_size())

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom by a factor, keeping the image point under `at` (the middle for None) in place."""
        anchor = QPointF(self.rect().center()) if at is None else at
        self._transform.zoom_at(factor, anchor, self._view_size(), self._image_size())

    def pixel_at(self, point: QPointF) -> tuple[int, int] | None:
        """Column and row of the image pixel under a point of the view; None beside the image."""
        x, y = self.placement.to_image(point)
        image = self.image_rect
        column, row = int(np.floor(x)), int(np.floor(y))
        if 0 <= column < image.width and 0 <= row < image.height:
            return column, row
        return None

    def pixel_center(self, x: int, y: int) -> QPoint:
        """The point of the view where the centre of an image pixel is shown."""
        return self.placement.to_view(x + 0.5, y + 0.5).toPoint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A fitted image is fitted anew."""
        super().resizeEvent(event)
        self.placement_changed.emit()

    def sizeHint(self) -> QSize:
        """Enough room to see an image."""
        return QSize(640, 480)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor."""
        notches = event.angleDelta().y() / _NOTCH
        if notches:
            self.zoom_by(ZOOM_STEP**notches, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to pan."""
        if self.begins_pan(event):
            self._pan_from = event.position()
            self._press_at = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            event.accept()
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, or say which pixel the cursor is on."""
        if self._pan_from is not None:
            delta = event.position() - self._pan_from
            self._pan_from = event.position()
            self._transform.pan_by(delta, self._view_size(), self._image_size())
        self._emit_hovered(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End panning."""
        if self._pan_from is None:
            super().mouseReleaseEvent(event)
            return
        self._pan_from = None
        self.setCursor(self._idle_cursor())
        press, self._press_at = self._press_at, None
        if (
            press is not None
            and event.button() == Qt.MouseButton.LeftButton
            and (event.position() - press).manhattanLength() < 4
        ):
            pixel = self.pixel_at(event.position())
            if pixel is not None:
                self.clicked.emit(*pixel)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fit the image."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space pans while held; 0 fits; + and - zoom."""
        key = event.key()
        if key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._space_held = True
                self.setCursor(self._idle_cursor())
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(ZOOM_STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom_by(1 / ZOOM_STEP)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Space released: the tool is back."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space_held = False
            self.setCursor(self._idle_cursor())
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QEvent) -> None:
        """Forget a held Space: its release goes elsewhere."""
        self._space_held = False
        self.setCursor(self._idle_cursor())
        super().focusOutEvent(event)  # type: ignore[arg-type]

    def leaveEvent(self, event: QEvent) -> None:
        """The cursor is on no pixel any more."""
        self.hovered.emit(-1, -1)
        super().leaveEvent(event)

    def begins_pan(self, event: QMouseEvent) -> bool:
        """Whether a press begins to pan the view."""
        left = event.button() == Qt.MouseButton.LeftButton
        return event.button() == Qt.MouseButton.MiddleButton or (
            left and (self._space_held or self.pans_with_left_button)
        )

    @property
    def is_panning(self) -> bool:
        """Whether the view is being dragged."""
        return self._pan_from is not None

    def _idle_cursor(self) -> Qt.CursorShape:
        if self._space_held:
            return Qt.CursorShape.OpenHandCursor
        return Qt.CursorShape.ArrowCursor

    def _emit_hovered(self, point: QPointF) -> None:
        pixel = self.pixel_at(point)
        self.hovered.emit(*(pixel if pixel is not None else (-1, -1)))

    def _on_placement_changed(self) -> None:
        self.update()
        self.placement_changed.emit()

    def _view_size(self) -> tuple[float, float]:
        return float(self.width()), float(self.height())

    def _image_size(self) -> tuple[float, float]:
        image = self.image_rect
        return float(max(image.width, 1)), float(max(image.height, 1))
