"""Where two objects of a mask touch: does one end there, or does the photo show nothing?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from core.flags import Box
from core.images import Array
from core.qa.appearance.objects import Piece

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

# Shorter common borders say nothing.
_MIN_LENGTH = 8
# Side steps at which the inside of both objects is looked at, in pixels of a 256-pixel photo.
_BESIDE = (-8, -6, -4, 4, 6, 8)
# How far from the seam colours count, in the same pixels.
_REACH = 20
# Bins of lightness and of the two colour axes of CIELAB (8 bit, where pets have no vivid colours).
_BINS = (12, 12, 12)
_RANGES = ((0, 256), (100, 170), (100, 170))


class Contact(NamedTuple):
    """Where two objects of different classes touch.

    Attributes:
        one, other: Their places in the list of objects.
        length: Pixels of the first that touch the second.
        edge: Gradient of the photo across the seam, relative to the inside of both objects: about
            1 where there is nothing to see, 2 and more where one object ends and another begins;
            2 when the objects are too thin to tell.
        likeness: How alike the colours on both sides are, 0 (none in common) to 1 (the same).
    """

    one: int
    other: int
    length: int
    edge: float
    likeness: float


def find_contacts(image: Array, pieces: Sequence[Piece]) -> list[Contact]:
    """Find where objects of different classes touch in a photo, RGB uint8 H×W×3."""
    contacts = []
    for a in range(len(pieces)):
        for b in range(a + 1, len(pieces)):
            one, other = pieces[a], pieces[b]
            if one.class_index == other.class_index or not _meet(one.box, other.box):
                continue
            seam = _Seam(image, one, other)
            if seam.length >= _MIN_LENGTH:
                contacts.append(Contact(a, b, seam.length, seam.edge(), seam.likeness()))
    return contacts


def _meet(one: Box, other: Box) -> bool:
    """Whether two boxes overlap or touch."""
    return (
        one[0] <= other[0] + other[2]
        and other[0] <= one[0] + one[2]
        and one[1] <= other[1] + other[3]
        and other[1] <= one[1] + one[3]
    )


class _Seam:
    """The common border of two objects; only its surroundings are looked at."""

    def __init__(self, image: Array, one: Piece, other: Piece) -> None:
        self._scale = max(1.0, max(image.shape[:2]) / 256)
        shape = image.shape[:2]
        first, second = _placed(one, shape), _placed(other, shape)
        near = cv2.dilate(second, np.ones((3, 3), np.uint8))
        touching = cv2.bitwise_and(first, near)
        x, y, width, height = cv2.boundingRect(touching)
        reach = round((_REACH + 6) * self._scale)
        rows = slice(max(0, y - reach), y + height + reach)
        columns = slice(max(0, x - reach), x + width + reach)
        self._image = image[rows, columns]
        self._one, self._other = first[rows, columns] > 0, second[rows, columns] > 0
        self._touching = np.ascontiguousarray(touching[rows, columns])
        self._y, self._x = np.nonzero(self._touching)
        self.length = int(self._x.size)

    def edge(self) -> float:
        """See `Contact.edge`."""
        side = self._one.astype(np.float32) - self._other.astype(np.float32)
        side = np.asarray(cv2.GaussianBlur(side, (0, 0), 3 * self._scale), np.float32)
        across = cv2.Sobel(side, cv2.CV_32F, 1, 0)[self._y, self._x]
        down = cv2.Sobel(side, cv2.CV_32F, 0, 1)[self._y, self._x]
        norm = np.hypot(across, down) + np.float32(1e-6)
        normal_x, normal_y = across / norm, down / norm
        soft = cv2.GaussianBlur(self._image, (0, 0), 1.2 * self._scale).astype(np.float32)
        right, below = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
        inside = self._one | self._other

        def strongest_around(offset: float) -> tuple[Floats, Bools]:
            strengths = []
            for step in (-1, 0, 1):
                shift = (offset + step) * self._scale
                columns = np.rint(self._x + shift * normal_x).astype(int)
                rows = np.rint(self._y + shift * normal_y).astype(int)
                columns = columns.clip(0, inside.shape[1] - 1)
                rows = rows.clip(0, inside.shape[0] - 1)
                change = right[rows, columns] * normal_x[:, None]
                change = change + below[rows, columns] * normal_y[:, None]
                strengths.append(np.sqrt((change**2).sum(1)))
                if step == 0:
                    valid = inside[rows, columns]
            return np.max(strengths, axis=0), valid

        beside = []
        for offset in _BESIDE:
            strength, valid = strongest_around(offset)
            if valid.sum() >= 6:
                beside.append(float(strength[valid].mean()))
        if not beside:
            return 2.0
        return float(strongest_around(0)[0].mean()) / (float(np.mean(beside)) + 1e-6)

    def likeness(self) -> float:
        """How alike the colours on both sides are: Bhattacharyya coefficient, 0 to 1."""
        reach = 2 * round(_REACH * self._scale) + 1
        element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
        near = cv2.dilate(self._touching, element) > 0
        soft = cv2.GaussianBlur(self._image, (0, 0), self._scale).astype(np.uint8)
        lab = np.asarray(cv2.cvtColor(soft, cv2.COLOR_RGB2LAB), np.float32)
        one, other = (_color_shares(lab[part & near]) for part in (self._one, self._other))
        return float(np.sqrt(one * other).sum())


def _placed(piece: Piece, shape: tuple[int, int]) -> Array:
    whole = np.zeros(shape, np.uint8)
    x, y, width, height = piece.box
    whole[y : y + height, x : x + width] = piece.inside
    return whole


def _color_shares(colors: Floats) -> npt.NDArray[np.float64]:
    clipped = np.clip(colors, [low for low, _ in _RANGES], [high - 1e-3 for _, high in _RANGES])
    counts, _ = np.histogramdd(clipped, bins=_BINS, range=_RANGES)
    from scipy import ndimage  # takes a fifth of a second to load: not before it is needed

    shares = ndimage.gaussian_filter(counts, 0.7)
    return np.asarray(shares / max(float(shares.sum()), 1e-9))
