"""A label set in the form of Pascal VOC, losing nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from core.dataset.layouts.names import real_name
from core.dataset.model import Dataset, Sample
from core.errors import PetsegError
from core.files import atomic_write, atomic_write_text, read_bytes
from core.images.mask_files import MaskFile, save_mask_file
from core.interop.conversion import Conversion, Progress
from core.interop.label_sets import mask_of, require_photo_size
from core.interop.voc.label_map import FILE_NAME, label_map_text, palette

PHOTOS, MASKS, LISTS = "JPEGImages", "SegmentationClass", "ImageSets/Segmentation"
NO_SPLIT = "default"


def export_voc(
    dataset: Dataset,
    label_set: str,
    samples: Sequence[Sample],
    out: Path,
    *,
    overwrite: bool = False,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Conversion:
    """Write the masks of samples as palette files, with photos, lists of the splits, a label map.

    Args:
        dataset: The dataset.
        label_set: Which masks.
        samples: Which samples.
        out: The folder to write to.
        overwrite: Replace files that are there already.
        on_progress: Called with (samples done, samples in all).
        cancelled: Asked between samples.
    """
    result = Conversion()
    colors = palette(dataset.classes, dataset.ignore_index)
    lists: defaultdict[str, list[str]] = defaultdict(list)
    stems: set[str] = set()
    for done, sample in enumerate(samples, 1):
        if cancelled():
            result.cancelled = True
            break
        stem = real_name(sample.stem)
        target = out / MASKS / f"{stem}.png"
        try:
            if stem in stems:
                raise PetsegError(
                    f"{sample.id} has the name of a sample of another split",
                    path=target,
                    remedy="VOC keeps all splits in one folder: convert one split after the other.",
                )
            if target.exists() and not overwrite:
                raise PetsegError(
                    "The file is there already",
                    path=target,
                    remedy="Choose another folder, or say that files may be overwritten.",
                )
            mask = mask_of(dataset, sample, label_set)
            require_photo_size(sample, mask, label_set)
            if sample.image is not None:
                _copy(sample.image, out / PHOTOS / sample.image.name, overwrite)
            atomic_write(target, save_mask_file(MaskFile(mask, "P", "PNG", colors)))
            stems.add(stem)
            lists[real_name(sample.split) or NO_SPLIT].append(stem)
            result.written.append(sample.id)
        except PetsegError as error:
            result.refused.append((sample.id, str(error)))
        if on_progress is not None:
            on_progress(done, len(samples))
    if result.written:
        atomic_write_text(out / FILE_NAME, label_map_text(dataset.classes))
    for name, listed in lists.items():
        _list(out / LISTS / f"{name}.txt", listed)
    return result


def _copy(photo: Path, target: Path, overwrite: bool) -> None:
    if not target.exists() or (overwrite and not target.samefile(photo)):
        atomic_write(target, read_bytes(photo))


def _list(path: Path, stems: Sequence[str]) -> None:
    """Write the list of a split; what is listed there already stays."""
    before = (
        read_bytes(path).decode("utf-8", "surrogateescape").split("\n") if path.exists() else []
    )
    names = sorted({*stems, *(name for name in before if name)})
    text = "".join(f"{name}\n" for name in names)
    atomic_write(path, text.encode("utf-8", "surrogateescape"))
