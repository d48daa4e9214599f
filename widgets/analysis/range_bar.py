"""Bars with an interval inside the cells of a table."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from widgets import theme

BAR_ROLE = Qt.ItemDataRole.UserRole + 1
_HEIGHT = 10
_WHISKER = 6


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


class RangeBarDelegate(QStyledItemDelegate):
    """Paints the `RangeBar` that a cell has under `BAR_ROLE`, on the cell's usual ground."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint a cell."""
        super().paint(painter, option, index)
        bar = index.data(BAR_ROLE)
        if not isinstance(bar, RangeBar) or math.isnan(bar.value):
            return
        area = QRectF(option.rect).adjusted(6, 0, -6, 0)
        middle = area.center().y()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(area.left(), middle - _HEIGHT / 2, area.width(), _HEIGHT)
        painter.fillRect(track, theme.color("sunken"))
        full = QRectF(track)
        full.setWidth(track.width() * bar.value / 100)
        painter.fillRect(full, theme.color("accent"))
        if not math.isnan(bar.low + bar.high):
            painter.setPen(QPen(theme.color("text"), 1.5))
            ends = [area.left() + area.width() * each / 100 for each in (bar.low, bar.high)]
            painter.drawLine(QLineF(ends[0], middle, ends[1], middle))
            for x in ends:
                painter.drawLine(QLineF(x, middle - _WHISKER, x, middle + _WHISKER))
        if not math.isnan(bar.reference):
            painter.setPen(QPen(theme.color("text"), 1, Qt.PenStyle.DashLine))
            x = area.left() + area.width() * bar.reference / 100
            painter.drawLine(QLineF(x, option.rect.top(), x, option.rect.bottom()))
        painter.restore()
