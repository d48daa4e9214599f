"""What a step costs: ending it, its journal, undo, and bringing everything back."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.images import encode_mask
from core.masks.document import MaskDocument
from core.masks.journal.bases import packed_pixels
from core.masks.journal.reader import read_journal
from core.masks.journal.records import Base, Header
from core.masks.journal.writer import JournalWriter
from core.masks.shapes.regions import segment

pytestmark = pytest.mark.benchmark

STEPS = 40


def pieces(size: int) -> np.ndarray:
    """A mask of many pieces."""
    field = cv2.GaussianBlur(np.random.default_rng(0).random((256, 256)), (0, 0), 6)
    levels = np.quantile(field, [0.5, 0.8])
    return np.digitize(cv2.resize(field, (size, size)), levels).astype(np.uint8)


def milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3


@pytest.mark.parametrize(("size", "brush"), [(256, 16), (8192, 64), (16384, 1000)])
def test_that_a_step_costs_what_it_changed(tmp_path: Path, capsys, size: int, brush: int):
    mask = pieces(size)
    # Files hold no more than 80 megapixels; the largest mask is a test of the document alone.
    kind = Base.FILE if mask.size < 80_000_000 else Base.PIXELS
    data = encode_mask(mask) if kind is Base.FILE else packed_pixels(mask)
    header = Header("labels", "a", size, size, kind)
    writer = JournalWriter(tmp_path / "a.journal", header, data)
    document = MaskDocument(mask, journal=writer)
    document.class_counts()
    rng = np.random.default_rng(1)
    ended, undone = [], []
    for number in range(STEPS):
        x, y = rng.integers(brush, size - brush, 2)
        document.begin_stroke("Brush")
        for part in range(8):
            start = (float(x) + part * brush / 2, float(y))
            end = (start[0] + brush / 2, start[1] + brush / 4)
            document.set(segment(mask.shape, start, end, brush), number % 3)
        ended.append(milliseconds(document.end_stroke))
        if number % 4 == 0 and document.undo_name:
            undone.append(milliseconds(document.undo))
            document.redo()
    before = document.mask.copy()
    back = milliseconds(lambda: read_journal(writer.path))
    with capsys.disabled():
        print(
            f"\n{size}², {brush} px: ending a step {np.median(ended):.1f} ms (at most "
            f"{max(ended):.1f}, with its journal), undo {np.median(undone):.1f} ms (at most "
            f"{max(undone):.1f}), {document.history_bytes / document.undo_steps / 1024:.1f} KiB a "
            f"step, bringing {STEPS} back {back:.0f} ms"
        )
    restored = read_journal(writer.path).document
    assert np.array_equal(restored.mask, before)
    assert restored.undo_steps == document.undo_steps
