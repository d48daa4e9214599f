"""The small picture of a sample in the list: the photo, its Dice, and a badge for flags."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPixmap

from core.flags import Severity
from widgets import theme

_BADGE = QSize(16, 16)
_BADGES: Mapping[Severity, tuple[str, str]] = {
    Severity.ERROR: ("alert-octagon", "error"),
    Severity.WARNING: ("alert", "warning"),
    Severity.INFO: ("information-outline", "muted"),
}
# The strip lies on the photo, not on the theme's surfaces: it is the same in every theme.
_STRIP = QColor(0, 0, 0, 175)
_TEXT = QColor(255, 255, 255)
_STRIP_HEIGHT = 15
_TEXT_HEIGHT = 11


def sample_picture(photo: QPixmap | None, dice: str, severity: Severity | None) -> QPixmap | None:
    """Put a sample's Dice and a badge over its photo.

    Args:
        photo: The photo, small; None while there is none.
        dice: What the strip at its foot says; "" for no strip.
        severity: The severity of its worst flag; None for no badge.
    """
    badge = None if severity is None else theme.icon(*_BADGES[severity]).pixmap(_BADGE)
    if photo is None:
        return badge
    if badge is None and not dice:
        return photo
    picture = QPixmap(photo)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    size = picture.deviceIndependentSize()
    if dice:
        strip = QRectF(0, size.height() - _STRIP_HEIGHT, size.width(), _STRIP_HEIGHT)
        painter.fillRect(strip, _STRIP)
        font = QFont(painter.font())
        font.setPixelSize(_TEXT_HEIGHT)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(_TEXT)
        painter.drawText(strip, int(Qt.AlignmentFlag.AlignCenter), dice)
    if badge is not None:
        corner = QPointF(size.width() - _BADGE.width(), 0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(QRectF(corner, _BADGE).adjusted(-1, -1, 1, 1), 3, 3)
        painter.drawPixmap(corner, badge)
    painter.end()
    return picture
