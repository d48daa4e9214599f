"""Showing two runs in turns, for as long as the user wants it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from widgets.comparison.grid.duo_view import Share

INTERVAL_MS = 700
"""How long each of the runs is shown: well below the three flashes a second that can harm."""


class Blinker(QObject):
    """Turns from one run to the other. Its timer runs only while it is on."""

    turned = Signal(object)
    """The `Share` that is to be shown now."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._share = Share.FIRST
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.turn)

    @property
    def is_on(self) -> bool:
        """Whether it blinks."""
        return self._timer.isActive()

    def start(self) -> None:
        """Begin with the first run."""
        self._share = Share.FIRST
        self._timer.start()
        self.turned.emit(self._share)

    def stop(self) -> None:
        """Turn no more."""
        self._timer.stop()

    def turn(self) -> None:
        """Show the other run."""
        self._share = Share.SECOND if self._share is Share.FIRST else Share.FIRST
        self.turned.emit(self._share)
