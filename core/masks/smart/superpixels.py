"""Superpixels: small areas of a photo that look alike and keep to its edges.

SLIC (Achanta et al., "SLIC Superpixels Compared to State-of-the-Art Superpixel Methods", IEEE
PAMI 34(11), 2012), by scikit-image. A photo is divided into tiles, and superpixels are found tile
by tile, so a place on a large photo costs what its tile costs. No superpixel crosses a tile.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.images import Array
from core.masks.geometry import Rect
from core.masks.shapes.regions import Region
from core.masks.smart.shrinking import shrunk, spread

Labels = npt.NDArray[np.uint16]

MIN_SIZE, MAX_SIZE = 4, 128

# Superpixels larger than this, across, are found on a smaller copy of the photo.
_WORK_SIZE = 32
_TILE = 256
# Of a distance in Lab against one in space, as in the paper (m); and rounds of clustering.
_COMPACTNESS = 10.0
_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Tiling:
    """How a photo is divided into tiles for superpixels of a size.

    Attributes:
        height: Rows of the photo.
        width: Columns of the photo.
        size: How many pixels across a superpixel is, about: MIN_SIZE to MAX_SIZE.
    """

    height: int
    width: int
    size: int

    @property
    def factor(self) -> int:
        """Pixels of the photo on one side of a pixel that is worked on."""
        return max(1, self.size // _WORK_SIZE)

    def tile_at(self, pixel: tuple[int, int]) -> Rect:
        """The tile that holds a pixel of the photo."""
        x, right = self._span(pixel[0], self.width)
        y, bottom = self._span(pixel[1], self.height)
        return Rect(x, y, right - x, bottom - y)

    def tiles_in(self, rect: Rect) -> Iterator[Rect]:
        """The tiles that share pixels with a rectangle."""
        part = rect.intersected(Rect(0, 0, self.width, self.height))
        y = part.y
        while y < part.bottom:
            x = part.x
            while x < part.right:
                tile = self.tile_at((x, y))
                yield tile
                x = tile.right
            y = tile.bottom

    def _span(self, place: int, length: int) -> tuple[int, int]:
        """First column or row of a tile, and the first beyond: tiles of nearly equal length."""
        step = self.factor * _TILE
        count = max(1, round(length / step))
        # Tiles begin at whole blocks, so that only the last one can have blocks that are cut.
        blocks = -(-length // self.factor)
        edges = [self.factor * (blocks * number // count) for number in range(count)] + [length]
        number = min(place * count // max(length, 1), count - 1)
        while place < edges[number]:
            number -= 1
        while place >= edges[number + 1]:
            number += 1
        return edges[number], edges[number + 1]


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """The superpixels of a tile.

    Attributes:
        rect: The tile.
        factor: Pixels of the photo on one side of a label's block.
        labels: uint16, one for each block: the number of its superpixel, from 0.
        boxes: For each superpixel the smallest rectangle around it, in blocks.
    """

    rect: Rect
    factor: int
    labels: Labels
    boxes: tuple[Rect, ...]

    def label_at(self, pixel: tuple[int, int]) -> int:
        """The number of the superpixel that holds a pixel of the photo inside the tile."""
        column, row = pixel[0] - self.rect.x, pixel[1] - self.rect.y
        return int(self.labels[row // self.factor, column // self.factor])

    def region(self, label: int) -> Region:
        """The pixels of a superpixel."""
        box, factor = self.boxes[label], self.factor
        x, y = self.rect.x + box.x * factor, self.rect.y + box.y * factor
        rect = Rect(x, y, box.width * factor, box.height * factor).intersected(self.rect)
        stencil = self.labels[box.slices] == label
        return Region(rect, spread(stencil, factor, rect.height, rect.width))


def superpixels(photo: Array, tile: Rect, size: int) -> Tile:
    """Find the superpixels of a tile: about a twentieth of a second for 256 × 256 pixels.

    Args:
        photo: uint8 H×W×4 or H×W×3 in OpenCV's order (blue, green, red).
        tile: A tile of a `Tiling` of that size.
        size: How many pixels across a superpixel is, about.
    """
    from scipy import ndimage  # both take long to load: not before they are needed
    from skimage.segmentation import slic

    factor = Tiling(photo.shape[0], photo.shape[1], size).factor
    small = shrunk(photo, tile, factor)
    wanted = max(1, round(small.shape[0] * small.shape[1] * (factor / size) ** 2))
    labels = slic(
        small[..., ::-1],
        n_segments=wanted,
        compactness=_COMPACTNESS,
        max_num_iter=_ROUNDS,
        enforce_connectivity=True,
        start_label=1,
    )
    boxes: list[Rect] = []
    numbers = np.zeros(int(labels.max()) + 1, np.uint16)
    for value, place in enumerate(ndimage.find_objects(labels), start=1):
        if place is not None:
            rows, columns = place
            numbers[value] = len(boxes)
            boxes.append(
                Rect(
                    columns.start,
                    rows.start,
                    columns.stop - columns.start,
                    rows.stop - rows.start,
                )
            )
    return Tile(tile, factor, numbers[labels], tuple(boxes))
