"""Decoding the example of a layout, small, whatever its mask's values or colours mean."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from core.dataset.layouts.layout import Candidate
from core.errors import PetsegError
from core.images import Array, read_image, read_mask

_LARGEST_SIDE = 1024
_MOST_COLORS = 255


@dataclass(frozen=True)
class Example:
    """A photo and a mask as they would go together.

    Attributes:
        candidate: The layout it is an example of.
        image: RGB uint8 H×W×3; None without a photo, or when it cannot be read.
        mask: uint8 h×w, a number per class, 0 for what most of a mask's border shows; None
            likewise.
        problems: What cannot be read or does not go together, as sentences.
    """

    candidate: Candidate
    image: Array | None
    mask: Array | None
    problems: tuple[str, ...]


def read_example(candidate: Candidate) -> Example:
    """Decode a layout's example. Damaged files become sentences, not exceptions."""
    problems: list[str] = []
    image = mask = None
    sizes = []
    try:
        if candidate.image is not None:
            image = read_image(candidate.image)
            sizes.append(image.shape[:2])
            image = _smaller(image, cv2.INTER_AREA)
    except PetsegError as error:
        problems.append(str(error))
    try:
        if candidate.mask is not None:
            mask = _indices(candidate.mask)
            sizes.append(mask.shape)
            mask = _smaller(mask, cv2.INTER_NEAREST)
    except PetsegError as error:
        problems.append(str(error))
    if len(set(sizes)) > 1:
        problems.append("The photo and the mask are of different sizes.")
    return Example(candidate, image, mask, tuple(problems))


def _indices(path: Path) -> Array:
    """A small number per value or colour of a mask: 0 for the commonest at its border."""
    try:
        codes = read_mask(path).astype(np.uint32)
    except PetsegError:
        red, green, blue = np.moveaxis(read_image(path).astype(np.uint32), 2, 0)
        codes = red << 16 | green << 8 | blue
    border = np.concatenate([codes[0], codes[-1], codes[:, 0], codes[:, -1]])
    found, counts = np.unique(border, return_counts=True)
    ground = found[counts.argmax()]
    values = np.unique(codes)
    if len(values) > _MOST_COLORS:
        raise PetsegError(
            "This would be the mask, but it has more colours than a mask can have",
            path=path,
            remedy="It looks like a photo: choose another way to read the folder.",
        )
    order = np.concatenate([[ground], values[values != ground]])
    table = dict(zip(order.tolist(), range(len(order)), strict=True))
    numbers = np.array([table[value] for value in values.tolist()], np.uint8)
    indices: Array = numbers[np.searchsorted(values, codes)]
    return indices


def _smaller(pixels: Array, interpolation: int) -> Array:
    height, width = pixels.shape[:2]
    scale = _LARGEST_SIDE / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(pixels, size, interpolation=interpolation).astype(np.uint8, copy=False)
