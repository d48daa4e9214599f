"""Layouts: which folder holds what, which file goes with which, and how that is written down.

A layout is a line of text, as `petseg info` shows it and `dataset.toml` may prescribe it:

    img/{split} + labels/{split}, labels_fixed/{split}
    images/{train,val} + masks/{train,val}
    JPEGImages + SegmentationClass by ImageSets/Segmentation
    . + *_mask.png

First where the photos are, after the plus where the masks of each label set are, after `by` the
folder of text files that give the splits. `{split}` stands for the name of a split's folder, `.`
for the dataset's own folder, and `*` for what a photo and its masks have in common in their names.
Without a plus the masks are found. With one, only those that are named count, and what is called
after them (`labels_fixed` after `labels`), or simply begins with `labels`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.dataset.layouts.names import SPLIT, printable_name, real_name
from core.dataset.layouts.patterns import FilePattern, beside, parse_pattern
from core.errors import PetsegError

FIRST_LABEL_SET = "labels"
NO_MASKS = "no masks yet"
NO_DATA = frozenset(
    {"work_dirs", "runs", "ImageSets", "Annotations", "SegmentationObject", "__MACOSX"}
)
"""Folders of a dataset that hold neither photos nor masks of classes."""
UNLISTED = "unlisted"

_BY = re.compile(r"\s+by\s+([^+,{}]+)$")
# Splits of which a description tells the names.
_NAMED_SPLITS = 4
_FORM = 'Write it as in "img/{split} + labels/{split}" or "images + masks".'


@dataclass(frozen=True)
class Layout:
    """Where the photos and masks of a dataset are.

    Attributes:
        photos: The photos.
        masks: The masks by label set, sorted by name.
        splits: The names of the splits' folders, in order; "" for files that are in none. With
            `lists` the splits come from there, and this is `("",)`.
        lists: Folder of text files that give the splits; "" for none.
    """

    photos: FilePattern
    masks: Mapping[str, FilePattern]
    splits: tuple[str, ...] = ("",)
    lists: str = ""

    @property
    def image_folder(self) -> str:
        """The name of the folder that holds the photos; "." for the dataset's own."""
        return self.photos.plain_folder

    @property
    def label_sets(self) -> tuple[str, ...]:
        """The names of the label sets. Photos alone are to be labelled in a first one."""
        return tuple(self.masks) or (FIRST_LABEL_SET,)

    @property
    def description(self) -> str:
        """The layout in one line, with the names of the splits."""
        return self._line(self.splits)

    @property
    def text(self) -> str:
        """The layout in one line, for `dataset.toml`: any folder may be a split.

        Unless the splits are folders of the root: there are others beside them.
        """
        at_top = any(
            SPLIT in pattern.folder.split("/")[0] for pattern in (self.photos, *self.masks.values())
        )
        return self._line(self.splits if at_top else ())

    def mask_file(self, label_set: str, split: str, stem: str) -> str:
        """Where a mask would be written, below the root.

        Args:
            label_set: Any name; new ones get a folder beside the others.
            split: The sample's split.
            stem: The sample's stem.
        """
        pattern = self.masks.get(label_set) or beside(self.photos, real_name(label_set))
        return pattern.file("" if self.lists else real_name(split), real_name(stem))

    def _line(self, splits: tuple[str, ...]) -> str:
        masks = ", ".join(pattern.text(splits) for pattern in self.masks.values()) or NO_MASKS
        lists = f" by {FilePattern(self.lists).text()}" if self.lists else ""
        photos = self.photos.text(splits)
        return f"{photos} + {masks}{lists}"


