"""A layered view whose mask can be edited: the document, its classes, and what may be changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.dataset.model import ClassInfo
from core.images import Array
from core.masks.document import MaskDocument
from core.masks.geometry import EMPTY, Rect
from core.masks.protection import Over, Protection
from core.masks.shapes.regions import Region, everything
from widgets import theme
from widgets.canvas.layered_view import LayeredView
from widgets.canvas.sampling import ImagePyramid
from widgets.canvas.tools import Prediction
from widgets.canvas.transform import ViewTransform

MASK_LAYER = "mask"
_NO_MASK = np.zeros((0, 0), np.uint8)


class MaskView(LayeredView):
    """Shows a mask document over a photo, and is the one way by which widgets change it.

    Every change is repainted where it happened and told by signals. What is protected stays as it
    is, and a mask that is read-only is not changed at all.
    """

    edited = Signal(object)
    """The rectangle (`Rect`) of pixels that an edit, undo or redo changed; during strokes too."""
    history_changed = Signal()
    """A step was added, undone or redone: what can be undone, and the counts, may be new."""
    current_class_changed = Signal(int)
    protection_changed = Signal()
    """What strokes may paint over is another."""
    said = Signal(str)
    """A sentence for the status line."""

    def __init__(
        self, parent: QWidget | None = None, transform: ViewTransform | None = None
    ) -> None:
        super().__init__(parent, transform)
        self._document: MaskDocument | None = None
        self._classes: tuple[ClassInfo, ...] = ()
        self._ignore_index = 255
        self._current_class = 1
        self._protection = Protection()
        self._locked_reason = ""
        self._prediction: Prediction | None = None

    # The document and what is chosen

    def set_document(
        self,
        document: MaskDocument | None,
        classes: Sequence[ClassInfo] = (),
        ignore_index: int = 255,
    ) -> None:
        """Edit another mask, or none. A stroke under way in the old one is taken back."""
        self.cancel()
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
        self.history_changed.emit()

    def cancel(self) -> None:
        """Drop what is in progress."""

    def looked_at(self) -> None:
        """Called after the mask, the class or the prediction is another."""

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
        self.looked_at()

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
            self.looked_at()
            self.say(f"Painting {self.class_name(value)}.")

    def class_name(self, value: int) -> str:
        """The name of a class, or what to call a value that is none."""
        for info in self._classes:
            if info.index == value:
                return info.name
        return "ignored" if value == self._ignore_index else f"value {value} (no class)"

    def undo(self) -> None:
        """Take the last step back, or the stroke under way."""
        self._travel("undo")

    def redo(self) -> None:
        """Do the last undone step again."""
        self._travel("redo")

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

    def say(self, text: str) -> None:
        """Tell the user something, briefly."""
        self.said.emit(text)

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
        self.looked_at()
        self.history_changed.emit()
        self.say(f"{'Undone' if verb == 'undo' else 'Done again'}: {name}.")

    def _apply(
        self, name: str, region: Region, value: int | Array, protected: Collection[int]
    ) -> Rect:
        if self._document is None or not self._may_edit():
            return EMPTY
        changed = self._document.apply(name, region, value, protected)
        self._show_change(changed)
        self.looked_at()
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
        elif over is Over.EVERYTHING:
            self.say("Nothing changed: it was so already.")
        else:
            self.say("Nothing changed: everything here is protected, or was so already.")

    def _show_change(self, changed: Rect) -> None:
        if not changed.is_empty:
            self.refresh(changed)
            self.edited.emit(changed)
