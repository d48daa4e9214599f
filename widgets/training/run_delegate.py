"""How a run is drawn in the list: its tick, name and score, recipe, state and progress."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from core.runs.store import RunState, RunSummary
from widgets import theme
from widgets.training.run_lines import run_lines
from widgets.training.run_model import ASKED_ROLE, COLOR_ROLE, PLACE_ROLE, RUN_ROLE

_MARGIN = theme.GRID
_TICK = 16
_ICON = 16
_BAR = 4
_GAP = 2
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter

Index = QModelIndex | QPersistentModelIndex


def tick_rect(row: QRect) -> QRect:
    """Where a press on a row means its tick; a little larger than what is drawn."""
    return QRect(row.left(), row.top(), _MARGIN + _TICK + _MARGIN // 2, row.height())


class RunDelegate(QStyledItemDelegate):
    """Draws three lines a run, and a bar while it goes on."""

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Three lines and the bar."""
        line = option.fontMetrics.height() + _GAP
        return QSize(200, 2 * _MARGIN + 3 * line + _BAR)

    def createEditor(
        self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index
    ) -> QLineEdit:
        """A field for the name."""
        editor = QLineEdit(parent)
        editor.setObjectName("run_name")
        editor.setAccessibleName("Name of the run")
        return editor

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, _index: Index
    ) -> None:
        """The field covers the line of the name."""
        area = _text_area(option)
        height = max(editor.sizeHint().height(), option.fontMetrics.height())
        editor.setGeometry(QRect(area.left() - 4, area.top() - 4, area.width() + 4, height))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one run."""
        run: RunSummary = index.data(RUN_ROLE)
        lines = run_lines(run, index.data(ASKED_ROLE), index.data(PLACE_ROLE))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_background(painter, option)
        text = _text_area(option)
        line = option.fontMetrics.height() + _GAP
        rows = [QRect(text.left(), text.top() + n * line, text.width(), line) for n in range(3)]
        tick = QRect(option.rect.left() + _MARGIN, text.top(), _TICK, _TICK)
        _draw_tick(painter, tick, index)
        bold = QFont(option.font)
        bold.setBold(True)
        painter.setPen(theme.color("text"))
        _draw_line(painter, rows[0], bold, *lines.title)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setPen(theme.color("text" if selected else "muted"))
        _draw_line(painter, rows[1], option.font, *lines.subtitle)
        icon_at = QRect(rows[2].left(), rows[2].center().y() - _ICON // 2, _ICON, _ICON)
        theme.icon(lines.icon, lines.role).paint(painter, icon_at)
        painter.setPen(theme.color("text" if lines.role == "accent" else lines.role))
        beside_icon = rows[2].adjusted(_ICON + _MARGIN // 2, 0, 0, 0)
        _draw_line(painter, beside_icon, option.font, *lines.state)
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


def _text_area(option: QStyleOptionViewItem) -> QRect:
    return option.rect.adjusted(2 * _MARGIN + _TICK, _MARGIN, -_MARGIN, -_MARGIN)


def _draw_tick(painter: QPainter, box: QRect, index: Index) -> None:
    """A box in the run's colour: full with a tick, only its frame while the run is chosen."""
    ticked = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
    shown = index.data(COLOR_ROLE)
    color = theme.color("muted") if shown is None else QColor(*shown)
    frame = QRectF(box).adjusted(1, 1, -1, -1)
    painter.setPen(QPen(color, 2 if shown is not None else 1))
    painter.setBrush(color if ticked else theme.color("sunken"))
    painter.drawRoundedRect(frame, 3, 3)
    if ticked:
        pen = QPen(theme.color("surface"), 2)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        left, top = frame.left(), frame.top()
        painter.drawPolyline(
            [QPointF(left + 3.2, top + 7.2), QPointF(left + 5.8, top + 9.8),
             QPointF(left + 10.6, top + 4.2)]
        )  # fmt: skip


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
