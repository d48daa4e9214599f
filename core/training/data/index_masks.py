"""Masks as plain index files, where the dataset's own are coded otherwise.

MMSegmentation reads a mask's stored values as class indices. Masks that encode classes by colours
or by other values are decoded once into the workspace, and the run reads those copies.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from core.dataset.model import Dataset, Sample
from core.errors import PetsegError
from core.files import atomic_write, atomic_write_text, read_bytes
from core.images import decode_mask, encode_mask
from core.images.headers import probe
from core.training.data.preflight import Preflight, UsableSample

FOLDER = "index_masks"
_CODING_FILE = "coding.txt"


def with_index_masks(
    dataset: Dataset,
    label_set: str,
    found: Preflight,
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> Preflight:
    """Let every usable sample point to a mask whose stored values are class indices.

    Copies are written to `index_masks/<label set>/<split>/<name>.png` in the workspace, for masks
    of a dataset with a coding and for files that are not one 8-bit channel. A copy has its mask's
    time of change; one with another time is written anew, and so are all when the coding changed.

    Args:
        dataset: The dataset.
        label_set: The masks to learn.
        found: The samples that can be used.
        on_progress: Called with (done, total) in the calling thread.

    Raises:
        PetsegError: a mask cannot be read any more, or the workspace cannot be written.
    """
    needing = [each for each in found.usable if _needs_copy(dataset, each, label_set)]
    if not needing:
        return found
    folder = dataset.workspace_dir / FOLDER / label_set
    is_current = _is_made_by(folder, dataset)
    copies: dict[str, UsableSample] = {}
    # Decoding releases the interpreter's lock, so threads help.
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        results = pool.map(
            lambda each: _copied(dataset, each, label_set, is_current=is_current), needing
        )
        for done, each in enumerate(results, start=1):
            copies[each.sample.id] = each
            if on_progress is not None:
                on_progress(done, len(needing))
    # Written last: copies that were not all made are made again the next time.
    atomic_write_text(folder / _CODING_FILE, _coding_words(dataset))
    usable = tuple(copies.get(each.sample.id, each) for each in found.usable)
    return replace(found, usable=usable)


def index_mask_path(dataset: Dataset, sample: Sample, label_set: str) -> Path:
    """Where the decoded copy of a mask is, or would be."""
    return dataset.workspace_dir / FOLDER / label_set / sample.split / f"{sample.stem}.png"


def _needs_copy(dataset: Dataset, each: UsableSample, label_set: str) -> bool:
    if dataset.coding is not None:
        return True
    path = each.sample.masks[label_set]
    header = probe(_beginning(path), path, "mask")
    return header.mode not in ("L", "P", "1")


def _beginning(path: Path) -> bytes:
    # PNG says everything at its beginning; other formats are rare as masks and read in full.
    if path.suffix.lower() != ".png":
        return read_bytes(path)
    try:
        with path.open("rb") as stream:
            start = stream.read(4096)
    except OSError:
        return read_bytes(path)  # says it in words
    return start if start.startswith(b"\x89PNG") else read_bytes(path)


def _copied(
    dataset: Dataset, each: UsableSample, label_set: str, *, is_current: bool
) -> UsableSample:
    sample = each.sample
    source = sample.masks[label_set]
    target = index_mask_path(dataset, sample, label_set)
    changed = _time_of(source)
    if not (is_current and changed is not None and _time_of(target) == changed):
        mask = decode_mask(read_bytes(source), source, dataset.coding)
        atomic_write(target, encode_mask(mask))
        if changed is not None:
            os.utime(target, ns=(changed, changed))
    copy = replace(sample, masks={**sample.masks, label_set: target})
    return replace(each, sample=copy, source=source)


def _time_of(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


def _coding_words(dataset: Dataset) -> str:
    return f"{dataset.coding!r}\n"


def _is_made_by(folder: Path, dataset: Dataset) -> bool:
    try:
        return read_bytes(folder / _CODING_FILE).decode("utf-8", "replace") == _coding_words(
            dataset
        )
    except PetsegError:
        return False
