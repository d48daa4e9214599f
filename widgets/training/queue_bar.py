"""The line below the list of runs: how many wait, their order, and the pause of the queue."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from widgets import theme
from widgets.elided_label import ElidedLabel

_PAUSE = "Pause the queue: runs go on, and no waiting one is started (Ctrl+Shift+Q)"
_GO_ON = "Let waiting runs start again (Ctrl+Shift+Q)"


class QueueBar(QWidget):
    """Shows the queue in words, with buttons; it does nothing by itself."""

    up_requested = Signal()
    down_requested = Signal()
    pause_requested = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = ElidedLabel()
        self.up_button = _button("up", "arrow-up", "Start the run sooner (Alt+Up)")
        self.down_button = _button("down", "arrow-down", "Start the run later (Alt+Down)")
        self.pause_button = _button("pause_queue", "pause", _PAUSE)
        self.pause_button.setCheckable(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID // 2)
        row.addWidget(self.label, 1)
        for button in (self.up_button, self.down_button, self.pause_button):
            row.addWidget(button)
        self.up_button.clicked.connect(self.up_requested)
        self.down_button.clicked.connect(self.down_requested)
        self.pause_button.clicked.connect(self.pause_requested)

    def show_queue(self, waiting: int, *, is_paused: bool, place: int | None) -> None:
        """Say how the queue stands.

        Args:
            waiting: Number of runs that wait.
            is_paused: Whether nothing new is started.
            place: The chosen run's place in it, counted from 1; None when it does not wait.
        """
        waits = {0: "Nothing waits", 1: "1 run waits"}.get(waiting, f"{waiting} runs wait")
        self.label.setText(f"Paused · {waiting} waiting" if is_paused else waits)
        self.up_button.setEnabled(place is not None and place > 1)
        self.down_button.setEnabled(place is not None and place < waiting)
        self.pause_button.setChecked(is_paused)
        self.pause_button.setToolTip(_GO_ON if is_paused else _PAUSE)
        self.pause_button.setAccessibleName(
            "Let the queue go on" if is_paused else "Pause the queue"
        )


def _button(name: str, icon: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setToolTip(tip)
    button.setAccessibleName(tip.split(" (")[0])
    theme.set_icon(button, icon)
    return button
