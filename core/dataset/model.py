"""Datasets, samples and classes as plain immutable values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from core.errors import PetsegError

Color = tuple[int, int, int]

SPLITS = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class ClassInfo:
    """One class: its index in the masks, its name, and its colour (RGB, 0 to 255)."""

    index: int
    name: str
    color: Color


@dataclass(frozen=True, slots=True)
class Sample:
    """One image and its masks.

    Attributes:
        split: `train`, `val`, `test` or another folder name; "" in a dataset without splits.
        stem: File name without suffix, unique inside its split.
        image: The photo; None when only a mask was found.
        masks: Mask file by label set; a label set without a file for this sample is absent.
    """

    split: str
    stem: str
    image: Path | None
    masks: Mapping[str, Path]

    @property
    def id(self) -> str:
        """The sample's identity, `split/stem`."""
        return f"{self.split}/{self.stem}" if self.split else self.stem


@dataclass(frozen=True)
class Dataset:
    """A root folder, its ordered classes and its samples, as found on disk when it was opened.

    Attributes:
        root: Absolute path of the dataset's folder.
        classes: Ordered by index; `classes[i].index == i`. Index 0 is the background.
        ignore_index: Mask value that no check, loss or metric counts.
        label_sets: Names of the label sets, sorted.
        splits: Names of the splits, in the order train, val, test, others.
        samples: Sorted by split, then stem.
        image_folder: Name of the folder that holds the photos, below `root`.
        workspace_dir: Where flags, originals, thumbnails and runs are kept.
    """

    root: Path
    classes: tuple[ClassInfo, ...]
    ignore_index: int
    label_sets: tuple[str, ...]
    splits: tuple[str, ...]
    samples: tuple[Sample, ...]
    image_folder: str
    workspace_dir: Path
    layout: str = ""
    notes: tuple[str, ...] = field(default=())

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
        """The label set to begin with: corrected labels when there are any, else the first."""
        fixed = [name for name in self.label_sets if name.endswith("_fixed")]
        if fixed:
            return fixed[0]
        return self.label_sets[0] if self.label_sets else "labels"

    @cached_property
    def _by_id(self) -> dict[str, Sample]:
        return {sample.id: sample for sample in self.samples}

    def sample(self, sample_id: str) -> Sample:
        """Return the sample with that id.

        Raises:
            PetsegError: there is none.
        """
        try:
            return self._by_id[sample_id]
        except KeyError:
            raise PetsegError(
                f"There is no sample {sample_id!r}",
                path=self.root,
                remedy="Sample ids look like train/000123; `petseg info` lists the splits.",
            ) from None

    def in_splits(self, splits: Iterable[str] | None = None) -> tuple[Sample, ...]:
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
        samples = tuple(written if entry is sample else entry for entry in self.samples)
        return replace(self, samples=samples)

    def mask_path(self, sample: Sample, label_set: str) -> Path:
        """Where the sample's mask of that label set is, or would be written."""
        existing = sample.masks.get(label_set)
        if existing is not None:
            return existing
        return self.root / label_set / sample.split / f"{sample.stem}.png"
