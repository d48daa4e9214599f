"""How one mask differs from another: pure functions on arrays, and the value they give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from core.flags import Box
from core.images import Array

MAX_BOXES = 16
"""Of a mask that changed in more places only this many are kept, those with most pixels."""

# Changes nearer to each other than this share of the longer side are one place.
_NEAR = 1 / 128
_VALUES = 256
_BAND_PX = 1 << 20
# Places are looked for in a coarser copy of what is larger, and then framed exactly.
_LARGE = 2048

Rows = npt.NDArray[np.int32]


class ClassFlow(NamedTuple):
    """Pixels that had one value before and have another one after."""

    before: int
    after: int
    px: int


class ClassBalance(NamedTuple):
    """What a class gained and lost, in pixels; a pixel is gained by one class and lost by one."""

    gained: int
    lost: int

    @property
    def net(self) -> int:
        """Pixels the class has more of now; negative when it has less."""
        return self.gained - self.lost


@dataclass(frozen=True, slots=True)
class MaskChange:
    """How a sample's mask differs between two label sets.

    The flows and boxes are kept as packed bytes, so that a hundred thousand changes fit in memory
    and are read from the database without being parsed.

    Attributes:
        sample: The sample's id.
        changed_px: Pixels whose value differs.
        width: Width of both masks, in pixels.
        height: Height of both masks, in pixels.
        packed_flows: int32 rows (value before, value after, pixels).
        packed_boxes: int32 rows (x, y, width, height).
    """

    sample: str
    changed_px: int
    width: int
    height: int
    packed_flows: bytes = b""
    packed_boxes: bytes = b""

    @property
    def share(self) -> float:
        """Share of the mask's pixels that differ, 0 to 1."""
        return self.changed_px / max(self.width * self.height, 1)

    @property
    def flows(self) -> list[ClassFlow]:
        """From which value to which, the largest flow first."""
        return [ClassFlow(*row) for row in _unpacked(self.packed_flows, 3).tolist()]

    @property
    def boxes(self) -> list[Box]:
        """Where the mask differs, the place with most changed pixels first; see `MAX_BOXES`."""
        return [(x, y, w, h) for x, y, w, h in _unpacked(self.packed_boxes, 4).tolist()]

    @property
    def split(self) -> str:
        """The sample's split; "" in a dataset without splits."""
        return self.sample.rpartition("/")[0]

    def reversed(self) -> MaskChange:
        """The same change seen from the other label set."""
        rows = _unpacked(self.packed_flows, 3)[:, [1, 0, 2]]
        return MaskChange(
            self.sample, self.changed_px, self.width, self.height, rows.tobytes(), self.packed_boxes
        )


def compare_masks(sample: str, before: Array, after: Array) -> MaskChange:
    """Hold two masks of one size against each other.

    Ignored pixels and illegal values count as any other value: what is stored differs or not.

    Args:
        sample: The sample's id.
        before: Class indices, uint8 H×W.
        after: Class indices, uint8 H×W.

    Raises:
        ValueError: the masks differ in size.
    """
    if before.shape != after.shape:
        raise ValueError(f"masks of different sizes: {before.shape} and {after.shape}")
    height, width = before.shape
    changed = before != after
    count = int(np.count_nonzero(changed))
    if count == 0:
        return MaskChange(sample, 0, width, height)
    flows = _flows(before, after, changed)
    boxes = changed_boxes(changed.view(np.uint8))
    packed = np.array(boxes, np.int32).tobytes()
    return MaskChange(sample, count, width, height, flows.tobytes(), packed)


