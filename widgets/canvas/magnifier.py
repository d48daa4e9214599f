"""A round lens at the cursor that shows the pixels under it large."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from widgets.canvas import marks
from widgets.canvas.painting import Scene
from widgets.canvas.transform import MAX_SCALE, Placement

if TYPE_CHECKING:
    from widgets.canvas.picture_view import PictureView

_SIDE = 184
# Between the cursor and the lens, so that the lens does not hide what is being pointed at.
_DISTANCE = 28
_RING = 3.0
# Screen pixels per image pixel that are plenty, and how much larger than the view it is at least.
_LARGE_ENOUGH, _LEAST_GAIN = 24.0, 1.5
LEAST_POWER, MOST_POWER = 4, 8


class Magnifier(QWidget):
    """Shows the pixels under the cursor of a view, with their layers, and frames the one under it.

    It follows the mouse and lets every click through.

    Args:
        view: The view that it belongs to and lies over.
    """

    def __init__(self, view: PictureView) -> None:
        super().__init__(view)
        self._view = view
        self._scene = Scene()
        self._at: QPointF | None = None
        self._power = 6
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(QSize(_SIDE, _SIDE))
        self.setAccessibleName("Magnifier")
        self.hide()

    @property
    def power(self) -> int:
        """How many times larger than in the view pixels are shown, 4 to 8."""
        return self._power

    def set_power(self, power: int) -> None:
        """Set how many times larger than in the view pixels are shown, limited to 4 … 8."""
        self._power = min(max(power, LEAST_POWER), MOST_POWER)
        self.update()

    @property
    def scale(self) -> float:
        """Screen pixels per image pixel in the lens.

        Where the view shows the image reduced, it is the power alone: what counts are the image's
        own pixels, which a lens over the reduced image would not show. Far in, it is less than the
        power says, so that the lens holds several pixels.
        """
        shown = self._view.placement.scale
        wanted = self._power * max(shown, 1.0)
        return min(wanted, max(_LARGE_ENOUGH, _LEAST_GAIN * shown), MAX_SCALE)

    def follow(self, position: QPointF | None) -> None:
        """Go along with the cursor, a point of the view; None when it has left the view."""
        if (
            position is None
            or not QRectF(self._view.rect()).contains(position)
            or self._view.pixel_at(position) is None
        ):
            self._at = None
            self.hide()
            return
        self._at = position
        self.move(self._place(position))
        self.update()
        self.show()

    def dismiss(self) -> None:
        """Go away for good."""
        self.hide()
        self.setParent(None)
        self.deleteLater()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the lens."""
        if self._at is None:
            return
        ratio = self.devicePixelRatioF()
        x, y = self._view.placement.to_image(self._at)
        placement = Placement(self.scale, _SIDE / 2 - x * self.scale, _SIDE / 2 - y * self.scale)
        self._scene.forget(photo=True)
        border = max(1, round(2 * ratio))
        self._scene.prepare(self._view.content, self.rect(), placement, ratio, border)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        picture = self._scene.image
        picture.setDevicePixelRatio(ratio)
        painter.setBrush(QBrush(picture))
        painter.setPen(Qt.PenStyle.NoPen)
        circle = QRectF(self.rect()).adjusted(_RING, _RING, -_RING, -_RING)
        painter.drawEllipse(circle)
        picture.setDevicePixelRatio(1)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pixel = self._view.pixel_at(self._at)
        if pixel is not None:
            corner = placement.to_view(*pixel)
            marks.draw_outline(painter, QRectF(corner.x(), corner.y(), self.scale, self.scale))
        for pen in marks.two_tone(2):
            painter.setPen(pen)
            painter.drawEllipse(circle)
        painter.end()

    def _place(self, position: QPointF) -> QPoint:
        # Above and to the right, where the hand is not; on the other side where there is no room.
        x = position.x() + _DISTANCE
        y = position.y() - _DISTANCE - _SIDE
        if x + _SIDE > self._view.width():
            x = position.x() - _DISTANCE - _SIDE
        if y < 0:
            y = position.y() + _DISTANCE
        return QPoint(round(x), round(y))
