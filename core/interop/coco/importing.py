"""COCO files into a label set: objects drawn in their order, what cannot be drawn is listed."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath, PureWindowsPath
from typing import Any

import numpy as np

from core.dataset.layouts.names import printable_name
from core.dataset.model import Dataset
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.files import read_bytes
from core.images import Array
from core.images.headers import MOST_PIXELS
from core.interop.coco.exporting import NO_SPLIT
from core.interop.coco.runs import decode, unpack
from core.interop.conversion import Conversion, Progress
from core.interop.label_sets import MaskTaker, require_photo_size
from core.interop.labels import LabelNames
from core.interop.matching import SampleFinder
from core.interop.problems import Problem, shown
from core.masks.shapes.regions import polygon

_FARTHEST = 1_000_000.0
_THING = "Annotation"


def import_coco(
    dataset: Dataset,
    workspace: Workspace,
    files: Sequence[Path],
    label_set: str,
    *,
    overwrite: bool = False,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Conversion:
    """Draw the objects of COCO files and write the masks into a label set.

    The sample of each photo is found by its file name's stem; a file named after a split is about
    the samples of that split. Polygons are filled by the even-odd rule, several polygons of one
    object together (`core.masks.shapes.regions`).

    Args:
        dataset: The dataset.
        workspace: Its workspace.
        files: The COCO files.
        label_set: Which masks to write; a new name makes a new label set.
        overwrite: Replace masks that are there already.
        on_progress: Called with (photos done, photos in all) for each file.
        cancelled: Asked between photos.

    Raises:
        PetsegError: the label set cannot have that name.
    """
    taker = MaskTaker(dataset, workspace, label_set, overwrite=overwrite)
    names = LabelNames(dataset.classes, dataset.ignore_index)
    finder = SampleFinder(dataset)
    result = taker.result
    for path in files:
        try:
            file = _read(path)
        except PetsegError as error:
            result.refused.append((str(path), str(error)))
            continue
        result.problems += [(str(path), problem) for problem in file.problems]
        split = _split_of(path, dataset)
        for done, photo in enumerate(file.photos, 1):
            if cancelled():
                result.cancelled = True
                return result
            place = path.parent / photo.name
            try:
                sample = finder.find(place, split=split)
                taker.require_free(sample, path)
                mask, problems = _draw(photo, file.categories, names)
                require_photo_size(sample, mask, label_set)
                taker.take(sample, path, mask)
                result.problems += [(str(path), problem) for problem in problems]
            except PetsegError as error:
                result.refused.append((photo.name, str(error)))
            if on_progress is not None:
                on_progress(done, len(file.photos))
    return result


@dataclass(frozen=True)
class _Photo:
    name: str
    size: tuple[int, int]
    annotations: list[tuple[int, Mapping[str, Any]]]


@dataclass(frozen=True)
class _File:
    photos: list[_Photo]
    categories: dict[int, str]
    problems: list[Problem]


def _read(path: Path) -> _File:
    try:
        content = json.loads(read_bytes(path).decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise _no_coco(path, shown(str(error))) from None
    lists = ("images", "annotations", "categories")
    if not isinstance(content, dict) or any(not isinstance(content.get(n), list) for n in lists):
        raise _no_coco(path, "it has no lists of images, annotations and categories")
    categories = {
        entry["id"]: entry["name"]
        for entry in content["categories"]
        if isinstance(entry, dict)
        and isinstance(entry.get("id"), int)
        and isinstance(entry.get("name"), str)
    }
    by_photo: defaultdict[int, list[tuple[int, Mapping[str, Any]]]] = defaultdict(list)
    problems = []
    for number, entry in enumerate(content["annotations"], 1):
        photo = entry.get("image_id") if isinstance(entry, dict) else None
        if isinstance(photo, int):
            by_photo[photo].append((number, entry))
        else:
            problems.append(Problem("It belongs to no photo", shape=number, thing=_THING))
    photos = []
    for entry in content["images"]:
        photo_id, name, size = _photo(entry)
        if photo_id is None or not name or size is None:
            problems.append(
                Problem(
                    f"A photo has no number, name or size ({shown(entry)})", "Correct the file."
                )
            )
            continue
        photos.append(_Photo(name, size, by_photo.pop(photo_id, [])))
    problems += [
        Problem("It belongs to a photo that the file does not list", shape=number, thing=_THING)
        for entries in by_photo.values()
        for number, _ in entries
    ]
    return _File(photos, categories, problems)


def _no_coco(path: Path, why: str) -> PetsegError:
    return PetsegError(
        f"The file cannot be read as a COCO file ({why})",
        path=path,
        remedy="Export it anew from the program it comes from.",
    )


def _photo(entry: object) -> tuple[int | None, str, tuple[int, int] | None]:
    if not isinstance(entry, dict):
        return None, "", None
    number, path = entry.get("id"), entry.get("file_name")
    height, width = entry.get("height"), entry.get("width")
    name = PureWindowsPath(path).name if isinstance(path, str) and "\0" not in path else ""
    is_sized = all(isinstance(n, int) and 0 < n <= MOST_PIXELS for n in (height, width))
    size = (int(height), int(width)) if is_sized else None  # type: ignore[arg-type]
    known = number if isinstance(number, int) else None
    return known, "" if name in (".", "..") else name, size


def _split_of(path: Path, dataset: Dataset) -> str | None:
    stem = printable_name(path.stem)
    if stem == NO_SPLIT and not dataset.splits:
        return ""
    return stem if stem in dataset.splits else None


def _draw(
    photo: _Photo, categories: Mapping[int, str], names: LabelNames
) -> tuple[Array, list[Problem]]:
    height, width = photo.size
    if height * width > MOST_PIXELS:
        raise PetsegError(f"The mask of {photo.name} would be too large ({width} × {height})")
    mask = np.zeros(photo.size, np.uint8)
    problems = []
    for number, entry in photo.annotations:
        key = entry.get("category_id")
        label = categories.get(key, "") if isinstance(key, int) else ""
        value = names.value(label)
        problem = ""
        if value is None:
            meant = names.resembling(label) if label else ""
            problem = "No class of the dataset has this name"
            problem += f"; perhaps {shown(meant)} is meant" if meant else ""
        else:
            try:
                mask[_stencil(entry.get("segmentation"), height, width) != 0] = value
            except ValueError as error:
                problem = f"It cannot be drawn: {error}"
        if problem:
            problems.append(
                Problem(problem, f"See {shown(PurePath(photo.name).name)}.", number, shown(label),
                        thing=_THING)
            )  # fmt: skip
        elif value is not None and not names.is_legal(value):
            problems.append(
                Problem(f"The value {value} is no class of the dataset", "", number, shown(label),
                        is_left_out=False, thing=_THING)
            )  # fmt: skip
    return mask, problems


def _stencil(segmentation: object, height: int, width: int) -> Array:
    """The pixels of an object, uint8 H×W.

    Raises:
        ValueError: it cannot be drawn; the message says why.
    """
    if isinstance(segmentation, dict):
        counts = segmentation.get("counts")
        if segmentation.get("size") != [height, width]:
            raise ValueError(f"its size is {shown(segmentation.get('size'))}")
        if isinstance(counts, str):
            counts = unpack(counts)
        if not isinstance(counts, list):
            raise ValueError("it has no runs")
        return decode(counts, height, width)
    if not isinstance(segmentation, list) or not segmentation:
        raise ValueError("it has neither polygons nor runs")
    stencil = np.zeros((height, width), np.uint8)
    for outline in segmentation:
        region = polygon((height, width), _points(outline))
        stencil[region.rect.slices] |= region.stencil.view(np.uint8)
    return stencil


def _points(outline: object) -> list[tuple[float, float]]:
    if not isinstance(outline, list) or len(outline) < 6 or len(outline) % 2:
        raise ValueError("a polygon has at least three points")
    for number in outline:
        is_number = isinstance(number, int | float) and not isinstance(number, bool)
        if not is_number or math.isnan(number) or not -_FARTHEST <= number <= _FARTHEST:
            raise ValueError(f"one of its points lies nowhere near the photo ({shown(number)})")
    return [(float(x), float(y)) for x, y in zip(outline[::2], outline[1::2], strict=True)]
