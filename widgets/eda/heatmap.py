"""A grid of cells in the colours of little to much, which chooses cells by mouse and keys."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets import theme
from widgets.eda.data import CELLS, Bools, Floats
from widgets.eda.look import ramp, small_font

_STEPS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_CAPTION = 20
_LEAST = 96


class HeatMap(QWidget):
    """16×16 cells under a caption.

    A click chooses a cell, a drag a rectangle of them; a click on what is chosen, or Escape, takes
    the choice back.

    Args:
        caption: What is shown, a name of a class.
    """

    chosen = Signal(object)
    """QRect of cells: the first column and row, and how many of both."""
    unchosen = Signal()

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.caption = caption
        self._values: Floats = np.zeros((CELLS, CELLS))
        self._scale = 1.0
        self._tip: Callable[[int, int], str] = lambda _column, _row: ""
        self._cells = QRect()
        self._pressed: QPoint | None = None
        self._was_chosen = QRect()
        self._focused = QPoint(CELLS // 2, CELLS // 2)
        self._pointed: QPoint | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(_LEAST, _LEAST + _CAPTION)
        self.setAccessibleName(f"Positions of {caption}")
        theme.signals.changed.connect(self.update)

    @property
    def cells(self) -> QRect:
        """The chosen cells; an empty rectangle for none."""
        return QRect(self._cells)

    @property
    def cell_mask(self) -> Bools:
        """bool[16, 16]: the chosen cells."""
        mask = np.zeros((CELLS, CELLS), np.bool_)
        box = self._cells
        mask[box.y() : box.y() + box.height(), box.x() : box.x() + box.width()] = True
        return mask

    def set_values(self, values: Floats, scale: float, tip: Callable[[int, int], str]) -> None:
        """Show other values.

        Args:
            values: float[16, 16], 0 or more.
            scale: The value that has the strongest colour.
            tip: Gives the words about a cell, by its column and row.
        """
        self._values, self._scale, self._tip = values, max(scale, 1e-9), tip
        self.update()

    def forget(self) -> None:
        """Take the choice back without telling of it."""
        self._cells = QRect()
        self.update()

    def sizeHint(self) -> QSize:
        """A square as high as there is room, and the caption."""
        side = max(self.height() - _CAPTION, _LEAST)
        return QSize(side, side + _CAPTION)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stay square."""
        super().resizeEvent(event)
        self.setFixedWidth(max(self.height() - _CAPTION, _LEAST))

    def cell_rect(self, column: int, row: int) -> QRectF:
        """Where a cell is drawn, in px."""
        area = self._area()
        side = area.width() / CELLS
        return QRectF(area.x() + column * side, area.y() + row * side, side, side)

    def event(self, event: QEvent) -> bool:
        """Take its keys before a shortcut of the page does."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            held = event.key() in _STEPS or event.key() in _ENTER
            if held or (event.key() == Qt.Key.Key_Escape and not self._cells.isEmpty()):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk through the cells, choose one, take the choice back."""
        if event.key() in _STEPS:
            right, down = _STEPS[event.key()]
            self._focused = QPoint(
                min(max(self._focused.x() + right, 0), CELLS - 1),
                min(max(self._focused.y() + down, 0), CELLS - 1),
            )
            self.setAccessibleDescription(self._tip(self._focused.x(), self._focused.y()))
            self.update()
        elif event.key() in _ENTER:
            self._choose(QRect(self._focused, QSize(1, 1)), self._cells)
        elif event.key() == Qt.Key.Key_Escape and not self._cells.isEmpty():
            self._undo()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the cell that Enter would choose."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide it again."""
        super().focusOutEvent(event)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to choose."""
        cell = self._cell_at(event.position().toPoint())
        if event.button() != Qt.MouseButton.LeftButton or cell is None:
            event.ignore()
            return
        self._pressed = self._focused = cell
        self._was_chosen = QRect(self._cells)
        self._cells = QRect(cell, QSize(1, 1))
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Widen the choice, or say what is under the mouse."""
        cell = self._cell_at(event.position().toPoint(), clamp=self._pressed is not None)
        if self._pressed is not None and cell is not None:
            self._cells = QRect(self._pressed, self._pressed).united(QRect(cell, cell))
            self.update()
        if cell != self._pointed:
            self._pointed = cell
            self.setToolTip("" if cell is None else self._tip(cell.x(), cell.y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose what was marked."""
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        self._pressed = None
        self._choose(self._cells, self._was_chosen)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is pointed at any more."""
        self._pointed = None
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint caption, cells and marks."""
        painter = QPainter(self)
        area = self._area()
        painter.setFont(small_font())
        painter.setPen(theme.color("text"))
        caption = QRectF(area.x(), 0, area.width(), _CAPTION)
        text = painter.fontMetrics().elidedText(
            self.caption, Qt.TextElideMode.ElideRight, int(area.width())
        )
        painter.drawText(caption, Qt.AlignmentFlag.AlignVCenter, text)
        steps = np.clip(self._values / self._scale * 255, 0, 255).astype(np.uint8)
        pixels = np.ascontiguousarray(ramp()[steps])
        image = QImage(pixels.data, CELLS, CELLS, 3 * CELLS, QImage.Format.Format_RGB888)
        painter.drawImage(area, image)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.drawRect(area)
        if not self._cells.isEmpty():
            box = self.cell_rect(self._cells.x(), self._cells.y())
            box.setWidth(box.width() * self._cells.width())
            box.setHeight(box.height() * self._cells.height())
            # Two lines, of which one contrasts with any cell.
            painter.setPen(QPen(theme.color("surface"), 4))
            painter.drawRect(box)
            painter.setPen(QPen(theme.color("text"), 2))
            painter.drawRect(box)
        if self.hasFocus():
            painter.setPen(QPen(theme.color("surface"), 3))
            focused = self.cell_rect(self._focused.x(), self._focused.y())
            painter.drawRect(focused)
            painter.setPen(QPen(theme.color("text"), 1, Qt.PenStyle.DashLine))
            painter.drawRect(focused)

    def _area(self) -> QRectF:
        side = min(self.width() - 1, self.height() - _CAPTION - 1)
        return QRectF(0, _CAPTION, side, side)

    def _cell_at(self, place: QPoint, *, clamp: bool = False) -> QPoint | None:
        area = self._area()
        side = area.width() / CELLS
        column, row = (place.x() - area.x()) // side, (place.y() - area.y()) // side
        if clamp:
            column, row = (min(max(each, 0), CELLS - 1) for each in (column, row))
        if 0 <= column < CELLS and 0 <= row < CELLS:
            return QPoint(int(column), int(row))
        return None

    def _choose(self, cells: QRect, earlier: QRect) -> None:
        if cells == earlier:
            self._undo()
            return
        self._cells = QRect(cells)
        self.update()
        self.chosen.emit(self.cells)

    def _undo(self) -> None:
        self.forget()
        self.unchosen.emit()
