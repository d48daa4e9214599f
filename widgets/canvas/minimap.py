"""The whole image small, with the part of it that a view shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from core.masks.geometry import Rect
from widgets import theme
from widgets.canvas import marks
from widgets.canvas.painting import Scene
from widgets.canvas.transform import Placement

if TYPE_CHECKING:
    from widgets.canvas.picture_view import PictureView

_LONGER_SIDE = 176
_LEAST_SIDE = 32
_FROM_EDGE = theme.GRID
_LEAST_MARK = 9
# A view that is not several times as large as the map would be hidden by it.
_LEAST_SHARE = 2.5
# How near the cursor may come before the map makes room, while a stroke is drawn.
_CLEARANCE = 24
_BEYOND = QColor(0, 0, 0, 110)


class Minimap(QWidget):
    """The whole image small in a corner of a view, while the view shows only a part of it.

    Pressing or dragging on it moves the view there. It keeps its picture and paints only what an
    edit has changed, which costs what the edit's few pixels of the map cost.

    Args:
        view: The view that it belongs to and lies over.
    """

    entered = Signal()
    """The cursor has come onto the map, and so is on no pixel of the view."""

    def __init__(self, view: PictureView) -> None:
        super().__init__(view)
        self._view = view
        self._scene = Scene()
        self._at_left = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("The whole image: click or drag to move the view")
        self.setAccessibleName("Minimap")
        theme.signals.changed.connect(self.update)
        self.place()

    def place(self) -> None:
        """Take size and corner from the view; hide where the view shows the whole image."""
        image, view = self._view.image_rect, self._view
        if image.is_empty:
            self.hide()
            return
        scale = _LONGER_SIDE / max(image.width, image.height)
        width = max(round(image.width * scale), _LEAST_SIDE)
        height = max(round(image.height * scale), _LEAST_SIDE)
        shown = view.placement.rect_to_view(image)
        is_part = not QRectF(view.rect()).adjusted(-1, -1, 1, 1).contains(shown)
        has_room = view.width() >= _LEAST_SHARE * width and view.height() >= _LEAST_SHARE * height
        if not (is_part and has_room):
            self.hide()
            return
        x = _FROM_EDGE if self._at_left else view.width() - width - _FROM_EDGE
        self.setGeometry(x, view.height() - height - _FROM_EDGE, width, height)
        self.update()
        self.show()

    def avoid(self, position: QPointF) -> None:
        """Make room for a stroke near a point of the view: go to the other corner."""
        near = self.geometry().adjusted(-_CLEARANCE, -_CLEARANCE, _CLEARANCE, _CLEARANCE)
        if self.isVisible() and near.contains(position.toPoint()):
            self._at_left = not self._at_left
            self.place()

    def refresh(self, rect: Rect) -> None:
        """Pixels of the image were changed."""
        area = self._placement().covering(rect, margin=2)
        self._scene.soil(area)
        self.update(area)

    def forget(self) -> None:
        """Something else is shown."""
        self._scene.forget(photo=True)
        self.place()
        self.update()

    def dismiss(self) -> None:
        """Go away for good."""
        self.hide()
        self.setParent(None)
        self.deleteLater()

    @property
    def shown_part(self) -> QRect:
        """Where the map marks the part of the image that the view shows."""
        placement, view = self._view.placement, self._view
        left, top = placement.to_image(QPointF(0, 0))
        right, bottom = placement.to_image(QPointF(view.width(), view.height()))
        small = self._placement()
        corners = QRectF(small.to_view(left, top), small.to_view(right, bottom))
        shown = corners.toAlignedRect().intersected(self.rect())
        # Far in, it would be less than a pixel.
        spare_x = max(_LEAST_MARK - shown.width(), 0)
        spare_y = max(_LEAST_MARK - shown.height(), 0)
        return shown.adjusted(-(spare_x // 2), -(spare_y // 2), -(-spare_x // 2), -(-spare_y // 2))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture, darkened where the view does not show it."""
        ratio = self.devicePixelRatioF()
        self._scene.prepare(
            self._view.content, self.rect(), self._placement(), ratio, max(1, round(ratio))
        )
        painter = QPainter(self)
        for part in event.region():  # type: ignore[attr-defined]
            self._scene.paint(painter, part, ratio)
        painter.setClipRegion(event.region())
        shown = QRectF(self.shown_part)
        beyond = QPainterPath()
        beyond.addRect(QRectF(self.rect()))
        beyond.addRect(shown)
        painter.fillPath(beyond, _BEYOND)
        marks.draw_outline(painter, shown.adjusted(0.5, 0.5, -1.5, -1.5))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Bring that place to the middle of the view."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._move_view(event.position())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the view along."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._move_view(event.position())
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Keep the release from the view: its press was not for it."""
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A second press like the first; on the view it would fit the image."""
        self.mousePressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """The cursor has left the image for the map."""
        super().enterEvent(event)
        self.entered.emit()

    def _move_view(self, position: QPointF) -> None:
        image = self._view.image_rect
        x, y = self._placement().to_image(position)
        center = min(max(x, 0.0), image.width), min(max(y, 0.0), image.height)
        self._view.transform.set(self._view.placement.scale, center)

    def _placement(self) -> Placement:
        image = self._view.image_rect
        scale = min(self.width() / max(image.width, 1), self.height() / max(image.height, 1))
        x = (self.width() - image.width * scale) / 2
        y = (self.height() - image.height * scale) / 2
        return Placement(scale, x, y)
