"""Painting parts of a view in device pixels: the ground with the photo, layers, a highlight."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter

from core.images import Array
from core.masks.geometry import Rect
from core.masks.regions import Region
from widgets import theme
from widgets.canvas.layers import HIGHLIGHT_COLORS, IndexLayer, render_highlight
from widgets.canvas.sampling import DevicePart, ImagePyramid
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


class Ground:
    """What lies under the layers, kept ready so that an edit does not paint the photo again."""

    def __init__(self) -> None:
        self._pixels: Array = np.zeros((1, 1, 4), np.uint8)
        self._key: object = None

    def forget(self) -> None:
        """Paint everything anew the next time."""
        self._key = None

    def prepare(self, photo: ImagePyramid | None, full: DevicePart) -> None:
        """Make sure that the ground of the whole view is ready.

        Args:
            photo: The photo; None for an even ground.
            full: The device pixels of the whole view.
        """
        color = theme.color("canvas").rgb()
        key = (full, color, id(photo))
        if key == self._key:
            return
        pixels = np.empty((full.height, full.width, 4), np.uint8)
        pixels.view(np.uint32)[...] = color
        if photo is not None:
            part = full.clipped(photo.width, photo.height)
            if part.width and part.height:
                rows = slice(part.top, part.top + part.height)
                columns = slice(part.left, part.left + part.width)
                pixels[rows, columns] = photo.render(part)
        self._pixels, self._key = pixels, key

    def paint(self, painter: QPainter, part: DevicePart) -> None:
        """Paint a part of it, with a painter that works in device pixels."""
        height, width = self._pixels.shape[:2]
        image = QImage(self._pixels.data, width, height, QImage.Format.Format_RGB32)
        area = QRect(part.left, part.top, part.width, part.height)
        painter.drawImage(area.topLeft(), image, area)


def paint_layer(
    painter: QPainter, layer: IndexLayer, part: DevicePart, image: Rect, border: int
) -> None:
    """Paint what a part of the view shows of a layer, stretched over the image."""
    stretch = (layer.indices.shape[1] / image.width, layer.indices.shape[0] / image.height)
    styles = layer.render(part, stretch, border if layer.borders_shown else 0)
    _paint_indexed(painter, part, styles, layer.color_table())


def paint_highlight(
    painter: QPainter, region: Region, part: DevicePart, image: Rect, border: int
) -> None:
    """Paint what a part of the view shows of a region that stands out."""
    styles = render_highlight(region, part, image, border)
    _paint_indexed(painter, part, styles, HIGHLIGHT_COLORS)


def _paint_indexed(painter: QPainter, part: DevicePart, styles: Array, table: list[int]) -> None:
    # One byte a pixel, wrapped without a copy; `styles` lives until the image is drawn.
    indexed = QImage(
        styles.data, part.width, part.height, part.width, QImage.Format.Format_Indexed8
    )
    indexed.setColorTable(table)
    painter.drawImage(part.left, part.top, indexed)
