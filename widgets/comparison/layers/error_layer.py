"""How the kinds of error are shown: colours, and a hatching for whom colours do not suffice."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor, QImage, QPixmap

from core.evaluation.errors.error_map import ErrorKind
from core.images import Array
from widgets import theme

Rgba = tuple[int, int, int, int]

KINDS: dict[ErrorKind, str] = {
    ErrorKind.MISSED: "missed",
    ErrorKind.FALSE: "false",
    ErrorKind.WRONG_CLASS: "wrong class",
}
"""The kinds of error with the words for them, in the order they are shown."""

EXPLANATIONS: dict[ErrorKind, str] = {
    ErrorKind.MISSED: "Missed: the mask has an object here, the prediction has background.",
    ErrorKind.FALSE: "False: the prediction has an object here, the mask has background.",
    ErrorKind.WRONG_CLASS: "Wrong class: both have an object here, but of different classes.",
}

_LINES = 1
_SWATCH = 14


def error_word(value: int) -> str:
    """What a value of an error map means."""
    if value == ErrorKind.IGNORED:
        return "ignored"
    return KINDS[ErrorKind(value)] if value else "correct"


def error_colors() -> list[Rgba]:
    """The 256 colours of an error map: right pixels are transparent, ignored ones grey."""
    table: list[Rgba] = [(0, 0, 0, 0)] * 256
    for kind, word in KINDS.items():
        table[kind] = (*theme.ERROR_COLORS[word], 255)
    table[ErrorKind.IGNORED] = (*theme.IGNORE_COLOR, 255)
    return table


def hatching(kinds: Array) -> Array:
    """The lines that tell the kinds of error apart without colours.

    Missed pixels get lines that fall to the left, false ones lines that fall to the right, those
    of a wrong class both. Lines scale with the image, so that they look alike at any resolution.

    Args:
        kinds: An error map, uint8 H×W of `ErrorKind` values.

    Returns:
        uint8 H×W: 1 on a line, else 0.
    """
    height, width = kinds.shape
    thick = max(1, round(max(height, width) / 256))
    period = 6 * thick
    rows, columns = np.ogrid[:height, :width]
    left = (rows + columns) % period < thick
    right = (columns - rows) % period < thick
    lines = (kinds == ErrorKind.MISSED) & left
    lines |= (kinds == ErrorKind.FALSE) & right
    lines |= (kinds == ErrorKind.WRONG_CLASS) & (left | right)
    painted: Array = lines.astype(np.uint8)
    return painted


def hatching_colors() -> list[Rgba]:
    """The 256 colours of a hatching: black lines, nothing between them."""
    table: list[Rgba] = [(0, 0, 0, 0)] * 256
    table[_LINES] = (0, 0, 0, 255)
    return table


def swatch(kind: ErrorKind, *, hatched: bool, ratio: float = 1.0) -> QPixmap:
    """A small square for a legend, painted as the error map paints that kind.

    Args:
        kind: The kind of error.
        hatched: Whether with its lines.
        ratio: Device pixels per logical pixel.
    """
    size = round(_SWATCH * ratio)
    image = QImage(_SWATCH, _SWATCH, QImage.Format.Format_RGB32)
    image.fill(QColor(*theme.ERROR_COLORS[KINDS[kind]]))
    if hatched:
        lines = hatching(np.full((_SWATCH, _SWATCH), kind, np.uint8))
        for row, column in np.argwhere(lines):
            image.setPixel(int(column), int(row), 0xFF000000)
    pixmap = QPixmap.fromImage(image.scaled(size, size))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
