"""Reading a sample for editing: everything that touches files, none of it on the UI thread."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from core.dataset import Dataset
from core.dataset.encoding.coding import MaskCoding
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.files import content_hash, read_bytes
from core.images import Array, decode_mask, read_image, read_mask
from core.masks.journal.bases import packed_pixels
from core.masks.journal.records import Base
from core.masks.saving import original_path
from widgets.canvas import ImagePyramid

Signature = tuple[int, int] | None
"""Modification time and size of a file: tells whether it is still the one that was read."""


class MaskState(Enum):
    """How the mask file fits the photo."""

    GOOD = auto()
    MISSING = auto()
    OTHER_SIZE = auto()
    DAMAGED = auto()


@dataclass(frozen=True)
class EditContent:
    """A sample as it was read from its files.

    Attributes:
        sample_id: The sample.
        label_set: Which of its masks was read.
        image: The photo; None when it cannot be shown, and `image_problem` says why.
        mask: uint8 H×W as the file holds it, of whatever size; None when missing or damaged.
        state: Whether the mask can be edited as it is.
        original: The first version of the mask, before anything changed it; None without one.
        image_problem: A sentence for the user.
        mask_problem: A sentence for the user.
        signatures: Of the photo's and the mask's file.
        file_hash: `content_hash` of the mask's file; "" when there is none.
        base: What a journal of the mask begins with: what the bytes are, and the bytes.
    """

    sample_id: str
    label_set: str
    image: ImagePyramid | None
    mask: Array | None
    state: MaskState
    original: Array | None = None
    image_problem: str = ""
    mask_problem: str = ""
    signatures: tuple[Signature, Signature] = (None, None)
    file_hash: str = ""
    base: tuple[Base, bytes] = (Base.EMPTY, b"")

    @property
    def image_shape(self) -> tuple[int, int] | None:
        """Height and width of the photo."""
        return (self.image.height, self.image.width) if self.image is not None else None

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        image = self.image.width * self.image.height * 16 // 3 if self.image is not None else 0
        masks = {id(mask): mask.nbytes for mask in (self.mask, self.original) if mask is not None}
        return image + sum(masks.values()) + len(self.base[1])


def read_for_editing(
    dataset: Dataset,
    workspace: Workspace,
    sample_id: str,
    label_set: str,
    known: EditContent | None = None,
) -> EditContent:
    """Read the photo and the mask of a sample; what cannot be read becomes a sentence.

    Args:
        dataset: The dataset.
        workspace: Its workspace, which keeps the mask's first version.
        sample_id: The sample.
        label_set: Which of its masks.
        known: What was read of the sample before; its photo is taken over while the photo's file
            is the same.
    """
    sample = dataset.sample(sample_id)
    mask_path = dataset.mask_path(sample, label_set)
    signatures = (signature(sample.image), signature(mask_path))
    image: ImagePyramid | None
    if known is not None and known.image is not None and known.signatures[0] == signatures[0]:
        image, image_problem = known.image, known.image_problem
    else:
        image, image_problem = _read_photo(dataset, sample_id)
    read = _read_mask(mask_path if signatures[1] is not None else None, dataset.coding)
    mask, state = read.mask, read.state
    if mask is not None and image is not None and mask.shape != (image.height, image.width):
        state = MaskState.OTHER_SIZE
    kept = original_path(workspace, sample, label_set, mask_path.suffix)
    return EditContent(
        sample_id,
        label_set,
        image,
        mask,
        state,
        _read_original(kept, mask, dataset.coding),
        image_problem,
        read.problem,
        signatures,
        read.file_hash,
        read.base,
    )


def is_current(content: EditContent, dataset: Dataset) -> bool:
    """Whether the files are still the ones that were read."""
    sample = dataset.sample(content.sample_id)
    mask_path = dataset.mask_path(sample, content.label_set)
    return content.signatures == (signature(sample.image), signature(mask_path))


def signature(path: Path | None) -> Signature:
    """What tells a version of a file from another; None when there is no file."""
    if path is None:
        return None
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def resized(mask: Array, shape: tuple[int, int]) -> Array:
    """A mask brought to another height and width by nearest neighbour (pixel centres)."""
    height, width = shape
    result = cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
    return np.ascontiguousarray(result, np.uint8)


class _ReadMask(NamedTuple):
    mask: Array | None
    state: MaskState
    problem: str = ""
    file_hash: str = ""
    base: tuple[Base, bytes] = (Base.EMPTY, b"")


def _read_mask(path: Path | None, coding: MaskCoding | None) -> _ReadMask:
    if path is None:
        return _ReadMask(None, MaskState.MISSING)
    try:
        data = read_bytes(path)
    except PetsegError as error:
        return _ReadMask(None, MaskState.DAMAGED, str(error))
    file_hash = content_hash(data)
    try:
        mask = decode_mask(data, path, coding)
    except PetsegError as error:
        return _ReadMask(None, MaskState.DAMAGED, str(error), file_hash)
    # A journal must not depend on what the dataset's settings say of the values in its files.
    base = (Base.FILE, data) if coding is None else (Base.PIXELS, packed_pixels(mask))
    return _ReadMask(mask, MaskState.GOOD, "", file_hash, base)


def _read_photo(dataset: Dataset, sample_id: str) -> tuple[ImagePyramid | None, str]:
    sample = dataset.sample(sample_id)
    if sample.image is None:
        return None, (
            f"There is no photo for this mask. Expected {sample.stem}.jpg in "
            f"{dataset.image_folder}/{sample.split}."
        )
    try:
        return ImagePyramid(read_image(sample.image)), ""
    except PetsegError as error:
        return None, str(error)


def _read_original(path: Path, mask: Array | None, coding: MaskCoding | None) -> Array | None:
    if not path.exists():
        return mask
    try:
        return read_mask(path, coding)
    except PetsegError:
        return None  # it was damaged from the start: there is nothing to show
