"""A table of samples is a sequence of samples, only smaller."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset import Dataset, Sample, open_dataset
from core.dataset.model import ClassInfo
from core.dataset.sample_table import Columns, FileColumn, SampleTable, ids_of
from core.errors import PetsegError
from tests.making import blob, write_sample


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    for number in range(9):
        split = ("train", "val", "test")[number % 3]
        write_sample(tmp_path, split, f"{number}", {"labels": blob(8)})
    write_sample(tmp_path, "train", "0", {"labels_fixed": blob(8)})
    (tmp_path / "img" / "val" / "4.png").unlink()
    (tmp_path / "labels" / "val" / "1.png").unlink()
    return open_dataset(tmp_path)


def plain(dataset: Dataset) -> list[Sample]:
    return list(dataset.samples)


def test_that_a_table_behaves_like_a_list_of_samples(dataset: Dataset):
    table, samples = dataset.samples, plain(dataset)
    assert isinstance(table, SampleTable)
    assert len(table) == 9
    assert [table[place] for place in range(9)] == samples
    assert table[-1] == samples[-1]
    for part in (slice(2, 5), slice(None, None, 2), slice(None, None, -1), slice(20, 30)):
        assert list(table[part]) == samples[part]
        assert table[part].ids() == [sample.id for sample in samples[part]]
    with pytest.raises(IndexError):
        table[9]
    assert all(sample in table for sample in samples)
    assert "train/0" not in table
    assert table.index(samples[3]) == 3
    assert table == samples
    assert table != samples[1:]
    assert list(reversed(table)) == samples[::-1]
    first, second = table[:2]
    assert (first.id, second.id) == ("train/0", "train/3")
    assert ids_of(table) == ids_of(samples) == table.ids()


def test_that_samples_are_found_by_id(dataset: Dataset):
    for place, sample in enumerate(dataset.samples):
        assert dataset.sample(sample.id) == sample
        assert dataset.samples.position(sample.id) == place
    for unknown in ("train/1", "0", "", "/", "/0", "nowhere/0", "train/", "val/999"):
        assert dataset.samples.position(unknown) is None
        with pytest.raises(PetsegError, match="There is no sample"):
            dataset.sample(unknown)


@given(st.sets(st.sampled_from(["train", "val", "test"])))
def test_that_the_samples_of_splits_keep_their_order(wanted: set[str]):
    table = SampleTable(numbered_columns(5, ("train", "val", "test")))
    some = table.in_splits(wanted)
    assert list(some) == [sample for sample in table if sample.split in wanted]
    assert some.ids() == [sample.id for sample in some]
    assert [some.position(sample_id) for sample_id in some.ids()] == list(range(len(some)))
    assert some.position("none/0") is None
    narrower = some.in_splits({"val"})
    assert narrower.ids() == [sample.id for sample in some if sample.split == "val"]
    names, codes = some.split_codes()
    assert [names[code] for code in codes] == [sample.split for sample in some]


def numbered_columns(count: int, splits: tuple[str, ...]) -> Columns:
    ids = [f"{split}/{number:06d}" for split in splits for number in range(count)]
    folders = tuple(f"/data/img/{split}/" for split in splits)
    starts = tuple(count * number for number in range(len(splits) + 1))
    photos = FileColumn("", folders, (".jpg",), b"\1" * len(ids))
    masks = FileColumn("labels", folders, ("_mask.png",), b"\0\1" * (len(ids) // 2) + b"\0")
    return Columns(ids, splits, starts, photos, (masks,))


def test_that_files_are_known_as_columns(dataset: Dataset):
    table = dataset.samples
    assert isinstance(table, SampleTable)
    samples = plain(dataset)
    assert table.has_photo().tolist() == [sample.image is not None for sample in samples]
    for label_set in (*dataset.label_sets, "none"):
        assert table.has_mask(label_set).tolist() == [label_set in s.masks for s in samples]
    every = [path for sample in samples for path in sample.masks.values()]
    assert table.spread_masks(100) == every
    assert table.spread_masks(3) == every[:: len(every) // 3]


def test_that_a_written_mask_is_known_in_the_table_and_its_parts(dataset: Dataset):
    after = dataset.with_mask("val/1", "labels").with_mask("train/3", "labels_new")
    assert after.label_sets == ("labels", "labels_fixed", "labels_new")
    assert after.sample("val/1").masks["labels"].name == "1.png"
    assert "labels" in after.in_splits(["val"])[0].masks
    assert "labels" not in dataset.sample("val/1").masks
    assert isinstance(after.samples, SampleTable)
    assert after.samples.has_mask("labels").all()
    assert after.samples.has_mask("labels_new").tolist() == [False, True] + [False] * 7
    assert after.with_mask("val/1", "labels") is after


def test_that_a_dataset_takes_any_sequence_of_samples(tmp_path: Path):
    samples = (Sample("train", "a", None, {}), Sample("val", "b", None, {}))
    dataset = Dataset(
        tmp_path, (ClassInfo(0, "background", (0, 0, 0)),), 255, ("labels",), ("train", "val"),
        samples, "img", tmp_path / ".petseg",
    )  # fmt: skip
    assert dataset.sample("val/b") is samples[1]
    assert dataset.in_splits(["train"]) == samples[:1]
    assert "labels" in dataset.with_mask("train/a", "labels").samples[0].masks
    assert dataset.mask_path(samples[0], "labels") == tmp_path / "labels" / "train" / "a.png"


def test_that_a_sample_costs_few_bytes_beyond_its_id():
    few, many = (numbered_columns(count, ("train",)) for count in (1, 20_001))

    def size(columns: Columns) -> int:
        codes = sum(sys.getsizeof(c.codes) for c in (columns.photos, *columns.masks))
        return codes + sys.getsizeof(columns.ids)

    assert (size(many) - size(few)) / 20_000 < 12
    assert np.count_nonzero(SampleTable(many).has_mask("labels")) == 10_000
