"""Whole label sets as LabelMe files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.dataset.layouts.names import real_name
from core.dataset.model import Dataset, Sample
from core.errors import PetsegError
from core.files import atomic_write, read_bytes
from core.interop.conversion import Conversion, Progress
from core.interop.label_sets import mask_of, require_photo_size
from core.interop.labelme.writing import ShapeKind, label_json, polygon_loss, shapes_of
from core.interop.labels import LabelNames


@dataclass(frozen=True, slots=True)
class Export:
    """How masks are written.

    Attributes:
        kind: As masks (lossless) or as polygons.
        tolerance: How far a polygon may be from the outline, in pixels.
        with_photos: Put a copy of the photo beside each file, as LabelMe needs it.
        overwrite: Replace files that are there already.
    """

    kind: ShapeKind = ShapeKind.MASKS
    tolerance: float = 0.0
    with_photos: bool = True
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class ExportLoss:
    """What a class would lose over many masks when they are written as polygons.

    Attributes:
        value: The class.
        iou: Intersection over union of its pixels before and after, pooled over the masks.
        worst_iou: The least IoU of one mask.
        worst_sample: Which one.
        holes: Number of holes that would be filled.
        lost_pieces: Number of pieces that would vanish.
        masks: In how many masks it occurs.
    """

    value: int
    iou: float
    worst_iou: float
    worst_sample: str
    holes: int
    lost_pieces: int
    masks: int


def export_masks(
    dataset: Dataset,
    label_set: str,
    samples: Sequence[Sample],
    out: Path,
    how: Export,
    *,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Conversion:
    """Write the masks of samples as LabelMe files, `out/<split>/<stem>.json`.

    Args:
        dataset: The dataset.
        label_set: Which masks.
        samples: Which samples; those without a mask in the label set are refused.
        out: The folder to write to; made when it is not there.
        how: As what.
        on_progress: Called with (samples done, samples in all).
        cancelled: Asked between samples.
    """
    names = LabelNames(dataset.classes, dataset.ignore_index)
    result = Conversion()
    for done, sample in enumerate(samples, 1):
        if cancelled():
            result.cancelled = True
            break
        try:
            _export(dataset, sample, label_set, out, how, names, result)
        except PetsegError as error:
            result.refused.append((sample.id, str(error)))
        if on_progress is not None:
            on_progress(done, len(samples))
    return result


def export_loss(
    dataset: Dataset,
    label_set: str,
    samples: Sequence[Sample],
    tolerance: float = 0.0,
    *,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[ExportLoss]:
    """What each class would lose as polygons, the worst first; masks that cannot be read count not.

    Nothing is written.
    """
    names = LabelNames(dataset.classes, dataset.ignore_index)
    tallies: dict[int, _Tally] = {}
    for done, sample in enumerate(samples, 1):
        if cancelled():
            break
        try:
            mask = mask_of(dataset, sample, label_set)
        except PetsegError:
            mask = np.zeros((1, 1), np.uint8)  # the export itself says what is wrong with it
        counts = np.bincount(mask.ravel(), minlength=256)
        for loss in polygon_loss(mask, names, tolerance):
            tally = tallies.setdefault(loss.value, _Tally())
            kept = int(counts[loss.value]) - loss.lost_px
            tally.both += kept
            tally.either += kept + loss.lost_px + loss.gained_px
            tally.holes += loss.holes
            tally.pieces += loss.lost_pieces
            tally.masks += 1
            tally.worst = min(tally.worst, (loss.iou, sample.id))
        if on_progress is not None:
            on_progress(done, len(samples))
    losses = [
        ExportLoss(
            value, tally.both / tally.either, *tally.worst, tally.holes, tally.pieces, tally.masks
        )
        for value, tally in tallies.items()
    ]
    return sorted(losses, key=lambda loss: loss.iou)


@dataclass
class _Tally:
    both: int = 0
    either: int = 0
    holes: int = 0
    pieces: int = 0
    masks: int = 0
    worst: tuple[float, str] = (2.0, "")


def _export(
    dataset: Dataset,
    sample: Sample,
    label_set: str,
    out: Path,
    how: Export,
    names: LabelNames,
    result: Conversion,
) -> None:
    mask = mask_of(dataset, sample, label_set)
    require_photo_size(sample, mask, label_set)
    target = out / real_name(sample.split) / f"{real_name(sample.stem)}.json"
    if target.exists() and not how.overwrite:
        raise PetsegError(
            "The file is there already",
            path=target,
            remedy="Choose another folder, or say that files may be overwritten.",
        )
    image_name = sample.image.name if sample.image is not None else ""
    text = label_json(shapes_of(mask, names, how.kind, how.tolerance), image_name, mask.shape)
    if how.with_photos and sample.image is not None:
        photo = target.with_name(sample.image.name)
        if not photo.exists() or (how.overwrite and not photo.samefile(sample.image)):
            atomic_write(photo, read_bytes(sample.image))
    atomic_write(target, text)
    result.written.append(sample.id)
