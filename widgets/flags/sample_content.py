"""Reading a sample for the side panel: photo, mask, and what can be said of them in a line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.dataset.model import Dataset, Sample
from core.errors import PetsegError
from core.images import Array, read_image, read_mask


@dataclass(frozen=True)
class SampleContent:
    """The decoded files of a sample.

    Attributes:
        sample_id: The sample.
        image: RGB uint8 H×W×3; None when there is none or it cannot be read.
        mask: uint8 H×W of class indices; None likewise.
        counts: Pixels per mask value (256 of them); None without a mask.
        problems: What could not be read and why, as sentences.
    """

    sample_id: str
    image: Array | None
    mask: Array | None
    counts: tuple[int, ...] | None
    problems: tuple[str, ...]

    @property
    def size_words(self) -> str:
        """Width and height in words; of both, where photo and mask differ."""
        image = _size(self.image)
        mask = _size(self.mask)
        if image and mask and image != mask:
            return f"photo {image}, mask {mask} px"
        return f"{image or mask} px" if image or mask else ""

    def share(self, index: int) -> float:
        """Share of the mask's pixels that have a class, 0 to 1."""
        if self.counts is None:
            return 0.0
        return self.counts[index] / max(sum(self.counts), 1)


def read_sample(dataset: Dataset, sample_id: str, label_set: str) -> SampleContent:
    """Decode the photo and the mask of a sample. Damaged files become sentences, not exceptions."""
    sample: Sample = dataset.sample(sample_id)
    problems: list[str] = []
    image: Array | None = None
    mask: Array | None = None
    try:
        image = read_image(sample.image) if sample.image is not None else None
        if sample.image is None:
            problems.append("This sample has no photo.")
    except PetsegError as error:
        problems.append(str(error))
    mask_path = sample.masks.get(label_set)
    try:
        mask = read_mask(mask_path, dataset.coding) if mask_path is not None else None
        if mask_path is None:
            problems.append(f"There is no mask in {label_set} yet.")
    except PetsegError as error:
        problems.append(str(error))
    counts = None
    if mask is not None:
        counts = tuple(np.bincount(mask.reshape(-1), minlength=256).tolist())
    return SampleContent(sample_id, image, mask, counts, tuple(problems))


def _size(array: Array | None) -> str:
    return f"{array.shape[1]} × {array.shape[0]}" if array is not None else ""
