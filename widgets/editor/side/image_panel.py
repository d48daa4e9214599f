"""How the photo is drawn: brightness, contrast, gamma, channel, for dark animals on dark ground."""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from widgets import theme
from widgets.arrow_slider import ArrowSlider
from widgets.canvas.adjustment import CHANNELS, ImageAdjustment
from widgets.editor.side.flat_buttons import IconButton

_CHANNEL_WORDS = {
    "color": "All colours",
    "red": "Red only",
    "green": "Green only",
    "blue": "Blue only",
    "luminance": "Luminance",
}


class ImagePanel(QWidget):
    """Sliders and buttons that change how the photo is drawn, and never its file.

    `reset_button` has no place in the panel: who shows the panel puts it where it stays in sight.
    """

    adjustment_changed = Signal(object)
    """The ImageAdjustment that the photo is to be drawn with."""
    described = Signal(str)
    """Whether the photo is drawn as it is, in a word: "adjusted", or ""."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Image")
        self._adjustment = ImageAdjustment()
        self.opacity = _Slider("Opacity", "How strongly the photo is shown", least=0, usual=100)
        self.brightness = _Slider("Brightness", "Lighter or darker, everywhere alike")
        self.contrast = _Slider("Contrast", "How far light and dark are apart")
        self.gamma = _Slider("Gamma", "Above 1 lightens the dark parts and keeps black and white")
        self._numbers: dict[_Slider, QLabel] = {}
        self.channel = QComboBox()
        self.auto_button = _button(
            "AutoContrast", "Auto contrast", "Stretch the photo's values over the whole range"
        )
        self.local_button = _button(
            "LocalContrast", "Lift shadows", "Lighten dark places until what lies in them is seen"
        )
        self.reset_button = IconButton("ResetImage", "restore", "Show the photo as it is")
        self._lay_out()
        for slider in self._numbers:
            slider.valueChanged.connect(self._on_changed)
        self.channel.currentIndexChanged.connect(self._on_changed)
        self.auto_button.toggled.connect(self._on_changed)
        self.local_button.toggled.connect(self._on_changed)
        self.reset_button.clicked.connect(self.reset)
        self._show()

    @property
    def adjustment(self) -> ImageAdjustment:
        """How the photo is to be drawn."""
        return self._adjustment

    def set_adjustment(self, adjustment: ImageAdjustment) -> None:
        """Choose how the photo is drawn, and tell of it when that is another way."""
        controls = (*self._numbers, self.channel, self.auto_button, self.local_button)
        blockers = [QSignalBlocker(control) for control in controls]
        self.opacity.setValue(adjustment.opacity)
        self.brightness.setValue(adjustment.brightness)
        self.contrast.setValue(adjustment.contrast)
        self.gamma.setValue(round(100 * math.log10(adjustment.gamma)))
        self.channel.setCurrentIndex(CHANNELS.index(adjustment.channel))
        self.auto_button.setChecked(adjustment.auto_contrast)
        self.local_button.setChecked(adjustment.local_contrast)
        for blocker in blockers:
            blocker.unblock()
        self._take(adjustment)

    def reset(self) -> None:
        """Draw the photo as it is."""
        self.set_adjustment(ImageAdjustment())

    def _lay_out(self) -> None:
        self.channel.setObjectName("Channel")
        self.channel.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys the canvas's
        self.channel.setAccessibleName("Channel")
        self.channel.setToolTip("Show all colours, or one value of each pixel as grey")
        for channel in CHANNELS:
            self.channel.addItem(_CHANNEL_WORDS[channel])
        grid = QGridLayout(self)
        grid.setContentsMargins(4, 0, 0, 4)
        grid.setHorizontalSpacing(theme.GRID)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for row, slider in enumerate((self.opacity, self.brightness, self.contrast, self.gamma)):
            name = QLabel(slider.title)
            name.setBuddy(slider)
            number = self._numbers[slider] = QLabel()
            number.setObjectName(f"{slider.title}Number")
            number.setProperty("role", "muted")
            number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            number.setFixedWidth(40)
            grid.addWidget(name, row, 0)
            grid.addWidget(slider, row, 1)
            grid.addWidget(number, row, 2)
            grid.setRowMinimumHeight(row, 24)
        label = QLabel("Channel")
        label.setBuddy(self.channel)
        grid.addWidget(label, 4, 0)
        grid.addWidget(self.channel, 4, 1, 1, 2)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        buttons.addWidget(self.auto_button)
        buttons.addWidget(self.local_button)
        grid.addLayout(buttons, 5, 0, 1, 3)

    def _on_changed(self, _value: object = None) -> None:
        # The slider has coarser steps than gamma: what it was not moved from stays exact.
        gamma = self._adjustment.gamma
        if round(100 * math.log10(gamma)) != self.gamma.value():
            gamma = round(10 ** (self.gamma.value() / 100), 2)
        self._take(
            replace(
                self._adjustment,
                opacity=self.opacity.value(),
                brightness=self.brightness.value(),
                contrast=self.contrast.value(),
                gamma=gamma,
                channel=CHANNELS[self.channel.currentIndex()],
                auto_contrast=self.auto_button.isChecked(),
                local_contrast=self.local_button.isChecked(),
            )
        )

    def _take(self, adjustment: ImageAdjustment) -> None:
        if adjustment != self._adjustment:
            self._adjustment = adjustment
            self._show()
            self.adjustment_changed.emit(adjustment)

    def _show(self) -> None:
        adjustment = self._adjustment
        self._numbers[self.opacity].setText(f"{adjustment.opacity} %")
        self._numbers[self.brightness].setText(_signed(adjustment.brightness))
        self._numbers[self.contrast].setText(_signed(adjustment.contrast))
        self._numbers[self.gamma].setText(f"{adjustment.gamma:.2f}")
        self.reset_button.setEnabled(not adjustment.is_neutral)
        self.described.emit("" if adjustment.is_neutral else "adjusted")


class _Slider(ArrowSlider):
    """A slider up to 100 that a double click brings back to its usual value."""

    def __init__(self, title: str, hint: str, least: int = -100, usual: int = 0) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.title = title
        self.setObjectName(title)
        self._usual = usual
        self.setRange(least, 100)
        self.setValue(usual)
        self.setPageStep(10)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(f"{hint}\nDouble click: back to {usual}")
        self.setAccessibleName(title)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go back to the usual value."""
        self.setValue(self._usual)
        event.accept()


def _signed(value: int) -> str:
    return f"{value:+d}".replace("-", "−") if value else "0"


def _button(name: str, text: str, tooltip: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setText(text)
    button.setCheckable(True)
    button.setProperty("role", "chip")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    button.setToolTip(tooltip)
    return button