def changed_boxes(changed: Array, limit: int = MAX_BOXES) -> list[Box]:
    """Frame the places where a mask changed; pixels near each other make one place.

    Args:
        changed: Not 0 where it changed, uint8 H×W.
        limit: The number of places to give.

    Returns:
        Boxes (x, y, width, height) that fit tightly, the one with most changed pixels first.
    """
    around = cv2.boundingRect(changed)
    if 0 in around[2:]:
        return []
    part = _cut(changed, around)
    size = -(-max(part.shape) // _LARGE)
    reach = max(1, round(_NEAR * max(changed.shape) / size))
    boxes = _places(part, size, reach)[:limit]
    found = []
    for x, y, width, height in boxes:
        x, y = x + around[0], y + around[1]
        if size > 1:
            tight = cv2.boundingRect(_cut(changed, (x, y, width, height)))
            x, y, width, height = x + tight[0], y + tight[1], tight[2], tight[3]
        found.append((x, y, width, height))
    return found


def _places(changed: Array, size: int, reach: int) -> list[Box]:
    """Boxes around changed pixels near each other, in steps of `size`, by their pixels.

    Args:
        changed: Not 0 where it changed, uint8 H×W.
        size: Side of the squares of pixels that are looked at as one.
        reach: How many squares apart changes may be to belong to one place.
    """
    small = changed
    weights: npt.NDArray[Any] | None = None
    if size > 1:
        small = _blocks(changed, size, np.maximum)
        weights = _blocks((changed != 0).astype(np.uint16), size, np.add)
    # With room around it a place grows by exactly `reach` on every side, so that the boxes of the
    # grown places tell the exact ones.
    room = cv2.copyMakeBorder(small, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=0)
    grown = cv2.dilate(room, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(grown, connectivity=8)
    numbers = labels[reach:-reach, reach:-reach][small != 0]
    heavy = weights[small != 0] if weights is not None else None
    pixels = np.bincount(numbers, heavy, minlength=count)
    order = np.argsort(-pixels[1:], kind="stable") + 1
    return [
        (int(x) * size, int(y) * size, (int(w) - 2 * reach) * size, (int(h) - 2 * reach) * size)
        for x, y, w, h in stats[order, :4]
    ]


def _cut(array: Array, box: Sequence[int]) -> Array:
    x, y, width, height = box
    return array[y : y + height, x : x + width]


def flow_matrix(flows: Sequence[ClassFlow], num_classes: int) -> npt.NDArray[np.int64]:
    """The changed pixels as a matrix: row is the class before, column the class after.

    Values that are no class (ignored and illegal ones) share the last row and column.

    Returns:
        int64 (num_classes + 1) × (num_classes + 1); its diagonal is 0 but for the last entry.
    """
    matrix = np.zeros((num_classes + 1, num_classes + 1), np.int64)
    for flow in flows:
        matrix[min(flow.before, num_classes), min(flow.after, num_classes)] += flow.px
    return matrix


def class_balance(flows: Sequence[ClassFlow]) -> dict[int, ClassBalance]:
    """What each value gained and lost, by value in ascending order; unchanged ones are absent."""
    gained: dict[int, int] = {}
    lost: dict[int, int] = {}
    for flow in flows:
        lost[flow.before] = lost.get(flow.before, 0) + flow.px
        gained[flow.after] = gained.get(flow.after, 0) + flow.px
    return {
        value: ClassBalance(gained.get(value, 0), lost.get(value, 0))
        for value in sorted(gained.keys() | lost.keys())
    }


def _flows(before: Array, after: Array, changed: npt.NDArray[np.bool_]) -> Rows:
    pixels: Counter[int] = Counter()
    # A band of rows at a time: the codes need several times the memory of the masks.
    band = max(1, _BAND_PX // max(before.shape[1], 1))
    for top in range(0, len(before), band):
        rows = slice(top, top + band)
        differs = changed[rows]
        codes = before[rows][differs].astype(np.uint16) * np.uint16(_VALUES) + after[rows][differs]
        values, counts = np.unique(codes, return_counts=True)
        pixels.update(dict(zip(values.tolist(), counts.tolist(), strict=True)))
    flows = [(*divmod(code, _VALUES), count) for code, count in sorted(pixels.items())]
    flows.sort(key=lambda flow: -flow[2])
    return np.array(flows, np.int32).reshape(-1, 3)


def _blocks(array: npt.NDArray[Any], size: int, combine: np.ufunc) -> npt.NDArray[Any]:
    """The array with each square of `size` pixels combined into one; squares at the rim are cut."""
    for axis in (0, 1):
        starts = np.arange(0, array.shape[axis], size)
        array = combine.reduceat(array, starts, axis=axis, dtype=array.dtype)
    return array


def _unpacked(packed: bytes, columns: int) -> Rows:
    return np.frombuffer(packed, np.int32).reshape(-1, columns)
