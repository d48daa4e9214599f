"""What is known of every sample, as columns: read once, then every table and chart is arithmetic.

A hundred thousand samples with two classes and an object each take 6 MB besides their ids.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from core.dataset.model import ClassInfo, Dataset
from core.qa.facts.grid import CELLS
from core.qa.registry import SampleFacts

_BATCH = 1024
_NO_MASK = -1

Indices = npt.NDArray[np.int32]


@dataclass(frozen=True)
class SampleColumns:
    """One entry per sample.

    Attributes:
        split: int16, position in `Eda.splits`.
        width, height: int32, pixels of the photo (of the mask without one); 0 when unreadable.
        brightness, contrast: float32, mean and standard deviation of the photo's grey values, 0
            to 255; NaN without a photo.
        components: int32, 8-connected components of the foreground; -1 without a mask.
    """

    split: npt.NDArray[np.int16]
    width: npt.NDArray[np.int32]
    height: npt.NDArray[np.int32]
    brightness: npt.NDArray[np.float32]
    contrast: npt.NDArray[np.float32]
    components: npt.NDArray[np.int32]


@dataclass(frozen=True)
class ClassColumns:
    """One entry per class that occurs in a sample, in the order of the samples.

    Attributes:
        sample: int32, position of the sample.
        class_index: uint8.
        pixels: int64, pixels of the class in the mask.
    """

    sample: Indices
    class_index: npt.NDArray[np.uint8]
    pixels: npt.NDArray[np.int64]


@dataclass(frozen=True)
class ObjectColumns:
    """One entry per object: an 8-connected piece of one class with more than 5 pixels.

    Attributes:
        sample: int32, position of the sample.
        class_index: uint8.
        area_pct: float32, area in percent of the mask.
        x, y: float32, its centre of mass as shares of width and height, from the top left.
    """

    sample: Indices
    class_index: npt.NDArray[np.uint8]
    area_pct: npt.NDArray[np.float32]
    x: npt.NDArray[np.float32]
    y: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Eda:
    """A label set's statistics, ready for `core.eda.tables`.

    Attributes:
        label_set: Its name.
        classes: The dataset's classes.
        splits: Names of the splits that occur, in the order of the dataset.
        ids: The samples' ids, in the order of `samples`.
        samples, presence, objects: The columns.
        heat: float64 splits×classes×16×16, occupancy of the cells summed over the masks, 1 for a
            full cell.
    """

    label_set: str
    classes: tuple[ClassInfo, ...]
    splits: tuple[str, ...]
    ids: tuple[str, ...]
    samples: SampleColumns
    presence: ClassColumns
    objects: ObjectColumns
    heat: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def labelled(self) -> int:
        """How many samples have a mask that can be read."""
        return int(np.count_nonzero(self.samples.components != _NO_MASK))

    @cached_property
    def pixels_by_split(self) -> npt.NDArray[np.int64]:
        """Pixels of each class over the masks of each split, int64 splits×classes."""
        totals = np.zeros((len(self.splits), len(self.classes)), np.int64)
        split = self.samples.split[self.presence.sample]
        np.add.at(totals, (split, self.presence.class_index), self.presence.pixels)
        return totals

    @cached_property
    def pixels(self) -> npt.NDArray[np.int64]:
        """Pixels of each class over all masks, int64 K."""
        totals: npt.NDArray[np.int64] = self.pixels_by_split.sum(axis=0)
        return totals

    def holds(self) -> npt.NDArray[np.bool_]:
        """Whether each sample's mask holds each class, bool samples×classes."""
        table = np.zeros((len(self), len(self.classes)), np.bool_)
        table[self.presence.sample, self.presence.class_index] = True
        return table

    def only(self, splits: Collection[str]) -> Eda:
        """The same statistics of some splits; names that do not occur are passed over."""
        kept = [name for name in self.splits if name in splits]
        if len(kept) == len(self.splits):
            return self
        codes = [self.splits.index(name) for name in kept]
        new_code = np.zeros(len(self.splits), np.int16)
        new_code[codes] = np.arange(len(codes))
        wanted = np.isin(self.samples.split, codes)
        position = np.cumsum(wanted, dtype=np.int32) - 1
        has_class = wanted[self.presence.sample]
        is_object = wanted[self.objects.sample]
        columns = {name: values[wanted] for name, values in vars(self.samples).items()}
        columns["split"] = new_code[columns["split"]]
        return Eda(
            self.label_set,
            self.classes,
            tuple(kept),
            tuple(self.ids[index] for index in np.flatnonzero(wanted)),
            SampleColumns(**columns),
            ClassColumns(
                position[self.presence.sample[has_class]],
                self.presence.class_index[has_class],
                self.presence.pixels[has_class],
            ),
            ObjectColumns(
                position[self.objects.sample[is_object]],
                self.objects.class_index[is_object],
                self.objects.area_pct[is_object],
                self.objects.x[is_object],
                self.objects.y[is_object],
            ),
            self.heat[codes],
        )

    def ids_at(self, samples: npt.NDArray[Any]) -> list[str]:
        """The ids of samples, each once and in order.

        Args:
            samples: Positions of samples (of objects: `objects.sample[…]`), or a bool per sample.
        """
        if samples.dtype == np.bool_:
            samples = np.flatnonzero(samples)
        return [self.ids[index] for index in np.unique(samples)]


def collect(facts: Iterable[SampleFacts], dataset: Dataset, label_set: str) -> Eda:
    """Read the facts of all samples once and keep them as columns.

    Args:
        facts: What the scan measured, sample by sample; only a thousand are held at a time.
        dataset: Gives the classes and the order of the splits.
        label_set: The label set they were measured on.
    """
    collector = _Collector(dataset)
    remaining = iter(facts)
    while batch := list(islice(remaining, _BATCH)):
        collector.add(batch)
    return collector.finish(label_set)


