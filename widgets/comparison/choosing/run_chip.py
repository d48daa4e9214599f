"""One of the compared runs as a chip: its letter, colour and name."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from widgets import theme

_BUTTON = 18
_STRIPE = 6


class RunChip(QWidget):
    """A click on the name offers other runs in its place; × and Del take it out.

    Args:
        letter: The run's letter.
        name: Its name.
        details: More about it, for the tooltip.
        color: Its colour (RGB).
        room: Room for the name, in px.
        fill_menu: Puts the runs that could stand in its place into a menu.
    """

    removed = Signal()

    def __init__(
        self,
        letter: str,
        name: str,
        details: str,
        color: tuple[int, int, int],
        room: int,
        fill_menu: Callable[[QMenu], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._color = QColor(*color)
        self._fill_menu = fill_menu
        self.setObjectName(f"RunChip {letter}")
        self.name_button = QToolButton()
        self.name_button.setObjectName("RunName")
        metrics = self.name_button.fontMetrics()
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room)
        # An ampersand in a name is no mnemonic.
        self.name_button.setText(shown.replace("&", "&&"))
        self.name_button.setStyleSheet("padding: 1px 4px;")
        self.name_button.setToolTip(f"Run {letter}: {name}\n{details}\nClick to take another one")
        self.name_button.setAccessibleName(f"Run {letter}: {name}")
        self.name_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        self.name_button.setMenu(menu)
        self.remove_button = QToolButton()
        self.remove_button.setObjectName("RemoveRun")
        theme.set_icon(self.remove_button, "close", "muted")
        self.remove_button.setIconSize(QSize(12, 12))
        self.remove_button.setFixedSize(_BUTTON, _BUTTON)
        self.remove_button.setStyleSheet("padding: 0px;")
        self.remove_button.setToolTip(f"Compare without run {letter} (Del)")
        self.remove_button.setAccessibleName(f"Compare without run {letter}")
        self.remove_button.clicked.connect(self.removed)
        label = QLabel(letter)
        label.setStyleSheet("font-weight: 600;")
        row = QHBoxLayout(self)
        row.setContentsMargins(_STRIPE + 6, 1, 4, 1)
        row.setSpacing(2)
        row.addWidget(label)
        row.addWidget(self.name_button)
        row.addWidget(self.remove_button)
        theme.signals.changed.connect(self.update)

    @property
    def color(self) -> tuple[int, int, int]:
        """The run's colour (RGB)."""
        return self._color.red(), self._color.green(), self._color.blue()

    def event(self, event: QEvent) -> bool:
        """Keep Del while one of its buttons has the focus."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Delete
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Del takes the run out."""
        if event.key() == Qt.Key.Key_Delete:
            self.removed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the frame, with a stripe in the run's colour."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(frame, 4, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._color)
        painter.drawRoundedRect(QRectF(3, 4, _STRIPE, self.height() - 8), 2, 2)

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        self._fill_menu(menu)
