"""One line of thumbnails: the samples of the current filter, the edited one in the middle."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import (
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
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyleOptionViewItem, QWidget

from core.flags import Flag
from widgets import theme
from widgets.editor.filmstrip_delegate import CELL, THUMBNAIL, FrameDelegate
from widgets.gallery.loader import Render, ThumbnailLoader
from widgets.gallery.model import GalleryModel, Index


class Filmstrip(QAbstractItemView):
    """Shows thumbnails in a row; a click chooses a sample.

    All cells have one size, so that every place is computed and none is stored.
    """

    sample_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.loader = ThumbnailLoader(self)
        self._samples = GalleryModel(self)
        self._frames = FrameDelegate(self.loader, self)
        self._want_soon = QTimer(self, singleShot=True, interval=0)
        self._want_soon.timeout.connect(self._want_visible)
        self.setModel(self._samples)
        self.setItemDelegate(self._frames)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        # The keys belong to the canvas; A, D and N move from anywhere.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Samples")
        self.setFixedHeight(CELL.height() + 16)
        self.clicked.connect(self._on_clicked)
        self.horizontalScrollBar().valueChanged.connect(lambda _value: self._want_soon.start())
        self.loader.ready.connect(self._on_ready)
        for change in (
            self._samples.rowsInserted,
            self._samples.rowsRemoved,
            self._samples.modelReset,
        ):
            change.connect(self._relayout)
        theme.signals.changed.connect(self.viewport().update)

    def set_source(self, render: Render | None, *, forget: bool = True) -> None:
        """Say how thumbnails are drawn; see `ThumbnailLoader.set_source`."""
        self.loader.set_source(render, forget=forget)
        self._want_soon.start()

    def show_samples(self, ids: Sequence[str], current: str | None) -> None:
        """Show those samples in that order."""
        self._samples.set_ids(ids)
        self.show_current(current)

    def show_current(self, sample_id: str | None) -> None:
        """Mark a sample and bring it to the middle."""
        row = self._samples.row_of(sample_id) if sample_id is not None else None
        index = self._samples.index(row) if row is not None else QModelIndex()
        self.setCurrentIndex(index)
        if index.isValid():
            self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        self._want_soon.start()

    def set_flags(
        self, flags: Mapping[str, Sequence[Flag]], changed: Collection[str] | None = None
    ) -> None:
        """Take over the flags by sample id."""
        self._samples.set_flags(flags, changed)

    def set_unsaved(self, sample_ids: Collection[str]) -> None:
        """Mark the samples with unsaved changes."""
        new = set(sample_ids)
        if new != self._frames.unsaved:
            self._frames.unsaved = new
            self.viewport().update()

    @property
    def unsaved(self) -> set[str]:
        """The samples that are marked as unsaved."""
        return set(self._frames.unsaved)

    def refresh(self, sample_ids: Collection[str]) -> None:
        """Draw those thumbnails anew."""
        self.loader.refresh(sample_ids)
        self._want_soon.start()

    def shut_down(self) -> None:
        """End the loading of thumbnails."""
        self._want_soon.stop()
        self.loader.shut_down()

    # Where cells are

    def visualRect(self, index: Index) -> QRect:
        """Where a sample is shown, in the viewport's coordinates."""
        if not index.isValid():
            return QRect()
        left = index.row() * CELL.width() - self.horizontalOffset()
        return QRect(QPoint(left, 0), CELL)

    def indexAt(self, point: QPoint) -> QModelIndex:
        """The sample under a point of the viewport."""
        row = (point.x() + self.horizontalOffset()) // CELL.width()
        if 0 <= point.y() < CELL.height() and 0 <= row < self._samples.rowCount():
            return self._samples.index(row)
        return QModelIndex()

    def scrollTo(
        self,
        index: Index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """Bring a sample into sight, or into the middle."""
        place, width = self.visualRect(index), self.viewport().width()
        bar = self.horizontalScrollBar()
        if hint is QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue(bar.value() + place.center().x() - width // 2)
        elif place.left() < 0:
            bar.setValue(bar.value() + place.left())
        elif place.right() >= width:
            bar.setValue(bar.value() + place.right() - width + 1)

    def horizontalOffset(self) -> int:
        """How far the strip is scrolled."""
        return self.horizontalScrollBar().value()

    def verticalOffset(self) -> int:
        """The strip does not scroll down."""
        return 0

    def isIndexHidden(self, _index: Index) -> bool:
        """No sample is hidden."""
        return False

    def moveCursor(
        self,
        _action: QAbstractItemView.CursorAction,
        _modifiers: Qt.KeyboardModifier,
    ) -> QModelIndex:
        """The keys belong to the canvas."""
        return self.currentIndex()

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select the sample that a click was on."""
        index = self.indexAt(rect.topLeft())
        selection = QItemSelection(index, index) if index.isValid() else QItemSelection()
        self.selectionModel().select(selection, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """Where selected samples are shown."""
        region = QRegion()
        for index in selection.indexes():
            region += self.visualRect(index)
        return region

    def updateGeometries(self) -> None:
        """Fit the scroll bar to the samples."""
        bar, width = self.horizontalScrollBar(), self.viewport().width()
        bar.setRange(0, max(self._samples.rowCount() * CELL.width() - width, 0))
        bar.setSingleStep(CELL.width())
        bar.setPageStep(width)
        super().updateGeometries()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the samples in sight."""
        painter = QPainter(self.viewport())
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        hovered = self.indexAt(self.viewport().mapFromGlobal(QCursor.pos()))
        under_mouse = self.viewport().underMouse()
        for row in self._visible_rows():
            index = self._samples.index(row)
            option.rect = self.visualRect(index)
            if not event.rect().intersects(option.rect):
                continue
            option.state = QStyle.StateFlag.State_Enabled
            if self.selectionModel().isSelected(index):
                option.state |= QStyle.StateFlag.State_Selected
            if under_mouse and index == hovered:
                option.state |= QStyle.StateFlag.State_MouseOver
            self._frames.paint(painter, option, index)
        painter.end()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Show another part of the strip."""
        self.viewport().scroll(dx, dy)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Let the sample under the cursor stand out."""
        super().mouseMoveEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the chosen sample in the middle."""
        super().resizeEvent(event)
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex(), QAbstractItemView.ScrollHint.PositionAtCenter)
        self._want_soon.start()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll along the strip with an ordinary wheel."""
        delta = event.angleDelta().x() or event.angleDelta().y()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - delta)
        event.accept()

    def _on_clicked(self, index: QModelIndex) -> None:
        self.sample_chosen.emit(index.data(GalleryModel.IdRole))

    def _on_ready(self, sample_id: str) -> None:
        row = self._samples.row_of(sample_id)
        if row is not None:
            self.viewport().update(self.visualRect(self._samples.index(row)))

    def _want_visible(self) -> None:
        if not self._samples.ids or not self.isVisible():
            return
        self.loader.set_size(round(THUMBNAIL * self.devicePixelRatioF()))
        shown = self._visible_rows()
        nearby = range(shown.stop, min(shown.stop + len(shown) // 2, self._samples.rowCount()))
        self.loader.want([self._samples.ids[row] for row in (*shown, *nearby)])

    def _visible_rows(self) -> range:
        first = self.horizontalOffset() // CELL.width()
        last = (self.horizontalOffset() + self.viewport().width()) // CELL.width() + 1
        return range(max(first, 0), min(last, self._samples.rowCount()))

    def _relayout(self) -> None:
        self.updateGeometries()
        self.viewport().update()
        self._want_soon.start()
