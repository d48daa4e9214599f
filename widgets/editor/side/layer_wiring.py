"""Connects the panels at the right and the read-out with the canvas."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor

from core.dataset.model import ClassInfo
from core.images import Array
from widgets import theme
from widgets.canvas import MASK_LAYER, MaskCanvas
from widgets.editor.pixel_readout import PixelReading
from widgets.editor.sample_bar import SampleBar
from widgets.editor.side.image_panel import ImagePanel
from widgets.editor.side.layer_kinds import MASK, ORIGINAL, PHOTO, SAVED
from widgets.editor.side.layer_panel import LayerPanel


class LayerWiring(QObject):
    """Keeps the canvas as the panels say, and the panels as the canvas says.

    It holds what each layer has to show of the sample, and lays it on the canvas while it is
    wanted. The mask is the canvas's own layer; everything else comes by `show_layer`.
    """

    wanted = Signal(str)
    """A layer begins to be shown: what it shows may be missing, or not be the newest."""

    def __init__(
        self,
        canvas: MaskCanvas,
        panel: LayerPanel,
        image_panel: ImagePanel,
        sample_bar: SampleBar,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._canvas, self._panel = canvas, panel
        self._image_panel, self._sample_bar = image_panel, sample_bar
        self._contents: dict[str, Array] = {}
        self._laid: dict[str, Array] = {}
        self._table = theme.class_table(())
        self._before: str | None = None
        self._hovered = (-1, -1)
        self._connect()
        canvas.set_minimap(panel.minimap_box.isChecked())
        self._show_zoom()

    def set_classes(self, classes: Sequence[ClassInfo], ignore_index: int) -> None:
        """Take over the classes of another dataset."""
        self._table = theme.class_table(classes, ignore_index=ignore_index)
        self._sample_bar.readout.set_class_names(tuple(info.name for info in classes))
        self._laid.clear()  # the colours are others
        self.refresh()

    def show_layer(self, name: str, indices: Array | None, note: str = "", why: str = "") -> None:
        """Give a layer what it shows of the sample.

        Args:
            name: The layer, one of `layer_kinds`, other than photo, mask and places.
            indices: uint8 H×W class indices; stretched when they have another size than the photo.
                None for nothing.
            note: Why there is nothing, in two or three words.
            why: The same as a sentence, for the tooltip.
        """
        if indices is None:
            self._contents.pop(name, None)
        else:
            self._contents[name] = indices
        self._panel.set_note(name, note, why)
        self._apply(name)
        if name == self._before:
            self._canvas.show_only(name)  # without content that is the photo alone
        self._show_pixel(*self._hovered)

    def content(self, name: str) -> Array | None:
        """What a layer has to show; None when nobody has given it anything."""
        return self._contents.get(name)

    def forget_sample(self) -> None:
        """Let go of everything that was about the sample."""
        self._panel.release_before()
        for name in tuple(self._contents):
            del self._contents[name]
            self._apply(name)
        for row in self._panel.rows.values():
            row.set_note("")
        self._hovered = (-1, -1)
        self._show_pixel(-1, -1)

    def refresh(self) -> None:
        """Bring every layer of the canvas to what the panel says."""
        for name in self._panel.rows:
            self._apply(name)

    @property
    def before_layer(self) -> str:
        """The layer that "before" shows now."""
        choice = self._panel.before_choice
        if choice != "auto":
            return choice
        document = self._canvas.document
        return SAVED if document is not None and document.is_dirty else ORIGINAL

    def _connect(self) -> None:
        canvas, panel = self._canvas, self._panel
        panel.visibility_changed.connect(self._on_visibility)
        panel.opacity_changed.connect(canvas.set_layer_opacity)
        panel.outline_changed.connect(lambda name, _on: self._apply(name))
        panel.overlays_toggled.connect(canvas.set_overlays_visible)
        panel.before_held.connect(self._on_before)
        panel.magnifier_toggled.connect(canvas.set_magnifier)
        panel.minimap_toggled.connect(canvas.set_minimap)
        self._image_panel.adjustment_changed.connect(canvas.set_adjustment)
        canvas.opacity_changed.connect(lambda name, opacity: panel.show_opacity(opacity, name))
        canvas.overlays_visible_changed.connect(panel.overlays_box.setChecked)
        canvas.hovered.connect(self._show_pixel)
        canvas.placement_changed.connect(self._show_zoom)
        canvas.edited.connect(self._on_edited)

    def _apply(self, name: str) -> None:
        if name == PHOTO:
            self._canvas.set_image_visible(self._panel.rows[PHOTO].is_shown)
            return
        row = self._panel.rows[name]
        if not row.kind.is_of_classes:
            return
        if name != MASK and not self._lay(name):
            return
        # While it stands for the mask it is drawn as the mask is.
        look = self._panel.rows[MASK] if name == self._before else row
        layer = MASK_LAYER if name == MASK else name
        self._canvas.set_layer_opacity(layer, look.opacity)
        self._canvas.set_layer_style(layer, "outline" if look.is_outlined else "fill")
        self._canvas.set_layer_visible(layer, row.is_shown or name == self._before)

    def _lay(self, name: str) -> bool:
        """Put a layer on the canvas, or take it away. Returns whether it lies there."""
        content = self._contents.get(name)
        is_wanted = self._panel.rows[name].is_shown or name == self._before
        if content is None or not is_wanted:
            if name in self._laid:
                del self._laid[name]
                self._canvas.set_overlay(name, None)
            return False
        if self._laid.get(name) is not content:
            self._laid[name] = content
            self._canvas.set_overlay(name, content, self._table)
        return True

    def _on_visibility(self, name: str, shown: bool) -> None:
        self._apply(name)
        if shown and name != MASK and self._panel.rows[name].kind.is_of_classes:
            self.wanted.emit(name)

    def _on_before(self, held: bool) -> None:
        before = self._before
        self._before = self.before_layer if held else None
        for name in (before, self._before):
            if name is not None:
                self._apply(name)
        # A saved version is read when it is asked for, and `show_layer` goes on from there.
        if self._before != SAVED or SAVED in self._contents:
            self._canvas.show_only(self._before)
        if self._before is not None:
            self.wanted.emit(self._before)

    def _on_edited(self, _changed: object) -> None:
        # Whoever edits sees what is edited, whatever is still held.
        self._panel.release_before()
        self._show_pixel(*self._hovered)

    def _show_zoom(self) -> None:
        self._sample_bar.show_zoom(self._canvas.placement.scale)

    def _show_pixel(self, x: int, y: int) -> None:
        self._hovered = (x, y)
        readout = self._sample_bar.readout
        canvas = self._canvas
        prediction = canvas.prediction
        readout.set_prediction_loaded(prediction is not None)
        if x < 0:
            readout.show_reading(None)
            return
        image = canvas.image_rect
        value = _value_at(canvas.pixels, x, y) if canvas.document is not None else None
        predicted = confidence = None
        if prediction is not None:
            predicted = _value_at(prediction.classes, x, y)
            if prediction.confidence is not None:
                confidence = _value_at(prediction.confidence, x, y)
        readout.show_reading(
            PixelReading(
                x,
                y,
                digits=len(str(max(image.width, image.height) - 1)),
                class_name=canvas.class_name(value) if value is not None else "",
                class_color=self._color(value),
                intensity=canvas.intensity_at(x, y),
                predicted=canvas.class_name(predicted) if predicted is not None else "",
                confidence=confidence / 255 if confidence is not None else None,
                run=prediction.run if prediction is not None else "",
            )
        )

    def _color(self, value: int | None) -> QColor | None:
        color = self._table[value] if value is not None else None
        return QColor(*color) if color is not None and color[3] else None


def _value_at(pixels: Array, x: int, y: int) -> int | None:
    return int(pixels[y, x]) if y < pixels.shape[0] and x < pixels.shape[1] else None
