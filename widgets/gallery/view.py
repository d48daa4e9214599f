"""A virtualised grid of thumbnails: its cost is that of the cells on screen, not of all samples."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QCursor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyleOptionViewItem, QWidget

from core.flags import Flag
from widgets import theme
from widgets.gallery.delegate import GalleryDelegate
from widgets.gallery.grid import MARGIN, Grid
from widgets.gallery.loader import ThumbnailLoader
from widgets.gallery.model import GalleryModel, Index

SMALLEST, LARGEST, STEP = 96, 256, 16


class GalleryView(QAbstractItemView):
    """Shows samples as a grid of thumbnails.

    Arrows, Home, End, Page Up and Page Down move; Enter or a double click opens a sample;
    Ctrl+wheel changes the thumbnails' size. All cells have one size, so that every place is
    computed and none is stored.
    """

    current_changed = Signal(str)
    """The user moved to a sample, by its id."""
    opened = Signal(str)
    """The user asks to edit a sample, by its id."""
    selection_changed = Signal()
    thumbnail_size_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.loader = ThumbnailLoader(self)
        self._samples = GalleryModel(self)
        self._cells = GalleryDelegate(self.loader, self)
        self._is_following = False
        self._anchor = 0
        self._extends = False
        self._want_soon = QTimer(self, singleShot=True, interval=0)
        self._want_soon.timeout.connect(self._want_visible)
        self.setItemDelegate(self._cells)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName("Samples")
        self.setModel(self._samples)
        for change in (
            self._samples.rowsInserted,
            self._samples.rowsRemoved,
            self._samples.modelReset,
        ):
            change.connect(self._relayout)
        self.loader.ready.connect(self._repaint_sample)
        theme.signals.changed.connect(self.viewport().update)

    # What is shown

    @property
    def samples(self) -> GalleryModel:
        """The model behind the view."""
        return self._samples

    def show_samples(self, ids: Sequence[str], current: str | None) -> None:
        """Show those samples in that order, with `current` selected if it is among them."""
        self._is_following = True
        try:
            self._samples.set_ids(ids)
        finally:
            self._is_following = False
        self.select(current)

    def select(self, sample_id: str | None) -> None:
        """Select a sample and bring it into sight, without telling of it."""
        row = self._samples.row_of(sample_id) if sample_id is not None else None
        index = self._samples.index(row) if row is not None else QModelIndex()
        if index == self.currentIndex():
            return
        self._extends = False
        self._is_following = True
        try:
            if index.isValid():
                self.setCurrentIndex(index)
            else:
                self.selectionModel().clear()
        finally:
            self._is_following = False

    @property
    def current(self) -> str | None:
        """The selected sample's id."""
        index = self.currentIndex()
        return index.data(GalleryModel.IdRole) if index.isValid() else None

    @property
    def selected(self) -> list[str]:
        """The ids of the selected samples, in the order they are shown."""
        ids = self._samples.ids
        chosen = self.selectionModel().selection()
        ranges = [chosen.at(place) for place in range(chosen.size())]
        parts = sorted((part.top(), part.bottom()) for part in ranges)
        return [sample_id for first, last in parts for sample_id in ids[first : last + 1]]

    def set_flags(
        self, flags: Mapping[str, Sequence[Flag]], changed: Collection[str] | None = None
    ) -> None:
        """Take over the flags by sample id; `changed` names the samples concerned, None all."""
        self._samples.set_flags(flags, changed)

    def set_excluded(
        self, excluded: Mapping[str, str], changed: Collection[str] | None = None
    ) -> None:
        """Take over the excluded samples, and the reason for each."""
        self._samples.set_excluded(excluded, changed)

    def refresh(self, sample_ids: Collection[str] | None = None) -> None:
        """Draw those thumbnails anew; all for None."""
        self.loader.refresh(sample_ids)
        self._want_soon.start()

    @property
    def thumbnail_size(self) -> int:
        """Side of the thumbnails in px."""
        return self._cells.thumbnail_size

    def set_thumbnail_size(self, side: int) -> None:
        """Set the side of the thumbnails, SMALLEST to LARGEST px, keeping the place."""
        side = min(max(side, SMALLEST), LARGEST)
        if side == self.thumbnail_size:
            return
        anchor = self.currentIndex()
        if not anchor.isValid() or not self.visualRect(anchor).intersects(self.viewport().rect()):
            anchor = self._samples.index(max(self._visible_rows().start, 0))
        self._cells.thumbnail_size = side
        self._relayout()
        if anchor.isValid():
            self.scrollTo(anchor, QAbstractItemView.ScrollHint.PositionAtCenter)
        self.thumbnail_size_changed.emit(side)

    # Geometry: every place follows from the row

    @property
    def grid(self) -> Grid:
        """Where the cells lie."""
        least = self._cells.cell_size(self.fontMetrics().height())
        return Grid(self._samples.rowCount(), self.viewport().width(), least)

    def visualRect(self, index: Index) -> QRect:
        """Where a cell is, in the viewport."""
        if not index.isValid():
            return QRect()
        return self.grid.rect(index.row()).translated(0, -self.verticalOffset())

    def indexAt(self, point: QPoint) -> QModelIndex:
        """The cell under a point of the viewport."""
        row = self.grid.row_at(point + QPoint(0, self.verticalOffset()))
        return QModelIndex() if row is None else self._samples.index(row)

    def scrollTo(
        self,
        index: Index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """Bring a cell into sight."""
        if not index.isValid():
            return
        hints = QAbstractItemView.ScrollHint
        cell = self.visualRect(index)
        height = self.viewport().height()
        bar = self.verticalScrollBar()
        if hint == hints.PositionAtCenter:
            step = cell.center().y() - height // 2
        elif hint == hints.PositionAtTop or cell.top() < MARGIN:
            step = cell.top() - MARGIN
        elif hint == hints.PositionAtBottom or cell.bottom() > height - MARGIN:
            step = cell.bottom() - height + MARGIN
        else:
            return
        bar.setValue(bar.value() + step)

    def horizontalOffset(self) -> int:
        """Always 0: the grid fits the width."""
        return 0

    def verticalOffset(self) -> int:
        """How far the grid is scrolled, in px."""
        return self.verticalScrollBar().value()

    def isIndexHidden(self, _index: Index) -> bool:
        """No cell is ever hidden."""
        return False

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, _modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """The cell a key moves to."""
        count = self._samples.rowCount()
        if not count:
            return QModelIndex()
        current = self.currentIndex()
        if not current.isValid():
            return self._samples.index(0)
        grid = self.grid
        row, columns = current.row(), grid.columns
        page = columns * grid.lines_in(self.viewport().height())
        actions = QAbstractItemView.CursorAction
        target = {
            actions.MoveLeft: row - 1,
            actions.MovePrevious: row - 1,
            actions.MoveRight: row + 1,
            actions.MoveNext: row + 1,
            actions.MoveUp: row - columns,
            actions.MoveDown: row + columns,
            actions.MovePageUp: row - page,
            actions.MovePageDown: row + page,
            actions.MoveHome: 0,
            actions.MoveEnd: count - 1,
        }.get(action, row)
        if action == actions.MoveUp and target < 0:
            target = row
        if action == actions.MovePageUp and target < 0:
            target = row % columns
        if action == actions.MoveDown and target >= count:
            is_last_line = row // columns == (count - 1) // columns
            target = row if is_last_line else count - 1
        return self._samples.index(min(max(target, 0), count - 1))

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select what a dragged frame touches, or with Shift all from the last cell to this one."""
        chosen = QItemSelection()
        is_framed = self.state() == QAbstractItemView.State.DragSelectingState
        if not is_framed and self._extends:
            row = self.currentIndex().row()
            first, last = sorted((min(self._anchor, self._samples.rowCount() - 1), row))
            chosen.select(self._samples.index(first), self._samples.index(last))
            self.selectionModel().select(chosen, command)
            return
        grid = self.grid
        area = rect.normalized().translated(0, self.verticalOffset())
        for row in grid.rows_between(area.top(), area.bottom()):
            if grid.rect(row).intersects(area):
                index = self._samples.index(row)
                chosen.select(index, index)
        self.selectionModel().select(chosen, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """What has to be repainted when a selection changes."""
        region = QRegion()
        visible, grid = self._visible_rows(), self.grid
        for place in range(selection.size()):
            part = selection.at(place)
            first = max(part.top(), visible.start)
            for row in range(first, min(part.bottom() + 1, visible.stop)):
                region += grid.rect(row).translated(0, -self.verticalOffset())
        return region

    def updateGeometries(self) -> None:
        """Fit the scroll bar to the number of lines."""
        super().updateGeometries()
        grid = self.grid
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(max(16, grid.pitch // 3))
        bar.setRange(0, max(0, grid.height - self.viewport().height()))

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cells that are in sight."""
        painter = QPainter(self.viewport())
        hovered = QModelIndex()
        if self.viewport().underMouse():
            hovered = self.indexAt(self.viewport().mapFromGlobal(QCursor.pos()))
        current = self.currentIndex()
        states = QStyle.StateFlag
        grid, offset = self.grid, self.verticalOffset()
        area = event.rect().translated(0, offset)
        for row in grid.rows_between(area.top(), area.bottom()):
            cell = grid.rect(row)
            if not cell.intersects(area):
                continue
            cell.translate(0, -offset)
            index = self._samples.index(row)
            option = QStyleOptionViewItem()
            self.initViewItemOption(option)
            state = states.State_Enabled
            if self.selectionModel().isSelected(index):
                state |= states.State_Selected
            if index == current and self.hasFocus():
                state |= states.State_HasFocus
            if index == hovered:
                state |= states.State_MouseOver
            option.rect = cell
            option.state = state
            self._cells.paint(painter, option, index)
        painter.end()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Move what is painted already, and ask for what comes into sight."""
        self.viewport().scroll(dx, dy)
        self._want_soon.start()

    # Events

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell which sample the user moved to."""
        super().currentChanged(current, previous)
        if not self._extends:
            self._anchor = max(0, current.row())
        if current.isValid() and not self._is_following:
            self.current_changed.emit(current.data(GalleryModel.IdRole))

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell how many samples are selected."""
        super().selectionChanged(selected, deselected)
        self.selection_changed.emit()

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:
        """Repaint what changed, if it is in sight."""
        visible = self._visible_rows()
        if first.row() < visible.stop and last.row() >= visible.start:
            self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the current cell in sight when the number of columns changes."""
        super().resizeEvent(event)
        self._relayout()
        self.scrollTo(self.currentIndex())

    def showEvent(self, event: QShowEvent) -> None:
        """Load what is in sight."""
        super().showEvent(event)
        self._want_soon.start()

    def changeEvent(self, event: QEvent) -> None:
        """Another font or style may change the cells."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._relayout()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the current sample; Shift with the keys that move extends the selection."""
        self._extends = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current is not None:
            self.opened.emit(self.current)
            event.accept()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, _search: str) -> None:
        """Letters are commands here; the search field looks for names."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select; with Shift from the last cell to this one, with Ctrl one more."""
        self._extends = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the sample under the cursor."""
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(index.data(GalleryModel.IdRole))
        else:
            super().mouseDoubleClickEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Ctrl change the size of the thumbnails."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            step = STEP if event.angleDelta().y() > 0 else -STEP
            self.set_thumbnail_size(self.thumbnail_size + step)
            event.accept()
        else:
            super().wheelEvent(event)

    def shut_down(self) -> None:
        """End the loading of thumbnails."""
        self._want_soon.stop()
        self.loader.shut_down()

    # Helpers

    def _visible_rows(self) -> range:
        top = self.verticalOffset()
        return self.grid.rows_between(top, top + self.viewport().height())

    def _relayout(self) -> None:
        self.updateGeometries()
        self.viewport().update()
        self._want_soon.start()

    def _want_visible(self) -> None:
        """Ask for the thumbnails in sight, then for the screens after and before it."""
        if not self.isVisible():
            return
        ratio = self.devicePixelRatioF()
        self.loader.set_size(round(self.thumbnail_size * ratio))
        visible = self._visible_rows()
        ahead = range(visible.stop, visible.stop + len(visible))
        behind = range(max(0, visible.start - len(visible) // 2), visible.start)
        ids = self._samples.ids
        rows = [*visible, *ahead, *reversed(behind)]
        self.loader.want([ids[row] for row in rows if row < len(ids)])

    def _repaint_sample(self, sample_id: str) -> None:
        row = self._samples.row_of(sample_id)
        if row is not None:
            self.viewport().update(self.visualRect(self._samples.index(row)))
