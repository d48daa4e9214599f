"""The classes in a mask and how much of it each covers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from core.dataset.model import ClassInfo
from widgets import theme
from widgets.flow_layout import FlowBox

_SWATCH = 12


class Swatch(QWidget):
    """A small square of a class's colour."""

    def __init__(self, color: tuple[int, int, int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._color = QColor(*color)
        self.setFixedSize(QSize(_SWATCH, _SWATCH))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the square, framed so that it is seen on any ground."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(self._color)
        painter.setPen(QPen(theme.color("muted"), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)


class ClassShares(FlowBox):
    """A swatch, a name and a share for each class that a mask holds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, spacing=12)
        self._words: list[str] = []

    def show_shares(self, shares: Sequence[tuple[ClassInfo, float]]) -> None:
        """Show classes with their share of the pixels, 0 to 1."""
        self.clear()
        self._words = []
        for info, share in shares:
            percent = "< 0.1 %" if 0 < share < 0.0005 else f"{100 * share:.1f} %"
            self._words.append(f"{info.name} {percent}")
            self.add(_entry(info, percent))
        self.settle()

    @property
    def words(self) -> list[str]:
        """What is shown, entry by entry."""
        return list(self._words)


def _entry(info: ClassInfo, percent: str) -> QWidget:
    entry = QWidget()
    line = QHBoxLayout(entry)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(5)
    line.addWidget(Swatch(info.color))
    line.addWidget(QLabel(info.name))
    amount = QLabel(percent)
    amount.setProperty("role", "muted")
    line.addWidget(amount)
    return entry
