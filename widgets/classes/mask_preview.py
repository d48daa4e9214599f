"""One mask beside what a coding makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.dataset.encoding.coding import MaskCoding
from core.dataset.encoding.report import in_palette_colors
from core.dataset.model import ClassInfo
from core.errors import PetsegError
from core.files import read_bytes
from core.images import Array
from core.images.mask_files import MaskFile, open_mask_file
from widgets import theme

_MOST = 512
_GAP = 8


@dataclass(frozen=True)
class DecodedMask:
    """A mask as its file shows it, and as classes.

    Attributes:
        file: RGB uint8 H×W×3.
        classes: RGB uint8 H×W×3; illegal codes are striking.
        illegal: Share of pixels that stand for nothing, 0 to 1.
        problem: Why there is nothing to show; "" when there is.
    """

    file: Array | None = None
    classes: Array | None = None
    illegal: float = 0.0
    problem: str = ""


def decode_for_preview(path: Path, coding: MaskCoding, classes: Sequence[ClassInfo]) -> DecodedMask:
    """Read a mask and decode it, scaled down to a few hundred pixels."""
    try:
        file = _shrunk(open_mask_file(read_bytes(path), path))
        indices = coding.decode(file, path)
    except PetsegError as error:
        return DecodedMask(problem=str(error))
    table = np.array(theme.class_table(classes, ignore_index=coding.ignore_index), np.uint8)
    table[0, :3] = classes[0].color
    illegal = float(np.count_nonzero(indices == coding.illegal)) / max(indices.size, 1)
    return DecodedMask(_as_colors(file), table[:, :3][indices], illegal)


def _shrunk(file: MaskFile) -> MaskFile:
    height, width = file.pixels.shape[:2]
    scale = _MOST / max(height, width, 1)
    if scale >= 1:
        return file
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return file._replace(
        pixels=np.asarray(cv2.resize(file.pixels, size, interpolation=cv2.INTER_NEAREST))
    )


def _as_colors(file: MaskFile) -> Array:
    shown = in_palette_colors(file)
    if shown.is_color:
        return np.ascontiguousarray(shown.pixels, np.uint8)
    # Values as grey; small ones are spread out, because 1 and 2 look like black.
    highest = max(int(shown.pixels.max(initial=0)), 1)
    grey = (shown.pixels.astype(np.float32) * (255 / highest)).astype(np.uint8)
    return np.stack([grey] * 3, axis=-1)


class MaskPreview(QWidget):
    """Shows a decoded mask: the file at the left, its classes at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures: tuple[QImage, QImage] | None = None
        self._words = "Choose a value or a colour to see a mask that holds it."
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 176)
        self.setAccessibleName("Preview of one mask")
        theme.signals.changed.connect(self.update)

    @property
    def words(self) -> str:
        """What is said instead of pictures; "" when there are any."""
        return "" if self._pictures else self._words

    def sizeHint(self) -> QSize:
        """Two squares."""
        return QSize(416, 216)

    def show_mask(self, mask: DecodedMask) -> None:
        """Show a mask, or say why it cannot be shown."""
        self._pictures = None
        self._words = mask.problem
        if mask.file is not None and mask.classes is not None:
            self._pictures = (_image(mask.file), _image(mask.classes))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint both pictures, each with a word above it."""
        painter = QPainter(self)
        if self._pictures is None:
            painter.setPen(theme.color("muted"))
            flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(self.rect().adjusted(16, 0, -16, 0), flags, self._words)
            return
        line = painter.fontMetrics().height() + 4
        width = (self.width() - _GAP) / 2
        for place, (picture, word) in enumerate(
            zip(self._pictures, ("In the file", "As classes"), strict=True)
        ):
            left = place * (width + _GAP)
            painter.setPen(theme.color("muted"))
            painter.drawText(QRectF(left, 0, width, line), word)
            area = QRectF(left, line, width, self.height() - line)
            size = picture.size().scaled(area.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRectF(area.left(), area.top(), size.width(), size.height())
            painter.drawImage(target, picture)
            painter.setPen(QPen(theme.color("border"), 1))
            painter.drawRect(target.adjusted(0, 0, -1, -1))


def _image(pixels: Array) -> QImage:
    height, width = pixels.shape[:2]
    data = np.ascontiguousarray(pixels)
    # The copy owns its memory; the array may go.
    return QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