class _Collector:
    """Turns batches of facts into chunks of columns."""

    def __init__(self, dataset: Dataset) -> None:
        self._classes = dataset.classes
        self._codes = {name: code for code, name in enumerate(dataset.splits)}
        self._ids: list[str] = []
        self._chunks: dict[str, list[npt.NDArray[Any]]] = {}
        self._heat: dict[int, npt.NDArray[np.float64]] = {}

    def add(self, batch: list[SampleFacts]) -> None:
        start = len(self._ids)
        self._ids.extend(entry.sample for entry in batch)
        split = np.array(
            [self._codes.setdefault(entry.split, len(self._codes)) for entry in batch], np.int16
        )
        size = _stacked(batch, "size", 2, np.int32, 0)
        light = _stacked(batch, "light", 2, np.float32, np.nan)
        self._keep("split", split)
        self._keep("width", size[:, 0])
        self._keep("height", size[:, 1])
        self._keep("brightness", light[:, 0])
        self._keep("contrast", light[:, 1])
        self._keep("components", _stacked(batch, "components", 1, np.int32, _NO_MASK)[:, 0])
        counts = _stacked(batch, "counts", len(self._classes), np.int64, 0)
        rows, columns = np.nonzero(counts)
        self._keep("class_sample", (rows + start).astype(np.int32))
        self._keep("class_index", columns.astype(np.uint8))
        self._keep("class_pixels", counts[rows, columns])
        self._add_objects(batch, start)
        self._add_heat(batch, split)

    def _add_objects(self, batch: list[SampleFacts], start: int) -> None:
        rows, pieces = _joined(batch, "pieces", 8, np.float32)
        mask_size = _stacked(batch, "mask_size", 2, np.float64, np.nan)
        mask_pixels = mask_size[:, 0] * mask_size[:, 1]
        self._keep("object_sample", (rows + start).astype(np.int32))
        self._keep("object_class", pieces[:, 0].astype(np.uint8))
        self._keep("object_area", (100 * pieces[:, 1] / mask_pixels[rows]).astype(np.float32))
        self._keep("object_x", pieces[:, 6])
        self._keep("object_y", pieces[:, 7])

    def _add_heat(self, batch: list[SampleFacts], split: npt.NDArray[np.int16]) -> None:
        rows, grids = _joined(batch, "grid", 1 + CELLS * CELLS, np.uint8)
        keys = split[rows].astype(np.int64) * 256 + grids[:, 0]
        for key in np.unique(keys):
            code, index = divmod(int(key), 256)
            if code not in self._heat:
                self._heat[code] = np.zeros((len(self._classes), CELLS * CELLS))
            self._heat[code][index] += grids[keys == key, 1:].sum(axis=0, dtype=np.float64) / 255

    def _keep(self, name: str, chunk: npt.NDArray[Any]) -> None:
        # A copy: a view would keep the whole batch in memory.
        self._chunks.setdefault(name, []).append(np.array(chunk))

    def _column(self, name: str, dtype: type) -> npt.NDArray[Any]:
        chunks = self._chunks.pop(name, [])
        return np.concatenate(chunks) if chunks else np.zeros(0, dtype)

    def finish(self, label_set: str) -> Eda:
        samples = SampleColumns(
            self._column("split", np.int16),
            self._column("width", np.int32),
            self._column("height", np.int32),
            self._column("brightness", np.float32),
            self._column("contrast", np.float32),
            self._column("components", np.int32),
        )
        used = [int(code) for code in np.unique(samples.split)]
        new_code = np.zeros(len(self._codes) + 1, np.int16)
        new_code[used] = np.arange(len(used))
        names = list(self._codes)
        nothing = np.zeros((len(self._classes), CELLS * CELLS))
        heat = np.array([self._heat.get(code, nothing) for code in used])
        return Eda(
            label_set,
            self._classes,
            tuple(names[code] for code in used),
            tuple(self._ids),
            SampleColumns(**{**vars(samples), "split": new_code[samples.split]}),
            ClassColumns(
                self._column("class_sample", np.int32),
                self._column("class_index", np.uint8),
                self._column("class_pixels", np.int64),
            ),
            ObjectColumns(
                self._column("object_sample", np.int32),
                self._column("object_class", np.uint8),
                self._column("object_area", np.float32),
                self._column("object_x", np.float32),
                self._column("object_y", np.float32),
            ),
            heat.reshape(len(used), len(self._classes), CELLS, CELLS),
        )


def _present(batch: list[SampleFacts], name: str) -> Iterator[tuple[int, npt.NDArray[Any]]]:
    for row, entry in enumerate(batch):
        value = entry.facts.get(name)
        if value is not None:
            yield row, value


def _stacked(
    batch: list[SampleFacts], name: str, width: int, dtype: type, missing: float
) -> npt.NDArray[Any]:
    """A fact of fixed length, a row per sample; `missing` where a sample lacks it."""
    stacked: npt.NDArray[Any] = np.full((len(batch), width), missing, dtype)
    found = list(_present(batch, name))
    if found:
        stacked[[row for row, _ in found]] = np.stack([value for _, value in found])
    return stacked


def _joined(
    batch: list[SampleFacts], name: str, width: int, dtype: type
) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any]]:
    """A fact of several rows a sample, below each other, and the sample of each row."""
    found = list(_present(batch, name))
    if not found:
        return np.zeros(0, np.int64), np.zeros((0, width), dtype)
    rows = np.repeat([row for row, _ in found], [len(value) for _, value in found])
    return rows, np.concatenate([value for _, value in found])
