"""The edges of a photo, to be read at many places and in any direction at once."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from core.images import Array

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int32]

_ADD_CHANNELS = np.ones((1, 3), np.float32)


class EdgeMap:
    """How fast the colour of a photo changes, at every pixel and in every direction.

    Held as the structure tensor summed over the colour channels: the squared gradient in the
    direction of a unit vector n is n'Jn (Di Zenzo, 1986). Around the photo is a flat margin.

    Attributes:
        width, height: Of the photo.
        margin: Of the flat margin, in pixels.
    """

    def __init__(self, image: Array, margin: int, sigma: float) -> None:
        """Look for edges.

        Args:
            image: RGB uint8 H×W×3.
            margin: How far outside the photo will be read, in pixels.
            sigma: Finer structures than this are smoothed away, in pixels.
        """
        self.height, self.width = image.shape[:2]
        self.margin = margin
        soft = cv2.GaussianBlur(image, (3, 3) if sigma < 0.8 else (7, 7), sigma)
        across = cv2.Sobel(soft, cv2.CV_32F, 1, 0)
        down = cv2.Sobel(soft, cv2.CV_32F, 0, 1)
        self._tensor = [
            _with_margin(cv2.transform(product, _ADD_CHANNELS), margin)
            for product in (across * across, across * down, down * down)
        ]

    def usual(self, x: Indices, y: Indices) -> Floats:
        """How strong edges of any direction are on average around pixels of the photo."""
        strength = cv2.sqrt(self._tensor[0] + self._tensor[2])
        reach = 2 * self.margin + 1
        around = np.asarray(cv2.boxFilter(strength, -1, (reach, reach)), np.float32)
        return np.asarray(around[y + self.margin, x + self.margin])

    def at(self, x: Floats, y: Floats, normal_x: Floats, normal_y: Floats) -> Floats:
        """The gradient between pixels: places n×m, in the direction of n unit vectors."""
        places = (x + np.float32(self.margin), y + np.float32(self.margin))
        values = [
            np.asarray(cv2.remap(plane, *places, cv2.INTER_LINEAR), np.float32)
            for plane in self._tensor
        ]
        return _in_direction(values, normal_x, normal_y)

    def shifted(
        self, x: Indices, y: Indices, normal_x: Floats, normal_y: Floats, offsets: Indices
    ) -> Floats:
        """The gradient at n pixels after every shift by m offsets down and m offsets right.

        Returns:
            n×m², the offset down varying most slowly; 0 outside the photo.
        """
        width = np.int32(self.width + 2 * self.margin)
        inside = offsets + np.int32(self.margin)
        steps = (inside[:, None] * width + inside[None, :]).ravel()
        places = (y * width + x)[:, None] + steps[None, :]
        values = [plane.take(places) for plane in self._tensor]
        return _in_direction(values, normal_x, normal_y)


def _with_margin(values: npt.NDArray[Any], margin: int) -> Floats:
    sides = (margin, margin, margin, margin)
    framed = cv2.copyMakeBorder(values, *sides, cv2.BORDER_CONSTANT, value=0)
    return np.asarray(framed, np.float32)


def _in_direction(tensor: list[Floats], normal_x: Floats, normal_y: Floats) -> Floats:
    squared = tensor[0] * (normal_x * normal_x)[:, None]
    squared += tensor[1] * (2 * normal_x * normal_y)[:, None]
    squared += tensor[2] * (normal_y * normal_y)[:, None]
    return np.asarray(np.sqrt(np.maximum(squared, 0, out=squared), out=squared))
