"""One augmented sample as a picture with its mask over it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.files import read_bytes
from core.images import decode_mask, read_image
from widgets import theme

Pixels = npt.NDArray[np.uint8]

_OPACITY = 0.45
_TEXT = 20


@dataclass(frozen=True)
class AugmentedPicture:
    """A sample's photo, and the same with its mask over it: uint8 H×W×3 each, RGB."""

    name: str
    photo: Pixels
    overlaid: Pixels
    share: float | None = None

    @property
    def words(self) -> str:
        """What stands below it."""
        return self.name if self.share is None else f"{self.share:.0%} of {self.name}"


def read_picture(
    name: str, photo: Path, mask: Path, table: list[theme.Rgba], share: float | None = None
) -> AugmentedPicture:
    """Read a sample that the preview worker wrote. Not for the UI thread.

    Args:
        name: Its name.
        photo: A PNG of what the model sees.
        mask: A PNG of class indices.
        table: The 256 colours of classes; a transparent one shows the photo.
        share: Of a mixed sample, the share of the first photo.

    Raises:
        PetsegError: a file cannot be read.
    """
    pixels = read_image(photo)
    classes = decode_mask(read_bytes(mask), mask)
    colors = np.array(table, np.float32)[classes]
    opacity = np.where(_borders(classes), 1.0, _OPACITY) * (colors[..., 3] > 0)
    mixed = pixels * (1 - opacity[..., None]) + colors[..., :3] * opacity[..., None]
    return AugmentedPicture(name, pixels, mixed.astype(np.uint8), share)


class AugmentedTile(QWidget):
    """Shows a picture as large as it has room, with or without its mask."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: AugmentedPicture | None = None
        self._with_mask = True
        self.setMinimumSize(QSize(96, 96 + _TEXT))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def picture(self) -> AugmentedPicture | None:
        """What is shown."""
        return self._picture

    def show_picture(self, picture: AugmentedPicture | None) -> None:
        """Show another picture, or none."""
        self._picture = picture
        self.setToolTip("" if picture is None else picture.words)
        self.setAccessibleName("" if picture is None else f"Augmented sample {picture.words}")
        self.update()

    def set_with_mask(self, with_mask: bool) -> None:
        """Show or hide the mask."""
        self._with_mask = with_mask
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the picture, and its name below."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        room = QRect(0, 0, self.width(), self.height() - _TEXT)
        if self._picture is None:
            painter.fillRect(room, theme.color("sunken"))
            return
        pixels = self._picture.overlaid if self._with_mask else self._picture.photo
        height, width = pixels.shape[:2]
        data = np.ascontiguousarray(pixels)
        image = QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        size = image.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(QPoint((room.width() - size.width()) // 2, 0), size)
        painter.drawImage(place, image)
        below = QRect(0, place.bottom() + 1, self.width(), _TEXT)
        words = painter.fontMetrics().elidedText(
            self._picture.words, Qt.TextElideMode.ElideMiddle, below.width()
        )
        painter.setPen(theme.color("muted"))
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, words)


def _borders(classes: Pixels) -> npt.NDArray[np.bool_]:
    """Where a pixel's neighbour at the right or below has another class."""
    borders = np.zeros(classes.shape, bool)
    borders[:, :-1] |= classes[:, :-1] != classes[:, 1:]
    borders[:-1] |= classes[:-1] != classes[1:]
    return borders
