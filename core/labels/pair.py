"""The two masks of one sample, decoded side by side, for whoever wants to look at them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.dataset.model import Dataset
from core.errors import PetsegError
from core.files import read_bytes
from core.images import Array, decode_mask, read_image
from core.labels.changes import MaskChange, compare_masks


@dataclass(frozen=True, slots=True)
class MaskPair:
    """A sample's photo and its masks in two label sets.

    Attributes:
        sample: The sample's id.
        photo: RGB uint8 H×W×3; None when there is none or it cannot be read.
        before: Class indices of the first label set, uint8 H×W; None likewise.
        after: Class indices of the second label set, uint8 H×W; None likewise.
        changed: 1 where they differ, uint8 H×W; None when they cannot be compared.
        change: The same in numbers; None likewise.
        photo_problem: Why there is no photo, as a sentence; "" when there is one.
        before_problem: Why there is no mask before.
        after_problem: Why there is no mask after.
        problem: Why the masks cannot be compared though both are there.
    """

    sample: str
    photo: Array | None = None
    before: Array | None = None
    after: Array | None = None
    changed: Array | None = None
    change: MaskChange | None = None
    photo_problem: str = ""
    before_problem: str = ""
    after_problem: str = ""
    problem: str = ""

    @property
    def problems(self) -> list[str]:
        """All that could not be read or compared."""
        found = (self.photo_problem, self.before_problem, self.after_problem, self.problem)
        return [problem for problem in found if problem]


def read_pair(dataset: Dataset, sample_id: str, a: str, b: str) -> MaskPair:
    """Decode a sample's photo and its masks in two label sets; damaged files become sentences.

    Raises:
        PetsegError: there is no such sample.
    """
    sample = dataset.sample(sample_id)
    photo, photo_problem = None, "This sample has no photo."
    if sample.image is not None:
        try:
            photo, photo_problem = read_image(sample.image), ""
        except PetsegError as error:
            photo_problem = str(error)
    before, before_problem = _mask(dataset, sample.masks.get(a), a)
    after, after_problem = _mask(dataset, sample.masks.get(b), b)
    changed, change, problem = None, None, ""
    if before is not None and after is not None:
        if before.shape == after.shape:
            changed = (before != after).astype("uint8")
            change = compare_masks(sample_id, before, after)
        else:
            problem = sizes_differ(a, before.shape, b, after.shape)
    return MaskPair(
        sample_id, photo, before, after, changed, change,
        photo_problem, before_problem, after_problem, problem,
    )  # fmt: skip


def sizes_differ(a: str, before: tuple[int, ...], b: str, after: tuple[int, ...]) -> str:
    """Say that two masks differ in size; the shapes are (height, width)."""
    return (
        f"The masks differ in size: {before[1]} × {before[0]} px in {a},"
        f" {after[1]} × {after[0]} px in {b}."
    )


def decoded(dataset: Dataset, data: bytes, path: Path) -> Array:
    """Decode a mask file's bytes as the dataset codes its classes.

    Raises:
        PetsegError: the file is damaged, or is no mask of that coding.
    """
    return decode_mask(data, path, dataset.coding)


def _mask(dataset: Dataset, path: Path | None, label_set: str) -> tuple[Array | None, str]:
    if path is None:
        return None, f"There is no mask in {label_set}."
    try:
        return decoded(dataset, read_bytes(path), path), ""
    except PetsegError as error:
        return None, str(error)
