"""What is shown of a sample: photo, mask, what is laid beside it, and how each is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets.arrow_slider import ArrowSlider
from widgets.editor.side.flat_buttons import HoldButton, IconToggle, MenuButton, SwitchButton
from widgets.editor.side.layer_kinds import KINDS, MASK, ORIGINAL, PHOTO, PLACES, SAVED
from widgets.editor.side.layer_row import LayerRow

_BEFORE = (
    ("auto", "What was saved; without changes, the first version"),
    (SAVED, "The saved version"),
    (ORIGINAL, "The first version"),
)

_PHOTO_WIDTH = 104


class LayerPanel(QWidget):
    """One row for each layer; and in `tools`, to be put above them, what concerns all of them."""

    visibility_changed = Signal(str, bool)
    """A layer's name, and whether it is to be shown."""
    opacity_changed = Signal(str, float)
    """A layer's name, and how strongly it is to cover the photo, 0 to 1."""
    outline_changed = Signal(str, bool)
    """A layer's name, and whether only its borders are to be drawn."""
    picked = Signal(str, object)
    """A layer's name, and the key that was chosen from its menu."""
    overlays_toggled = Signal(bool)
    """Whether anything is to be shown over the photo."""
    places_toggled = Signal(bool)
    before_held = Signal(bool)
    """Whether the mask is to be shown as it was before."""
    magnifier_toggled = Signal(bool)
    minimap_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Layers")
        self._holders: set[str] = set()
        self.rows = {kind.id: LayerRow(kind) for kind in KINDS}
        self.tools = QWidget()
        self.overlays_box = IconToggle("ShowOverlays", "layers-outline", "layers-off-outline")
        self.before_button = HoldButton(
            "Before", "compare", "Hold to see the mask as it was before (hold O)"
        )
        self.before_menu = MenuButton("BeforeMenu")
        self.borders_box = SwitchButton(
            "BordersOnly", "shape-outline", "Draw all layers as borders (T)"
        )
        self.magnifier_box = SwitchButton(
            "Magnifier", "magnify-plus-outline", "Magnify what is under the cursor (Z)"
        )
        self.minimap_box = SwitchButton(
            "Minimap", "map-outline", "Show where you are when zoomed in"
        )
        self.minimap_box.setChecked(True)
        self._set_up_before()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        pair = QHBoxLayout()
        pair.setSpacing(0)
        self.rows[PHOTO].setMinimumWidth(_PHOTO_WIDTH)
        column.addWidget(self.rows[MASK])
        column.addLayout(pair)
        for name, row in self.rows.items():
            self._connect_row(row)
            if name in (PHOTO, PLACES):  # they have nothing to set, and share a line
                pair.addWidget(row, 1 if name == PLACES else 0)
            elif name != MASK:
                column.addWidget(row)
        self._fill_tools()
        self.overlays_box.setChecked(True)
        self.overlays_box.toggled.connect(self._on_overlays)
        self.borders_box.toggled.connect(self._on_borders_only)
        self.magnifier_box.toggled.connect(self.magnifier_toggled)
        self.minimap_box.toggled.connect(self.minimap_toggled)
        self._on_overlays(True)

    # The parts that others name

    @property
    def mask_box(self) -> IconToggle:
        """Shows and hides the mask."""
        return self.rows[MASK].eye

    @property
    def image_box(self) -> IconToggle:
        """Shows and hides the photo."""
        return self.rows[PHOTO].eye

    @property
    def original_box(self) -> IconToggle:
        """Shows and hides the first version."""
        return self.rows[ORIGINAL].eye

    @property
    def places_box(self) -> IconToggle:
        """Shows and hides the frames around flagged places."""
        return self.rows[PLACES].eye

    @property
    def slider(self) -> ArrowSlider:
        """Sets the mask's opacity."""
        return self.rows[MASK].slider

    @property
    def opacity(self) -> float:
        """The mask's opacity, 0 to 1."""
        return self.rows[MASK].opacity

    # What is shown of a layer

    def show_opacity(self, opacity: float, name: str = MASK) -> None:
        """Show a layer's opacity, 0 to 1, without telling of it."""
        if name in self.rows:
            self.rows[name].show_opacity(opacity)

    def set_opacity(self, name: str, opacity: float) -> None:
        """Set a layer's opacity, 0 to 1, as if the user had moved its slider."""
        self.rows[name].slider.setValue(round(100 * opacity))

    def set_note(self, name: str, note: str, why: str = "") -> None:
        """Say why there is nothing to show in a layer; see `LayerRow.set_note`."""
        self.rows[name].set_note(note, why)

    def set_choices(
        self, name: str, choices: Sequence[tuple[str | None, str]], chosen: str | None
    ) -> None:
        """Offer what a layer can show, each a key and its words; the key None is for nothing."""
        self.rows[name].set_choices(choices, chosen)

    # Before and after

    @property
    def before_choice(self) -> str:
        """What "before" means: the name of a layer, or "auto"."""
        return self.before_menu.chosen or "auto"

    @property
    def is_before_held(self) -> bool:
        """Whether the mask is to be shown as it was before."""
        return bool(self._holders)

    def hold_before(self, held: bool, by: str = "key") -> None:
        """Show the mask as it was before for as long as a key, or a button, is held."""
        was_held = self.is_before_held
        if held:
            self._holders.add(by)
        else:
            self._holders.discard(by)
        if self.is_before_held != was_held:
            self.before_button.show_held(self.is_before_held)
            self.before_held.emit(self.is_before_held)

    def release_before(self) -> None:
        """Show the mask as it is, whatever is still held."""
        for holder in tuple(self._holders):
            self.hold_before(False, holder)

    def _set_up_before(self) -> None:
        button = self.before_button
        button.pressed.connect(lambda: self.hold_before(True, "button"))
        button.released.connect(lambda: self.hold_before(False, "button"))
        self.before_menu.set_choices(list(_BEFORE), "auto")
        self.before_menu.setToolTip("Choose what “before” shows")
        self.before_menu.setAccessibleName("What before shows")
        self.before_menu.setFixedWidth(18)

    def _fill_tools(self) -> None:
        row = QHBoxLayout(self.tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.before_button)
        row.addWidget(self.before_menu)
        row.addSpacing(2)
        for button in (self.borders_box, self.magnifier_box, self.minimap_box, self.overlays_box):
            row.addWidget(button)

    def _connect_row(self, row: LayerRow) -> None:
        name = row.kind.id
        row.visibility_changed.connect(lambda on: self.visibility_changed.emit(name, on))
        row.opacity_changed.connect(lambda opacity: self.opacity_changed.emit(name, opacity))
        row.outline_changed.connect(lambda on: self.outline_changed.emit(name, on))
        row.picked.connect(lambda key: self.picked.emit(name, key))
        if name == PLACES:
            row.visibility_changed.connect(self.places_toggled)

    def _on_overlays(self, on: bool) -> None:
        words = "Hide everything that lies over the photo" if on else "Show the layers again"
        self.overlays_box.setToolTip(f"{words} (X)")
        self.overlays_box.setAccessibleName("Show layers over the photo")
        self.overlays_toggled.emit(on)

    def _on_borders_only(self, on: bool) -> None:
        for row in self.rows.values():
            row.set_borders_only(on)
        for row in self.rows.values():
            if row.kind.is_of_classes:
                self.outline_changed.emit(row.kind.id, row.is_outlined)
