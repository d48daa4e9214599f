"""What a repair would change, ready to be shown; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from core.flags import Box
from core.images import Array
from core.qa.repairs.registry import changed_pixels

MOST_PLACES = 64
# Changes this close to each other are one place.
_NEAR = 5


@dataclass(frozen=True, eq=False)
class Preview:
    """A mask before and after a repair.

    Attributes:
        before, after: The masks, uint8.
        changed: 1 where they differ, uint8 of their common height × width; None where the repair
            changed the size or the way the mask lies, so that pixels cannot be compared.
        changed_px: Number of pixels that differ; all of the new ones where the size changed.
        places: Boxes around changes that lie together, largest first, at most `MOST_PLACES`.
        place_count: Number of places, those that are not listed included.
    """

    before: Array
    after: Array
    changed: Array | None
    changed_px: int
    places: tuple[Box, ...] = ()
    place_count: int = 0

    @property
    def words(self) -> str:
        """What changes, as a sentence."""
        if not self.changed_px:
            return "Nothing changes in this mask."
        if self.changed is None:
            old, new = (f"{mask.shape[1]}×{mask.shape[0]}" for mask in (self.before, self.after))
            return f"The mask becomes {new}; it was {old}."
        pixels = "1 pixel changes" if self.changed_px == 1 else f"{self.changed_px:,} pixels change"
        places = "1 place" if self.place_count == 1 else f"{self.place_count:,} places"
        return f"{pixels} in {places}."


def compare(before: Array, after: Array) -> Preview:
    """Compare a mask with its repair."""
    differs = changed_pixels(before, after)
    changed_px = int(np.count_nonzero(differs))
    if before.shape != after.shape:
        return Preview(before, after, None, changed_px)
    changed = differs.view(np.uint8)
    if not changed_px:
        return Preview(before, after, changed, 0)
    near = cv2.dilate(changed, np.ones((_NEAR, _NEAR), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        near, connectivity=8, ltype=cv2.CV_32S
    )
    # The boxes hold the changes themselves, without the margin that joined them.
    labels[changed == 0] = 0
    found = stats[1:]
    order = np.argsort(-found[:, cv2.CC_STAT_AREA], kind="stable")[:MOST_PLACES]
    places = tuple(_tight(labels, int(place) + 1, found[place]) for place in order)
    return Preview(before, after, changed, changed_px, places, count - 1)


def _tight(labels: npt.NDArray[Any], number: int, box: npt.NDArray[Any]) -> Box:
    x, y, width, height = (int(value) for value in box[:4])
    inside = labels[y : y + height, x : x + width] == number
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    return (
        x + int(columns[0]),
        y + int(rows[0]),
        int(columns[-1] - columns[0]) + 1,
        int(rows[-1] - rows[0]) + 1,
    )
