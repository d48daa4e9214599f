"""The objects of a mask: pieces of one class that lie next to each other, with holes filled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from core.flags import Box
from core.images import Array

# A smaller object shows too few pixels of fur: side of a square of its area.
_MIN_AREA = 40 * 40
MOST_OBJECTS = 4


class Piece(NamedTuple):
    """An object.

    Attributes:
        class_index: Its class.
        box: Its bounding box (x, y, width, height).
        pixels: Its area.
        inside: Where it is in its box, uint8, 255 or 0.
    """

    class_index: int
    box: Box
    pixels: int
    inside: Array


def find_objects(mask: Array, classes: Sequence[int]) -> list[Piece]:
    """Find the largest objects of a mask.

    Args:
        mask: Class indices, uint8 H×W, at most 512 pixels a side.
        classes: The classes whose objects are wanted, without background and ignored pixels.

    Returns:
        At most `MOST_OBJECTS` objects of at least 1600 pixels, ordered by class and place.
    """
    # A third of bincount's time; exact, since a mask of this scale has fewer pixels than 2^24.
    counts = cv2.calcHist([mask], [0], None, [256], [0, 256]).ravel()
    taken = np.zeros(256, np.uint8)
    taken[list(classes)] = 255
    found = [
        piece
        for value in classes
        if counts[value] >= _MIN_AREA // 2
        for piece in _objects_of(mask, value, taken)
    ]
    if len(found) > MOST_OBJECTS:
        least = sorted((piece.pixels for piece in found), reverse=True)[MOST_OBJECTS - 1]
        found = [piece for piece in found if piece.pixels >= least][:MOST_OBJECTS]
    return found


def _objects_of(mask: Array, value: int, taken: Array) -> list[Piece]:
    height, width = mask.shape
    reach = 2 * max(1, round(max(mask.shape) / 128)) + 1
    element = np.ones((reach, reach), np.uint8)
    own = (mask == value).view(np.uint8)
    left, top, columns, rows = cv2.boundingRect(own)
    crop = own[top : top + rows, left : left + columns]
    crop = np.pad(crop, reach)
    contours, _ = cv2.findContours(
        cv2.dilate(crop, element), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    others = taken.copy()
    others[value] = 0
    pieces = []
    for contour in contours:
        if cv2.contourArea(contour) < _MIN_AREA:
            continue
        x, y, w, h = cv2.boundingRect(contour)
        filled = np.zeros((h, w), np.uint8)
        cv2.drawContours(filled, [contour], -1, 255, cv2.FILLED, offset=(-x, -y))
        closed = cv2.erode(filled, element, borderType=cv2.BORDER_CONSTANT, borderValue=0)
        # From the crop to the mask, without what lies outside it.
        x, y = x + left - reach, y + top - reach
        x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + w, width), min(y + h, height)
        inside = cv2.subtract(
            closed[y0 - y : y1 - y, x0 - x : x1 - x], cv2.LUT(mask[y0:y1, x0:x1], others)
        )
        pixels = cv2.countNonZero(inside)
        if pixels >= _MIN_AREA:
            bx, by, bw, bh = cv2.boundingRect(inside)
            part = np.ascontiguousarray(inside[by : by + bh, bx : bx + bw], np.uint8)
            pieces.append(Piece(value, (x0 + bx, y0 + by, bw, bh), pixels, part))
    return pieces
