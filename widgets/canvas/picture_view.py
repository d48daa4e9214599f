"""A view of a photo with index layers over it, which paints only what has changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from core.images import Array
from core.masks.geometry import Rect
from widgets import theme
from widgets.canvas.adjustment import AdjustedPhoto, ImageAdjustment
from widgets.canvas.layers import IndexLayer, LayerStyle, Look, Rgba
from widgets.canvas.painting import Content, Photo, Scene
from widgets.canvas.sampling import ImagePyramid
from widgets.canvas.transform import ViewTransform
from widgets.canvas.zooming_view import ZoomingView


class PictureView(ZoomingView):
    """Shows an image and named index layers over it.

    Only the part of the image that is seen is ever read, and only what has changed is painted
    again.
    """

    overlays_visible_changed = Signal(bool)
    adjustment_changed = Signal(object)
    """How the photo is shown is another: the new `ImageAdjustment`."""

    def __init__(
        self, parent: QWidget | None = None, transform: ViewTransform | None = None
    ) -> None:
        self._pyramid: ImagePyramid | None = None
        self._photo: Photo | None = None
        self._adjustment = ImageAdjustment()
        self._layers: dict[str, IndexLayer] = {}
        self._looks: dict[str, Look] = {}
        self._shown_only: str | None = None
        self._image_visible = True
        self._overlays_visible = True
        self._pixel_grid = True
        self._scene = Scene()
        super().__init__(parent, transform)
        theme.signals.changed.connect(self.update)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Image view")

    # The photo

    def set_image(self, image: Array | ImagePyramid | None) -> None:
        """Show a photo, RGB uint8 H×W×3, or a pyramid of one made off the UI thread."""
        self._pyramid = ImagePyramid(image) if isinstance(image, np.ndarray) else image
        self._show_photo()
        self._on_placement_changed()

    @property
    def adjustment(self) -> ImageAdjustment:
        """How the photo is shown."""
        return self._adjustment

    def set_adjustment(self, adjustment: ImageAdjustment) -> None:
        """Show this photo, and those after it, brighter, with more contrast or one channel of it.

        What tools see of the photo stays as it is.
        """
        if adjustment != self._adjustment:
            self._adjustment = adjustment
            self._show_photo()
            self.adjustment_changed.emit(adjustment)

    def set_image_visible(self, visible: bool) -> None:
        """Show the photo, or an even ground in its place."""
        if visible != self._image_visible:
            self._image_visible = visible
            self._content_changed()

    def intensity_at(self, x: int, y: int) -> tuple[int, int, int] | None:
        """Red, green and blue of a pixel of the photo itself, 0 to 255; None beside it."""
        photo = self._pyramid
        if photo is None or not (0 <= x < photo.width and 0 <= y < photo.height):
            return None
        blue, green, red = photo.bgra[y, x, :3].tolist()
        return red, green, blue

    # The layers

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

        The array is not copied: after writing into it call `refresh`. New layers go on top; a
        layer that is set again keeps its place. Opacity, style and visibility belong to the name,
        also while there is no such layer.

        Args:
            name: Name of the layer.
            indices: uint8 H×W; an array of another size than the photo is stretched over it.
            colors: 256 colours (r, g, b, a), such as `theme.class_table` makes.
            solid: Values that are painted without the layer's opacity.
            borders: Whether the borders of regions are drawn with the fill.
        """
        if indices is None:
            self._layers.pop(name, None)
        else:
            look = self._look(name)
            self._layers[name] = IndexLayer(
                name, indices, colors, solid, borders=borders, look=look
            )
        self._content_changed()

    def refresh(self, rect: Rect | None = None) -> None:
        """Repaint a rectangle of pixels whose indices were changed; everything for None."""
        if rect is None:
            self._content_changed()
        elif not rect.is_empty:
            area = self.placement.covering(rect, margin=self._border_width() + 2)
            self._scene.soil(area)
            self.update(area)

    def layer_names(self) -> list[str]:
        """The layers that there are, from the lowest to the highest."""
        return list(self._layers)

    def layer_opacity(self, name: str) -> float:
        """The opacity of a layer's fill, 0 to 1."""
        return self._look(name).opacity

    def set_layer_opacity(self, name: str, opacity: float) -> None:
        """Set how strongly a layer's fill covers the photo, 0 to 1; its borders stay visible."""
        look, opacity = self._look(name), min(max(opacity, 0.0), 1.0)
        if look.opacity != opacity:
            look.opacity = opacity
            self._look_changed(name)

    def is_layer_visible(self, name: str) -> bool:
        """Whether a layer is shown while layers are shown at all."""
        return self._look(name).visible

    def set_layer_visible(self, name: str, visible: bool) -> None:
        """Show or hide one layer."""
        look = self._look(name)
        if look.visible != visible:
            look.visible = visible
            self._look_changed(name)

    def layer_style(self, name: str) -> LayerStyle:
        """Whether a layer's areas are filled, or only their borders are drawn."""
        return self._look(name).style

    def set_layer_style(self, name: str, style: LayerStyle) -> None:
        """Fill a layer's areas, or draw only their borders."""
        look = self._look(name)
        if look.style != style:
            look.style = style
            self._look_changed(name)

    def show_only(self, name: str | None) -> None:
        """Show one layer in place of all others, however they are set; None ends that.

        A name that no layer has shows the photo alone. For as long as a key is held.
        """
        if name != self._shown_only:
            self._shown_only = name
            self._content_changed()

    @property
    def shown_only(self) -> str | None:
        """The layer that is shown in place of all others; None when they are shown as set."""
        return self._shown_only

    @property
    def overlays_visible(self) -> bool:
        """Whether layers are shown at all."""
        return self._overlays_visible

    def set_overlays_visible(self, visible: bool) -> None:
        """Show or hide all layers at once."""
        if visible != self._overlays_visible:
            self._overlays_visible = visible
            self.overlays_visible_changed.emit(visible)
            self._content_changed()

    def set_pixel_grid(self, shown: bool) -> None:
        """Choose whether lines between pixels are drawn when zoomed in far."""
        if shown != self._pixel_grid:
            self._pixel_grid = shown
            self._content_changed()

    @property
    def content(self) -> Content:
        """What is shown: the photo as adjusted, and the layers that are visible."""
        if self._shown_only is not None:
            layers = [layer for layer in self._layers.values() if layer.name == self._shown_only]
        elif self._overlays_visible:
            layers = [layer for layer in self._layers.values() if layer.look.visible]
        else:
            layers = []
        photo = self._photo if self._image_visible else None
        opacity = self._adjustment.opacity / 100
        return Content(photo, tuple(layers), self.image_rect, self._pixel_grid, opacity)

    @property
    def image_rect(self) -> Rect:
        """All pixels of the photo, or of the lowest layer where there is no photo."""
        if self._pyramid is not None:
            return Rect(0, 0, self._pyramid.width, self._pyramid.height)
        for layer in self._layers.values():
            return Rect(0, 0, layer.indices.shape[1], layer.indices.shape[0])
        return Rect(0, 0, 0, 0)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bring what has changed up to date, and put the parts that are needed on the screen."""
        placement, ratio = self.placement, self.devicePixelRatioF()
        self._scene.prepare(self.content, self.rect(), placement, ratio, self._border_width())
        painter = QPainter(self)
        for part in event.region():  # type: ignore[attr-defined]
            self._scene.paint(painter, part, ratio)
        painter.setClipRegion(event.region())
        self.paint_marks(painter, event.rect())
        painter.end()

    def paint_marks(self, painter: QPainter, part: QRect) -> None:
        """Paint what lies over the layers, on a part of the view; here nothing does."""

    def _border_width(self) -> int:
        """Width of a layer's borders on each side of them, in device pixels."""
        # Zoomed out far, thick borders would hide small pieces.
        logical = 2 if self.placement.scale >= 2 else 1
        return max(1, round(logical * self.devicePixelRatioF()))

    def _look(self, name: str) -> Look:
        return self._looks.setdefault(name, Look())

    def _look_changed(self, name: str) -> None:
        if name in self._layers:
            self._content_changed()

    def _show_photo(self) -> None:
        photo = self._pyramid
        if photo is None or self._adjustment.is_neutral:
            self._photo = photo
        else:
            self._photo = AdjustedPhoto(photo, self._adjustment)
        self._content_changed(photo=True)

    def _content_changed(self, *, photo: bool = False) -> None:
        self._scene.forget(photo=photo)
        self.update()
