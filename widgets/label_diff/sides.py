"""Before and after side by side: zoomed and panned in step, with what changed marked on both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.dataset.model import ClassInfo
from core.flags import Box
from core.images import Array
from core.labels.pair import MaskPair
from widgets import theme
from widgets.canvas import ImagePyramid, ViewTransform
from widgets.canvas.marks import HIGHLIGHT
from widgets.comparison.grid.panel import LinkedView
from widgets.elided_label import ElidedLabel

_MASK, _OUTLINE, _LINES = "mask", "changes", "lines"
_CLEAR: theme.Rgba = (0, 0, 0, 0)
# What is shown around a place, to tell where one is: this share of the image's longer side.
_CONTEXT = 1 / 20


@dataclass(frozen=True, slots=True)
class ShownPair:
    """A pair made ready for painting, off the UI thread.

    Attributes:
        pair: The masks and the photo.
        photo: The photo with its smaller copies; None when there is none.
        lines: The hatching of what changed, uint8 H×W; None when nothing can be compared.
    """

    pair: MaskPair
    photo: ImagePyramid | None
    lines: Array | None


def prepared(pair: MaskPair) -> ShownPair:
    """Make a pair ready for painting; may be called from any thread."""
    photo = ImagePyramid(pair.photo) if pair.photo is not None else None
    return ShownPair(pair, photo, hatched(pair.changed) if pair.changed is not None else None)


def hatched(changed: Array) -> Array:
    """Lines over what changed, as wide as the image is large: 1 on a line, else 0."""
    height, width = changed.shape
    thick = max(1, round(max(height, width) / 256))
    period = 5 * thick
    lines: Array = (changed != 0).astype(np.uint8)
    columns = np.arange(width)
    # Row by row of the pattern, because an array of numbers for every pixel would be many times
    # as large as the mask.
    for row in range(min(period, height)):
        lines[row::period] &= ((columns + row) % period < thick).view(np.uint8)
    return lines


class Side(QWidget):
    """One of the two: a title, and what is under the cursor at its right."""

    def __init__(self, word: str, transform: ViewTransform, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._word = word
        self._title = ElidedLabel()
        font = QFont(self._title.font())
        font.setBold(True)
        self._title.setFont(font)
        self._reading = QLabel()
        self._reading.setProperty("role", "muted")
        self.view = LinkedView(transform)
        bar = QHBoxLayout()
        bar.setContentsMargins(2, 0, 2, 0)
        bar.setSpacing(theme.GRID)
        bar.addWidget(self._title, 1)
        bar.addWidget(self._reading)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID // 2)
        column.addLayout(bar)
        column.addWidget(self.view, 1)

    @property
    def title(self) -> str:
        """What it is headed with."""
        return self._title.text()

    @property
    def reading(self) -> str:
        """What is under the cursor."""
        return self._reading.text()

    def set_name(self, name: str) -> None:
        """Name the label set that is shown."""
        self._title.setText(f"{self._word} · {name}" if name else self._word)
        self.view.setAccessibleName(self._title.text())

    def set_reading(self, text: str) -> None:
        """Say what is under the cursor."""
        self._reading.setText(text)


class Sides(QWidget):
    """Both sides share zoom, pan, cursor, opacity and what is shown."""

    opened = Signal()
    """The sample is wanted in the editor (a double click)."""
    overlays_visible_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.transform = ViewTransform(self)
        self.before = Side("Before", self.transform)
        self.after = Side("After", self.transform)
        self._classes: Sequence[ClassInfo] = ()
        self._ignore_index = 255
        self._colors: list[theme.Rgba] = [_CLEAR] * 256
        self._shown: ShownPair | None = None
        self._message = ""
        self._opacity = 0.45
        self._is_hatched = True
        self._overlays_visible = True
        row = QGridLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        for column, side in enumerate(self._sides):
            row.addWidget(side, 0, column)
            row.setColumnStretch(column, 1)
            view = side.view
            view.opened.connect(self.opened)
            view.hovered.connect(lambda x, y, view=view: self._on_hovered(view, x, y))
            view.overlays_visible_changed.connect(self.set_overlays_visible)
            view.opacity_changed.connect(self._on_opacity)
        self._show()

    @property
    def _sides(self) -> tuple[Side, Side]:
        return self.before, self.after

    @property
    def shown(self) -> ShownPair | None:
        """The pair on the screen; None while there is none."""
        return self._shown

    @property
    def opacity(self) -> float:
        """How strongly the masks cover the photo, 0 to 1."""
        return self._opacity

    @property
    def overlays_visible(self) -> bool:
        """Whether anything is shown over the photos."""
        return self._overlays_visible

    @property
    def is_hatched(self) -> bool:
        """Whether what changed is hatched, beside its outline."""
        return self._is_hatched

    def set_classes(self, classes: Sequence[ClassInfo], ignore_index: int) -> None:
        """Take the colours of the masks from those classes."""
        self._classes, self._ignore_index = classes, ignore_index
        self._colors = theme.class_table(classes, ignore_index=ignore_index)
        self._show()

    def set_names(self, before: str, after: str) -> None:
        """Name the label sets."""
        self.before.set_name(before)
        self.after.set_name(after)

    def show_pair(self, shown: ShownPair) -> None:
        """Show a sample; another one than before is fitted into the views."""
        is_other = self._shown is None or self._shown.pair.sample != shown.pair.sample
        self._shown, self._message = shown, ""
        self._show()
        if is_other:
            self.transform.fit()

    def clear(self, message: str = "") -> None:
        """Show no sample, but say something."""
        self._shown, self._message = None, message
        self._show()

    def show_place(self, box: Box | None) -> None:
        """Zoom to a place that changed; None shows the whole image."""
        if box is None or self._shown is None:
            self.transform.fit()
            return
        image = self.before.view.image_rect
        stretch_x, stretch_y = self._stretch()
        margin = round(_CONTEXT * max(image.width, image.height))
        x, y, width, height = box
        self.before.view.zoom_to(
            (
                round(x * stretch_x) - margin,
                round(y * stretch_y) - margin,
                round(width * stretch_x) + 2 * margin,
                round(height * stretch_y) + 2 * margin,
            )
        )

    def set_hatched(self, hatched: bool) -> None:
        """Hatch what changed, beside its outline."""
        self._is_hatched = hatched
        for side in self._sides:
            side.view.set_layer_visible(_LINES, hatched)

    def set_overlays_visible(self, visible: bool) -> None:
        """Show or hide all that lies over the photos."""
        if visible == self._overlays_visible:
            return
        self._overlays_visible = visible
        for side in self._sides:
            side.view.set_overlays_visible(visible)
        self.overlays_visible_changed.emit(visible)

    def set_opacity(self, opacity: float) -> None:
        """Set how strongly the masks cover the photo, 0 to 1, on both sides."""
        self._opacity = min(max(opacity, 0.0), 1.0)
        self._apply_opacity()

    def _on_opacity(self, layer: str, opacity: float) -> None:
        # With Ctrl+wheel a view changes each of its own layers; both sides follow the mask's.
        if layer == _MASK:
            self.set_opacity(opacity)
        else:
            self._apply_opacity()

    def _apply_opacity(self) -> None:
        for side in self._sides:
            for layer, opacity in {_MASK: self._opacity, _OUTLINE: 0.0, _LINES: 1.0}.items():
                side.view.set_layer_opacity(layer, opacity)

    def _stretch(self) -> tuple[float, float]:
        """Pixels of the photo per pixel of the masks, across and down."""
        image = self.before.view.image_rect
        changed = self._shown.pair.changed if self._shown is not None else None
        if changed is None:
            return 1.0, 1.0
        return image.width / max(changed.shape[1], 1), image.height / max(changed.shape[0], 1)

    def _show(self) -> None:
        pair = self._shown.pair if self._shown is not None else None
        mark = [_CLEAR, (HIGHLIGHT.red(), HIGHLIGHT.green(), HIGHLIGHT.blue(), 255)]
        marks = mark + [_CLEAR] * (256 - len(mark))
        for side in self._sides:
            view = side.view
            view.set_cross(None)
            side.set_reading("")
            mask, message = None, self._message
            if pair is not None:
                is_first = side is self.before
                mask = pair.before if is_first else pair.after
                problem = pair.before_problem if is_first else pair.after_problem
                # Over a photo a sentence could not be read; the line below says it then.
                message = problem if pair.photo is None else ""
            view.set_image(self._shown.photo if self._shown is not None else None)
            view.set_overlay(_MASK, mask, self._colors)
            lines = self._shown.lines if self._shown is not None else None
            view.set_overlay(_LINES, lines, marks, borders=False)
            view.set_overlay(_OUTLINE, pair.changed if pair is not None else None, marks)
            view.set_layer_visible(_LINES, self._is_hatched)
            view.set_message(message)
        if pair is not None:
            self._apply_opacity()

    def _on_hovered(self, source: LinkedView, x: int, y: int) -> None:
        for side in self._sides:
            side.view.set_cross(None if side.view is source or x < 0 else (x, y))
            side.set_reading(self._read(side, x, y) if x >= 0 else "")

    def _read(self, side: Side, x: int, y: int) -> str:
        """The class that a side shows at a pixel of the photo."""
        pair = self._shown.pair if self._shown is not None else None
        mask = None if pair is None else pair.before if side is self.before else pair.after
        if mask is None:
            return ""
        image = side.view.image_rect
        # A mask of another size than the photo is stretched over it.
        row = min(y * mask.shape[0] // max(image.height, 1), mask.shape[0] - 1)
        column = min(x * mask.shape[1] // max(image.width, 1), mask.shape[1] - 1)
        return class_name(self._classes, self._ignore_index, int(mask[row, column]))


def class_name(classes: Sequence[ClassInfo], ignore_index: int, value: int) -> str:
    """The class of a mask value in words."""
    if value < len(classes):
        return classes[value].name
    return "ignored" if value == ignore_index else f"value {value}"
