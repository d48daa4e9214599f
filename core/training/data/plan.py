"""`data.json`: the samples a run uses, as its worker needs them.

MMSegmentation's stock `BaseSegDataset` reads a list of names below one folder of photos with one
suffix and one folder of masks with one suffix. Samples that differ in these go into groups of
their own, which the config concatenates.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, Field, ValidationError

from core.dataset.layouts.names import real_name
from core.errors import PetsegError
from core.training.data.preflight import UsableSample

DATA_FILE = "data.json"


class Group(BaseModel):
    """Samples that share their folders and suffixes.

    Attributes:
        list_file: The list of names, relative to the run's folder.
        names: File names without suffix.
        ids: The samples' ids, in the order of `names`; none in runs of older programs.
        source_dir: Where the dataset's own masks are, when `mask_dir` has decoded copies of them.
        source_suffix: What follows the name in these.
    """

    list_file: str
    image_dir: Path
    image_suffix: str
    mask_dir: Path
    mask_suffix: str
    names: list[str]
    ids: list[str] = Field(default_factory=list)
    source_dir: Path | None = None
    source_suffix: str = ""


class SplitPlan(BaseModel):
    """The samples of one split.

    Attributes:
        one_size: Whether all photos have one size, so that they can be validated in batches.
    """

    split: str
    groups: list[Group] = Field(default_factory=list)
    one_size: bool = False

    @property
    def count(self) -> int:
        """Number of samples."""
        return sum(len(group.names) for group in self.groups)


class DataPlan(BaseModel):
    """What the config needs to know of the dataset.

    Attributes:
        unlabelled: Photos of the split train without a mask, for a warm-up.
        class_weights: Weight of each class in the cross-entropy; None for equal weights.
        notes: Sentences on what was left out, for the run's log.
    """

    root: Path
    classes: list[str]
    palette: list[tuple[int, int, int]]
    ignore_index: int
    train: SplitPlan
    val: SplitPlan
    unlabelled: list[Path] = Field(default_factory=list)
    class_weights: list[float] | None = None
    notes: list[str] = Field(default_factory=list)


class _Place(NamedTuple):
    """What the samples of a group share."""

    image_dir: Path
    image_suffix: str
    mask_dir: Path
    mask_suffix: str
    source_dir: Path | None
    source_suffix: str


def plan_split(split: str, samples: Iterable[UsableSample], label_set: str) -> SplitPlan:
    """Group the samples of one split by their folders and suffixes."""
    groups: dict[_Place, tuple[list[str], list[str]]] = {}
    sizes = set()
    for each in samples:
        image, mask, source = each.sample.image, each.sample.masks[label_set], each.source
        assert image is not None, "a usable sample has a photo"
        # What the names have in common; what follows may be more than a suffix ("_mask.png").
        name = real_name(each.sample.stem)
        end = slice(len(name), None)
        own = (None, "") if source is None else (source.parent, source.name[end])
        key = _Place(image.parent, image.name[end], mask.parent, mask.name[end], *own)
        names, ids = groups.setdefault(key, ([], []))
        names.append(name)
        ids.append(each.sample.id)
        sizes.add(each.size)
    return SplitPlan(
        split=split,
        one_size=len(sizes) == 1,
        groups=[
            Group(
                list_file=f"splits/{split}.txt" if index == 0 else f"splits/{split}-{index}.txt",
                names=names,
                ids=ids,
                **place._asdict(),
            )
            for index, (place, (names, ids)) in enumerate(groups.items())
        ],
    )


def load_data_plan(folder: Path) -> DataPlan:
    """Read the plan of a run.

    Raises:
        PetsegError: the file is missing or damaged.
    """
    path = folder / DATA_FILE
    try:
        return DataPlan.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise PetsegError(
            "The run's list of samples cannot be read",
            path=path,
            remedy="Make a new run.",
        ) from error
