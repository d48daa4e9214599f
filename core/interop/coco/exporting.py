"""A label set as COCO files: `annotations/<split>.json` and the photos, losing nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.dataset.layouts.names import real_name
from core.dataset.model import Dataset, Sample
from core.errors import PetsegError
from core.files import atomic_write, read_bytes
from core.images import Array
from core.interop.coco.runs import encode
from core.interop.conversion import Conversion, Progress
from core.interop.label_sets import mask_of, require_photo_size
from core.interop.labels import LabelNames
from core.interop.pieces import pieces_of

FOLDER = "annotations"
NO_SPLIT = "all"


def export_coco(
    dataset: Dataset,
    label_set: str,
    samples: Sequence[Sample],
    out: Path,
    *,
    overwrite: bool = False,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Conversion:
    """Write the masks of samples, a COCO file per split, each piece as a run-length code.

    Args:
        dataset: The dataset.
        label_set: Which masks.
        samples: Which samples.
        out: The folder to write to: `annotations/<split>.json`, photos in `<split>/`.
        overwrite: Replace files that are there already.
        on_progress: Called with (samples done, samples in all).
        cancelled: Asked between samples.
    """
    names = LabelNames(dataset.classes, dataset.ignore_index)
    result = Conversion()
    files: dict[str, dict[str, Any]] = {}
    for done, sample in enumerate(samples, 1):
        if cancelled():
            result.cancelled = True
            return result  # half a file would look like a whole one
        target = out / FOLDER / f"{real_name(sample.split) or NO_SPLIT}.json"
        try:
            if target.exists() and not overwrite:
                raise PetsegError(
                    f"{sample.id} belongs into a file that is there already",
                    path=target,
                    remedy="Choose another folder, or say that files may be overwritten.",
                )
            mask = mask_of(dataset, sample, label_set)
            require_photo_size(sample, mask, label_set)
            content = files.setdefault(sample.split, _empty(dataset, names))
            _copy_photo(sample, out, overwrite)
            _add(content, sample, mask, names)
            result.written.append(sample.id)
        except PetsegError as error:
            result.refused.append((sample.id, str(error)))
        if on_progress is not None:
            on_progress(done, len(samples))
    for split, content in files.items():
        content["categories"] = list(content["categories"].values())
        text = json.dumps(content, ensure_ascii=False)
        target = out / FOLDER / f"{real_name(split) or NO_SPLIT}.json"
        atomic_write(target, text.encode("utf-8", "backslashreplace"))
    return result


def _empty(dataset: Dataset, names: LabelNames) -> dict[str, Any]:
    values = [info.index for info in dataset.classes if info.index]
    categories = {value: _category(value, names) for value in values}
    return {"images": [], "annotations": [], "categories": categories}


def _category(value: int, names: LabelNames) -> dict[str, Any]:
    return {"id": value, "name": names.label(value), "supercategory": ""}


def _copy_photo(sample: Sample, out: Path, overwrite: bool) -> None:
    if sample.image is None:
        return
    photo = out / real_name(sample.split) / sample.image.name
    if not photo.exists() or (overwrite and not photo.samefile(sample.image)):
        atomic_write(photo, read_bytes(sample.image))


def _add(content: dict[str, Any], sample: Sample, mask: Array, names: LabelNames) -> None:
    height, width = mask.shape
    number = len(content["images"]) + 1
    name = sample.image.name if sample.image is not None else f"{real_name(sample.stem)}.png"
    content["images"].append({"id": number, "file_name": name, "width": width, "height": height})
    for piece in pieces_of(mask):
        content["categories"].setdefault(piece.value, _category(piece.value, names))
        counts = encode(piece.stencil, piece.rect, height, width)
        content["annotations"].append(
            {
                "id": len(content["annotations"]) + 1,
                "image_id": number,
                "category_id": piece.value,
                "segmentation": {"size": [height, width], "counts": counts},
                "area": int(piece.stencil.sum()),
                "bbox": list(piece.rect),
                "iscrowd": 0,
            }
        )
