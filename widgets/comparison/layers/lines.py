"""Hatchings: lines that tell areas apart for whom colours do not suffice."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Flag, auto
from functools import lru_cache

import cv2
import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from core.images import Array

Rgba = tuple[int, int, int, int]

SWATCH = 14
"""Side of a legend's squares, in px."""
_LINES = 1


class Lines(Flag):
    """Which way lines fall."""

    LEFT = auto()
    RIGHT = auto()
    BOTH = LEFT | RIGHT


def hatching_of(values: Array, lines: Mapping[int, Lines]) -> Array:
    """Draw lines over an array of values.

    They scale with the image, so that they look alike at any resolution.

    Args:
        values: uint8 H×W.
        lines: Which lines each value gets; values that are not named get none.

    Returns:
        uint8 H×W: 1 on a line, else 0.
    """
    left_of, right_of = np.zeros((2, 256), np.uint8)
    for value, kind in lines.items():
        left_of[value] = Lines.LEFT in kind
        right_of[value] = Lines.RIGHT in kind
    left, right = _patterns(*values.shape)
    painted: Array = np.bitwise_and(cv2.LUT(values, left_of), left).astype(np.uint8, copy=False)
    painted |= np.bitwise_and(cv2.LUT(values, right_of), right).astype(np.uint8, copy=False)
    return painted


# One is kept: the samples of a dataset are mostly of one size, and large ones take their memory.
@lru_cache(maxsize=1)
def _patterns(height: int, width: int) -> tuple[Array, Array]:
    """Lines that fall to the left and to the right all over an image, uint8 H×W: 1 on a line."""
    thick = max(1, round(max(height, width) / 256))
    period = 6 * thick
    # All lines of one direction are one short pattern, shifted from row to row.
    on_line = (np.arange(height + width) % period < thick).astype(np.uint8)
    rows = np.arange(height)[:, None]
    columns = np.arange(width)
    return on_line[rows + columns], on_line[(columns - rows) % period]


def hatching_colors() -> list[Rgba]:
    """The 256 colours of a hatching: black lines, nothing between them."""
    table: list[Rgba] = [(0, 0, 0, 0)] * 256
    table[_LINES] = (0, 0, 0, 255)
    return table


def swatch_of(
    color: tuple[int, int, int] | None, lines: Lines | None = None, *, ratio: float = 1.0
) -> QPixmap:
    """A small square for a legend, painted as a map paints it.

    Args:
        color: Its colour; None for an empty square with a frame.
        lines: Its lines; None for none.
        ratio: Device pixels per logical pixel.
    """
    image = QImage(SWATCH, SWATCH, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent if color is None else QColor(*color))
    if color is None:
        painter = QPainter(image)
        painter.setPen(QColor(128, 128, 128))
        painter.drawRect(0, 0, SWATCH - 1, SWATCH - 1)
        painter.end()
    if lines is not None:
        painted = hatching_of(np.zeros((SWATCH, SWATCH), np.uint8), {0: lines})
        for row, column in np.argwhere(painted):
            image.setPixel(int(column), int(row), 0xFF000000)
    size = round(SWATCH * ratio)
    pixmap = QPixmap.fromImage(image.scaled(size, size))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
