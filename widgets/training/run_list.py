"""The list of runs: ticks that show a run in the plots, and rows that can be dragged."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from widgets.training.run_delegate import RunDelegate, tick_rect
from widgets.training.run_model import RunModel


class RunList(QListView):
    """A list of runs. A click on a tick does not choose the run, a click beside it does."""

    def __init__(self, model: RunModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pressed_tick = QModelIndex()
        self.setObjectName("runs")
        self.setAccessibleName("Runs")
        self.setModel(model)
        self.setItemDelegate(RunDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press on a tick is kept from choosing the row."""
        index = self._tick_at(event)
        if index.isValid():
            self._pressed_tick = index
            return
        self._pressed_tick = QModelIndex()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A press on a tick drags nothing."""
        if not self._pressed_tick.isValid():
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tick the run when button and pointer are still there."""
        pressed, self._pressed_tick = self._pressed_tick, QModelIndex()
        if not pressed.isValid():
            super().mouseReleaseEvent(event)
        elif self._tick_at(event) == pressed:
            self._toggle(pressed)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Two quick clicks on a tick are two clicks."""
        if self._tick_at(event).isValid():
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space ticks the chosen run."""
        index = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and index.isValid():
            self._toggle(index)
            return
        super().keyPressEvent(event)

    def _toggle(self, index: QModelIndex) -> None:
        ticked = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
        state = Qt.CheckState.Unchecked if ticked else Qt.CheckState.Checked
        self.model().setData(index, state, Qt.ItemDataRole.CheckStateRole)

    def _tick_at(self, event: QMouseEvent) -> QModelIndex:
        if event.button() is not Qt.MouseButton.LeftButton:
            return QModelIndex()
        at = event.position().toPoint()
        index = self.indexAt(at)
        if index.isValid() and tick_rect(self.visualRect(index)).contains(at):
            return index
        return QModelIndex()
