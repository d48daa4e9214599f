"""Masks in the form of Pascal VOC into a label set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from core.dataset.layouts.names import printable_name
from core.dataset.model import ClassInfo, Color, Dataset
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.files import read_bytes
from core.images import Array
from core.images.mask_files import MaskFile, Pixels, open_mask_file, plain_indices
from core.interop.conversion import Conversion, Progress
from core.interop.label_sets import MaskTaker, require_photo_size
from core.interop.labels import LabelNames
from core.interop.matching import SampleFinder
from core.interop.problems import Problem
from core.interop.voc.exporting import LISTS, MASKS, NO_SPLIT
from core.interop.voc.label_map import FILE_NAME, VOID, palette, read_label_map


def import_voc(
    dataset: Dataset,
    workspace: Workspace,
    source: Path,
    label_set: str,
    *,
    overwrite: bool = False,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Conversion:
    """Write the masks of a VOC folder into a label set.

    With a label map the colours of a mask say which class its pixels are; without one, values are
    class indices and colours those of the dataset's classes. The lists in `ImageSets/Segmentation`
    say which split a mask belongs to where several splits have a sample of its name.

    Args:
        dataset: The dataset.
        workspace: Its workspace.
        source: VOC's folder, or a folder of masks.
        label_set: Which masks to write; a new name makes a new label set.
        overwrite: Replace masks that are there already.
        on_progress: Called with (masks done, masks in all).
        cancelled: Asked between masks.

    Raises:
        PetsegError: there is no mask, the label map is damaged, or the label set cannot have that
            name.
    """
    taker = MaskTaker(dataset, workspace, label_set, overwrite=overwrite)
    folder = source / MASKS if (source / MASKS).is_dir() else source
    files = sorted(folder.glob("*.png"))
    if not files:
        raise PetsegError(
            "There is no mask of the form of VOC",
            path=source,
            remedy=f"Name the folder that {MASKS} lies in (with *.png in it).",
        )
    reader = _Reader(dataset, _label_map(source, folder))
    splits = _splits(source / LISTS, dataset)
    finder = SampleFinder(dataset)
    result = taker.result
    for done, path in enumerate(files, 1):
        if cancelled():
            result.cancelled = True
            break
        try:
            sample = finder.find(path, split=splits.get(path.stem))
            taker.require_free(sample, path)
            mask, problems = reader.read(path)
            require_photo_size(sample, mask, label_set)
            taker.take(sample, path, mask)
            result.problems += [(str(path), problem) for problem in problems]
        except PetsegError as error:
            result.refused.append((str(path), str(error)))
        if on_progress is not None:
            on_progress(done, len(files))
    return result


class _Reader:
    """Turns the values or colours of mask files into classes."""

    def __init__(self, dataset: Dataset, labels: Mapping[Color, str] | None) -> None:
        self._names = LabelNames(dataset.classes, dataset.ignore_index)
        self._labels = labels
        self._ignore_index = dataset.ignore_index
        self._classes: Sequence[ClassInfo] = dataset.classes
        self._own_palette = palette(dataset.classes, dataset.ignore_index)

    def read(self, path: Path) -> tuple[Array, list[Problem]]:
        file = open_mask_file(read_bytes(path), path)
        # In our own palette values are classes, even where two classes have one colour.
        is_plain = self._labels is None or file.palette in (None, self._own_palette)
        if not file.is_color and is_plain:
            mask = plain_indices(file, path)
            values = [int(value) for value in np.unique(mask)]
            return mask, [_illegal(value) for value in values if not self._names.is_legal(value)]
        return self._by_color(file)

    def _by_color(self, file: MaskFile) -> tuple[Array, list[Problem]]:
        keys, colors = _colors(file)
        mask = np.zeros(keys.shape, np.uint8)
        problems = []
        for number, color in enumerate(colors):
            chosen = keys == number
            if not chosen.any():
                continue
            value, label = self._value(color)
            if value is None:
                count = int(np.count_nonzero(chosen))
                what = f"No class of the dataset is meant by the colour {color} ({count:,} pixels)"
                remedy = f"Name it in {FILE_NAME}, or give a class that name."
                problems.append(Problem(what, remedy, number, label, thing="Colour"))
            else:
                mask[chosen] = value
        return mask, problems

    def _value(self, color: Color) -> tuple[int | None, str]:
        if self._labels is not None:
            label = self._labels.get(color, "")
            value = self._names.value(label) if label else None
            if value is None and color == VOID:
                value = self._ignore_index
            return value, label
        if color == VOID:
            return self._ignore_index, ""
        return next((info.index for info in self._classes if info.color == color), None), ""


def _colors(file: MaskFile) -> tuple[Pixels, list[Color]]:
    """For each pixel which of a list of colours it has, and the list."""
    if not file.is_color:
        table = file.palette or b""
        places = range(0, len(table) - 2, 3)
        colors: list[Color] = [(table[at], table[at + 1], table[at + 2]) for at in places]
        return file.pixels, colors + [(0, 0, 0)] * (256 - len(colors))
    parts = file.pixels.astype(np.uint32)
    packed = parts[..., 0] << 16 | parts[..., 1] << 8 | parts[..., 2]
    found, keys = np.unique(packed, return_inverse=True)
    listed = [(int(n) >> 16, int(n) >> 8 & 255, int(n) & 255) for n in found]
    return keys.reshape(packed.shape), listed


def _illegal(value: int) -> Problem:
    return Problem(
        "It is no class of the dataset", "Paint over it, or add the class.", value,
        is_left_out=False, thing="Value",
    )  # fmt: skip


def _label_map(source: Path, folder: Path) -> dict[Color, str] | None:
    for place in (source / FILE_NAME, folder.parent / FILE_NAME):
        if place.is_file():
            return read_label_map(place)
    return None


def _splits(folder: Path, dataset: Dataset) -> dict[str, str]:
    """The split of each stem that one list alone has."""
    found: list[tuple[str, str]] = []
    for path in sorted(folder.glob("*.txt")):
        name = printable_name(path.stem)
        split = "" if name == NO_SPLIT else name
        if split in dataset.splits or not split:
            text = read_bytes(path).decode("utf-8", "surrogateescape")
            found += [(line.split()[0], split) for line in text.splitlines() if line.strip()]
    counts = Counter(stem for stem, _ in found)
    return {stem: split for stem, split in found if counts[stem] == 1}
