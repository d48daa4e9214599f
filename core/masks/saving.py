"""Saving a mask so that nothing is lost: atomically, with the first version kept aside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.dataset.model import Dataset, Sample
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.files import atomic_write, content_hash, read_bytes
from core.images import Array, decode_mask, encode_mask
from core.images.mask_files import MaskFile, open_mask_file, save_mask_file


class MaskChangedElsewhere(PetsegError):  # noqa: N818
    """The mask's file is not the one that was edited: another program wrote or deleted it."""


class Written(NamedTuple):
    """What saving a mask did.

    Attributes:
        path: The mask's file.
        file_hash: `content_hash` of its bytes now.
        changed_px: Pixels that differ from what the file held; 0 when it was not written.
    """

    path: Path
    file_hash: str
    changed_px: int


def save_mask(
    dataset: Dataset,
    workspace: Workspace,
    sample: Sample,
    label_set: str,
    mask: Array,
    *,
    expected: str | None = None,
    note: str = "",
) -> Path:
    """Write a sample's mask; see `write_mask`. Returns the file's path."""
    return write_mask(
        dataset, workspace, sample, label_set, mask, expected=expected, note=note
    ).path


def write_mask(
    dataset: Dataset,
    workspace: Workspace,
    sample: Sample,
    label_set: str,
    mask: Array,
    *,
    expected: str | None = None,
    note: str = "",
    before_writing: Callable[[bytes | None, bytes], None] | None = None,
) -> Written:
    """Write a sample's mask.

    The file is replaced atomically and keeps its form: format, grey or palette or colours, and the
    codes of the dataset's coding; a format that loses pixels becomes PNG. Before the first change
    the file as it was is copied to `originals/`, where it is never overwritten. A mask whose
    pixels equal the file's is not written at all, so that opening and saving leaves the file's
    bytes as they were.

    Args:
        dataset: The dataset the sample belongs to.
        workspace: Its workspace, which keeps the original and the edit log.
        sample: The sample.
        label_set: Which of its masks.
        mask: Class indices, uint8 H×W.
        expected: `content_hash` of the file that may be replaced, "" when there should be none;
            None to replace whatever is there.
        note: What was done, in a few words, for the edit log.
        before_writing: Called with the bytes of the file (None for no file) and those that it is
            about to get. What it raises keeps the file as it is.

    Raises:
        MaskChangedElsewhere: the file is not the expected one and holds another mask; it is
            untouched.
        PetsegError: the folder cannot be written, or the file's form has no code for a class; the
            old file is untouched.
    """
    path = dataset.mask_path(sample, label_set)
    before = read_bytes(path) if path.exists() else None
    before_hash = content_hash(before) if before is not None else ""
    form: MaskFile | None = None
    old: Array | None = None
    if before is not None:
        try:
            old = decode_mask(before, path, dataset.coding)
            form = open_mask_file(before, path)
        except PetsegError:
            old, form = None, None  # a damaged file is replaced; the originals keep its bytes
    if old is not None and old.shape == mask.shape and np.array_equal(old, mask):
        return Written(path, before_hash, 0)
    if expected is not None and before_hash != expected:
        raise MaskChangedElsewhere(
            "The mask was deleted by another program while it was being edited"
            if before is None
            else "The mask was changed by another program while it was being edited",
            path=path,
            remedy="Choose whether to keep your strokes or to take the file.",
        )
    after = _encoded(dataset, mask, form)
    if before is not None:
        _keep_original(workspace, path, sample, label_set, before)
    if before_writing is not None:
        before_writing(before, after)
    atomic_write(path, after)
    same_shape = old is not None and old.shape == mask.shape
    changed = int(np.count_nonzero(old != mask)) if same_shape else int(mask.size)
    after_hash = content_hash(after)
    workspace.log_edit(label_set, sample.id, changed, before_hash, after_hash, note)
    return Written(path, after_hash, changed)


def _encoded(dataset: Dataset, mask: Array, form: MaskFile | None) -> bytes:
    if dataset.coding is not None:
        return save_mask_file(dataset.coding.encode(mask, form))
    if form is None:
        return encode_mask(mask)
    if form.mode == "1" and mask.max(initial=0) > 1:
        form = form._replace(mode="L")  # one bit cannot hold the class that was drawn
    return save_mask_file(form._replace(pixels=mask.astype(form.pixels.dtype)))


def original_path(workspace: Workspace, sample: Sample, label_set: str, suffix: str) -> Path:
    """Where the first version of that mask is kept once it was changed."""
    return workspace.originals_dir / label_set / sample.split / f"{sample.stem}{suffix}"


def _keep_original(
    workspace: Workspace, path: Path, sample: Sample, label_set: str, data: bytes
) -> None:
    target = original_path(workspace, sample, label_set, path.suffix)
    if not target.exists():
        atomic_write(target, data)
