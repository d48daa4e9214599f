"""How one mask differs from another: pure functions on arrays, and the value they give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

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
    flows = _flows(before[changed], after[changed])
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
    left, top, width, height = cv2.boundingRect(changed)
    if width == 0 or height == 0:
        return []
    part = changed[top : top + height, left : left + width]
    reach = max(1, round(_NEAR * max(changed.shape)))
    # With room around it a place grows by exactly `reach` on every side, so that the boxes of the
    # grown places tell the exact ones.
    room = cv2.copyMakeBorder(part, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=0)
    grown = cv2.dilate(room, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(grown, connectivity=8)
    pixels = np.bincount(labels[room != 0], minlength=count)
    largest = np.argsort(-pixels[1:], kind="stable")[:limit] + 1
    return [
        (int(x) + left, int(y) + top, int(w) - 2 * reach, int(h) - 2 * reach)
        for x, y, w, h in stats[largest, :4]
    ]


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


def _flows(before: Array, after: Array) -> Rows:
    codes = before.astype(np.int32) * _VALUES + after
    pairs, pixels = np.unique(codes, return_counts=True)
    rows = np.stack([pairs // _VALUES, pairs % _VALUES, pixels], axis=1).astype(np.int32)
    return rows[np.argsort(-rows[:, 2], kind="stable")]


def _unpacked(packed: bytes, columns: int) -> Rows:
    return np.frombuffer(packed, np.int32).reshape(-1, columns)
