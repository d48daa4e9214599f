"""Painting parts of a view in device pixels: the photo on its ground, layers, a highlight."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter

from core.images import Array
from core.masks.geometry import Rect
from core.masks.shapes.regions import Region
from widgets import theme
from widgets.canvas import marks
from widgets.canvas.layers import HIGHLIGHT_COLORS, IndexLayer, render_highlight
from widgets.canvas.sampling import DevicePart, Pixels, take
from widgets.canvas.transform import Placement


def device_part(part: QRect, placement: Placement, ratio: float) -> DevicePart:
    """The device pixels of a part of a view, given in logical pixels."""
    left, top = int(part.left() * ratio), int(part.top() * ratio)
    right = math.ceil((part.left() + part.width()) * ratio)
    bottom = math.ceil((part.top() + part.height()) * ratio)
    return DevicePart(
        left,
        top,
        right - left,
        bottom - top,
        placement.scale * ratio,
        placement.x * ratio,
        placement.y * ratio,
    )


GRID_FROM_SCALE = 12.0
"""Screen pixels per image pixel from which on lines between the pixels help."""


class Photo(Protocol):
    """A photo as it is shown, at any zoom."""

    @property
    def width(self) -> int: ...  # noqa: D102

    @property
    def height(self) -> int: ...  # noqa: D102

    def render(self, part: DevicePart) -> Array:
        """What a part of a view shows, uint8 H×W×4 in the byte order of Format_RGB32."""


@dataclass(frozen=True, slots=True)
class Content:
    """What is shown: a photo, and the layers on it from the lowest to the highest.

    Attributes:
        photo: None for an even ground.
        opacity: How strongly the photo covers that ground, 0 to 1.
        layers: Those that are shown; their arrays and looks may change at any time.
        image: All pixels of the photo, or of the lowest layer where there is no photo.
        grid: Whether lines are drawn between pixels that are large.
    """

    photo: Photo | None
    layers: tuple[IndexLayer, ...]
    image: Rect
    grid: bool
    opacity: float = 1.0


class Scene:
    """Content as a view shows it, kept as pixels: only what has changed is painted again.

    The photo is kept on its own below that, so that an edit of a layer does not sample it again.
    """

    def __init__(self) -> None:
        self._ground = _Ground()
        self._pixels = QImage()
        self._key: object = None
        self._stale: list[QRect] = []

    @property
    def image(self) -> QImage:
        """The pixels as they were made last; its device pixel ratio is 1."""
        return self._pixels

    def forget(self, *, photo: bool = False) -> None:
        """Paint everything anew the next time: the layers, or the photo as well."""
        self._key = None
        if photo:
            self._ground.forget()

    def soil(self, area: QRect) -> None:
        """Paint an area anew the next time, in logical pixels of the view."""
        self._stale.append(area)

    def prepare(
        self, content: Content, area: QRect, placement: Placement, ratio: float, border: int
    ) -> None:
        """Bring the pixels up to date.

        Args:
            content: What is shown. Call `forget` after it became another.
            area: The view's rectangle, in logical pixels.
            placement: Where the image lies in it.
            ratio: Device pixels per logical pixel.
            border: Width of a border on each side of it, in device pixels.
        """
        full = device_part(area, placement, ratio)
        key = (full, border, theme.color("canvas").rgb())
        stale, self._stale = self._stale, []
        if key != self._key:
            size = (full.width, full.height)
            if (self._pixels.width(), self._pixels.height()) != size:
                self._pixels = QImage(*size, QImage.Format.Format_RGB32)
            self._key, stale = key, [area]
        shown = [each.intersected(area) for each in stale]
        if not any(each.isValid() for each in shown):
            return
        self._ground.prepare(content.photo, content.opacity, full)
        painter = QPainter(self._pixels)
        for each in shown:
            if each.isValid():
                part = device_part(each, placement, ratio)
                self._ground.paint(painter, part)
                paint_layers(painter, content, part, border)
                if content.grid and placement.scale >= GRID_FROM_SCALE:
                    rect = QRect(part.left, part.top, part.width, part.height)
                    painter.setClipRect(rect)
                    at = Placement(part.scale, part.x, part.y)
                    marks.draw_grid(painter, at, rect, content.image)
                    painter.setClipping(False)
        painter.end()

    def paint(self, painter: QPainter, area: QRect, ratio: float) -> None:
        """Put an area, in logical pixels, on the screen."""
        source = device_part(area, _AT_ORIGIN, ratio)
        rect = QRect(source.left, source.top, source.width, source.height)
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.drawImage(rect.topLeft(), self._pixels, rect)
        painter.restore()


class _Ground:
    """What lies under the layers of a view, as pixels."""

    def __init__(self) -> None:
        self._pixels: Array = np.zeros((1, 1, 4), np.uint8)
        self._photo: Photo | None = None
        self._key: object = None

    def forget(self) -> None:
        """Paint everything anew the next time, and let go of the photo."""
        self._key = self._photo = None

    def prepare(self, photo: Photo | None, opacity: float, full: DevicePart) -> None:
        """Make sure that the ground of the whole view is ready."""
        color = theme.color("canvas").rgb()
        key = (full, color, opacity)
        if key == self._key and photo is self._photo:
            return
        if self._pixels.shape[:2] != (full.height, full.width):
            self._pixels = np.empty((full.height, full.width, 4), np.uint8)
        part = full.clipped(photo.width, photo.height) if photo is not None else full
        if photo is None or (part.width, part.height) != (full.width, full.height):
            self._pixels.view(np.uint32)[...] = color
        if photo is not None and part.width and part.height:
            rows = slice(part.top, part.top + part.height)
            columns = slice(part.left, part.left + part.width)
            seen = photo.render(part)
            if opacity < 1:
                ground = np.full(seen.shape[:2], color, np.uint32)[..., None].view(np.uint8)
                cv2.addWeighted(seen, opacity, ground, 1 - opacity, 0, dst=seen)
            self._pixels[rows, columns] = seen
        self._photo, self._key = photo, key

    def paint(self, painter: QPainter, part: DevicePart) -> None:
        """Paint a part of it, with a painter that works in device pixels."""
        height, width = self._pixels.shape[:2]
        image = QImage(self._pixels.data, width, height, QImage.Format.Format_RGB32)
        area = QRect(part.left, part.top, part.width, part.height)
        painter.drawImage(area.topLeft(), image, area)


_AT_ORIGIN = Placement(1.0, 0.0, 0.0)


def paint_layers(painter: QPainter, content: Content, part: DevicePart, border: int) -> None:
    """Paint what a part of a view shows of the layers, stretched over the image."""
    image = content.image
    visible = part.clipped(image.width, image.height)
    if not visible.width or not visible.height:
        return
    for layer in content.layers:
        height, width = layer.indices.shape
        stretch = (width / image.width, height / image.height)
        width_of_border = border if layer.has_borders else 0
        if layer.is_enlarged(visible, stretch, width_of_border):
            styles, columns, rows = layer.render_fields(visible, stretch, width_of_border)
            colors = _premultiplied(styles, layer.color_table())
            pixels = np.frombuffer(colors.constBits(), np.uint32).reshape(styles.shape)
            _paint_pixels(painter, visible, take(pixels, columns, rows))
        else:
            styles = layer.render(visible, stretch, width_of_border)
            _paint_indexed(painter, visible, styles, layer.color_table())


def paint_highlight(
    painter: QPainter, region: Region, part: DevicePart, image: Rect, border: int
) -> None:
    """Paint what a part of the view shows of a region that stands out."""
    styles = render_highlight(region, part, image, border)
    _paint_indexed(painter, part, styles, HIGHLIGHT_COLORS)


def _paint_indexed(painter: QPainter, part: DevicePart, styles: Array, table: list[int]) -> None:
    painter.drawImage(part.left, part.top, _premultiplied(styles, table))


def _paint_pixels(painter: QPainter, part: DevicePart, pixels: Pixels) -> None:
    # Wrapped without a copy; `pixels` lives until the image is drawn.
    image = QImage(pixels.data, part.width, part.height, QImage.Format.Format_ARGB32_Premultiplied)
    painter.drawImage(part.left, part.top, image)


def _premultiplied(styles: Array, table: list[int]) -> QImage:
    height, width = styles.shape
    indexed = QImage(styles.data, width, height, width, QImage.Format.Format_Indexed8)
    indexed.setColorTable(table)
    # Qt blends premultiplied pixels several times as fast as it looks colours up one by one.
    return indexed.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
