"""What is shown of a sample: photo, mask and its opacity, the first version, flagged places."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QWidget

from widgets.arrow_slider import ArrowSlider


class LayerPanel(QWidget):
    """Check boxes for the layers, and a slider for the mask's opacity."""

    image_toggled = Signal(bool)
    mask_toggled = Signal(bool)
    opacity_changed = Signal(float)
    original_toggled = Signal(bool)
    places_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Layers")
        self.image_box = self._box("ShowImage", "Photo", "Show the photo", checked=True)
        self.mask_box = self._box("ShowMask", "Mask", "Show the mask (X)", checked=True)
        self.original_box = self._box(
            "ShowOriginal",
            "First version",
            "Show the mask as it was before any change (O)",
            checked=False,
        )
        self.places_box = self._box(
            "ShowPlaces", "Flagged places", "Frame the places that the flags speak of", checked=True
        )
        self.slider = ArrowSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("MaskOpacity")
        self.slider.setRange(0, 100)
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.slider.setToolTip("Opacity of the mask (Ctrl+wheel); borders stay visible")
        self.slider.setAccessibleName("Opacity of the mask in percent")
        self._percent = QLabel()
        self._percent.setProperty("role", "muted")
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._percent.setFixedWidth(40)
        self.image_box.toggled.connect(self.image_toggled)
        self.mask_box.toggled.connect(self.mask_toggled)
        self.original_box.toggled.connect(self.original_toggled)
        self.places_box.toggled.connect(self.places_toggled)
        self.slider.valueChanged.connect(self._on_slider)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.mask_box, 0, 0)
        grid.addWidget(self.slider, 0, 1)
        grid.addWidget(self._percent, 0, 2)
        grid.addWidget(self.image_box, 1, 0)
        grid.addWidget(self.original_box, 2, 0, 1, 3)
        grid.addWidget(self.places_box, 3, 0, 1, 3)
        self.show_opacity(0.45)

    @property
    def opacity(self) -> float:
        """The mask's opacity, 0 to 1."""
        return self.slider.value() / 100

    def show_opacity(self, opacity: float) -> None:
        """Show the mask's opacity, 0 to 1."""
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(100 * opacity))
        self._percent.setText(f"{round(100 * opacity)} %")

    def set_original_enabled(self, enabled: bool) -> None:
        """Say whether there is a first version to show."""
        if not enabled:
            self.original_box.setChecked(False)
        self.original_box.setEnabled(enabled)

    def _on_slider(self, value: int) -> None:
        self._percent.setText(f"{value} %")
        self.opacity_changed.emit(value / 100)

    def _box(self, name: str, text: str, tooltip: str, *, checked: bool) -> QCheckBox:
        box = QCheckBox(text)
        box.setObjectName(name)
        box.setToolTip(tooltip)
        box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        box.setChecked(checked)
        return box
