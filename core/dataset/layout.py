"""Finding photos and masks in a folder: which folder holds what, which file goes with which."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.dataset.model import SPLITS, Sample
from core.errors import PetsegError
from core.images import IMAGE_SUFFIXES, MASK_SUFFIXES

_IMAGE_FOLDERS = ("img", "img_dir", "images", "imgs", "JPEGImages")
_SKIPPED_FOLDERS = {".petseg", "work_dirs", "runs"}


@dataclass(frozen=True)
class Layout:
    """What was found in a dataset's folder.

    Attributes:
        image_folder: Folder of photos, relative to the root.
        label_sets: Folders of masks, relative to the root, sorted.
        splits: Split folders; `("",)` when photos lie directly in the image folder.
    """

    image_folder: str
    label_sets: tuple[str, ...]
    splits: tuple[str, ...]

    @property
    def description(self) -> str:
        """The layout in the notation of a folder tree."""
        split = "/{" + ",".join(self.splits) + "}" if self.splits != ("",) else ""
        sets = ", ".join(f"{name}{split}" for name in self.label_sets) or "no masks yet"
        return f"{self.image_folder}{split} + {sets}"


def find_layout(root: Path) -> Layout:
    """Find the image folder, the splits and the label sets below `root`.

    Raises:
        PetsegError: the folder does not exist, cannot be read, or holds no image folder.
    """
    if not root.is_dir():
        raise PetsegError(
            "There is no such folder",
            path=root,
            remedy="Check the path; `petseg demo DIR` draws a dataset to try the program with.",
        )
    try:
        folders = sorted(
            entry.name
            for entry in os.scandir(root)
            if entry.is_dir()
            and not entry.name.startswith(".")
            and entry.name not in _SKIPPED_FOLDERS
        )
    except OSError as error:
        raise PetsegError(
            f"The folder cannot be read ({error.strerror})",
            path=root,
            remedy="Check that you may read it.",
        ) from error
    image_folder = next((name for name in _IMAGE_FOLDERS if name in folders), None)
    if image_folder is None:
        raise PetsegError(
            "No folder of images was found",
            path=root,
            remedy=(
                "Expected img/{train,val,test}/*.jpg (also img_dir, images) beside folders of PNG "
                "masks such as labels/{train,val,test}/*.png."
            ),
        )
    splits = _split_folders(root / image_folder) or ("",)
    label_sets = tuple(
        name for name in folders if name != image_folder and _holds_masks(root / name, splits)
    )
    return Layout(image_folder, label_sets, splits)


def find_samples(root: Path, layout: Layout) -> tuple[Sample, ...]:
    """List every sample: each photo with its masks, and each mask without a photo."""
    samples: list[Sample] = []
    for split in layout.splits:
        images = dict(_files_by_stem(root / layout.image_folder / split, IMAGE_SUFFIXES))
        masks: dict[str, dict[str, Path]] = {}
        for label_set in layout.label_sets:
            for stem, path in _files_by_stem(root / label_set / split, MASK_SUFFIXES):
                masks.setdefault(stem, {})[label_set] = path
        samples += [
            Sample(split, stem, images.get(stem), masks.get(stem, {}))
            for stem in sorted(images.keys() | masks.keys())
        ]
    return tuple(samples)


def _split_folders(folder: Path) -> tuple[str, ...]:
    found = {entry.name for entry in os.scandir(folder) if entry.is_dir() and entry.name[0] != "."}
    known = [name for name in SPLITS if name in found]
    return (*known, *sorted(found - set(known)))


def _holds_masks(folder: Path, splits: tuple[str, ...]) -> bool:
    return any(
        next(_files_by_stem(folder / split, MASK_SUFFIXES), None) is not None for split in splits
    )


def _files_by_stem(folder: Path, suffixes: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            stem, suffix = os.path.splitext(entry.name)
            if suffix.lower() in suffixes and not entry.name.startswith(".") and entry.is_file():
                yield stem, Path(entry.path)
