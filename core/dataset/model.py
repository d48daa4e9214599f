"""Datasets, samples and classes as plain immutable values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from core.dataset.encoding.coding import MaskCoding
from core.dataset.sample import Sample
from core.dataset.sample_table import SampleTable
from core.errors import PetsegError

if TYPE_CHECKING:
    from core.dataset.layouts.layout import Layout
    from core.dataset.layouts.tree import Tree

__all__ = ["SPLITS", "ClassInfo", "Color", "Dataset", "Sample"]

Color = tuple[int, int, int]

SPLITS = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class ClassInfo:
    """One class: its index in the masks, its name, and its colour (RGB, 0 to 255)."""

    index: int
    name: str
    color: Color


@dataclass(frozen=True)
class Dataset:
    """A root folder, its ordered classes and its samples, as found on disk when it was opened.

    Attributes:
        root: Absolute path of the dataset's folder.
        classes: Ordered by index; `classes[i].index == i`. Index 0 is the background.
        ignore_index: Mask value that no check, loss or metric counts.
        label_sets: Names of the label sets, sorted.
        splits: Names of the splits, in the order train, val, test, others.
        samples: Sorted by split, then stem. A `SampleTable`, which makes each `Sample` when it is
            asked for; any sequence will do.
        image_folder: Name of the folder that holds the photos, below `root`.
        workspace_dir: Where flags, originals, thumbnails and runs are kept.
        layout: The layout in one line, in the notation of `core.dataset.layouts.layout`.
        notes: What is worth knowing of how it was opened, as sentences.
        places: Where photos and masks lie; None for `LABEL_SET/SPLIT/STEM.png`.
        tree: The folders as they were listed, for `remember_listing`.
        coding: How mask files encode the classes; None when their values are class indices.
    """

    root: Path
    classes: tuple[ClassInfo, ...]
    ignore_index: int
    label_sets: tuple[str, ...]
    splits: tuple[str, ...]
    samples: Sequence[Sample]
    image_folder: str
    workspace_dir: Path
    layout: str = ""
    notes: tuple[str, ...] = field(default=())
    places: Layout | None = field(default=None, repr=False, compare=False)
    tree: Tree | None = field(default=None, repr=False, compare=False)
    coding: MaskCoding | None = None

    @property
    def name(self) -> str:
        """The name shown for the dataset: its folder's."""
        return self.root.name

    @property
    def num_classes(self) -> int:
        """Number of classes, background included."""
        return len(self.classes)

    @property
    def default_label_set(self) -> str:
        """The label set to begin with: corrected labels, else "labels", else the first there is."""
        fixed = [name for name in self.label_sets if name.endswith("_fixed")]
        if fixed:
            return fixed[0]
        if not self.label_sets or "labels" in self.label_sets:
            return "labels"
        return self.label_sets[0]

    @cached_property
    def _by_id(self) -> dict[str, Sample]:
        return {sample.id: sample for sample in self.samples}

    def sample(self, sample_id: str) -> Sample:
        """Return the sample with that id.

        Raises:
            PetsegError: there is none.
        """
        if isinstance(self.samples, SampleTable):
            place = self.samples.position(sample_id)
            found = None if place is None else self.samples[place]
        else:
            found = self._by_id.get(sample_id)
        if found is None:
            raise PetsegError(
                f"There is no sample {sample_id!r}",
                path=self.root,
                remedy="Sample ids look like train/000123; `petseg info` lists the splits.",
            )
        return found

    def in_splits(self, splits: Iterable[str] | None = None) -> Sequence[Sample]:
        """The samples of those splits; all samples when `splits` is None."""
        if splits is None:
            return self.samples
        wanted = set(splits)
        unknown = wanted - set(self.splits)
        if unknown:
            raise PetsegError(
                f"There is no split {', '.join(sorted(unknown))!r}",
                path=self.root,
                remedy=f"The splits are: {', '.join(self.splits) or 'none'}.",
            )
        if isinstance(self.samples, SampleTable):
            return self.samples.in_splits(wanted)
        return tuple(sample for sample in self.samples if sample.split in wanted)

    def require_label_set(self, name: str | None) -> str:
        """Return `name`, or the default label set for None.

        Raises:
            PetsegError: the dataset has no label set of that name.
        """
        chosen = name or self.default_label_set
        if chosen not in self.label_sets:
            raise PetsegError(
                f"There is no label set {chosen!r}",
                path=self.root,
                remedy=f"The label sets are: {', '.join(self.label_sets) or 'none'}.",
            )
        return chosen

    def with_mask(self, sample_id: str, label_set: str) -> Dataset:
        """The dataset after a mask was written: the same one unless the mask was missing."""
        sample = self.sample(sample_id)
        if label_set in sample.masks:
            return self
        written = replace(
            sample, masks={**sample.masks, label_set: self.mask_path(sample, label_set)}
        )
        samples: Sequence[Sample]
        if isinstance(self.samples, SampleTable):
            samples = self.samples.with_sample(written)
        else:
            samples = tuple(written if entry is sample else entry for entry in self.samples)
        label_sets = tuple(sorted({*self.label_sets, label_set}))
        return replace(self, samples=samples, label_sets=label_sets)

    def mask_path(self, sample: Sample, label_set: str) -> Path:
        """Where the sample's mask of that label set is, or would be written."""
        existing = sample.masks.get(label_set)
        if existing is not None:
            return existing
        if self.places is None:
            return self.root / label_set / sample.split / f"{sample.stem}.png"
        return self.root / self.places.mask_file(label_set, sample.split, sample.stem)
