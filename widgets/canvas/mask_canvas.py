"""The canvas: a layered view whose mask is edited with tools."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QKeySequence, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from core.dataset.model import ClassInfo
from core.images import Array
from core.masks.document import MaskDocument
from core.masks.geometry import EMPTY, Rect
from core.masks.protection import Over, Protection
from core.masks.regions import Region, everything
from widgets import theme
from widgets.canvas.computing import Computing
from widgets.canvas.layered_view import LayeredView
from widgets.canvas.painting import device_part, paint_highlight
from widgets.canvas.sampling import ImagePyramid
from widgets.canvas.tools import TOOLS, Pointer, Prediction, Tool
from widgets.canvas.transform import ViewTransform

MASK_LAYER = "mask"
MAX_BRUSH = 1024
_SMALLEST_SHOWN = 24.0
_NO_MASK = np.zeros((0, 0), np.uint8)
_TEXT_INPUTS = (QLineEdit, QPlainTextEdit, QTextEdit)


class MaskCanvas(LayeredView):
    """Shows a mask document over a photo and edits it with the chosen tool.

    The left button works the tool, the right one picks the class under the cursor; the middle one,
    or Space held, pans. Digits choose a class, so 0 chooses the background, and Ctrl+0 fits.
    """

    edited = Signal(object)
    """The rectangle (`Rect`) of pixels that an edit, undo or redo changed; during strokes too."""
    history_changed = Signal()
    """A step was added, undone or redone: what can be undone, and the counts, may be new."""
    current_class_changed = Signal(int)
    brush_size_changed = Signal(int)
    tool_changed = Signal(str)
    said = Signal(str)
    """A sentence for the status line."""
    options_changed = Signal()
    """The chosen tool has changed one of its options by itself."""
    protection_changed = Signal()
    """What strokes may paint over is another."""
    copied_to_next = Signal(object, int)
    """A region and a value that are to be painted in the next sample."""

    pans_with_left_button = False

    def __init__(
        self, parent: QWidget | None = None, transform: ViewTransform | None = None
    ) -> None:
        self._tools: dict[str, Tool] = {}
        super().__init__(parent, transform)
        self._document: MaskDocument | None = None
        self._classes: tuple[ClassInfo, ...] = ()
        self._ignore_index = 255
        self._current_class = 1
        self._brush_size = 12
        self._pressed = False
        self._protection = Protection()
        self._locked_reason = ""
        self._prediction: Prediction | None = None
        self._assistant: Any = None
        self.computing = Computing(self)
        self.computing.failed.connect(self.say)
        self._marks_rect = QRect()
        self._tools = {kind.id: kind(self) for kind in TOOLS}
        self._tool = self._tools["brush"]
        self.placement_changed.connect(self._on_view_changed)
        self.setAccessibleName("Mask canvas")
        self.setCursor(self._idle_cursor())

    # The document and what is chosen

    def set_document(
        self,
        document: MaskDocument | None,
        classes: Sequence[ClassInfo] = (),
        ignore_index: int = 255,
    ) -> None:
        """Edit another mask, or none. A stroke under way in the old one is taken back."""
        self.cancel()
        self.forget_computing()
        self._document = document
        self._prediction = None
        self._classes = tuple(classes)
        self._ignore_index = ignore_index
        if document is None:
            self.set_overlay(MASK_LAYER, None)
        else:
            illegal = set(range(256)) - self._legal_values()
            colors = theme.class_table(self._classes, ignore_index=ignore_index)
            self.set_overlay(MASK_LAYER, document.mask, colors, solid=illegal)
            if self._current_class not in self._legal_values():
                self.set_current_class(min(1, len(self._classes) - 1))
        for tool in self._tools.values():
            tool.sample_changed()
            tool.changed()
        self.history_changed.emit()

    @property
    def document(self) -> MaskDocument | None:
        """The mask that is edited; None when there is none."""
        return self._document

    @property
    def pixels(self) -> Array:
        """The mask's pixels, read-only; without pixels when there is no document."""
        return self._document.mask if self._document is not None else _NO_MASK

    @property
    def classes(self) -> tuple[ClassInfo, ...]:
        """The classes that can be painted."""
        return self._classes

    @property
    def current_class(self) -> int:
        """The class that tools paint."""
        return self._current_class

    @property
    def ignore_index(self) -> int:
        """The value of pixels that training leaves out."""
        return self._ignore_index

    @property
    def photo(self) -> ImagePyramid | None:
        """The photo under the mask; None when it cannot be shown, or has another size."""
        photo = self._pyramid
        if photo is None or (photo.height, photo.width) != self.pixels.shape:
            return None
        return photo

    @property
    def prediction(self) -> Prediction | None:
        """What a model says of the sample; None when no run's prediction is loaded."""
        return self._prediction

    def set_prediction(self, prediction: Prediction | None) -> None:
        """Offer what a model says of the sample to the tools; it goes with the document."""
        self._prediction = prediction
        self._tool.changed()

    @property
    def assistant(self) -> Any:
        """What proposes regions for clicks; None where the program has none."""
        return self._assistant

    def set_assistant(self, assistant: Any) -> None:
        """Give the AI click tool what it asks for proposals."""
        self._assistant = assistant

    @property
    def protection(self) -> Protection:
        """What strokes may paint over."""
        return self._protection

    def set_protection(self, protection: Protection) -> None:
        """Choose what strokes may paint over."""
        if protection != self._protection:
            self._protection = protection
            self.protection_changed.emit()

    @property
    def is_read_only(self) -> bool:
        """Whether the mask can be looked at only."""
        return bool(self._locked_reason)

    def set_read_only(self, reason: str) -> None:
        """Refuse every edit and say why; "" lets the mask be edited."""
        if reason != self._locked_reason:
            self.cancel()
            self._locked_reason = reason

    def set_current_class(self, value: int) -> None:
        """Choose the class that tools paint; a value that is no class is refused."""
        if value not in self._legal_values():
            self.say(f"The value {value} is no class of this dataset.")
        elif value != self._current_class:
            self._current_class = value
            self.current_class_changed.emit(value)
            self._tool.changed()
            self.say(f"Painting {self.class_name(value)}.")

    def class_name(self, value: int) -> str:
        """The name of a class, or what to call a value that is none."""
        for info in self._classes:
            if info.index == value:
                return info.name
        return "ignored" if value == self._ignore_index else f"value {value} (no class)"

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
        """Choose a tool by its id; what the old one had in progress is dropped."""
        if tool_id == self._tool.id:
            return
        pointer = self._tool.pointer
        self.cancel()
        self.forget_computing()
        self._tool.hover(None)
        self._tool = self._tools[tool_id]
        self._tool.hover(pointer)
        self.setCursor(self._idle_cursor())
        self.refresh_marks()
        self.update()
        self.tool_changed.emit(tool_id)
        self._tool.chosen()

    def cancel(self) -> None:
        """Drop what the tool has in progress."""
        self._pressed = False
        self._tool.cancel()

    def undo(self) -> None:
        """Take the last step back, or the stroke under way."""
        self._travel("undo")

    def redo(self) -> None:
        """Do the last undone step again."""
        self._travel("redo")

    # What tools ask for

    def begin_stroke(self, name: str) -> None:
        """Begin an undo step."""
        if self._document is not None and self._may_edit():
            self._document.begin_stroke(name)

    def write(self, region: Region, value: int) -> Rect:
        """Write a value to a region inside the step, and repaint what changed."""
        if self._document is None or not self._document.in_stroke:
            return EMPTY
        protected = self._protection.protected(self._current_class)
        changed = self._document.set(region, value, protected)
        self._show_change(changed)
        return changed

    def end_stroke(self) -> None:
        """End the undo step."""
        if self._document is not None and self._document.in_stroke:
            if self._document.end_stroke().is_empty:
                self._say_why_nothing_changed()
            self.history_changed.emit()

    def abort_stroke(self) -> None:
        """Take the undo step under way back."""
        if self._document is not None and self._document.in_stroke:
            self._show_change(self._document.abort_stroke())
            self.history_changed.emit()

    def edit(self, name: str, region: Region, value: int | Array) -> Rect:
        """Write to a region as a step of its own, within what may be painted over."""
        changed = self._apply(name, region, value, self._protection.protected(self._current_class))
        if changed.is_empty and not self.is_read_only:
            self._say_why_nothing_changed()
        return changed

    def replace(self, name: str, pixels: Array) -> Rect:
        """Put other pixels in place of the whole mask, as a step; nothing is protected from it."""
        return self._apply(name, everything(pixels.shape), pixels, ())

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

    def say(self, text: str) -> None:
        """Tell the user something, briefly."""
        self.said.emit(text)

    def refresh_marks(self) -> None:
        """Repaint what the tool draws, where it was and where it is now."""
        now = self._tool.marks_rect()
        self.update(self._marks_rect.united(now))
        self._marks_rect = now

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
        plain = modifiers in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
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
            self.set_current_class(key - int(Qt.Key.Key_0))
        elif plain and key == Qt.Key.Key_I:
            self.set_current_class(self._ignore_index)
        elif plain and (tool := self._tool_for_key(key)) is not None:
            self.set_tool(tool)
        else:
            super().keyPressEvent(event)

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
        position = event.position()
        point = self.placement.to_image(position)
        return Pointer(position, point, self.pixel_at(position), event.modifiers())

    def _pick_class(self, event: QMouseEvent) -> None:
        pixel = self.pixel_at(event.position())
        if pixel is not None:
            self.set_current_class(int(self.pixels[pixel[1], pixel[0]]))

    def _tool_for_key(self, key: int) -> str | None:
        for tool in TOOLS:
            if key == ord(tool.key):
                return tool.id
        return None

    def _legal_values(self) -> set[int]:
        return {info.index for info in self._classes} | {self._ignore_index}

    def _travel(self, verb: str) -> None:
        document = self._document
        if document is None:
            return
        if document.in_stroke:
            self.cancel()
            return
        if not self._may_edit():
            return
        name = document.undo_name if verb == "undo" else document.redo_name
        changed = document.undo() if verb == "undo" else document.redo()
        if changed is None:
            self.say(f"Nothing to {verb}.")
            return
        self._show_change(changed)
        self._tool.changed()
        self.history_changed.emit()
        self.say(f"{'Undone' if verb == 'undo' else 'Done again'}: {name}.")

    def _apply(
        self, name: str, region: Region, value: int | Array, protected: Collection[int]
    ) -> Rect:
        if self._document is None or not self._may_edit():
            return EMPTY
        changed = self._document.apply(name, region, value, protected)
        self._show_change(changed)
        self._tool.changed()
        self.history_changed.emit()
        return changed

    def _may_edit(self) -> bool:
        if self._locked_reason:
            self.say(self._locked_reason)
        return not self._locked_reason

    def _say_why_nothing_changed(self) -> None:
        over = self._protection.over
        if over is Over.CURRENT:
            self.say(f"Only {self.class_name(self._current_class)} may be painted over.")
        elif over is not Over.EVERYTHING:
            self.say("Nothing changed: everything here is protected.")

    def _show_change(self, changed: Rect) -> None:
        if not changed.is_empty:
            self.refresh(changed)
            self.edited.emit(changed)

    def _on_view_changed(self) -> None:
        self.setCursor(self._idle_cursor())
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
