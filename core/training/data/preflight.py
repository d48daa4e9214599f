"""Looking at every photo and mask before training, so that a bad one does not end it halfway."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.dataset.model import Dataset, Sample
from core.errors import PetsegError
from core.files import content_hash, read_bytes
from core.images import decode_mask
from core.images.decoding import decode_image


@dataclass(frozen=True, slots=True)
class UsableSample:
    """A sample that can be trained on.

    Attributes:
        mask_hash: Hash of the mask file's content.
        size: Height and width in pixels.
        pixels: Pixels of each class.
        image_hash: Hash of the photo file's content.
        source: The dataset's own mask, where the sample's is a decoded copy of it; else None.
    """

    sample: Sample
    mask_hash: str
    size: tuple[int, int]
    pixels: npt.NDArray[np.int64]
    image_hash: str = ""
    source: Path | None = None


@dataclass(frozen=True, slots=True)
class _Unusable:
    """Why a sample cannot be used, as a clause, and the values of its mask that are no class."""

    reason: str
    values: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Preflight:
    """What may be used of some splits, and what may not.

    Attributes:
        usable: In the order of the dataset.
        excluded: Ids of samples that the user excluded.
        unlabelled: Ids of samples without a mask in the label set (that is no mistake).
        left_out: Why other samples cannot be used, by id.
        illegal: Of those, the values in the mask that are no class, by id.
        roles: What samples are used for where that is not what their split says, by id: `train` or
            `val`. So a fold of the training samples validates a run.
    """

    usable: tuple[UsableSample, ...]
    excluded: tuple[str, ...] = ()
    unlabelled: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    illegal: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)

    def of_split(self, split: str) -> list[UsableSample]:
        """The usable samples of one split, or with its role."""
        return [
            each
            for each in self.usable
            if self.roles.get(each.sample.id, each.sample.split) == split
        ]


def preflight(
    dataset: Dataset,
    label_set: str,
    *,
    splits: Iterable[str],
    excluded: Iterable[str] = (),
    on_progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Preflight:
    """Read every photo and mask of those splits once.

    A sample is left out when its photo or mask cannot be decoded, when their sizes differ, when
    the mask holds a value that is no class, or when there is a mask but no photo.

    Args:
        dataset: The dataset.
        label_set: Which masks to look at.
        splits: Which splits to look at; those that the dataset has not are passed over.
        excluded: Ids of samples to leave out unseen.
        on_progress: Called with (done, total) in the calling thread.
        cancelled: Asked between samples; True ends the work.

    Raises:
        PetsegError: it was cancelled.
    """
    wanted = [split for split in splits if split in dataset.splits]
    out = set(excluded)
    samples = dataset.in_splits(wanted)
    candidates: list[Sample] = []
    skipped: list[str] = []
    unlabelled: list[str] = []
    for sample in samples:
        if sample.id in out:
            skipped.append(sample.id)
        elif label_set not in sample.masks:
            unlabelled.append(sample.id)
        else:
            candidates.append(sample)

    usable: list[UsableSample] = []
    left_out: dict[str, str] = {}
    illegal: dict[str, tuple[int, ...]] = {}
    # Decoding releases the interpreter's lock, so threads help.
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        results = pool.map(lambda sample: _look_at(dataset, label_set, sample), candidates)
        for done, (sample, result) in enumerate(zip(candidates, results, strict=True), start=1):
            if cancelled is not None and cancelled():
                pool.shutdown(cancel_futures=True)
                raise PetsegError("Reading the samples was cancelled")
            if isinstance(result, _Unusable):
                left_out[sample.id] = result.reason
                if result.values:
                    illegal[sample.id] = result.values
            else:
                usable.append(result)
            if on_progress is not None:
                on_progress(done, len(candidates))
    return Preflight(tuple(usable), tuple(skipped), tuple(unlabelled), left_out, illegal)


def _look_at(dataset: Dataset, label_set: str, sample: Sample) -> UsableSample | _Unusable:
    """The sample as usable, or why it is not."""
    if sample.image is None:
        return _Unusable("there is no photo for the mask")
    path = sample.masks[label_set]
    try:
        data = path.read_bytes()
        mask = decode_mask(data, path, dataset.coding)
        photo = read_bytes(sample.image)
        image = decode_image(photo, sample.image)
    except PetsegError as error:
        return _Unusable(f"{error.what[:1].lower()}{error.what[1:]}")
    except OSError as error:
        return _Unusable(f"the mask cannot be opened ({error.strerror or error})")
    if mask.shape != image.shape[:2]:
        return _Unusable(f"the mask is {_words(mask.shape)} but the photo {_words(image.shape)}")
    pixels = np.bincount(mask.ravel(), minlength=256).astype(np.int64)
    pixels[dataset.ignore_index] = 0
    illegal = np.flatnonzero(pixels[dataset.num_classes :]) + dataset.num_classes
    if illegal.size:
        values = ", ".join(str(value) for value in illegal[:5])
        return _Unusable(
            f"the mask holds values that are no class ({values})",
            tuple(int(value) for value in illegal),
        )
    return UsableSample(
        sample,
        mask_hash=content_hash(data),
        size=(mask.shape[0], mask.shape[1]),
        pixels=pixels[: dataset.num_classes],
        image_hash=content_hash(photo),
    )


def _words(shape: tuple[int, ...]) -> str:
    return f"{shape[1]}×{shape[0]}"
