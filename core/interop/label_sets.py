"""Masks of another program into a label set, none over an existing one unless asked for."""

from __future__ import annotations

import os
from pathlib import Path

from core.dataset.layouts.layout import NO_DATA
from core.dataset.model import Dataset
from core.dataset.sample import Sample
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.files import read_bytes
from core.images import Array, probe, read_mask
from core.interop.conversion import Conversion
from core.masks.saving import save_mask


def require_label_set_name(dataset: Dataset, name: str) -> str:
    """The name of a label set that is there or can be made.

    Raises:
        PetsegError: it cannot be a label set's folder.
    """
    if name in dataset.label_sets:
        return name
    is_one_folder = name == Path(name).name and "\\" not in name and ":" not in name
    taken = {dataset.image_folder, *dataset.splits, *NO_DATA}
    if not name or name.startswith(".") or not is_one_folder or name in taken:
        raise PetsegError(
            f"{name!r} cannot be the name of a label set",
            path=dataset.root,
            remedy="Take a plain name that no other folder of the dataset has, such as labels_new.",
        )
    return name


def mask_of(dataset: Dataset, sample: Sample, label_set: str) -> Array:
    """The mask of a sample, uint8 H×W.

    Raises:
        PetsegError: it has none in that label set, or it cannot be read.
    """
    path = sample.masks.get(label_set)
    if path is None:
        raise PetsegError(
            f"{sample.id} has no mask in {label_set}",
            path=dataset.root,
            remedy="Draw one, or choose another label set.",
        )
    return read_mask(path, dataset.coding)


def size_of_photo(sample: Sample) -> tuple[int, int] | None:
    """Height and width of a sample's photo, upright; None where it has none.

    Raises:
        PetsegError: the photo cannot be read.
    """
    if sample.image is None:
        return None
    width, height = probe(read_bytes(sample.image), sample.image, "image").upright_size
    return height, width


def require_photo_size(sample: Sample, mask: Array, label_set: str) -> None:
    """Make sure that a mask has the size of the sample's photo, where it has one.

    Raises:
        PetsegError: it has another size, or the photo cannot be read.
    """
    size = size_of_photo(sample)
    if size is not None and size != mask.shape:
        raise PetsegError(
            f"The mask of {sample.id} has {mask.shape[1]} × {mask.shape[0]} pixels, its photo "
            f"{size[1]} × {size[0]}",
            path=sample.masks.get(label_set, sample.image),
            remedy="Resize the mask in the editor first, or take the photo it was drawn on.",
        )


def json_files(source: Path, program: str) -> list[Path]:
    """The JSON files of a folder and the folders in it, or the one file; sorted.

    Args:
        source: A file or a folder.
        program: Whose files they should be, for the error message.

    Raises:
        PetsegError: there is no such file or folder, or no .json file in it.
    """
    if source.is_file():
        return [source]
    # Links are not followed: they could lead round in circles.
    found = [
        Path(folder) / name
        for folder, _, files in os.walk(source)
        for name in files
        if name.lower().endswith(".json") and not name.startswith(".")
    ]
    if not found:
        raise PetsegError(
            f"There is no {program} file",
            path=source,
            remedy="Name such a file, or the folder that they lie in (*.json).",
        )
    return sorted(found)


class MaskTaker:
    """Takes masks one after the other, and keeps account.

    Args:
        dataset: The dataset.
        workspace: Its workspace, which keeps the first version of what is replaced.
        label_set: Which masks to write; a new name makes a new label set.
        overwrite: Replace masks that are there already.

    Raises:
        PetsegError: the label set cannot have that name.
    """

    def __init__(
        self, dataset: Dataset, workspace: Workspace, label_set: str, *, overwrite: bool
    ) -> None:
        self.result = Conversion()
        self._dataset = dataset
        self._workspace = workspace
        self._label_set = require_label_set_name(dataset, label_set)
        self._overwrite = overwrite
        self._came_from: dict[str, Path] = {}

    def require_free(self, sample: Sample, source: Path) -> None:
        """Make sure that a sample may be written.

        Args:
            sample: The sample.
            source: The file its mask comes from.

        Raises:
            PetsegError: another file was taken for it already, or it has a mask that may not be
                replaced.
        """
        if sample.id in self._came_from:
            raise PetsegError(
                f"Another file was taken for {sample.id} already ({self._came_from[sample.id]})",
                path=source,
                remedy="Keep one of the two.",
            )
        target = self._dataset.mask_path(sample, self._label_set)
        if not self._overwrite and target.exists():
            raise PetsegError(
                f"{sample.id} has a mask in {self._label_set} already",
                path=target,
                remedy="Choose another label set, or say that masks may be overwritten.",
            )

    def take(self, sample: Sample, source: Path, mask: Array) -> None:
        """Write a mask, uint8 H×W, after `require_free`.

        Raises:
            PetsegError: it cannot be written.
        """
        target = self._dataset.mask_path(sample, self._label_set)
        before = _signature(target)
        save_mask(self._dataset, self._workspace, sample, self._label_set, mask)
        self._came_from[sample.id] = source
        is_same = _signature(target) == before
        (self.result.unchanged if is_same else self.result.written).append(sample.id)


def _signature(path: Path) -> tuple[int, int] | None:
    """What tells a version of a file from another: time and inode; None when it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino
