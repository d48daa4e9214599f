"""How a run is drawn in the list: name and score, recipe and time, state and progress."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from core.runs.store import RunState, RunSummary
from widgets import theme
from widgets.training.run_model import ASKED_ROLE, RUN_ROLE
from widgets.training.words import (
    progress_words,
    run_subtitle,
    run_title,
    score,
    state_look,
    took,
)

_MARGIN = theme.GRID
_ICON = 18
_BAR = 4
_GAP = 2
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class RunDelegate(QStyledItemDelegate):
    """Draws three lines a run, and a bar while it goes on."""

    def sizeHint(
        self, option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Three lines and the bar."""
        line = option.fontMetrics.height() + _GAP
        return QSize(200, 2 * _MARGIN + 3 * line + _BAR)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw one run."""
        run: RunSummary = index.data(RUN_ROLE)
        asked: str | None = index.data(ASKED_ROLE)
        look = state_look(run.state, asked)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_background(painter, option)
        area = option.rect.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        icon_at = QRect(area.left(), area.top(), _ICON, _ICON)
        theme.icon(look.icon, look.role).paint(painter, icon_at)
        text = area.adjusted(_ICON + _MARGIN, 0, 0, 0)
        line = option.fontMetrics.height() + _GAP
        rows = [QRect(text.left(), text.top() + n * line, text.width(), line) for n in range(3)]
        bold = QFont(option.font)
        bold.setBold(True)
        best = score(run.best)
        painter.setPen(theme.color("text"))
        _draw_line(painter, rows[0], bold, run_title(run), best)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setPen(theme.color("text" if selected else "muted"))
        _draw_line(painter, rows[1], option.font, run_subtitle(run), took(run))
        painter.setPen(theme.color("text" if look.role == "accent" else look.role))
        _draw_line(painter, rows[2], option.font, progress_words(run, asked), "")
        if run.state is RunState.RUNNING:
            _draw_bar(painter, QRectF(text.left(), rows[2].bottom() + 2, text.width(), _BAR), run)
        painter.restore()

    def _draw_background(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, theme.color("selection"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, theme.color("hover"))
        painter.setPen(theme.color("border"))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())


def _draw_line(painter: QPainter, row: QRect, font: QFont, left: str, right: str) -> None:
    metrics = QFontMetrics(font)
    painter.setFont(font)
    painter.drawText(row, _RIGHT, right)
    room = row.width() - (metrics.horizontalAdvance(right) + _MARGIN if right else 0)
    shown = metrics.elidedText(left, Qt.TextElideMode.ElideRight, room)
    painter.drawText(row, _LEFT, shown)


def _draw_bar(painter: QPainter, bar: QRectF, run: RunSummary) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("sunken"))
    painter.drawRoundedRect(bar, 2, 2)
    if run.max_iters and run.iteration:
        done = QRectF(bar)
        done.setWidth(bar.width() * min(run.iteration / run.max_iters, 1.0))
        painter.setBrush(theme.color("accent"))
        painter.drawRoundedRect(done, 2, 2)
