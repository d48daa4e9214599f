"""The two rows of controls: which label sets are compared, and how one sample is shown."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QWidget,
)

from widgets import theme
from widgets.elided_label import ElidedLabel


class PairBar(QWidget):
    """Chooses the two label sets, and says in a line how they differ."""

    pair_changed = Signal(str, str)
    """The label sets before and after, chosen by the user."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.before_box = _box("LabelSetBefore", "The label set before the change")
        self.after_box = _box("LabelSetAfter", "The label set after the change")
        self.swap_button = tool_button("SwapSides", "swap-horizontal", "Swap the sides (S)")
        self._summary = ElidedLabel()
        self._summary.setProperty("role", "muted")
        self._pair = ("", "")
        self.before_box.activated.connect(lambda _place: self._on_chosen(self.before_box))
        self.after_box.activated.connect(lambda _place: self._on_chosen(self.after_box))
        self.swap_button.clicked.connect(self.swap)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        for text, box in (("&Before", self.before_box), ("Af&ter", self.after_box)):
            label = QLabel(text)
            label.setBuddy(box)
            row.addWidget(label)
            row.addWidget(box)
            if box is self.before_box:
                row.addWidget(self.swap_button)
        row.addSpacing(theme.GRID)
        row.addWidget(self._summary, 1)

    @property
    def pair(self) -> tuple[str, str]:
        """The label sets before and after; empty names while there are none."""
        return self._pair

    @property
    def summary(self) -> str:
        """What is said of the difference."""
        return self._summary.text()

    def set_label_sets(self, names: Sequence[str]) -> None:
        """Offer those label sets; the chosen pair stays when both are among them."""
        for box in (self.before_box, self.after_box):
            box.clear()
            box.addItems(list(names))
        pair = self._pair if set(self._pair) <= set(names) else ("", "")
        if not all(pair) and len(names) > 1:
            pair = (names[0], names[1])
        self._show(pair if len(names) > 1 else ("", ""))

    def set_pair(self, before: str, after: str) -> None:
        """Choose two label sets, without telling."""
        self._show((before, after))

    def set_summary(self, text: str) -> None:
        """Say how they differ."""
        self._summary.setText(text)

    def swap(self) -> None:
        """Make the one before the one after, as the user asked."""
        before, after = self._pair
        if before and after:
            self._show((after, before))
            self.pair_changed.emit(after, before)

    def _show(self, pair: tuple[str, str]) -> None:
        self._pair = pair
        self.before_box.setCurrentText(pair[0])
        self.after_box.setCurrentText(pair[1])

    def _on_chosen(self, box: QComboBox) -> None:
        before, after = self.before_box.currentText(), self.after_box.currentText()
        if (before, after) == self._pair:
            return
        if before == after:
            # A set is not held against itself: who chooses the other one means to swap.
            before, after = self._pair[1], self._pair[0]
        self._show((before, after))
        self.pair_changed.emit(before, after)


class SampleBar(QWidget):
    """Names the sample that is shown, and offers what can be done with it."""

    place_stepped = Signal()
    overlays_toggled = Signal(bool)
    hatched_toggled = Signal(bool)
    fit_clicked = Signal()
    edit_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ElidedLabel()
        self._title.setProperty("role", "heading")
        self._figure = QLabel()
        self.place_button = tool_button(
            "NextPlace", "crosshairs-gps", "Zoom to the next place that changed (N)"
        )
        self.place_button.clicked.connect(self.place_stepped)
        self._place = QLabel()
        self._place.setProperty("role", "muted")
        self.overlays_button = tool_button("OverlaysButton", "layers-outline", "Show the masks (X)")
        self.hatched_button = tool_button(
            "HatchingButton", "texture-box", "Hatch the pixels that changed (H)"
        )
        for button, toggled in (
            (self.overlays_button, self.overlays_toggled),
            (self.hatched_button, self.hatched_toggled),
        ):
            button.setCheckable(True)
            button.setChecked(True)
            button.toggled.connect(toggled)
        self.fit_button = tool_button(
            "FitButton", "fit-to-page-outline", "Show the whole image (0)"
        )
        self.fit_button.clicked.connect(self.fit_clicked)
        self.edit_button = QPushButton("Edit this mask")
        self.edit_button.setProperty("role", "primary")
        self.edit_button.setToolTip("Open this sample in the editor (Enter)")
        theme.set_icon(self.edit_button, "pencil", "accent_text")
        self.edit_button.clicked.connect(self.edit_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        row.addWidget(self._title, 1)
        row.addWidget(self._figure)
        row.addSpacing(theme.GRID)
        row.addWidget(self._place)
        for widget in (
            self.place_button,
            self.overlays_button,
            self.hatched_button,
            self.fit_button,
            self.edit_button,
        ):
            row.addWidget(widget)

    @property
    def title(self) -> str:
        """The sample's name."""
        return self._title.text()

    @property
    def figure(self) -> str:
        """How much it changed."""
        return self._figure.text()

    @property
    def place(self) -> str:
        """Which of its places is looked at."""
        return self._place.text()

    def show_sample(self, sample_id: str, figure: str) -> None:
        """Name the sample that is shown; "" for none."""
        self._title.setText(sample_id)
        self._figure.setText(figure)
        self.edit_button.setEnabled(bool(sample_id))

    def show_places(self, chosen: int | None, count: int) -> None:
        """Say which place of how many is looked at; None for the whole image."""
        places = "1 place" if count == 1 else f"{count} places"
        self._place.setText(
            "" if count == 0 else places if chosen is None else f"place {chosen + 1} of {count}"
        )
        self.place_button.setEnabled(count > 0)


def tool_button(name: str, icon: str, tooltip: str) -> QToolButton:
    """A button with an icon only, which says what it does by its tooltip."""
    button = QToolButton()
    button.setObjectName(name)
    button.setToolTip(tooltip)
    button.setAccessibleName(tooltip)
    theme.set_icon(button, icon)
    return button


def _box(name: str, tooltip: str) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setToolTip(tooltip)
    box.setAccessibleName(tooltip)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    box.setMinimumContentsLength(8)
    return box