@dataclass(frozen=True)
class Candidate:
    """One way to read a folder that can be read in several.

    Attributes:
        layout: What would be photos, masks and splits.
        photos: Number of photos.
        pairs: Number of photos with a mask in some label set.
        lone_masks: Number of masks without a photo.
        split_sizes: Number of samples by split.
        image, mask: An example, a pair where there is one.
    """

    layout: Layout
    photos: int
    pairs: int
    lone_masks: int
    split_sizes: Mapping[str, int]
    image: Path | None
    mask: Path | None

    @property
    def text(self) -> str:
        """The layout, as `open_dataset` and `dataset.toml` take it."""
        return self.layout.text

    @property
    def description(self) -> str:
        """What would be photos and what masks, for people."""
        splits = self.layout.splits
        photos = _place(self.layout.photos, splits)
        if not self.layout.masks:
            return f"photos in {photos}, no masks yet"
        masks = ", ".join(_place(pattern, splits) for pattern in self.layout.masks.values())
        return f"photos in {photos}, masks in {masks}"


class AmbiguousLayout(PetsegError):  # noqa: N818 - it is what was found, not a fault
    """A folder that can be read in several ways, so that somebody has to choose.

    Attributes:
        candidates: The ways, the likeliest first; `candidate.text` is to be given to
            `open_dataset` as `layout`.
    """

    def __init__(self, root: Path, candidates: Sequence[Candidate]) -> None:
        self.candidates = tuple(candidates)
        choices = "; ".join(
            f'layout = "{entry.text}" ({entry.photos} photos, {entry.pairs} with a mask)'
            for entry in self.candidates
        )
        super().__init__(
            "It is not clear which pictures are photos and which are masks",
            path=root,
            remedy=f"Put one of these lines into dataset.toml: {choices}.",
        )


@dataclass(frozen=True)
class WantedLayout:
    """A layout as it was prescribed, before the folders were looked into.

    Attributes:
        photos, masks, lists: As in `Layout`.
        splits: The splits that are named; empty for all there are.
    """

    photos: FilePattern
    masks: tuple[FilePattern, ...]
    splits: tuple[str, ...]
    lists: str


def parse_layout(text: str, path: Path | None = None) -> WantedLayout:
    """Read a layout's line; see this module for its form.

    Args:
        text: The line.
        path: Where it stands, for the error.

    Raises:
        PetsegError: it is no layout.
    """
    try:
        rest = text.strip()
        lists = ""
        by = _BY.search(rest)
        if by is not None:
            lists_pattern, _ = parse_pattern(by[1])
            lists, rest = lists_pattern.folder, rest[: by.start()]
        photos_text, plus, masks_text = rest.partition("+")
        photos, splits = parse_pattern(photos_text)
        masks = []
        if plus and masks_text.strip() != NO_MASKS:
            for part in _parts(masks_text):
                pattern, named = parse_pattern(part)
                masks.append(pattern)
                splits = splits or named
        if lists and any(pattern.has_split for pattern in (photos, *masks)):
            raise ValueError("splits come either from {split} or from lists, not from both")
        if photos in masks:
            raise ValueError("photos and masks are in the same place")
    except ValueError as error:
        what = f"The layout {text!r} cannot be read: {error}"
        raise PetsegError(what, path=path, remedy=_FORM) from None
    return WantedLayout(photos, tuple(masks), splits, lists)


def named_masks(photos: FilePattern, masks: Sequence[FilePattern]) -> dict[str, FilePattern]:
    """The masks by the name of their label set, sorted.

    A label set is called like its folder; in the photos' own folder, like the ending of its files.
    """
    named: dict[str, FilePattern] = {}
    for pattern in masks:
        if pattern.folder == photos.folder:
            name = pattern.tail.strip("_-. ") or FIRST_LABEL_SET
        else:
            name = pattern.plain_folder
        name = printable_name(FIRST_LABEL_SET if name == "." else name)
        unique, number = name, 2
        while unique in named:
            unique, number = f"{name}_{number}", number + 1
        named[unique] = pattern
    return dict(sorted(named.items()))


def _parts(text: str) -> list[str]:
    """The text between commas that are not inside braces."""
    return re.split(r",(?![^{}]*\})", text)


def _place(pattern: FilePattern, splits: tuple[str, ...]) -> str:
    names = ",".join(splits[:_NAMED_SPLITS]) + (",…" if len(splits) > _NAMED_SPLITS else "")
    text = pattern.text().replace("{split}", f"{{{names}}}")
    return "this folder" if text == "." else text
