"""Zoom and pan: where an image lies in a view, and the state that several views can share."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, Signal

from core.masks.geometry import Rect

MIN_SCALE = 1 / 64
MAX_SCALE = 64.0
FIT_MARGIN = 8
_SHOWN_SHARE = 0.6

Point = tuple[float, float]
Size = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an image lies in a view.

    Image coordinates are continuous: pixel (column i, row j) covers [i, i+1) × [j, j+1), its
    centre is at (i + 0.5, j + 0.5). A point of the image is at `scale * point + offset` in the
    view, in logical pixels.
    """

    scale: float
    x: float
    y: float

    def to_view(self, x: float, y: float) -> QPointF:
        """The point of the view where a point of the image is shown."""
        return QPointF(x * self.scale + self.x, y * self.scale + self.y)

    def to_image(self, point: QPointF) -> Point:
        """The point of the image that is shown at a point of the view."""
        return (point.x() - self.x) / self.scale, (point.y() - self.y) / self.scale

    def rect_to_view(self, rect: Rect) -> QRectF:
        """A rectangle of pixels as it is shown in the view."""
        return QRectF(self.to_view(rect.x, rect.y), self.to_view(rect.right, rect.bottom))

    def covering(self, rect: Rect, margin: int = 1) -> QRect:
        """The whole view pixels that a rectangle of pixels can touch, plus a margin."""
        if rect.is_empty:
            return QRect()
        shown = self.rect_to_view(rect)
        left, top = math.floor(shown.left()) - margin, math.floor(shown.top()) - margin
        right, bottom = math.ceil(shown.right()) + margin, math.ceil(shown.bottom()) + margin
        return QRect(left, top, right - left, bottom - top)


class ViewTransform(QObject):
    """The zoom and the centre of a view; views that are given the same object move together.

    The state does not depend on a view's size: `scale` is in logical pixels per image pixel, or
    None for "fit the image into the view"; `center` is the image point in the view's middle.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scale: float | None = None
        self._center: Point = (0.0, 0.0)

    @property
    def scale(self) -> float | None:
        """Logical pixels per image pixel; None while the image is fitted into the view."""
        return self._scale

    @property
    def center(self) -> Point:
        """The image point in the middle of the view; without meaning while fitted."""
        return self._center

    def fit(self) -> None:
        """Show the whole image, and keep doing so when a view is resized."""
        if self._scale is not None:
            self._scale = None
            self.changed.emit()

    def set(self, scale: float, center: Point) -> None:
        """Set zoom and centre; the scale is limited to MIN_SCALE … MAX_SCALE."""
        scale = min(max(scale, MIN_SCALE), MAX_SCALE)
        if (scale, center) != (self._scale, self._center):
            self._scale, self._center = scale, center
            self.changed.emit()

    def placement(self, view: Size, image: Size) -> Placement:
        """Where an image of that size lies in a view of that size."""
        if self._scale is None:
            return fitted(view, image)
        # Half the view may be empty, but the image cannot be lost from sight.
        x = min(max(self._center[0], 0.0), image[0])
        y = min(max(self._center[1], 0.0), image[1])
        return Placement(self._scale, view[0] / 2 - x * self._scale, view[1] / 2 - y * self._scale)

    def zoom_at(self, factor: float, anchor: QPointF, view: Size, image: Size) -> None:
        """Zoom by a factor so that the image point under `anchor` stays where it is."""
        before = self.placement(view, image)
        scale = min(max(before.scale * factor, MIN_SCALE), MAX_SCALE)
        x, y = before.to_image(anchor)
        center = (
            x + (view[0] / 2 - anchor.x()) / scale,
            y + (view[1] / 2 - anchor.y()) / scale,
        )
        self.set(scale, _inside(center, image))

    def pan_by(self, delta: QPointF, view: Size, image: Size) -> None:
        """Move the image by a distance in the view."""
        now = self.placement(view, image)
        x, y = now.to_image(QPointF(view[0] / 2 - delta.x(), view[1] / 2 - delta.y()))
        self.set(now.scale, _inside((x, y), image))

    def show_rect(self, rect: Rect, view: Size, image: Size, max_scale: float = 16.0) -> None:
        """Zoom in on a rectangle of pixels, leaving room to see what surrounds it.

        The rectangle comes to the middle, unless the view would then show more than the image. A
        rectangle that is hardly smaller than the image is shown by fitting the image.
        """
        scale = min(
            view[0] * _SHOWN_SHARE / max(rect.width, 1),
            view[1] * _SHOWN_SHARE / max(rect.height, 1),
            max_scale,
        )
        if scale <= fitted(view, image).scale:
            self.fit()
            return
        center = (
            _covering(rect.x + rect.width / 2, view[0] / scale, image[0]),
            _covering(rect.y + rect.height / 2, view[1] / scale, image[1]),
        )
        self.set(scale, center)


def fitted(view: Size, image: Size) -> Placement:
    """The placement that shows a whole image in the middle of a view, with a small margin."""
    width, height = max(image[0], 1.0), max(image[1], 1.0)
    room_x, room_y = max(view[0] - 2 * FIT_MARGIN, 1.0), max(view[1] - 2 * FIT_MARGIN, 1.0)
    scale = min(max(min(room_x / width, room_y / height), 1e-4), MAX_SCALE)
    return Placement(scale, (view[0] - width * scale) / 2, (view[1] - height * scale) / 2)


def _covering(center: float, shown: float, length: float) -> float:
    """The centre nearest to the wanted one with which the view shows no more than the image."""
    if shown >= length:
        return length / 2
    return min(max(center, shown / 2), length - shown / 2)


def _inside(point: Point, image: Size) -> Point:
    return min(max(point[0], 0.0), image[0]), min(max(point[1], 0.0), image[1])
