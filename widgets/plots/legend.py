"""The legend of a plot: one entry a curve, a click hides or shows it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QLineF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from widgets import theme
from widgets.flow_layout import FlowBox

_SWATCH = 10
_LONG_SWATCH = 22
_PADDING = 3


def entry_height(widget: QWidget) -> int:
    """Height of an entry in the widget's font, in px."""
    return widget.fontMetrics().height() + _PADDING


class LegendEntry(QAbstractButton):
    """A short line in the curve's colour and its name; hollow and struck out when hidden.

    Args:
        text: The name.
        color: Colour of the curve.
        most_width: Width in px from which on the name is shortened; 0 for no limit.
    """

    def __init__(
        self, text: str, color: QColor, parent: QWidget | None = None, *, most_width: int = 0
    ) -> None:
        super().__init__(parent)
        self._color = color
        self._line = Qt.PenStyle.SolidLine
        self._most_width = most_width
        self.setText(text)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(f"Hide or show “{text}” (click, or Space)")
        self.setAccessibleName(f"Curve {text}")

    @property
    def color(self) -> QColor:
        """The colour of the line."""
        return self._color

    @property
    def line(self) -> Qt.PenStyle:
        """Whether the line is solid, dashed or dotted."""
        return self._line

    def set_line(self, color: QColor, line: Qt.PenStyle = Qt.PenStyle.SolidLine) -> None:
        """Change the colour and the kind of the line."""
        self._color, self._line = color, line
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Line, gap and text."""
        text = self.fontMetrics().horizontalAdvance(self.text())
        width = text + self._swatch() + 3 * _PADDING + 2
        width = min(width, self._most_width) if self._most_width else width
        return QSize(width, entry_height(self))

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
        self._draw_line(painter, box.center().y())
        font = self.font()
        font.setStrikeOut(not self.isChecked())
        painter.setFont(font)
        painter.setPen(theme.color("text" if self.isChecked() else "muted"))
        room = box.adjusted(self._swatch() + 2 * _PADDING, 0, -_PADDING, 0)
        # Names of runs often differ at their ends.
        text = QFontMetrics(font).elidedText(
            self.text(), Qt.TextElideMode.ElideMiddle, int(room.width()) + 2
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)

    def _swatch(self) -> int:
        # Dashes need some length to be told apart.
        return _SWATCH if self._line is Qt.PenStyle.SolidLine else _LONG_SWATCH

    def _draw_line(self, painter: QPainter, middle: float) -> None:
        if self._line is not Qt.PenStyle.SolidLine:
            pen = QPen(self._color, 2 if self.isChecked() else 1, self._line)
            painter.setPen(pen)
            painter.drawLine(QLineF(_PADDING, middle, _PADDING + _LONG_SWATCH, middle))
            return
        line = QRectF(_PADDING, middle - 2, _SWATCH, 4)
        painter.setPen(QPen(self._color, 1))
        painter.setBrush(self._color if self.isChecked() else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(line, 2, 2)


class Legend(FlowBox):
    """Entries in as many rows as they need.

    Args:
        most_width: Width in px from which on names are shortened; 0 for no limit.
    """

    toggled = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None, *, most_width: int = 0) -> None:
        super().__init__(parent, spacing=2)
        self._most_width = most_width
        self._entries: dict[str, LegendEntry] = {}

    def count(self) -> int:
        """Number of entries."""
        return len(self._entries)

    def has_entry(self, key: str) -> bool:
        """Whether there is such an entry."""
        return key in self._entries

    def set_entry(
        self,
        key: str,
        text: str,
        color: QColor,
        line: Qt.PenStyle = Qt.PenStyle.SolidLine,
        *,
        shown: bool = True,
    ) -> None:
        """Add an entry, or change the looks of one that is there.

        Args:
            key: Identity of the entry.
            text: What it says.
            color: Colour of the curve.
            line: Solid, dashed or dotted.
            shown: Whether a new entry's curve is shown to begin with.
        """
        entry = self._entries.get(key)
        if entry is not None:
            entry.set_line(color, line)
            return
        entry = LegendEntry(text, color, self, most_width=self._most_width)
        entry.set_line(color, line)
        entry.setChecked(shown)
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
