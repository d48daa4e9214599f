"""How far the predictions of a split are: which are missing, and whether they are out of date."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from core.dataset import Dataset, Sample
from core.dataset.sample_table import files_of, has_photo_of, ids_of, split_codes_of
from core.errors import PetsegError
from core.evaluation.predicting.augmentation import Augmentation
from core.evaluation.predicting.checkpoints import checkpoint_of
from core.evaluation.predicting.files import (
    MANIFEST_NAME,
    CheckpointNote,
    PredictionManifest,
    PredictionStatus,
    RunLike,
    load_manifest,
    samples_of_split,
    split_folder,
)


def missing_predictions(dataset: Dataset, run: RunLike, split: str) -> tuple[Sample, ...]:
    """The samples of a split that have a photo but no prediction file."""
    return _unpredicted(dataset, run, samples_of_split(dataset, split), None)


def _unpredicted(
    dataset: Dataset,
    run: RunLike,
    samples: Sequence[Sample],
    is_replaced: Callable[[str, str], bool] | None,
) -> tuple[Sample, ...]:
    """Samples with a photo but no prediction, or whose photo was replaced.

    Args:
        is_replaced: Tells that of a stem and the path of its photo; None asks nothing.
    """
    # Ids alone: making every sample would take most of the time that a comparison takes to open.
    splits, codes = split_codes_of(samples)
    present = {
        code: _predicted_stems(split_folder(run.folder, splits[code]))
        for code in set(codes.tolist())
    }
    begins = [len(name) + 1 if name else 0 for name in splits]
    missing = []
    photos = files_of(samples, dataset.default_label_set)
    for row, (sample_id, code, (photo, _)) in enumerate(
        zip(ids_of(samples), codes.tolist(), photos, strict=True)
    ):
        if photo is not None:
            stem = sample_id[begins[code] :]
            if stem not in present[code] or (is_replaced is not None and is_replaced(stem, photo)):
                missing.append(samples[row])
    return tuple(missing)


def _predicted_stems(folder: Path) -> set[str]:
    try:
        names = os.listdir(folder)  # noqa: PTH208 - names alone, without a Path for each
    except OSError:
        return set()
    return {name.removesuffix(".png") for name in names if name.endswith(".png")}


def prediction_status(
    dataset: Dataset, run: RunLike, split: str, *, augment: Augmentation | None = None
) -> PredictionStatus:
    """Tell how far a split's predictions are, without loading anything large.

    Args:
        dataset: The dataset.
        run: The run.
        split: The split.
        augment: The views that are wanted: predictions from others are stale. None accepts any.
    """
    samples = samples_of_split(dataset, split)
    photos = int(has_photo_of(samples).sum())
    folder = split if dataset.splits else ""
    manifest = load_manifest(run.folder, folder)
    try:
        newest = CheckpointNote.of(checkpoint_of(run.folder))
    except PetsegError:
        newest = None  # the checkpoints were deleted to save space
    if manifest is None:
        missing = _unpredicted(dataset, run, samples, None)
        # Nothing tells what made them. Without a checkpoint they are all there will ever be.
        is_stale = newest is not None and len(missing) < photos
    else:
        was_copied = newest is not None and newest.mtime_ns != manifest.checkpoint.mtime_ns
        missing = _unpredicted(dataset, run, samples, _replaced(manifest, was_copied=was_copied))
        is_stale = augment not in (None, manifest.augment) or (
            newest is not None and _is_another(newest, manifest, split_folder(run.folder, folder))
        )
    return PredictionStatus(
        predicted=photos - len(missing),
        missing=missing,
        iteration=manifest.checkpoint.iteration if manifest else None,
        is_stale=is_stale,
        augment=manifest.augment if manifest else None,
    )


def _is_another(newest: CheckpointNote, manifest: PredictionManifest, folder: Path) -> bool:
    """Whether a checkpoint is not the one that made the predictions.

    Copying a dataset to another disk gives its files new times. So one with another time but the
    same name, iteration and size is the same, unless it was written after the predictions.
    """
    if newest == manifest.checkpoint:
        return False
    if not newest.is_copy_of(manifest.checkpoint):
        return True
    written = _stamp(os.fspath(folder / MANIFEST_NAME))
    return written is None or newest.mtime_ns > written[0]


def _replaced(manifest: PredictionManifest, *, was_copied: bool) -> Callable[[str, str], bool]:
    """Tells of a stem and its photo's path whether that is another photo than was predicted.

    Where the whole dataset was copied, times say nothing, and photos are told by their size alone.
    """

    def is_replaced(stem: str, photo: str) -> bool:
        noted, found = manifest.images.get(stem), _stamp(photo)
        if noted is None or found is None:
            return False
        return found[1] != noted[1] or (found[0] != noted[0] and not was_copied)

    return is_replaced


def _stamp(path: str) -> tuple[int, int] | None:
    """Modification time in ns and size in bytes of a file; None when it cannot be asked."""
    try:
        status = os.stat(path)  # noqa: PTH116 - asked of every sample
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
