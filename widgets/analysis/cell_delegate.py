"""How cells are painted that are more than a word: bars, and figures with a note."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from widgets import theme

_Index = QModelIndex | QPersistentModelIndex
BAR_ROLE = Qt.ItemDataRole.UserRole + 1
NOTE_ROLE = Qt.ItemDataRole.UserRole + 2
_BAR_HEIGHT = 10
_WHISKER = 6
_PADDING = 6
_SMALLER = 1.5


@dataclass(frozen=True, slots=True)
class RangeBar:
    """A value from 0 to 100 as a bar, with its interval and a line to hold it against.

    Attributes:
        value: Where the bar ends.
        low, high: The interval; nan for none.
        reference: Where the line is; nan for none.
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    reference: float = math.nan


class CellDelegate(QStyledItemDelegate):
    """Paints the `RangeBar` under `BAR_ROLE`, and below a text the one under `NOTE_ROLE`."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint a cell."""
        note = index.data(NOTE_ROLE)
        if note:
            self._paint_with_note(painter, option, index, note)
            return
        super().paint(painter, option, index)
        bar = index.data(BAR_ROLE)
        if isinstance(bar, RangeBar) and not math.isnan(bar.value):
            _paint_bar(painter, QRectF(option.rect), bar)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """As wide as the longer of text and note."""
        size = super().sizeHint(option, index)
        note = index.data(NOTE_ROLE)
        if note:
            wide = QFontMetrics(_note_font(option.font)).horizontalAdvance(note) + 3 * _PADDING
            size.setWidth(max(size.width(), wide))
        return size

    def _paint_with_note(
        self, painter: QPainter, option: QStyleOptionViewItem, index: _Index, note: str
    ) -> None:
        text = str(index.data(Qt.ItemDataRole.DisplayRole))
        style = option.widget.style()
        bare = QStyleOptionViewItem(option)
        self.initStyleOption(bare, index)
        bare.text = ""
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, bare, painter, option.widget)
        area = option.rect.adjusted(_PADDING, 2, -_PADDING, -3)
        right = Qt.AlignmentFlag.AlignRight
        painter.save()
        painter.setPen(theme.color("text"))
        painter.setFont(bare.font)
        painter.drawText(area, right | Qt.AlignmentFlag.AlignTop, text)
        painter.setPen(theme.color("muted"))
        painter.setFont(_note_font(bare.font))
        painter.drawText(area, right | Qt.AlignmentFlag.AlignBottom, note)
        painter.restore()


def _note_font(font: QFont) -> QFont:
    smaller = QFont(font)
    smaller.setPointSizeF(max(font.pointSizeF() - _SMALLER, 6.0))
    return smaller


def _paint_bar(painter: QPainter, cell: QRectF, bar: RangeBar) -> None:
    area = cell.adjusted(_PADDING, 0, -_PADDING, 0)
    middle = area.center().y()

    def at(value: float) -> float:
        return area.left() + area.width() * value / 100

    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    track = QRectF(area.left(), middle - _BAR_HEIGHT / 2, area.width(), _BAR_HEIGHT)
    painter.fillRect(track, theme.color("sunken"))
    full = QRectF(track)
    full.setRight(at(bar.value))
    painter.fillRect(full, theme.color("accent"))
    if not math.isnan(bar.low + bar.high):
        painter.setPen(QPen(theme.color("text"), 1.5))
        painter.drawLine(QLineF(at(bar.low), middle, at(bar.high), middle))
        for end in (at(bar.low), at(bar.high)):
            painter.drawLine(QLineF(end, middle - _WHISKER, end, middle + _WHISKER))
    if not math.isnan(bar.reference):
        painter.setPen(QPen(theme.color("text"), 1, Qt.PenStyle.DashLine))
        line = at(bar.reference)
        painter.drawLine(QLineF(line, cell.top(), line, cell.bottom()))
    painter.restore()
