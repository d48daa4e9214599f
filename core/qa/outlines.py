"""The pieces of a mask and their holes, found along their outlines.

Following outlines costs a tenth of labelling every pixel, and says everything that the checks ask:
a contour runs through the centres of the rim's pixels, a polygon on the grid of whole numbers, so
Pick's theorem (1899) turns its area A and its number of steps B into pixels: A + B/2 + 1 on and
inside it, A - B/2 + 1 inside.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from core.flags import Box
from core.images import Array


class Hole(NamedTuple):
    """Background that a piece encloses: its pixels, without pieces that lie in it, and its box."""

    area: int
    box: Box


class Component(NamedTuple):
    """A connected piece of the foreground.

    Attributes:
        area: Its pixels.
        box: Its bounding box (x, y, width, height).
        holes: The background that it encloses.
        polygon_area: The area of its outer contour, a polygon through the rim's pixels.
        is_nested: Whether it lies in a hole of another piece.
    """

    area: int
    box: Box
    holes: tuple[Hole, ...]
    polygon_area: float
    is_nested: bool


def components_of(foreground: Array) -> list[Component]:
    """The 8-connected pieces of a mask, from top to bottom; holes are 4-connected.

    Args:
        foreground: uint8 H×W, 0 for background.
    """
    if foreground.size == 0:
        return []
    contours, tree = cv2.findContours(foreground, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return []
    parents = tree[0, :, 3].tolist()
    areas = [cv2.contourArea(contour) for contour in contours]
    steps = [len(contour) if len(contour) > 1 else 0 for contour in contours]
    boxes: list[Box] = [_box(contour) for contour in contours]
    filled = [round(area + count / 2 + 1) for area, count in zip(areas, steps, strict=True)]
    children: dict[int, list[int]] = {}
    for number, parent in enumerate(parents):
        if parent >= 0:
            children.setdefault(parent, []).append(number)
    found = []
    # Contours nest outline, hole, outline, …: a contour at an even depth is a piece's outline.
    level = [number for number, parent in enumerate(parents) if parent < 0]
    is_nested = False
    while level:
        inner: list[int] = []
        for number in level:
            enclosed = 0
            holes = []
            for hole in children.get(number, ()):
                inside = filled[hole] - steps[hole]
                islands = children.get(hole, [])
                inner += islands
                enclosed += inside
                x, y, width, height = boxes[hole]
                area = inside - sum(filled[island] for island in islands)
                holes.append(Hole(area, (x + 1, y + 1, width - 2, height - 2)))
            found.append(
                Component(
                    filled[number] - enclosed, boxes[number], tuple(holes), areas[number], is_nested
                )
            )
        level, is_nested = inner, True
    found.sort(key=lambda piece: (piece.box[1], piece.box[0]))
    return found


def _box(contour: np.ndarray) -> Box:
    x, y, width, height = cv2.boundingRect(contour)
    return (x, y, width, height)
