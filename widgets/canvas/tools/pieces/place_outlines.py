"""Outlines around places of an image, as many as there are."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter

from core.images import Array
from widgets.canvas import marks
from widgets.canvas.painting import device_part
from widgets.canvas.sampling import edges, take
from widgets.canvas.transform import Placement

_WIDTH = 2
_COLORS = [0x00000000, marks.HIGHLIGHT.rgba(), 0xB4000000]


def paint_outlines(painter: QPainter, picture: Array, placement: Placement, view: QRect) -> None:
    """Outline the areas of equal numbers in a picture.

    It costs what the view costs, however many areas there are.

    Args:
        painter: Works in the view's coordinates.
        picture: uint8 H×W of the image; 0 where there is nothing to outline.
        placement: Where the image lies in the view.
        view: The part of the view that is painted.
    """
    device = painter.device()
    ratio = device.devicePixelRatioF() if device is not None else 1.0
    height, width = picture.shape
    margin = _WIDTH
    part = device_part(view, placement, ratio).clipped(width, height)
    if not part.width or not part.height:
        return
    columns, rows = part.grown(margin).source_indices(width, height)
    seen = np.ascontiguousarray(take(picture, columns, rows))
    # A bright line inside the areas, and a dark one just outside, so that it is seen on any ground.
    styles = (edges(seen, _WIDTH) != 0).astype(np.uint8)
    styles[(seen == 0) & (styles != 0)] = 2
    styles = np.ascontiguousarray(styles[margin:-margin, margin:-margin])
    image = QImage(styles.data, part.width, part.height, part.width, QImage.Format.Format_Indexed8)
    image.setColorTable(_COLORS)
    painter.save()
    painter.scale(1 / ratio, 1 / ratio)
    painter.drawImage(part.left, part.top, image)
    painter.restore()
