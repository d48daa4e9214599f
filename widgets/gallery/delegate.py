"""How a sample looks in the gallery: thumbnail, badge, caption, and its state."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from core.flags import Severity
from widgets import theme
from widgets.flags.severity import ICONS, ROLES
from widgets.gallery.loader import ThumbnailLoader, Tile
from widgets.gallery.model import GalleryModel, Index

PADDING = 6
_RADIUS = 6
_BADGE_ICON = 16
_EXCLUDED_OPACITY = 0.3
_SPLIT_NEEDS = 150
"""Thumbnails smaller than this have no room for the split beside the stem."""


class GalleryDelegate(QStyledItemDelegate):
    """Paints the cells of the gallery from the thumbnails at hand; never waits for one."""

    def __init__(self, loader: ThumbnailLoader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loader = loader
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}
        self.thumbnail_size = 128
        theme.signals.changed.connect(self._forget_pixmaps)

    def cell_size(self, font_height: int) -> QSize:
        """The least size of a cell for the thumbnail's size."""
        side = self.thumbnail_size + 2 * PADDING
        return QSize(side, side + font_height + 4)

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        """The least size of a cell."""
        return self.cell_size(option.fontMetrics.height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one sample."""
        sample_id: str = index.data(GalleryModel.IdRole)
        severity: Severity | None = index.data(GalleryModel.SeverityRole)
        is_excluded = index.data(GalleryModel.ExcludedRole) is not None
        cell: QRect = option.rect
        state: QStyle.StateFlag = option.state
        tile = self._loader.tile(sample_id)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, cell, state)
        side = self.thumbnail_size
        area = QRect(cell.center().x() - side // 2 + 1, cell.top() + PADDING, side, side)
        if is_excluded:
            painter.setOpacity(_EXCLUDED_OPACITY)
        shown = self._paint_thumbnail(painter, area, tile)
        painter.setOpacity(1.0)
        if is_excluded:
            self._paint_centred_icon(painter, shown, "cancel", "text", 32)
        if severity is not None:
            count: int = index.data(GalleryModel.FlagCountRole)
            self._paint_badge(painter, shown, ICONS[severity], ROLES[severity], count)
        if tile is not None and tile.image is not None:
            problem = "" if tile.has_mask else "no mask"
            problem = "mask unreadable" if tile.mask_problem else problem
            if problem:
                self._paint_note(painter, shown, problem)
        # With its split the caption is as wide as the thumbnail, else as the cell.
        sides = area if side >= _SPLIT_NEEDS else cell.adjusted(PADDING, 0, -PADDING, 0)
        caption = QRect(sides.left(), area.bottom() + 1, sides.width(), 0)
        caption.setBottom(cell.bottom() - 1)
        self._paint_caption(painter, caption, sample_id, is_excluded=is_excluded)
        painter.restore()

    def _paint_ground(self, painter: QPainter, cell: QRect, state: QStyle.StateFlag) -> None:
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        is_hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        if not is_selected and not is_hovered:
            return
        has_focus = bool(state & QStyle.StateFlag.State_HasFocus)
        frame = QRectF(cell).adjusted(1.5, 1.5, -1.5, -1.5)
        painter.setBrush(theme.color("selection" if is_selected else "hover"))
        painter.setPen(Qt.PenStyle.NoPen)
        if is_selected:
            painter.setPen(QPen(theme.color("accent"), 2.5 if has_focus else 1.5))
        painter.drawRoundedRect(frame, _RADIUS, _RADIUS)

    def _paint_thumbnail(self, painter: QPainter, area: QRect, tile: Tile | None) -> QRect:
        """Paint the picture or what stands for it, and say where it is."""
        if tile is None:
            self._paint_blank(painter, area)
            return area
        if tile.image is None:
            self._paint_blank(painter, area)
            self._paint_centred_icon(painter, area.adjusted(0, -12, 0, -12), "image-broken-variant",
                                     "error", 32)  # fmt: skip
            painter.setPen(theme.color("text"))
            words = area.adjusted(4, area.height() // 2 + 8, -4, 0)
            painter.drawText(
                words,
                Qt.AlignmentFlag.AlignHCenter
                | Qt.AlignmentFlag.AlignTop
                | Qt.TextFlag.TextWordWrap,
                "cannot be read" if tile.photo_problem else "nothing to show",
            )
            return area
        size = tile.image.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
        natural = tile.image.size() / painter.device().devicePixelRatioF()
        if natural.width() < size.width() and tile.version[1] >= self._device_side(painter):
            size = natural  # a photo smaller than the thumbnail is shown as it is
        shown = QRect(QPoint(), size)
        shown.moveCenter(area.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(shown, tile.image)
        return shown

    def _device_side(self, painter: QPainter) -> int:
        return round(self.thumbnail_size * painter.device().devicePixelRatioF())

    def _paint_blank(self, painter: QPainter, area: QRect) -> None:
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(theme.color("sunken"))
        painter.drawRoundedRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)

    def _paint_centred_icon(
        self, painter: QPainter, area: QRect, name: str, role: str, side: int
    ) -> None:
        place = QRect(0, 0, side, side)
        place.moveCenter(area.center())
        painter.drawPixmap(place, self._pixmap(painter, name, role, side))

    def _paint_badge(
        self, painter: QPainter, area: QRect, icon: str, role: str, count: int
    ) -> None:
        """The worst severity as a shape, and how many flags there are when more than one."""
        font = QFont(painter.font())
        font.setBold(True)
        painter.setFont(font)
        number = str(count) if count > 1 else ""
        advance = painter.fontMetrics().horizontalAdvance(number)
        width = _BADGE_ICON + 8 + (advance + 3 if number else 0)
        pill = QRect(area.right() - width - 2, area.top() + 4, width, _BADGE_ICON + 6)
        self._paint_pill(painter, pill)
        place = QRect(pill.left() + 4, pill.top() + 3, _BADGE_ICON, _BADGE_ICON)
        painter.drawPixmap(place, self._pixmap(painter, icon, role, _BADGE_ICON))
        if number:
            words = pill.adjusted(_BADGE_ICON + 7, 0, 0, 0)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, number)
        font.setBold(False)
        painter.setFont(font)

    def _paint_note(self, painter: QPainter, area: QRect, words: str) -> None:
        width = painter.fontMetrics().horizontalAdvance(words) + 12
        height = painter.fontMetrics().height() + 4
        pill = QRect(area.left() + 4, area.bottom() - height - 3, width, height)
        self._paint_pill(painter, pill)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_pill(self, painter: QPainter, pill: QRect) -> None:
        ground = theme.color("surface")
        ground.setAlphaF(0.92)
        path = QPainterPath()
        path.addRoundedRect(QRectF(pill), 4, 4)
        painter.fillPath(path, ground)
        painter.setPen(theme.color("text"))

    def _paint_caption(
        self, painter: QPainter, area: QRect, sample_id: str, *, is_excluded: bool
    ) -> None:
        split, _, stem = sample_id.rpartition("/")
        metrics = painter.fontMetrics()
        room = area.width()
        has_split = bool(split) and self.thumbnail_size >= _SPLIT_NEEDS
        if has_split:
            painter.setPen(theme.color("muted"))
            painter.drawText(
                area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, split
            )
            room -= metrics.horizontalAdvance(split) + 8
        font = QFont(painter.font())
        font.setStrikeOut(is_excluded)
        painter.setFont(font)
        painter.setPen(theme.color("muted" if is_excluded else "text"))
        text = metrics.elidedText(stem, Qt.TextElideMode.ElideMiddle, room)
        side = Qt.AlignmentFlag.AlignLeft if has_split else Qt.AlignmentFlag.AlignHCenter
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | side, text)

    def _forget_pixmaps(self) -> None:
        self._pixmaps.clear()

    def _pixmap(self, painter: QPainter, name: str, role: str, side: int) -> QPixmap:
        ratio = painter.device().devicePixelRatioF()
        key = (name, role, side, ratio)
        if key not in self._pixmaps:
            self._pixmaps[key] = theme.icon(name, role).pixmap(QSize(side, side), ratio)
        return self._pixmaps[key]
