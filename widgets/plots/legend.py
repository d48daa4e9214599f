"""The legend of a plot: one entry a curve, a click hides or shows it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from widgets import theme
from widgets.flow_layout import FlowBox

_SWATCH = 10
_PADDING = 3


def entry_height(widget: QWidget) -> int:
    """Height of an entry in the widget's font, in px."""
    return widget.fontMetrics().height() + _PADDING


class LegendEntry(QAbstractButton):
    """A short line in the curve's colour and its name; hollow and struck out when hidden."""

    def __init__(self, text: str, color: QColor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._color = color
        self.setText(text)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(f"Hide or show “{text}” (click, or Space)")
        self.setAccessibleName(f"Curve {text}")

    def set_color(self, color: QColor) -> None:
        """Change the colour of the line."""
        self._color = color
        self.update()

    def sizeHint(self) -> QSize:
        """Line, gap and text."""
        text = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(text + _SWATCH + 3 * _PADDING + 2, entry_height(self))

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that it can be clicked."""
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Back to rest."""
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the entry."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(theme.color("accent")) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("hover") if self.underMouse() else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 4, 4)
        middle = box.center().y()
        line = QRectF(_PADDING, middle - 2, _SWATCH, 4)
        painter.setPen(QPen(self._color, 1))
        painter.setBrush(self._color if self.isChecked() else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(line, 2, 2)
        font = self.font()
        font.setStrikeOut(not self.isChecked())
        painter.setFont(font)
        painter.setPen(theme.color("text" if self.isChecked() else "muted"))
        left = _SWATCH + 2 * _PADDING
        painter.drawText(
            box.adjusted(left, 0, -_PADDING, 0), Qt.AlignmentFlag.AlignVCenter, self.text()
        )


class Legend(FlowBox):
    """The entries of one plot, in as many rows as they need."""

    toggled = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, spacing=2)
        self._entries: dict[str, LegendEntry] = {}

    def set_entry(self, key: str, text: str, color: QColor) -> None:
        """Add an entry, or change the colour of one that is there."""
        entry = self._entries.get(key)
        if entry is not None:
            entry.set_color(color)
            return
        entry = LegendEntry(text, color, self)
        entry.setObjectName(f"legend:{key}")
        entry.toggled.connect(lambda shown, key=key: self.toggled.emit(key, shown))
        self._entries[key] = entry
        self.add(entry)
        entry.show()  # at once: what is not shown yet takes no room
        self.settle()

    def entry(self, key: str) -> LegendEntry:
        """The entry of a curve."""
        return self._entries[key]

    def clear(self) -> None:
        """Remove all entries."""
        super().clear()
        self._entries.clear()
        self.settle()
