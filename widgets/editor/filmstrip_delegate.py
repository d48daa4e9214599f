"""How one sample of the filmstrip is painted."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from core.flags import Severity
from widgets import theme
from widgets.flags.severity import ICONS, ROLES
from widgets.gallery.loader import ThumbnailLoader
from widgets.gallery.model import GalleryModel, Index

THUMBNAIL = 64
CELL = QSize(THUMBNAIL + 8, THUMBNAIL + 8)
_BADGE = 14


class FrameDelegate(QStyledItemDelegate):
    """Paints one sample of the strip."""

    def __init__(self, loader: ThumbnailLoader, parent: QWidget) -> None:
        super().__init__(parent)
        self._loader = loader
        self.unsaved: set[str] = set()

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """All cells are alike."""
        return CELL

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
