"""A mask that is being edited: the one place that writes to its pixels."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import cv2
import numpy as np
import numpy.typing as npt

from core.images import Array
from core.masks.geometry import EMPTY, Rect
from core.masks.history import Step, Stroke
from core.masks.regions import Bools, Region

Counts = npt.NDArray[np.int64]

MAX_STEPS = 500


class MaskDocument:
    """A mask, its undo history, and whether it differs from what was saved.

    Every change is part of a stroke, which is one undo step and can be aborted. A change costs
    what the changed rectangle costs, whatever the size of the mask; a step keeps the bytes of the
    changed rectangles only.

    Args:
        mask: Class indices, uint8 H×W; copied.
        saved: Whether the file holds this mask already. A mask that was made up, or mended on
            opening, is not saved and so is dirty from the start.
        max_steps: Number of steps that can be undone; older ones are forgotten.
    """

    def __init__(self, mask: Array, *, saved: bool = True, max_steps: int = MAX_STEPS) -> None:
        if mask.ndim != 2 or mask.dtype != np.uint8:
            raise ValueError(f"a mask is uint8 H×W, not {mask.dtype} {mask.shape}")
        self._pixels = np.array(mask, order="C")
        self._view = self._pixels.view()
        self._view.flags.writeable = False
        self._undo: deque[Step] = deque(maxlen=max_steps)
        self._redo: list[Step] = []
        self._stroke: Stroke | None = None
        self._stroke_rect = EMPTY
        self._revision = 0
        self._newest_revision = 0
        self._saved_revision: int | None = 0 if saved else None
        self._counts: Counts | None = None

    @property
    def mask(self) -> Array:
        """The mask, uint8 H×W: read-only, and always the same memory."""
        return self._view

    @property
    def revision(self) -> int:
        """A number that names the mask's content: undo brings the earlier number back."""
        return self._revision

    @property
    def is_dirty(self) -> bool:
        """Whether the content differs from what was saved; undoing back to it makes it clean."""
        return self._revision != self._saved_revision or not self._stroke_rect.is_empty

    @property
    def in_stroke(self) -> bool:
        """Whether a stroke was begun and not ended."""
        return self._stroke is not None

    @property
    def undo_name(self) -> str | None:
        """What `undo` would take back; None when there is nothing."""
        return self._undo[-1].name if self._undo else None

    @property
    def redo_name(self) -> str | None:
        """What `redo` would do again; None when there is nothing."""
        return self._redo[-1].name if self._redo else None

    @property
    def undo_steps(self) -> int:
        """Number of steps that can be undone."""
        return len(self._undo)

    @property
    def history_bytes(self) -> int:
        """Bytes that undo and redo occupy."""
        return sum(step.nbytes for step in (*self._undo, *self._redo))

    def class_counts(self) -> Counts:
        """Number of pixels of each value, int64 of 256.

        Counted once; from then on every edit keeps it up to date for the price of the edit.
        """
        if self._counts is None:
            self._counts = count_values(self._pixels)
        return self._counts.copy()

    def begin_stroke(self, name: str) -> None:
        """Begin a step; `name` is what the undo menu will call it."""
        if self._stroke is not None:
            raise RuntimeError(f"the stroke {self._stroke.name!r} has not ended")
        self._stroke = Stroke(name, self._pixels)
        self._stroke_rect = EMPTY

    def set(
        self, region: Region, value: int | Array, protect: Collection[int] | None = None
    ) -> Rect:
        """Write a value to a region, as part of the stroke under way.

        Args:
            region: The pixels.
            value: A class index; or one for each pixel of `region.rect`, uint8 height × width.
            protect: Values that are left as they are.

        Returns:
            The smallest rectangle around the pixels that changed; empty when none did.
        """
        if self._stroke is None:
            raise RuntimeError("a mask is written in a stroke: call begin_stroke first")
        if region.rect.is_empty:
            return EMPTY
        area = self._pixels[region.rect.slices]
        change = region.stencil & (area != value)
        if protect:
            guarded = np.zeros(256, bool)
            guarded[list(protect)] = True
            change &= ~guarded[area]
        changed = _bounds(change).moved(region.rect.x, region.rect.y)
        if changed.is_empty:
            return EMPTY
        self._stroke.about_to_change(changed)
        self._count(changed, -1)
        np.copyto(area, np.asarray(value, np.uint8), where=change)
        self._count(changed, +1)
        self._stroke_rect = self._stroke_rect.united(changed)
        return changed

    def end_stroke(self) -> Rect:
        """End the step under way; returns the rectangle it changed, empty when nothing did."""
        if self._stroke is None:
            raise RuntimeError("no stroke was begun")
        stroke, self._stroke, self._stroke_rect = self._stroke, None, EMPTY
        deltas = stroke.deltas()
        if not deltas:
            return EMPTY
        self._newest_revision += 1
        step = Step(stroke.name, deltas, self._revision, self._newest_revision)
        self._undo.append(step)
        self._redo.clear()
        self._revision = step.after
        return step.rect

    def abort_stroke(self) -> Rect:
        """Take back everything since `begin_stroke`; returns the rectangle that changed back."""
        if self._stroke is None:
            raise RuntimeError("no stroke was begun")
        stroke, self._stroke, self._stroke_rect = self._stroke, None, EMPTY
        for rect in stroke.rects():
            self._count(rect, -1)
        changed = stroke.restore()
        for rect in stroke.rects():
            self._count(rect, +1)
        return changed

    @contextmanager
    def stroke(self, name: str) -> Iterator[None]:
        """A step around the writes in a `with` block; an exception aborts it."""
        self.begin_stroke(name)
        try:
            yield
        except BaseException:
            self.abort_stroke()
            raise
        self.end_stroke()

    def apply(
        self,
        name: str,
        region: Region,
        value: int | Array,
        protect: Collection[int] | None = None,
    ) -> Rect:
        """Write a value to a region as a step of its own; see `set`."""
        with self.stroke(name):
            return self.set(region, value, protect)

    def undo(self) -> Rect | None:
        """Take the last step back; returns the rectangle it changed, None when there is none."""
        return self._travel(forward=False)

    def redo(self) -> Rect | None:
        """Do the last undone step again; returns its rectangle, None when there is none."""
        return self._travel(forward=True)

    def mark_saved(self, revision: int | None = None) -> None:
        """Say that the file now holds this content, or that of an earlier revision."""
        self._saved_revision = self._revision if revision is None else revision

    def _travel(self, *, forward: bool) -> Rect | None:
        if self._stroke is not None:
            raise RuntimeError(f"the stroke {self._stroke.name!r} has not ended")
        source, target = (self._redo, self._undo) if forward else (self._undo, self._redo)
        if not source:
            return None
        step = source.pop()
        for delta in step.deltas:
            self._count(delta.rect, -1)
            delta.apply(self._pixels)
            self._count(delta.rect, +1)
        target.append(step)
        self._revision = step.after if forward else step.before
        return step.rect

    def _count(self, rect: Rect, sign: int) -> None:
        if self._counts is not None:
            self._counts += sign * count_values(self._pixels[rect.slices])


def count_values(mask: Array) -> Counts:
    """Number of pixels of each value in a mask, int64 of 256."""
    # OpenCV counts ten times as fast as numpy, in float32, which is exact up to 2²⁴: so some rows
    # at a time.
    counts = np.zeros(256, np.int64)
    rows = max(1, (1 << 24) // max(mask.shape[1], 1))
    for top in range(0, mask.shape[0], rows):
        part = mask[top : top + rows]
        counts += cv2.calcHist([part], [0], None, [256], [0, 256]).ravel().astype(np.int64)
    return counts


def _bounds(stencil: Bools) -> Rect:
    rows = np.flatnonzero(stencil.any(axis=1))
    if not rows.size:
        return EMPTY
    columns = np.flatnonzero(stencil.any(axis=0))
    x, y = int(columns[0]), int(rows[0])
    return Rect(x, y, int(columns[-1]) - x + 1, int(rows[-1]) - y + 1)
