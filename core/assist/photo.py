"""A photo as the models get it, and the way between its pixels and those of the mask."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from core.assist.prompt import BOX_END, BOX_START, NEGATIVE, POSITIVE, Box, Click
from core.images import Array
from core.masks.counting import bounds
from core.masks.geometry import Rect, whole
from core.masks.shapes.regions import NOTHING, Bools, Region

MAX_SIDE = 2048
"""The models see 1024 pixels a side. A larger photo would only cost time and memory; twice as
many give their outlines room."""


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A photo, reduced to what the models can use.

    Attributes:
        key: A name that no photo with other pixels has.
        rgb: uint8 h×w×3, the longer side at most `MAX_SIDE`.
        width: Of the photo itself, and so of the mask, in pixels.
        height: See `width`.
    """

    key: str
    rgb: Array
    width: int
    height: int

    @classmethod
    def of(cls, bgra: Array) -> Photo:
        """Reduce a photo. Costs a pass over it, so for large ones do it off the UI thread.

        Args:
            bgra: uint8 H×W×4 in the order blue, green, red, anything.
        """
        height, width = int(bgra.shape[0]), int(bgra.shape[1])
        shrink = min(1.0, MAX_SIDE / max(height, width))
        if shrink < 1.0:
            size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
            bgra = cv2.resize(bgra, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        rgb: Array = cv2.cvtColor(bgra, cv2.COLOR_BGRA2RGB).astype(np.uint8, copy=False)
        digest = hashlib.blake2b(np.ascontiguousarray(rgb).data, digest_size=16)
        digest.update(repr((rgb.shape, height, width)).encode())
        return cls(digest.hexdigest(), rgb, width, height)

    def points(
        self, clicks: Sequence[Click], box: Box | None
    ) -> tuple[tuple[tuple[float, float], ...], tuple[int, ...]]:
        """Clicks and a box as points of the reduced photo, with their labels; the box first.

        The models count from pixel centres: the centre of the first pixel is (0, 0).
        """
        asked: list[tuple[float, float, int]] = []
        if box is not None:
            asked.append((box.left, box.top, BOX_START))
            asked.append((box.right, box.bottom, BOX_END))
        asked.extend(
            (click.x, click.y, POSITIVE if click.positive else NEGATIVE) for click in clicks
        )
        return tuple(self._reduced(x, y) for x, y, _ in asked), tuple(label for *_, label in asked)

    def region(self, mask: Bools, x: int, y: int) -> Region:
        """A part of the reduced photo as a region of the mask.

        Args:
            mask: bool h×w, True for the pixels of the object.
            x: Column of the reduced photo that the part begins at.
            y: Row that it begins at.
        """
        inner = bounds(mask)
        if inner.is_empty:
            return NOTHING
        part, mask = inner.moved(x, y), mask[inner.slices]
        if self.rgb.shape[:2] == (self.height, self.width):
            return Region(part, mask)
        return self._enlarged(mask, part)

    def _reduced(self, x: float, y: float) -> tuple[float, float]:
        height, width = self.rgb.shape[:2]
        return (
            min(max(x * width / self.width - 0.5, 0.0), width - 1.0),
            min(max(y * height / self.height - 0.5, 0.0), height - 1.0),
        )

    def _enlarged(self, mask: Bools, part: Rect) -> Region:
        """The part at the mask's resolution: where the reduced one, interpolated, is over half."""
        height, width = self.rgb.shape[:2]
        across, down = width / self.width, height / self.height
        # Beyond the part there is nothing of the object; beyond the photo its border goes on.
        soft = np.pad(mask.astype(np.uint8) * 255, 1)
        if part.x == 0:
            soft[:, 0] = soft[:, 1]
        if part.y == 0:
            soft[0] = soft[1]
        if part.right == width:
            soft[:, -1] = soft[:, -2]
        if part.bottom == height:
            soft[-1] = soft[-2]
        left, top = math.floor((part.x - 1) / across), math.floor((part.y - 1) / down)
        right, bottom = math.ceil((part.right + 1) / across), math.ceil((part.bottom + 1) / down)
        rect = Rect(left, top, right - left, bottom - top).intersected(
            whole((self.height, self.width))
        )
        matrix = np.array(
            [
                [across, 0.0, (rect.x + 0.5) * across - 0.5 - (part.x - 1)],
                [0.0, down, (rect.y + 0.5) * down - 0.5 - (part.y - 1)],
            ]
        )
        large = cv2.warpAffine(
            soft,
            matrix,
            (rect.width, rect.height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        stencil: Bools = large >= 128
        return Region(rect, stencil)
