"""A view of an image with index layers, boxes and a zoom that other views can share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from core.images import Array
from core.masks.geometry import Rect
from widgets import theme
from widgets.canvas import marks
from widgets.canvas.layers import IndexLayer, Rgba
from widgets.canvas.painting import Ground, device_part, paint_layer
from widgets.canvas.sampling import ImagePyramid
from widgets.canvas.transform import Placement, ViewTransform

_ZOOM_STEP = 1.25
_OPACITY_STEP = 0.05
_NOTCH = 120


class LayeredView(QWidget):
    """Shows an image, named index layers over it and boxes; zooms and pans.

    Wheel zooms at the cursor, dragging (left, middle, or any button with Space) pans, a double
    click or 0 fits the image, Ctrl+wheel changes the opacity of the layers, X hides and shows
    them. Only the part of the image that is seen is ever read or painted.
    """

    hovered = Signal(int, int)
    """Column and row of the image pixel under the cursor; (-1, -1) when it is on none."""
    opacity_changed = Signal(str, float)
    """A layer's name and its new opacity, after Ctrl+wheel."""
    overlays_visible_changed = Signal(bool)
    placement_changed = Signal()
    """The image was zoomed or moved."""
    clicked = Signal(int, int)
    """Column and row of an image pixel that was clicked without dragging."""

    pans_with_left_button = True

    def __init__(
        self, parent: QWidget | None = None, transform: ViewTransform | None = None
    ) -> None:
        super().__init__(parent)
        self._pyramid: ImagePyramid | None = None
        self._layers: dict[str, IndexLayer] = {}
        self._boxes: list[Rect] = []
        self._message = ""
        self._image_visible = True
        self._overlays_visible = True
        self._pixel_grid = True
        self._space_held = False
        self._pan_from: QPointF | None = None
        self._press_at: QPointF | None = None
        self._ground = Ground()
        self._transform = transform or ViewTransform(self)
        self._transform.changed.connect(self._on_placement_changed)
        theme.signals.changed.connect(self.update)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(120, 90)
        self.setAccessibleName("Image view")
        self.setCursor(self._idle_cursor())

    # What is shown

    def set_image(self, image: Array | ImagePyramid | None) -> None:
        """Show a photo, RGB uint8 H×W×3, or a pyramid of one made off the UI thread."""
        self._pyramid = ImagePyramid(image) if isinstance(image, np.ndarray) else image
        self._ground.forget()
        self._on_placement_changed()

    def set_overlay(
        self,
        name: str,
        indices: Array | None,
        colors: Sequence[Rgba] = (),
        *,
        solid: Collection[int] = (),
        borders: bool = True,
    ) -> None:
        """Show an array of class indices over the photo, or with None remove it.

        The array is not copied: after writing into it call `refresh`. A layer keeps its place,
        opacity and visibility when it is set again; new layers go on top.

        Args:
            name: Name of the layer.
            indices: uint8 H×W; an array of another size than the photo is stretched over it.
            colors: 256 colours (r, g, b, a), such as `theme.class_table` makes.
            solid: Values that are painted without the layer's opacity.
            borders: Whether the borders of regions are drawn.
        """
        old = self._layers.get(name)
        if indices is None:
            self._layers.pop(name, None)
        else:
            layer = IndexLayer(name, indices, colors, solid)
            layer.borders_shown = borders
            if old is not None:
                layer.visible, layer.opacity = old.visible, old.opacity
                layer.fills_shown = old.fills_shown
            self._layers[name] = layer
        self.update()

    def refresh(self, rect: Rect | None = None) -> None:
        """Repaint a rectangle of pixels whose indices were changed; everything for None."""
        if rect is None:
            self.update()
        elif not rect.is_empty:
            self.update(self.placement.covering(rect, margin=self._border_width() + 2))

    def set_layer_opacity(self, name: str, opacity: float) -> None:
        """Set how strongly a layer's fill covers the photo, 0 to 1; its borders stay visible."""
        layer = self._layers.get(name)
        if layer is not None and layer.opacity != opacity:
            layer.opacity = min(max(opacity, 0.0), 1.0)
            self.update()

    def layer_opacity(self, name: str) -> float:
        """The opacity of a layer's fill, 0 to 1."""
        return self._layers[name].opacity

    def set_layer_visible(self, name: str, visible: bool) -> None:
        """Show or hide one layer."""
        layer = self._layers.get(name)
        if layer is not None and layer.visible != visible:
            layer.visible = visible
            self.update()

    def set_image_visible(self, visible: bool) -> None:
        """Show the photo, or an even ground in its place."""
        if visible != self._image_visible:
            self._image_visible = visible
            self.update()

    @property
    def overlays_visible(self) -> bool:
        """Whether layers are shown at all."""
        return self._overlays_visible

    def set_overlays_visible(self, visible: bool) -> None:
        """Show or hide all layers at once."""
        if visible != self._overlays_visible:
            self._overlays_visible = visible
            self.overlays_visible_changed.emit(visible)
            self.update()

    def set_pixel_grid(self, shown: bool) -> None:
        """Choose whether lines between pixels are drawn when zoomed in far."""
        self._pixel_grid = shown
        self.update()

    def set_boxes(self, boxes: Iterable[Sequence[int]]) -> None:
        """Frame places of the image, each (x, y, width, height) in pixels."""
        self._boxes = [Rect(*box) for box in boxes]
        self.update()

    @property
    def boxes(self) -> list[Rect]:
        """The places that are framed."""
        return list(self._boxes)

    def set_message(self, text: str) -> None:
        """Say something in the middle of the view, where there is no image; "" for nothing."""
        if text != self._message:
            self._message = text
            self.setAccessibleDescription(text)
            self.update()

    @property
    def message(self) -> str:
        """What the view says in place of an image."""
        return self._message

    @property
    def image_rect(self) -> Rect:
        """All pixels of the photo, or of the lowest layer where there is no photo."""
        if self._pyramid is not None:
            return Rect(0, 0, self._pyramid.width, self._pyramid.height)
        for layer in self._layers.values():
            return Rect(0, 0, layer.indices.shape[1], layer.indices.shape[0])
        return Rect(0, 0, 0, 0)

    # Zoom and pan

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

    # Painting: from the ground up

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the parts that need it."""
        painter = QPainter(self)
        photo = self._pyramid if self._image_visible else None
        full = device_part(self.rect(), self.placement, self.devicePixelRatioF())
        self._ground.prepare(photo, full)
        for part in event.region():  # type: ignore[attr-defined]
            painter.setClipRect(part)
            self._paint_part(painter, part)
        painter.setClipRegion(event.region())
        self.paint_marks(painter, event.rect())
        painter.end()

    def paint_marks(self, painter: QPainter, part: QRect) -> None:
        """Paint what lies over the layers; subclasses add to it."""
        placement, image = self.placement, self.image_rect
        if image.is_empty or self._message:
            marks.draw_message(painter, self.rect(), self._message)
        if self._pixel_grid and placement.scale >= marks.GRID_FROM_SCALE:
            marks.draw_grid(painter, placement, part, image)
        marks.draw_boxes(painter, placement, self._boxes)

    def _paint_part(self, painter: QPainter, part: QRect) -> None:
        ratio = self.devicePixelRatioF()
        device, image = device_part(part, self.placement, ratio), self.image_rect
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        self._ground.paint(painter, device)
        visible = device.clipped(image.width, image.height)
        if self._overlays_visible and visible.width and visible.height:
            for layer in self._layers.values():
                if layer.visible:
                    paint_layer(painter, layer, visible, image, self._border_width())
        painter.restore()

    def _border_width(self) -> int:
        # Zoomed out far, thick borders would hide small pieces.
        logical = 2 if self.placement.scale >= 2 else 1
        return max(1, round(logical * self.devicePixelRatioF()))

    # Mouse and keys

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor; with Ctrl change the opacity of the layers."""
        notches = event.angleDelta().y() / _NOTCH
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._change_opacity(notches * _OPACITY_STEP)
        elif notches:
            self.zoom_by(_ZOOM_STEP**notches, event.position())
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
        """Space pans while held; 0 fits; X toggles the layers; + and - zoom."""
        key = event.key()
        if key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._space_held = True
                self.setCursor(self._idle_cursor())
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key == Qt.Key.Key_X and not event.modifiers():
            self.set_overlays_visible(not self._overlays_visible)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(_ZOOM_STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom_by(1 / _ZOOM_STEP)
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

    def _change_opacity(self, step: float) -> None:
        for layer in self._layers.values():
            layer.opacity = round(min(max(layer.opacity + step, 0.0), 1.0), 3)
            self.opacity_changed.emit(layer.name, layer.opacity)
        self.update()

    def _on_placement_changed(self) -> None:
        self.update()
        self.placement_changed.emit()

    def _view_size(self) -> tuple[float, float]:
        return float(self.width()), float(self.height())

    def _image_size(self) -> tuple[float, float]:
        image = self.image_rect
        return float(max(image.width, 1)), float(max(image.height, 1))
