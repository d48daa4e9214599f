"""A hundred thousand samples in a few megabytes: columns, from which samples are made on demand."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from core.dataset.layouts.names import real_name
from core.dataset.sample import Sample

Bools = npt.NDArray[np.bool_]
Rows = range | npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False, slots=True)
class FileColumn:
    """The photos of all samples, or their masks of one label set.

    Attributes:
        name: The label set's name; "" for the photos.
        folders: The absolute folder of each split, ending with a separator.
        endings: What follows a sample's stem in a file's name ("_mask.png").
        codes: One byte per sample: 0 for no file, else the place in `endings`, counted from 1.
    """

    name: str
    folders: tuple[str, ...]
    endings: tuple[str, ...]
    codes: bytes


@dataclass(frozen=True, eq=False, slots=True)
class Columns:
    """All samples of a dataset, sorted by split and then by stem.

    Attributes:
        ids: The id of every sample.
        splits: The splits' names, in order.
        starts: Where each split begins, and at the end the number of samples.
        photos: The photos.
        masks: The masks by label set, sorted by name.
        others: Further files of the same name and role, by the sample's place.
    """

    ids: list[str]
    splits: tuple[str, ...]
    starts: tuple[int, ...]
    photos: FileColumn
    masks: tuple[FileColumn, ...]
    others: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


class SampleTable(Sequence[Sample]):
    """Samples as a sequence that costs a few bytes each; a `Sample` is made on every access.

    Args:
        columns: The files of all samples; shared by the tables made from this one.
        rows: Which of them the table has; all by default.
        written: Samples that are no longer as in `columns`, by their place in it.
    """

    __slots__ = ("_columns", "_rows", "_written")

    def __init__(
        self,
        columns: Columns,
        rows: Rows | None = None,
        written: Mapping[int, Sample] | None = None,
    ) -> None:
        self._columns = columns
        self._rows: Rows = range(len(columns.ids)) if rows is None else rows
        self._written: Mapping[int, Sample] = written or {}

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> SampleTable: ...
    def __getitem__(self, index: int | slice) -> Sample | SampleTable:
        if isinstance(index, slice):
            return SampleTable(self._columns, self._rows[index], self._written)
        row = int(self._rows[index])
        return self._sample(row, bisect_right(self._columns.starts, row) - 1)

    def __iter__(self) -> Iterator[Sample]:
        starts = self._columns.starts
        code = 0
        for row in self._rows:
            if not starts[code] <= row < starts[code + 1]:
                code = bisect_right(starts, row) - 1
            yield self._sample(int(row), code)

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, Sample):
            return False
        place = self.position(value.id)
        return place is not None and self[place] == value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # equal tables may be made of unequal columns

    def __repr__(self) -> str:
        return f"<SampleTable of {len(self)} samples>"

    def ids(self) -> list[str]:
        """The ids of the samples, without making a sample."""
        ids = self._columns.ids
        if isinstance(self._rows, range) and self._rows.step == 1:
            return ids[self._rows.start : self._rows.stop]
        return [ids[row] for row in self._rows]

    def position(self, sample_id: str) -> int | None:
        """The place of the sample with that id; None when the table has none."""
        row = self._row(sample_id)
        if row is None:
            return None
        if isinstance(self._rows, range):
            return self._rows.index(row) if row in self._rows else None
        places = np.flatnonzero(self._rows == row)
        return int(places[0]) if len(places) else None

    def split_codes(self) -> tuple[tuple[str, ...], npt.NDArray[np.int32]]:
        """The names of the splits, and for every sample the place of its split among them."""
        rows = np.asarray(self._rows, np.intp)
        codes = np.searchsorted(self._columns.starts, rows, "right") - 1
        return self._columns.splits, codes.astype(np.int32)

    def in_splits(self, splits: Iterable[str]) -> SampleTable:
        """The samples of some splits."""
        wanted = set(splits)
        starts = self._columns.starts
        parts = [
            range(starts[code], starts[code + 1])
            for code, name in enumerate(self._columns.splits)
            if name in wanted and starts[code] < starts[code + 1]
        ]
        if not isinstance(self._rows, range) or self._rows != range(len(self._columns.ids)):
            names, codes = self.split_codes()
            kept = np.isin(codes, [names.index(name) for name in wanted if name in names])
            return SampleTable(self._columns, np.asarray(self._rows, np.intp)[kept], self._written)
        rows: Rows
        if len(parts) > 1:
            rows = np.concatenate([np.asarray(part, np.intp) for part in parts])
        else:
            rows = parts[0] if parts else range(0)
        return SampleTable(self._columns, rows, self._written)

    def files(self, label_set: str) -> Iterator[tuple[str | None, str | None]]:
        """The paths of each sample's photo and of its mask in a label set, as plain text.

        A tenth of the time that the samples themselves would take.
        """
        columns = self._columns
        photos = columns.photos
        masks = next((column for column in columns.masks if column.name == label_set), None)
        starts = columns.starts
        code = 0
        for row in self._rows:
            while row >= starts[code + 1]:
                code += 1
            if self._written and row in self._written:
                sample = self._written[int(row)]
                mask = sample.masks.get(label_set)
                yield _text(sample.image), _text(mask)
                continue
            split = columns.splits[code]
            stem = columns.ids[row]
            if split:
                stem = stem[len(split) + 1 :]
            if "%" in stem:
                stem = real_name(stem)
            place = photos.codes[row]
            image = f"{photos.folders[code]}{stem}{photos.endings[place - 1]}" if place else None
            place = masks.codes[row] if masks is not None else 0
            if masks is None or not place:
                yield image, None
            else:
                yield image, f"{masks.folders[code]}{stem}{masks.endings[place - 1]}"

    def has_photo(self) -> Bools:
        """Which samples have a photo."""
        return self._present(self._columns.photos, lambda sample: sample.image is not None)

    def has_mask(self, label_set: str) -> Bools:
        """Which samples have a mask in that label set."""
        column = next((entry for entry in self._columns.masks if entry.name == label_set), None)
        return self._present(column, lambda sample: label_set in sample.masks)

    def file_count(self) -> int:
        """How many files the samples have together, when they were listed."""
        columns = self._columns
        found = (column.codes for column in (columns.photos, *columns.masks))
        return sum(len(codes) - codes.count(0) for codes in found) + sum(
            map(len, columns.others.values())
        )

    def spread_masks(self, count: int) -> list[Path]:
        """Masks of all label sets, evenly spread over the samples.

        Returns:
            Every mask when there are fewer than 2 × `count`, else `count` to 2 × `count` of them.
        """
        columns = self._columns.masks
        if not columns:
            return []
        present = np.stack([self.has_mask(column.name) for column in columns], axis=1)
        places = np.flatnonzero(present)
        places = places[:: max(1, len(places) // count)]
        return [
            self[place // len(columns)].masks[columns[place % len(columns)].name]
            for place in places.tolist()
        ]

    def with_sample(self, sample: Sample) -> SampleTable:
        """The table with `sample` in place of the one that has its id.

        Raises:
            KeyError: none has.
        """
        row = self._row(sample.id)
        if row is None:
            raise KeyError(sample.id)
        return SampleTable(self._columns, self._rows, {**self._written, row: sample})

    def _row(self, sample_id: str) -> int | None:
        columns = self._columns
        split, slash, _stem = sample_id.rpartition("/")
        if slash and not split:
            return None
        try:
            code = columns.splits.index(split)
        except ValueError:
            return None
        begin, end = columns.starts[code], columns.starts[code + 1]
        row = bisect_left(columns.ids, sample_id, begin, end)
        return row if row < end and columns.ids[row] == sample_id else None

    def _sample(self, row: int, code: int) -> Sample:
        if self._written and row in self._written:
            return self._written[row]
        columns = self._columns
        split = columns.splits[code]
        stem = columns.ids[row]
        if split:
            stem = stem[len(split) + 1 :]
        real = real_name(stem) if "%" in stem else stem
        place = columns.photos.codes[row]
        image = None
        if place:
            image = Path(f"{columns.photos.folders[code]}{real}{columns.photos.endings[place - 1]}")
        masks = {
            column.name: Path(f"{column.folders[code]}{real}{column.endings[place - 1]}")
            for column in columns.masks
            if (place := column.codes[row])
        }
        others = columns.others.get(row)
        if others is None:
            return Sample(split, stem, image, masks)
        return Sample(split, stem, image, masks, tuple(Path(path) for path in others))

    def _present(self, column: FileColumn | None, in_sample: Any) -> Bools:
        if column is None:
            present = np.zeros(len(self._columns.ids), np.bool_)
        else:
            present = np.frombuffer(column.codes, np.uint8) > 0
        for row, sample in self._written.items():
            present[row] = in_sample(sample)
        return present[np.asarray(self._rows, np.intp)]


def ids_of(samples: Sequence[Sample]) -> list[str]:
    """The ids of samples: quick where they come as a table."""
    if isinstance(samples, SampleTable):
        return samples.ids()
    return [sample.id for sample in samples]


def split_codes_of(samples: Sequence[Sample]) -> tuple[tuple[str, ...], npt.NDArray[np.int32]]:
    """The names of the splits, and for every sample the place of its split among them."""
    if isinstance(samples, SampleTable):
        return samples.split_codes()
    splits = [sample.split for sample in samples]
    names = tuple(dict.fromkeys(splits))
    codes = {name: code for code, name in enumerate(names)}
    return names, np.array([codes[name] for name in splits], np.int32)


def has_photo_of(samples: Sequence[Sample]) -> Bools:
    """Which samples have a photo: quick where they come as a table."""
    if isinstance(samples, SampleTable):
        return samples.has_photo()
    return np.array([sample.image is not None for sample in samples], np.bool_)


def files_of(samples: Sequence[Sample], label_set: str) -> Iterator[tuple[str | None, str | None]]:
    """The paths of each sample's photo and of its mask in a label set, as plain text."""
    if isinstance(samples, SampleTable):
        yield from samples.files(label_set)
        return
    for sample in samples:
        mask = sample.masks.get(label_set)
        yield _text(sample.image), _text(mask)


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
