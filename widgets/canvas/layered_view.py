"""A view of an image with index layers, boxes and a zoom that other views can share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from core.masks.geometry import Rect
from widgets.canvas import marks
from widgets.canvas.magnifier import Magnifier
from widgets.canvas.minimap import Minimap
from widgets.canvas.picture_view import PictureView
from widgets.canvas.transform import ViewTransform

_OPACITY_STEP = 0.05
_NOTCH = 120


class LayeredView(PictureView):
    """Shows an image, named index layers over it and boxes; zooms and pans.

    Wheel zooms at the cursor, dragging (left, middle, or any button with Space) pans, a double
    click or 0 fits the image, Ctrl+wheel changes the opacity of the layers, X hides and shows
    them. Only the part of the image that is seen is ever read, and only what has changed is
    painted again.
    """

    opacity_changed = Signal(str, float)
    """A layer's name and its new opacity, after Ctrl+wheel."""

    def __init__(
        self, parent: QWidget | None = None, transform: ViewTransform | None = None
    ) -> None:
        self._boxes: list[Rect] = []
        self._message = ""
        self._magnifier: Magnifier | None = None
        self._minimap: Minimap | None = None
        super().__init__(parent, transform)

    # Marks and helpers over the image

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
    def magnifier(self) -> Magnifier | None:
        """The lens at the cursor; None while it is off."""
        return self._magnifier

    def set_magnifier(self, shown: bool) -> None:
        """Show a lens at the cursor, or none."""
        if shown and self._magnifier is None:
            self._magnifier = Magnifier(self)
            self._magnifier.follow(QPointF(self.mapFromGlobal(self.cursor().pos())))
        elif not shown and self._magnifier is not None:
            self._magnifier.dismiss()
            self._magnifier = None

    @property
    def minimap(self) -> Minimap | None:
        """The small picture of the whole image; None while it is off."""
        return self._minimap

    def set_minimap(self, shown: bool) -> None:
        """Show the whole image small in a corner whenever the view shows a part of it."""
        if shown and self._minimap is None:
            self._minimap = Minimap(self)
            # On it the cursor is on no pixel of the image.
            self._minimap.entered.connect(lambda: self.leaveEvent(QEvent(QEvent.Type.Leave)))
        elif not shown and self._minimap is not None:
            self._minimap.dismiss()
            self._minimap = None

    def paint_marks(self, painter: QPainter, part: QRect) -> None:
        """Paint what lies over the layers; subclasses add to it."""
        placement, image = self.placement, self.image_rect
        if image.is_empty or self._message:
            marks.draw_message(painter, self.rect(), self._message)
        marks.draw_boxes(painter, placement, self._boxes, part)

    def refresh(self, rect: Rect | None = None) -> None:
        """Repaint a rectangle of pixels whose indices were changed; everything for None."""
        super().refresh(rect)
        if rect is not None and self._minimap is not None:
            self._minimap.refresh(rect)
        if self._magnifier is not None:
            self._magnifier.update()

    # Mouse and keys

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor; with Ctrl change the opacity of the layers."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._change_opacity(event.angleDelta().y() / _NOTCH * _OPACITY_STEP)
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """X toggles the layers; the rest as in every view that zooms."""
        if event.key() == Qt.Key.Key_X and not event.modifiers():
            self.set_overlays_visible(not self._overlays_visible)
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, or say which pixel the cursor is on; the lens goes along."""
        super().mouseMoveEvent(event)
        if self._magnifier is not None:
            self._magnifier.follow(event.position())
        # A stroke may go where the map is; without a button the cursor may want to go onto it.
        if self._minimap is not None and event.buttons() and not self.is_panning:
            self._minimap.avoid(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """The cursor is on no pixel any more, and the lens has nothing to show."""
        super().leaveEvent(event)
        if self._magnifier is not None:
            self._magnifier.follow(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A fitted image is fitted anew."""
        super().resizeEvent(event)
        self._place_helpers()

    def _change_opacity(self, step: float) -> None:
        for name in self._layers:
            look = self._look(name)
            look.opacity = round(min(max(look.opacity + step, 0.0), 1.0), 3)
            self.opacity_changed.emit(name, look.opacity)
        self._content_changed()

    def _content_changed(self, *, photo: bool = False) -> None:
        super()._content_changed(photo=photo)
        if self._minimap is not None:
            self._minimap.forget()
        if self._magnifier is not None:
            self._magnifier.update()

    def _on_placement_changed(self) -> None:
        self._place_helpers()
        super()._on_placement_changed()

    def _place_helpers(self) -> None:
        if self._minimap is not None:
            self._minimap.place()
        if self._magnifier is not None:
            self._magnifier.update()
