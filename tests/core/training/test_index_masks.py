"""Masks that encode classes by colours or by other values, as a run reads them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.dataset import Dataset, open_dataset
from core.dataset.encoding.coding import MaskCoding
from core.images import read_mask
from core.training.data.index_masks import index_mask_path, with_index_masks
from core.training.data.plan import load_data_plan
from core.training.data.preflight import preflight
from core.training.request import TrainRequest, create_run
from tests.making import blob, make_dataset

COLORS = ((0, 0, 0), (255, 0, 0), (0, 0, 255))
RGB = MaskCoding(colors=tuple((color,) for color in COLORS))


def in_colors(path: Path, mask: np.ndarray) -> None:
    Image.fromarray(np.array(COLORS, np.uint8)[mask]).save(path)


@pytest.fixture
def coded(tmp_path: Path) -> Dataset:
    root = make_dataset(tmp_path / "data", samples=8)
    dataset = replace(open_dataset(root), coding=RGB)
    for file in (root / "labels").rglob("*.png"):
        in_colors(file, read_mask(file))
    return dataset


def test_that_a_run_reads_decoded_copies_of_coded_masks(coded: Dataset):
    run = create_run(coded, coded.workspace_dir / "runs", TrainRequest(coded, "demo-cpu"))
    plan = load_data_plan(run.folder)
    (group,) = plan.train.groups
    assert group.mask_dir == coded.workspace_dir / "index_masks" / "labels" / "train"
    assert group.names == ["000", "001", "002", "004", "005", "006"]
    for number, name in enumerate(group.names):
        values = {0, 1 + int(name) % 2}
        assert set(np.unique(np.array(Image.open(group.mask_dir / f"{name}.png")))) == values, (
            number
        )
    assert plan.class_weights is None or len(plan.class_weights) == 3


def test_that_only_masks_that_changed_are_written_again(coded: Dataset):
    found = preflight(coded, "labels", splits=("train",))
    with_index_masks(coded, "labels", found)
    copies = {
        each.sample.id: index_mask_path(coded, each.sample, "labels") for each in found.usable
    }
    made = {name: path.stat().st_ino for name, path in copies.items()}
    changed = coded.sample("train/001")
    source = changed.masks["labels"]
    in_colors(source, blob(64, 1))
    os.utime(source, (0, 0))  # an older file, copied here from elsewhere
    with_index_masks(coded, "labels", preflight(coded, "labels", splits=("train",)))
    again = {name: path.stat().st_ino for name, path in copies.items()}
    assert [name for name in made if made[name] != again[name]] == ["train/001"]
    np.testing.assert_array_equal(read_mask(copies["train/001"]), blob(64, 1))


def test_that_another_coding_writes_all_copies_again(coded: Dataset):
    found = preflight(coded, "labels", splits=("train",))
    with_index_masks(coded, "labels", found)
    swapped = replace(coded, coding=replace(RGB, colors=(*RGB.colors[:1], *RGB.colors[:0:-1])))
    found = with_index_masks(swapped, "labels", preflight(swapped, "labels", splits=("train",)))
    copy = found.usable[0].sample.masks["labels"]
    np.testing.assert_array_equal(read_mask(copy), blob(64, 2))


def test_that_plain_masks_are_read_where_they_are_and_odd_ones_copied(tmp_path: Path):
    root = make_dataset(tmp_path / "data")
    odd = root / "labels" / "train" / "001.png"
    Image.fromarray(np.stack([blob()] * 3, -1)).save(odd)
    dataset = open_dataset(root)
    found = preflight(dataset, "labels", splits=("train",))
    used = {
        each.sample.id: each.sample.masks["labels"]
        for each in with_index_masks(dataset, "labels", found).usable
    }
    assert used["train/000"] == root / "labels" / "train" / "000.png"
    assert used["train/001"] == index_mask_path(dataset, dataset.sample("train/001"), "labels")
    assert np.array(Image.open(used["train/001"])).ndim == 2
