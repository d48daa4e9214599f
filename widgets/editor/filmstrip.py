"""One line of thumbnails: the samples of the current filter, the edited one in the middle."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import QModelIndex, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from core.flags import Flag, Severity
from widgets import theme
from widgets.flags.severity import ICONS, ROLES
from widgets.gallery.loader import Render, ThumbnailLoader
from widgets.gallery.model import GalleryModel, Index

THUMBNAIL = 64
_CELL = QSize(THUMBNAIL + 8, THUMBNAIL + 8)
_BADGE = 14


class Filmstrip(QListView):
    """Shows thumbnails in a row; a click chooses a sample."""

    sample_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.loader = ThumbnailLoader(self)
        self._samples = GalleryModel(self)
        self._frames = _FrameDelegate(self.loader, self)
        self._want_soon = QTimer(self, singleShot=True, interval=0)
        self._want_soon.timeout.connect(self._want_visible)
        self.setModel(self._samples)
        self.setItemDelegate(self._frames)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        # The keys belong to the canvas; A, D and N move from anywhere.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Samples")
        self.setFixedHeight(_CELL.height() + 16)
        self.clicked.connect(self._on_clicked)
        self.horizontalScrollBar().valueChanged.connect(lambda _value: self._want_soon.start())
        self.loader.ready.connect(self._on_ready)
        for change in (
            self._samples.rowsInserted,
            self._samples.rowsRemoved,
            self._samples.modelReset,
        ):
            change.connect(lambda *_: self._want_soon.start())
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
            self.update(self._samples.index(row))

    def _want_visible(self) -> None:
        if not self._samples.ids or not self.isVisible():
            return
        self.loader.set_size(round(THUMBNAIL * self.devicePixelRatioF()))
        first = self.horizontalScrollBar().value() // _CELL.width()
        shown = self.viewport().width() // _CELL.width() + 2
        last = min(first + shown, len(self._samples.ids))
        nearby = range(last, min(last + shown // 2, len(self._samples.ids)))
        wanted = [*range(max(first, 0), last), *nearby]
        self.loader.want([self._samples.ids[row] for row in wanted])


class _FrameDelegate(QStyledItemDelegate):
    """Paints one sample of the strip."""

    def __init__(self, loader: ThumbnailLoader, parent: QWidget) -> None:
        super().__init__(parent)
        self._loader = loader
        self.unsaved: set[str] = set()

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """All cells are alike."""
        return _CELL

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the thumbnail, a badge for its worst flag, a dot for unsaved changes."""
        sample_id: str = index.data(GalleryModel.IdRole)
        cell: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_current = bool(state & QStyle.StateFlag.State_Selected)
        if is_current or state & QStyle.StateFlag.State_MouseOver:
            frame = QRectF(cell).adjusted(1.5, 1.5, -1.5, -1.5)
            painter.setBrush(theme.color("selection" if is_current else "hover"))
            painter.setPen(
                QPen(theme.color("accent"), 2) if is_current else QPen(Qt.PenStyle.NoPen)
            )
            painter.drawRoundedRect(frame, 5, 5)
        area = cell.adjusted(4, 4, -4, -4)
        tile = self._loader.tile(sample_id)
        if tile is not None and tile.image is not None:
            size = tile.image.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
            shown = QRect(area.topLeft(), size)
            shown.moveCenter(area.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(shown, tile.image)
        else:
            painter.setPen(QPen(theme.color("border"), 1))
            painter.setBrush(theme.color("sunken"))
            painter.drawRoundedRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
            if tile is not None:
                self._paint_icon(painter, area.center().x(), area.center().y(),
                                 "image-broken-variant", "error", 24)  # fmt: skip
        self._paint_badges(painter, area, sample_id, index.data(GalleryModel.SeverityRole))
        painter.restore()

    def _paint_badges(
        self, painter: QPainter, area: QRect, sample_id: str, severity: Severity | None
    ) -> None:
        if severity is not None:
            x, y = area.right() - _BADGE // 2 - 3, area.top() + _BADGE // 2 + 4
            self._paint_disc(painter, x, y)
            self._paint_icon(painter, x, y, ICONS[severity], ROLES[severity], _BADGE)
        if sample_id in self.unsaved:
            x, y = area.left() + _BADGE // 2 + 3, area.top() + _BADGE // 2 + 4
            self._paint_disc(painter, x, y)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("warning"))
            painter.drawEllipse(QRectF(x - 4, y - 4, 9, 9))

    def _paint_disc(self, painter: QPainter, x: int, y: int) -> None:
        ground = theme.color("surface")
        ground.setAlphaF(0.92)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        side = _BADGE + 4
        painter.drawRoundedRect(QRectF(x - side / 2 + 0.5, y - side / 2 + 0.5, side, side), 4, 4)

    def _paint_icon(
        self, painter: QPainter, x: int, y: int, name: str, role: str, side: int
    ) -> None:
        place = QRect(0, 0, side, side)
        place.moveCenter(QRect(x, y, 1, 1).center())
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(place, theme.icon(name, role).pixmap(QSize(side, side), ratio))
