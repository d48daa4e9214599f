"""The row over the filmstrip: which sample is shown, where it stands, what the cursor is on."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from widgets import theme
from widgets.editor.pixel_readout import PixelReadout
from widgets.elided_label import ElidedLabel


class SampleBar(QWidget):
    """Previous and next, the position in the list, the sample's name and state, the pixel."""

    step_clicked = Signal(int)
    next_flagged_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("SampleBar")
        self.previous_button = self._arrow(
            "PreviousSample", "chevron-left", "Previous (A or ←)", -1
        )
        self.next_button = self._arrow("NextSample", "chevron-right", "Next (D or →)", 1)
        self._position = QLabel()
        self._position.setObjectName("SamplePosition")
        self._position.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._position.setMinimumWidth(64)
        self.next_flagged_button = QPushButton("Next flagged")
        self.next_flagged_button.setObjectName("NextFlagged")
        self.next_flagged_button.setProperty("role", "flat")
        self.next_flagged_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.next_flagged_button.setToolTip("Go to the next sample with a flag (N)")
        theme.set_icon(self.next_flagged_button, "skip-next")
        self.next_flagged_button.clicked.connect(self.next_flagged_clicked)
        self._name = _shortened("SampleName")
        self._name.setProperty("role", "heading")
        self._state = _shortened("SampleState")
        self.readout = PixelReadout()
        self._zoom = QLabel()
        self._zoom.setObjectName("ZoomReadout")
        self._zoom.setProperty("role", "muted")
        self._zoom.setToolTip("Zoom (+ and −, or the wheel; 0 with Ctrl shows the whole image)")
        self._zoom.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._zoom.setFixedWidth(self._zoom.fontMetrics().horizontalAdvance("12800 %"))
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 8, 2)
        row.setSpacing(4)
        row.addWidget(self.previous_button)
        row.addWidget(self._position)
        row.addWidget(self.next_button)
        row.addWidget(self.next_flagged_button)
        row.addSpacing(12)
        row.addWidget(self._name)
        row.addSpacing(8)
        row.addWidget(self._state)
        row.addWidget(self.readout, 1)
        row.addSpacing(8)
        row.addWidget(self._zoom)

    def show_position(self, number: int | None, total: int) -> None:
        """Show the place in the list, counted from 1; None for a sample that is not in it."""
        self._position.setText(f"{number if number is not None else '–'} / {total}")
        self.previous_button.setEnabled(number is None or number > 1)
        self.next_button.setEnabled(number is None or number < total)

    def set_next_flagged_enabled(self, enabled: bool) -> None:
        """Say whether any sample in the list has a flag."""
        self.next_flagged_button.setEnabled(enabled)

    def show_sample(self, name: str) -> None:
        """Show a sample's name."""
        self._name.setText(name)

    def show_state(self, text: str, role: str) -> None:
        """Show how the mask stands, in a colour role ("warning", "ok", "muted")."""
        self._state.setText(text)
        if self._state.property("role") != role:
            self._state.setProperty("role", role)
            self._state.style().unpolish(self._state)
            self._state.style().polish(self._state)

    @property
    def state(self) -> str:
        """How the mask stands, as it is shown."""
        return self._state.text()

    def show_zoom(self, scale: float) -> None:
        """Show the zoom in percent."""
        percent = 100 * scale
        self._zoom.setText(f"{percent:.1f} %" if percent < 10 else f"{percent:.0f} %")

    def _arrow(self, name: str, icon: str, tooltip: str, step: int) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setToolTip(tooltip)
        button.setAccessibleName(tooltip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.set_icon(button, icon)
        button.clicked.connect(lambda _checked=False: self.step_clicked.emit(step))
        return button


def _shortened(name: str) -> ElidedLabel:
    """A label as wide as its text where there is room, and shortened where there is none."""
    label = ElidedLabel()
    label.setObjectName(name)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
    return label
