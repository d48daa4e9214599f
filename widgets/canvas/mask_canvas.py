"""The canvas: a layered view whose mask is edited with tools."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QKeySequence, QMouseEvent, QPainter
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from core.dataset.model import ClassInfo
from core.masks.document import MaskDocument
from core.masks.geometry import Rect
from core.masks.shapes.regions import Region
from widgets.canvas.class_digits import ClassDigits
from widgets.canvas.computing import Computing
from widgets.canvas.mask_view import MaskView
from widgets.canvas.painting import device_part, paint_highlight
from widgets.canvas.tools import TOOLS, Pointer, Tool
from widgets.canvas.transform import ViewTransform

MAX_BRUSH = 1024
_SMALLEST_SHOWN = 24.0
_BEFORE_KEY = Qt.Key.Key_O
_TEXT_INPUTS = (QLineEdit, QPlainTextEdit, QTextEdit)


class MaskCanvas(MaskView):
    """Shows a mask document over a photo and edits it with the chosen tool.

    The left button works the tool, the right one picks the class under the cursor; the middle one,
    or Space held, pans. Digits choose a class, so 0 chooses the background, and Ctrl+0 fits.
    """

    brush_size_changed = Signal(int)
    tool_changed = Signal(str)
    tool_options_changed = Signal()
    """The chosen tool has changed one of its options by itself."""
    before_held = Signal(bool)
    """The key that shows the mask as it was before went down, or up."""
    copied_to_next = Signal(object, int)
    """A region and a value that are to be painted in the next sample."""

    pans_with_left_button = False

    def __init__(
        self, parent: QWidget | None = None, transform: ViewTransform | None = None
    ) -> None:
        self._tools: dict[str, Tool] = {}
        super().__init__(parent, transform)
        self._brush_size = 12
        self._pressed = False
        self._assistant: Any = None
        self._digits = ClassDigits()
        self.computing = Computing(self)
        self.computing.failed.connect(self._on_failed)
        self._marks_rect = QRect()
        self._was_in_progress = False
        self._tools = {kind.id: kind(self) for kind in TOOLS}
        self._tool = self._tools["brush"]
        self.placement_changed.connect(self._on_view_changed)
        self.setAccessibleName("Mask canvas")
        self.setCursor(self._idle_cursor())

    def set_document(
        self,
        document: MaskDocument | None,
        classes: Sequence[ClassInfo] = (),
        ignore_index: int = 255,
    ) -> None:
        """Edit another mask, or none. An unfinished outline waits until the old one is back."""
        here = self._tool.pointer
        self._put_away()
        self._tool.hover(None)
        self.forget_computing()
        super().set_document(document, classes, ignore_index)
        for tool in self._tools.values():
            tool.sample_changed()
            tool.changed()
        self._tool.resume()
        if here is not None and document is not None:
            self._tool.hover(self._pointer_at(here.position, here.modifiers))

    # What is chosen

    @property
    def assistant(self) -> Any:
        """What proposes regions for clicks; None where the program has none."""
        return self._assistant

    def set_assistant(self, assistant: Any) -> None:
        """Give the AI click tool what it asks for proposals."""
        self._assistant = assistant

    @property
    def brush_size(self) -> int:
        """Diameter of brush and eraser, in pixels of the mask."""
        return self._brush_size

    def set_brush_size(self, size: int) -> None:
        """Set the diameter of brush and eraser, limited to 1 … MAX_BRUSH pixels."""
        size = min(max(int(size), 1), MAX_BRUSH)
        if size != self._brush_size:
            self._brush_size = size
            self.brush_size_changed.emit(size)
            self.setCursor(self._idle_cursor())
            self.refresh_marks()

    @property
    def tool(self) -> Tool:
        """The chosen tool."""
        return self._tool

    def set_tool(self, tool_id: str) -> None:
        """Choose a tool by its id; the old one's outline waits, all else in progress is dropped."""
        if tool_id == self._tool.id:
            return
        pointer = self._tool.pointer
        kept = self._put_away()
        self.forget_computing()
        self._tool.hover(None)
        self._tool = self._tools[tool_id]
        self._tool.hover(pointer)
        self.setCursor(self._idle_cursor())
        self.refresh_marks()
        self.update()
        self.tool_changed.emit(tool_id)
        if kept:
            self.say(kept)
        self._tool.chosen()
        self._tool.resume()

    def cancel(self) -> None:
        """Drop what the tool has in progress."""
        self._pressed = False
        self._tool.cancel()

    def undo(self) -> None:
        """Take back what the tool has in progress, else the last step."""
        if not self._tool.take_back():
            super().undo()

    def looked_at(self) -> None:
        """The tool's target may be another now."""
        self._tool.changed()

    # What tools ask for

    def compute(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Run `work` in a thread and hand its result to `done`, unless something newer is asked."""
        self.computing.request(work, done)

    def forget_computing(self) -> None:
        """Want no result of `compute` any more."""
        self.computing.forget()

    def shut_down(self) -> None:
        """End the thread that tools compute in."""
        self.computing.shut_down()

    def copy_to_next(self, region: Region, value: int) -> None:
        """Ask for the same pixels to be painted in the next sample."""
        self.copied_to_next.emit(region, value)

    def reveal(self, rect: Rect) -> None:
        """Bring a place of the image into sight, zoomed in if it is small."""
        shown = self.placement.rect_to_view(rect)
        small = max(shown.width(), shown.height()) < _SMALLEST_SHOWN
        if small or not self.rect().contains(shown.toAlignedRect()):
            self.zoom_to(rect.grown(max(8, rect.width // 2, rect.height // 2)))

    def options_changed(self) -> None:
        """Show the tool's options anew: the tool has changed one by itself."""
        self.tool_options_changed.emit()

    def refresh_marks(self) -> None:
        """Repaint what the tool draws, where it was and where it is now."""
        now = self._tool.marks_rect()
        self.update(self._marks_rect.united(now))
        self._marks_rect = now
        if self._tool.in_progress != self._was_in_progress:
            self._was_in_progress = self._tool.in_progress
            self.tool_options_changed.emit()

    def paint_marks(self, painter: QPainter, part: QRect) -> None:
        """Paint the tool's target and marks over everything else."""
        region = self._tool.highlight
        if region is not None:
            self._paint_highlight(painter, region, part)
        super().paint_marks(painter, part)
        if self._document is not None:
            painter.save()
            self._tool.paint(painter)
            painter.restore()

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Work the tool, pick a class, or begin to pan."""
        if self.begins_pan(event):
            super().mousePressEvent(event)
        elif self._document is None:
            event.ignore()
        elif event.button() == Qt.MouseButton.LeftButton:
            self._pressed = True
            self._tool.press(self._pointer(event))
        elif event.button() == Qt.MouseButton.RightButton and not self._pressed:
            self._pick_class(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A second click soon after the first: for most tools a click like any other."""
        if event.button() != Qt.MouseButton.LeftButton or self.begins_pan(event):
            self.mousePressEvent(event)
        elif self._document is not None:
            self._pressed = True
            self._tool.double_press(self._pointer(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with the tool, or pan."""
        super().mouseMoveEvent(event)
        if self.is_panning or self._document is None:
            return
        if self._pressed:
            self._tool.drag(self._pointer(event))
        else:
            self._tool.hover(self._pointer(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the stroke, or panning."""
        if self._pressed and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = False
            self._tool.release(self._pointer(event))
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of the tool in progress first, then those of the canvas."""
        key, modifiers = event.key(), event.modifiers()
        plain = not modifiers & ~Qt.KeyboardModifier.KeypadModifier
        if self._document is not None and self._tool.key_press(key, modifiers):
            return
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.redo()
        elif key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight):
            self.step_brush_size(1 if key == Qt.Key.Key_BracketRight else -1)
        elif key == Qt.Key.Key_Home or (
            key == Qt.Key.Key_0 and modifiers & Qt.KeyboardModifier.ControlModifier
        ):
            self.fit()
        elif plain and Qt.Key.Key_0 <= key <= Qt.Key.Key_9:
            self.set_current_class(self._digits.value(key - Qt.Key.Key_0, self._legal_values()))
        elif plain and key == _BEFORE_KEY:
            if not event.isAutoRepeat():
                self.before_held.emit(True)
        elif plain and key == Qt.Key.Key_I:
            self.set_current_class(self._ignore_index)
        elif plain and (tool := self._tool_for_key(key)) is not None:
            self.set_tool(tool)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """O released: the mask as it is now is back."""
        if event.key() == _BEFORE_KEY and not event.isAutoRepeat():
            self.before_held.emit(False)
        if self._document is not None and not event.isAutoRepeat():
            self._tool.key_release(event.key(), event.modifiers())
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QEvent) -> None:
        """Forget a held O: its release goes elsewhere."""
        self.before_held.emit(False)
        super().focusOutEvent(event)

    def step_brush_size(self, direction: int) -> None:
        """Make the brush larger (1) or smaller (-1) by a tenth, at least by one pixel."""
        self.set_brush_size(self._brush_size + direction * max(1, self._brush_size // 10))

    def enterEvent(self, event: QEnterEvent) -> None:
        """Take the keyboard, so that keys work where the mouse is; never from a text field."""
        if not isinstance(QApplication.focusWidget(), _TEXT_INPUTS):
            self.setFocus(Qt.FocusReason.MouseFocusReason)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Draw no cursor marks while the mouse is elsewhere."""
        if not self._pressed:
            self._tool.hover(None)
        super().leaveEvent(event)

    def event(self, event: QEvent) -> bool:
        """A key that the tool is waiting for is the tool's, not a shortcut of the page."""
        if event.type() == QEvent.Type.ShortcutOverride and self._document is not None:
            assert isinstance(event, QKeyEvent)
            if self._tool.wants_key(event.key(), event.modifiers()):
                event.accept()
                return True
        return super().event(event)

    def _idle_cursor(self) -> Qt.CursorShape:
        if not self._tools or self._document is None or self._space_held:
            return super()._idle_cursor()
        return self._tool.cursor

    def _pointer(self, event: QMouseEvent) -> Pointer:
        return self._pointer_at(event.position(), event.modifiers())

    def _pointer_at(self, position: QPointF, modifiers: Qt.KeyboardModifier) -> Pointer:
        pixel, (height, width) = self.pixel_at(position), self.pixels.shape
        if pixel is not None and not (pixel[0] < width and pixel[1] < height):
            pixel = None  # The photo is another already, the mask not yet.
        return Pointer(position, self.placement.to_image(position), pixel, modifiers)

    def _put_away(self) -> str:
        self._pressed = False
        return self._tool.put_away()

    def _pick_class(self, event: QMouseEvent) -> None:
        pixel = self.pixel_at(event.position())
        if pixel is not None:
            self.set_current_class(int(self.pixels[pixel[1], pixel[0]]))

    def _tool_for_key(self, key: int) -> str | None:
        for tool in TOOLS:
            if key == ord(tool.key):
                return tool.id
        return None

    def _on_failed(self, problem: str) -> None:
        # A tool that waits for an answer would wait for ever.
        self._tool.cancel()
        self.say(problem)

    def _on_view_changed(self) -> None:
        self.setCursor(self._idle_cursor())
        here = self._tool.pointer
        if here is not None:  # The cursor has stayed, what is under it has not.
            self._tool.pointer = self._pointer_at(here.position, here.modifiers)
        self._tool.changed()

    def _paint_highlight(self, painter: QPainter, region: Region, part: QRect) -> None:
        ratio, image = self.devicePixelRatioF(), self.image_rect
        shown = part.intersected(self.placement.covering(region.rect, margin=4))
        visible = device_part(shown, self.placement, ratio).clipped(image.width, image.height)
        if visible.width and visible.height:
            painter.save()
            painter.scale(1 / ratio, 1 / ratio)
            paint_highlight(painter, region, visible, image, self._border_width())
            painter.restore()
