"""A mask that is being edited: the one place that writes to its pixels."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

import cv2
import numpy as np

from core.images import Array
from core.masks.counting import Counts, bounds, count_values
from core.masks.geometry import EMPTY, Rect
from core.masks.history import Delta, Step, Stroke
from core.masks.journal.protocol import Journal
from core.masks.journal.records import NO_REVISION, Record, Redone, Saved, Stepped, Undone
from core.masks.shapes.regions import Bools, Region

MAX_STEPS = 500

_WRITTEN_AT_ONCE = 1 << 18


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
        journal: Where everything that is done is written down first; None for nowhere.
    """

    def __init__(
        self,
        mask: Array,
        *,
        saved: bool = True,
        max_steps: int = MAX_STEPS,
        journal: Journal | None = None,
    ) -> None:
        if mask.ndim != 2 or mask.dtype != np.uint8:
            raise ValueError(f"a mask is uint8 H×W, not {mask.dtype} {mask.shape}")
        self._pixels = np.array(mask, order="C")
        self._view = self._pixels.view()
        self._view.flags.writeable = False
        self._undo: deque[Step] = deque(maxlen=max_steps)
        self._redo: list[Step] = []
        self._stroke: Stroke | None = None
        self._stroke_rect = EMPTY
        self._counts_before: Counts | None = None
        self._revision = 0
        self._newest_revision = 0
        self._saved_revision: int | None = 0 if saved else None
        self._counts: Counts | None = None
        self.journal = journal

    @classmethod
    def restored(
        cls,
        mask: Array,
        records: Iterable[Record],
        *,
        saved: bool = True,
        max_steps: int = MAX_STEPS,
    ) -> tuple[MaskDocument, int]:
        """A document brought back from what was written down of it: pixels, undo and redo.

        Args:
            mask: The mask that the first record changes.
            records: What was done to it, in order.
            saved: Whether a file held `mask`.
            max_steps: As it was when the records were made.

        Returns:
            The document, which has no journal yet; and how many records could be followed. The
            first one that does not fit to those before it ends them.
        """
        document = cls(mask, saved=saved, max_steps=max_steps)
        followed = 0
        for record in records:
            if not document._follow(record):
                break
            followed += 1
        return document, followed

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
        self._counts_before = None if self._counts is None else self._counts.copy()

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
        value = np.asarray(value, np.uint8)  # before anything is written: it may not fit
        area = self._pixels[region.rect.slices]
        change = np.not_equal(area, value)
        change &= region.stencil
        if protect:
            guarded = np.zeros(256, bool)
            guarded[list(protect)] = True
            change &= ~guarded[area]
        changed = bounds(change).moved(region.rect.x, region.rect.y)
        if changed.is_empty:
            return EMPTY
        self._stroke.about_to_change(changed)
        inner = changed.moved(-region.rect.x, -region.rect.y).slices
        lost = count_values(area[inner], change[inner]) if self._counts is not None else None
        _write(area, value, change)
        if self._counts is not None and lost is not None:
            self._counts -= lost
            if value.ndim:
                self._counts += count_values(area[inner], change[inner])
            else:
                self._counts[int(value)] += lost.sum()
        self._stroke_rect = self._stroke_rect.united(changed)
        return changed

    def end_stroke(self) -> Rect:
        """End the step under way; returns the rectangle it changed, empty when nothing did."""
        if self._stroke is None:
            raise RuntimeError("no stroke was begun")
        deltas = self._stroke.deltas()  # the stroke can still be aborted if memory runs out here
        stroke, self._stroke, self._stroke_rect = self._stroke, None, EMPTY
        if not deltas:
            return EMPTY
        if self.journal is not None:
            self.journal.stepped(stroke.name, deltas)
        return self._add(stroke.name, deltas, self._gained()).rect

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

    def mark_saved(self, revision: int | None = None, file_hash: str | None = None) -> None:
        """Say that the file now holds this content, or that of an earlier revision.

        Args:
            revision: Which one; None for what the document holds now.
            file_hash: `content_hash` of the file, for the journal; None when it did not change.
        """
        self._saved_revision = self._revision if revision is None else revision
        if self.journal is not None:
            self.journal.saved(self._saved_revision, file_hash)

    def forget_saved(self, file_hash: str) -> None:
        """Say that the file holds none of the document's versions: another program wrote it.

        Args:
            file_hash: `content_hash` of the file as it is now; "" when it is gone.
        """
        self._saved_revision = None
        if self.journal is not None:
            self.journal.saved(NO_REVISION, file_hash)

    def names_since_saved(self) -> list[str]:
        """What was done since the mask was saved, step by step, as far as it is known."""
        names: list[str] = []
        for step in reversed(self._undo):
            if step.after == self._saved_revision:
                break
            names.append(step.name)
        return names[::-1]

    def _gained(self) -> tuple[tuple[int, int], ...] | None:
        if self._counts is None or self._counts_before is None:
            return None
        change = self._counts - self._counts_before
        return tuple((int(value), int(change[value])) for value in np.flatnonzero(change))

    def _add(
        self,
        name: str,
        deltas: tuple[Delta, ...],
        gained: tuple[tuple[int, int], ...] | None = None,
    ) -> Step:
        self._newest_revision += 1
        step = Step(name, deltas, self._revision, self._newest_revision, gained)
        self._undo.append(step)
        self._redo.clear()
        self._revision = step.after
        return step

    def _follow(self, record: Record) -> bool:
        """Do again what a record says; False, and nothing done, when that is impossible."""
        match record:
            case Stepped(name, deltas):
                try:
                    differences = [delta.difference() for delta in deltas]
                except ValueError:
                    return False
                for delta, difference in zip(deltas, differences, strict=True):
                    area = self._pixels[delta.rect.slices]
                    area ^= difference
                self._add(name, deltas)
                return True
            case Undone():
                return self.undo() is not None
            case Redone():
                return self.redo() is not None
            case Saved(revision, _):
                if not NO_REVISION <= revision <= self._newest_revision:
                    return False
                self._saved_revision = None if revision == NO_REVISION else revision
                return True

    def _travel(self, *, forward: bool) -> Rect | None:
        if self._stroke is not None:
            raise RuntimeError(f"the stroke {self._stroke.name!r} has not ended")
        source, target = (self._redo, self._undo) if forward else (self._undo, self._redo)
        if not source:
            return None
        if self.journal is not None:
            if forward:
                self.journal.redone()
            else:
                self.journal.undone()
        step = source.pop()
        self._apply(step, 1 if forward else -1)
        target.append(step)
        self._revision = step.after if forward else step.before
        return step.rect

    def _apply(self, step: Step, direction: int) -> None:
        counts = self._counts
        if counts is not None and step.gained is not None:
            for value, pixels in step.gained:
                counts[value] += direction * pixels
            counts = None
        for delta in step.deltas:
            area, difference = self._pixels[delta.rect.slices], delta.difference()
            if counts is not None:
                counts -= count_values(area)
            area ^= difference
            if counts is not None:
                counts += count_values(area)

    def _count(self, rect: Rect, sign: int) -> None:
        if self._counts is not None:
            self._counts += sign * count_values(self._pixels[rect.slices])


def _write(area: Array, value: Array, where: Bools) -> None:
    """Write one value, or one for each pixel, to some pixels of an area."""
    # OpenCV is several times as fast as numpy, and wants a value for each pixel: so some rows at
    # a time, which stay in the processor's cache.
    height, width = area.shape
    rows = max(1, _WRITTEN_AT_ONCE // width)
    values = np.broadcast_to(value, (height, width))
    for top in range(0, height, rows):
        part = slice(top, top + rows)
        source = np.ascontiguousarray(values[part])
        cv2.copyTo(source, where[part].view(np.uint8), area[part])
