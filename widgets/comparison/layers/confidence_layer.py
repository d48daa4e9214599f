"""How the confidence of a prediction is shown: unsure places shine, sure ones stay dark."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap

from core.images import Array
from widgets.comparison.layers.lines import Rgba

# Blue to yellow with even steps of lightness (CIELAB L* from 15 to 90), so that equal steps look
# equal, to colour-blind people and in a grey print too. Red, green, blue at even distances.
_STOPS = np.array(
    [
        (12, 34, 84),
        (43, 56, 109),
        (75, 80, 107),
        (103, 102, 112),
        (131, 125, 118),
        (163, 150, 116),
        (197, 178, 102),
        (232, 206, 76),
        (255, 232, 66),
    ],
    np.float64,
)


def confidence_ramp() -> Array:
    """The colours from 0 to 255 of a confidence map, uint8 256×3: unsure is light, sure is dark."""
    places = np.linspace(1, 0, 256) * (len(_STOPS) - 1)
    known = np.arange(len(_STOPS))
    channels = [np.interp(places, known, _STOPS[:, channel]) for channel in range(3)]
    ramp: Array = np.stack(channels, axis=1).round().astype(np.uint8)
    return ramp


def confidence_colors() -> list[Rgba]:
    """The 256 colours of a confidence map."""
    return [(red, green, blue, 255) for red, green, blue in confidence_ramp().tolist()]


def confidence_word(value: int) -> str:
    """A value of a confidence map in percent."""
    return f"{value / 2.55:.0f} % sure"


def gradient(width: int, height: int, *, ratio: float = 1.0) -> QPixmap:
    """The ramp as a strip for a legend, 0 % at the left and 100 % at the right.

    Args:
        width: Its width in px.
        height: Its height in px.
        ratio: Device pixels per logical pixel.
    """
    ramp = np.ascontiguousarray(confidence_ramp())
    strip = QImage(ramp.data, 256, 1, 3 * 256, QImage.Format.Format_RGB888)
    pixmap = QPixmap(round(width * ratio), round(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.drawImage(QRectF(0, 0, width, height), strip)
    painter.end()
    return pixmap
