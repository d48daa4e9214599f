"""What the structure of a mask looks like, so that clean demo masks are clean beyond doubt."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from core.images import Array


class Structure(NamedTuple):
    """Structure of a mask's foreground, all classes merged.

    Attributes:
        pixels: Foreground pixels.
        components: 8-connected pieces.
        smallest: Pixels of the smallest piece, per class as well as merged; 0 without foreground.
        aspect: Longer over shorter side of the most elongated piece's bounding box.
        hole_share: Largest share of an outer contour's area that is enclosed background.
    """

    pixels: int
    components: int
    smallest: int
    aspect: float
    hole_share: float


def structure(mask: Array) -> Structure:
    """Measure a mask, uint8 H×W with 0 for background."""
    foreground = (mask > 0).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(foreground, connectivity=8)
    if count == 1:
        return Structure(0, 0, 0, 0.0, 0.0)
    sizes = [int(size) for size in stats[1:, cv2.CC_STAT_AREA]]
    for value in np.unique(mask[mask > 0]):
        _, _, parts, _ = cv2.connectedComponentsWithStats((mask == value).astype(np.uint8))
        sizes += [int(size) for size in parts[1:, cv2.CC_STAT_AREA]]
    sides = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    aspect = float((sides.max(1) / sides.min(1)).max())
    return Structure(int(foreground.sum()), count - 1, min(sizes), aspect, _hole_share(foreground))


def _hole_share(foreground: Array) -> float:
    contours, tree = cv2.findContours(foreground, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    share = 0.0
    for contour, (_, _, child, parent) in zip(contours, tree[0], strict=True):
        if parent >= 0:
            continue
        filled = np.zeros_like(foreground)
        cv2.drawContours(filled, [contour], -1, 1, cv2.FILLED)
        enclosed = 0
        while child >= 0:
            hole = np.zeros_like(foreground)
            cv2.drawContours(hole, contours, child, 1, cv2.FILLED)
            enclosed += int(((hole > 0) & (foreground == 0)).sum())
            child = tree[0][child][0]
        share = max(share, enclosed / max(1, int(filled.sum())))
    return share
