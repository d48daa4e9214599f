"""The row over the linked views: the sample, what is shown of it, and the way to the editor."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QWidget

from widgets import theme
from widgets.arrow_slider import ArrowSlider
from widgets.comparison.grid.panel import PanelKind
from widgets.elided_label import ElidedLabel

_EXPLAINED = {
    PanelKind.PHOTO: "The photo alone",
    PanelKind.TRUTH: "The mask of the active label set",
    PanelKind.PREDICTION: "What each run predicts",
    PanelKind.ERRORS: "Where each run is wrong, and in which way",
}


class ViewBar(QWidget):
    """Says which sample is shown and offers what can be done with the views."""

    kinds_changed = Signal()
    opacity_changed = Signal(float)
    overlays_toggled = Signal(bool)
    hatched_toggled = Signal(bool)
    fit_clicked = Signal()
    edit_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ViewBar")
        self._photo_is_chosen = False
        self._title = ElidedLabel()
        self._title.setObjectName("ShownSample")
        self._title.setProperty("role", "heading")
        self.kind_buttons = {kind: self._kind_button(kind) for kind in PanelKind}
        self.overlays_button = _button("OverlaysButton", "layers-outline", "Show overlays (X)")
        self.overlays_button.setCheckable(True)
        self.overlays_button.setChecked(True)
        self.overlays_button.toggled.connect(self.overlays_toggled)
        self.opacity_slider = ArrowSlider(Qt.Orientation.Horizontal)
        self.opacity_slider.setObjectName("OpacitySlider")
        self.opacity_slider.setRange(0, 100)
        self.opacity_slider.setFixedWidth(88)
        self.opacity_slider.setAccessibleName("Opacity of the overlays in percent")
        self.opacity_slider.valueChanged.connect(self._on_opacity)
        self.hatched_button = _button(
            "HatchingButton",
            "texture-box",
            "Tell the kinds of error apart by lines, beside their colours (H)",
        )
        self.hatched_button.setCheckable(True)
        self.hatched_button.toggled.connect(self.hatched_toggled)
        self.fit_button = _button("FitButton", "fit-to-page-outline", "Show the whole image (0)")
        self.fit_button.clicked.connect(self.fit_clicked)
        self.edit_button = QPushButton("Open in editor")
        self.edit_button.setObjectName("OpenInEditor")
        self.edit_button.setProperty("role", "primary")
        self.edit_button.setToolTip("Open this sample in the editor (E)")
        theme.set_icon(self.edit_button, "pencil-outline", "accent_text")
        self.edit_button.clicked.connect(self.edit_clicked)

        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._title, 1)
        for button in self.kind_buttons.values():
            row.addWidget(button)
        row.addSpacing(theme.GRID)
        row.addWidget(self.overlays_button)
        row.addWidget(self.opacity_slider)
        row.addWidget(self.hatched_button)
        row.addWidget(self.fit_button)
        row.addSpacing(theme.GRID)
        row.addWidget(self.edit_button)
        self.set_opacity(0.45)

    @property
    def kinds(self) -> set[PanelKind]:
        """The kinds of panels that are wanted."""
        return {kind for kind, button in self.kind_buttons.items() if button.isChecked()}

    def set_title(self, sample: str) -> None:
        """Name the sample that is shown; its split is named elsewhere."""
        self._title.setText(sample.rsplit("/", 1)[-1])

    @property
    def title(self) -> str:
        """What is said of the sample."""
        return self._title.text()

    def set_runs(self, count: int) -> None:
        """Begin with the panels that suit one run or two, unless the user has chosen others.

        With two runs the photo alone fills the place that is left in the grid.
        """
        if not self._photo_is_chosen:
            self.kind_buttons[PanelKind.PHOTO].setChecked(count == 2)
            self.kinds_changed.emit()

    def set_opacity(self, opacity: float) -> None:
        """Show the opacity of the overlays, 0 to 1."""
        self.opacity_slider.setValue(round(100 * opacity))
        self.opacity_slider.setToolTip(
            f"Opacity of the overlays: {self.opacity_slider.value()} % (Ctrl+wheel over an image)"
        )

    def _kind_button(self, kind: PanelKind) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"Show {kind.value}")
        button.setText(kind.value)
        button.setToolTip(_EXPLAINED[kind])
        button.setCheckable(True)
        button.setChecked(kind is not PanelKind.PHOTO)
        button.clicked.connect(lambda _checked: self._on_kind_clicked(kind))
        return button

    def _on_kind_clicked(self, kind: PanelKind) -> None:
        if not self.kinds:
            self.kind_buttons[kind].setChecked(True)  # something has to be shown
        if kind is PanelKind.PHOTO:
            self._photo_is_chosen = True
        self.kinds_changed.emit()

    def _on_opacity(self, percent: int) -> None:
        self.set_opacity(percent / 100)
        self.opacity_changed.emit(percent / 100)


def _button(name: str, icon: str, tooltip: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setToolTip(tooltip)
    button.setAccessibleName(tooltip)
    theme.set_icon(button, icon)
    return button
