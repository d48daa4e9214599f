"""A line that says to which samples the list is narrowed, and takes that back."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from widgets import theme
from widgets.elided_label import ElidedLabel

_BUTTON = 20


class ChosenChip(QWidget):
    """Hidden while all samples are shown."""

    cleared = Signal()
    """The user wants all samples again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ChosenChip")
        self._label = ElidedLabel()
        self._label.setObjectName("ChosenSamples")
        self.clear_button = QToolButton()
        self.clear_button.setObjectName("ClearChosen")
        self.clear_button.setToolTip("Show all samples again (Esc)")
        self.clear_button.setAccessibleName("Show all samples again")
        theme.set_icon(self.clear_button, "close")
        self.clear_button.setIconSize(QSize(14, 14))
        self.clear_button.setFixedSize(_BUTTON, _BUTTON)
        self.clear_button.setStyleSheet("padding: 0px;")
        self.clear_button.clicked.connect(self.cleared)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 2, 4, 2)
        row.setSpacing(4)
        row.addWidget(self._label, 1)
        row.addWidget(self.clear_button)
        theme.signals.changed.connect(self.update)
        self.hide()

    @property
    def text(self) -> str:
        """What it says; "" while it is hidden."""
        return "" if self.isHidden() else self._label.text()

    def say(self, title: str, count: int) -> None:
        """Say which samples are shown, and how many there are."""
        samples = "1 sample" if count == 1 else f"{count:,} samples"
        self._label.setText(f"{title}: {samples}")
        self.setAccessibleName(f"Only {title}: {samples}")
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the frame."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("accent"), 1))
        painter.setBrush(theme.color("selection"))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, frame.height() / 2, frame.height() / 2)
