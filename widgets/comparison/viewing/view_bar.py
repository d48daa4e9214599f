"""The row over the linked views: the sample, what is shown of it, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap, QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from widgets import theme
from widgets.arrow_slider import ArrowSlider
from widgets.comparison.grid.content import ShownRun
from widgets.comparison.grid.panel import PanelKind
from widgets.flow_layout import FlowBox

_EXPLAINED = {
    PanelKind.PHOTO: "The photo alone",
    PanelKind.TRUTH: "The mask of the active label set",
    PanelKind.PREDICTION: "What each run predicts",
    PanelKind.ERRORS: "Where each run is wrong, and in which way",
    PanelKind.CONFIDENCE: "How sure each run is of its prediction (C)",
    PanelKind.AGREEMENT: "Where only one of two runs is right (V)",
}
_TITLE_WIDTH = 144
_WIDE_FROM = 720
_MOST, _ICON_WIDTH = 160, 36
_ONE_LINE, _ONE_LINE_WITH_PAIR = 1060, 1240
_SWATCH = 12
# The panels to begin with, by number of runs: what is left over in the grid gets the photo.
_ONE = {PanelKind.TRUTH, PanelKind.PREDICTION, PanelKind.ERRORS}
_SEVERAL = {PanelKind.TRUTH, PanelKind.ERRORS}


class ViewBar(FlowBox):
    """Says which sample is shown and offers what can be done with the views."""

    kinds_changed = Signal()
    opacity_changed = Signal(float)
    overlays_toggled = Signal(bool)
    hatched_toggled = Signal(bool)
    outlines_toggled = Signal(bool)
    swipe_toggled = Signal(bool)
    blink_toggled = Signal(bool)
    pair_changed = Signal(int, int)
    """The user chose two other runs to hold against each other, by their places."""
    region_clicked = Signal()
    fit_clicked = Signal()
    edit_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, spacing=4)
        self.setObjectName("ViewBar")
        self._chosen: set[PanelKind] | None = None
        self._title = QLabel()
        self._title.setObjectName("ShownSample")
        self._title.setProperty("role", "heading")
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._name = ""
        self._versus = QLabel("and")
        self._versus.setProperty("role", "muted")
        self.kind_buttons = {kind: self._kind_button(kind) for kind in PanelKind}
        self.pair_boxes = (_run_box("The first of the two runs"), _run_box("The second of them"))
        for box in self.pair_boxes:
            box.activated.connect(lambda _place, box=box: self._on_pair(box))
        self.overlays_button = _button("OverlaysButton", "layers-outline", "Show overlays (X)")
        self.overlays_button.setChecked(True)
        self.opacity_slider = ArrowSlider(Qt.Orientation.Horizontal)
        self.opacity_slider.setObjectName("OpacitySlider")
        self.opacity_slider.setRange(0, 100)
        self.opacity_slider.setFixedWidth(64)
        self.opacity_slider.setAccessibleName("Opacity of the overlays in percent")
        self.opacity_slider.valueChanged.connect(self._on_opacity)
        self.hatched_button = _button(
            "HatchingButton",
            "texture-box",
            "Tell the kinds of error apart by lines, beside their colours (H)",
        )
        self.outlines_button = _button(
            "OutlinesButton", "vector-polygon", "Outline the regions of errors (O)"
        )
        self.outlines_button.setChecked(True)
        self.swipe_button = _button(
            "SwipeButton", "compare-horizontal", "Two runs in one panel, with a line to drag (S)"
        )
        self.blink_button = _button(
            "BlinkButton", "swap-horizontal", "Show two runs in turns, until switched off (B)"
        )
        self.region_button = _button(
            "NextRegion", "crosshairs-gps", "Go to the next region of errors (. and , back)"
        )
        self.region_button.setCheckable(False)
        self.region_button.clicked.connect(self.region_clicked)
        self.fit_button = _button("FitButton", "fit-to-page-outline", "Show the whole image (0)")
        self.fit_button.setCheckable(False)
        self.fit_button.clicked.connect(self.fit_clicked)
        self.edit_button = QPushButton("Edit")
        self.edit_button.setObjectName("OpenInEditor")
        self.edit_button.setProperty("role", "primary")
        self.edit_button.setAccessibleName("Open this sample in the editor")
        self.edit_button.setToolTip("Open this sample in the editor (E)")
        theme.set_icon(self.edit_button, "pencil-outline", "accent_text")
        self.edit_button.clicked.connect(self.edit_clicked)
        self.overlays_button.toggled.connect(self.overlays_toggled)
        self.hatched_button.toggled.connect(self.hatched_toggled)
        self.outlines_button.toggled.connect(self.outlines_toggled)
        self.swipe_button.toggled.connect(self._on_swipe)
        self.blink_button.toggled.connect(self._on_blink)
        self._pair_group = _group(
            self.pair_boxes[0], self._versus, self.pair_boxes[1], name="RunsAgainstEachOther"
        )
        self._tools = _group(
            self.overlays_button,
            self.opacity_slider,
            self.hatched_button,
            self.outlines_button,
            self.region_button,
            self.fit_button,
            self.swipe_button,
            self.blink_button,
        )
        self.add(self._title)
        self.add(_group(*self.kind_buttons.values()))
        self.add(self._tools)
        self.add(self._pair_group)
        self.add(self.edit_button)
        self.set_opacity(0.45)
        self.set_runs([])

    # What is shown

    @property
    def kinds(self) -> set[PanelKind]:
        """The kinds of panels that are wanted."""
        return {kind for kind, button in self.kind_buttons.items() if button.isChecked()}

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window leave out what the list says too, and words where icons do."""
        self._fit_words(event.size().width())
        super().resizeEvent(event)

    def _fit_words(self, width: int) -> None:
        is_narrow = width < _WIDE_FROM
        self._title.setHidden(is_narrow)
        self._versus.setHidden(is_narrow)
        needed = _ONE_LINE if self._pair_group.isHidden() else _ONE_LINE_WITH_PAIR
        # The icon alone saves a line of its own.
        has_words = width >= needed
        self.edit_button.setText("Edit" if has_words else "")
        self.edit_button.setMaximumWidth(_MOST if has_words else _ICON_WIDTH)

    def add_tool(self, widget: QWidget) -> None:
        """Append a button to the tools."""
        layout = self._tools.layout()
        assert layout is not None
        layout.addWidget(widget)
        self.settle()

    def set_title(self, sample: str) -> None:
        """Name the sample that is shown; its split is named elsewhere."""
        self._name = sample.rsplit("/", 1)[-1]
        metrics = self._title.fontMetrics()
        self._title.setText(
            metrics.elidedText(self._name, Qt.TextElideMode.ElideMiddle, _TITLE_WIDTH)
        )
        self._title.setToolTip(sample)
        self.settle()

    @property
    def title(self) -> str:
        """What is said of the sample."""
        return self._name

    def set_runs(self, runs: Sequence[ShownRun]) -> None:
        """Offer what so many runs can be shown as.

        Begins with the panels that suit them, unless the user has chosen others.
        """
        can_pair = len(runs) >= 2
        for button in (self.swipe_button, self.blink_button):
            button.setEnabled(can_pair)
            if not can_pair:
                button.setChecked(False)
        self.kind_buttons[PanelKind.AGREEMENT].setVisible(can_pair)
        for place, box in enumerate(self.pair_boxes):
            box.clear()
            for run in runs:
                box.addItem(_swatch(run.color), run.letter, run.name)
                box.setItemData(box.count() - 1, run.name, Qt.ItemDataRole.ToolTipRole)
            box.setCurrentIndex(min(place, len(runs) - 1))
        self._pair_group.setVisible(len(runs) > 2)
        self._fit_words(self.width())
        if self._chosen is None:
            self._check(self._fitting(len(runs)))
            self.kinds_changed.emit()
        self.settle()

    def set_pair(self, first: int, second: int) -> None:
        """Show which two runs are held against each other, by their places."""
        for box, place in zip(self.pair_boxes, (first, second), strict=True):
            box.setCurrentIndex(place)

    def set_opacity(self, opacity: float) -> None:
        """Show the opacity of the overlays, 0 to 1."""
        self.opacity_slider.setValue(round(100 * opacity))
        self.opacity_slider.setToolTip(
            f"Opacity of the overlays: {self.opacity_slider.value()} % (Ctrl+wheel over an image)"
        )

    # What the user does

    def toggle_kind(self, kind: PanelKind) -> None:
        """Show or hide the panels of one kind, as a click on its button does."""
        if not self.kind_buttons[kind].isHidden():
            self.kind_buttons[kind].click()

    def _fitting(self, runs: int) -> set[PanelKind]:
        kinds = set(_ONE if runs <= 2 else _SEVERAL)
        if runs and runs % 2 == 0:
            kinds.add(PanelKind.PHOTO)
        return kinds

    def _check(self, kinds: set[PanelKind]) -> None:
        for kind, button in self.kind_buttons.items():
            button.setChecked(kind in kinds)

    def _kind_button(self, kind: PanelKind) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"Show {kind.value}")
        button.setText(kind.value)
        # Six of them and the name stand in one line of 520 px.
        button.setStyleSheet("padding: 3px 4px;")
        button.setToolTip(_EXPLAINED[kind])
        button.setCheckable(True)
        button.clicked.connect(lambda _checked: self._on_kind_clicked(kind))
        return button

    def _on_kind_clicked(self, kind: PanelKind) -> None:
        if not self.kinds:
            self.kind_buttons[kind].setChecked(True)  # something has to be shown
        self._chosen = self.kinds
        self.kinds_changed.emit()

    def _on_swipe(self, is_on: bool) -> None:
        if is_on:
            self.blink_button.setChecked(False)
        self.swipe_toggled.emit(is_on)

    def _on_blink(self, is_on: bool) -> None:
        if is_on:
            self.swipe_button.setChecked(False)
        self.blink_toggled.emit(is_on)

    def _on_pair(self, box: QComboBox) -> None:
        first, second = self.pair_boxes
        if first.currentIndex() == second.currentIndex():
            # A run is not held against itself: the other box gives way.
            other = second if box is first else first
            other.setCurrentIndex((box.currentIndex() + 1) % box.count())
        self.pair_changed.emit(first.currentIndex(), second.currentIndex())

    def _on_opacity(self, percent: int) -> None:
        self.set_opacity(percent / 100)
        self.opacity_changed.emit(percent / 100)


def _group(*widgets: QWidget, name: str = "") -> QWidget:
    """Widgets that stay together in a line."""
    group = QWidget()
    group.setObjectName(name)
    row = QHBoxLayout(group)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(2)
    for widget in widgets:
        row.addWidget(widget)
    return group


def _button(name: str, icon: str, tooltip: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setToolTip(tooltip)
    button.setAccessibleName(tooltip)
    button.setCheckable(True)
    theme.set_icon(button, icon)
    return button


def _run_box(tooltip: str) -> QComboBox:
    box = QComboBox()
    box.setToolTip(f"{tooltip} that are swiped, blinked and held against each other")
    box.setAccessibleName(tooltip)
    box.setIconSize(QSize(_SWATCH, _SWATCH))
    return box


def _swatch(color: tuple[int, int, int]) -> QIcon:
    pixmap = QPixmap(_SWATCH, _SWATCH)
    pixmap.fill(QColor(*color))
    return QIcon(pixmap)
