"""Saving a mask."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.dataset import Dataset, open_dataset
from core.dataset.workspace import Workspace, open_workspace
from core.images import read_mask
from core.masks.saving import save_mask
from tests.making import blob, make_dataset


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return open_dataset(make_dataset(tmp_path))


@pytest.fixture
def workspace(dataset: Dataset):
    with open_workspace(dataset) as opened:
        yield opened


def edited(mask: np.ndarray, value: int = 2) -> np.ndarray:
    changed = mask.copy()
    changed[3:5, 3:5] = value
    return changed


def test_that_saving_an_unchanged_mask_leaves_the_file_s_bytes(
    dataset: Dataset, workspace: Workspace
):
    sample = dataset.sample("train/000")
    path = dataset.mask_path(sample, "labels")
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    save_mask(dataset, workspace, sample, "labels", read_mask(path))
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert not workspace.originals_dir.exists()


def test_that_the_first_version_is_kept_and_never_overwritten(
    dataset: Dataset, workspace: Workspace
):
    sample = dataset.sample("train/000")
    path = dataset.mask_path(sample, "labels")
    first = path.read_bytes()
    for value in (2, 1, 0):
        save_mask(dataset, workspace, sample, "labels", edited(read_mask(path), value))
    kept = workspace.originals_dir / "labels" / "train" / "000.png"
    assert kept.read_bytes() == first
    assert path.read_bytes() != first


def test_that_the_edit_log_says_how_many_pixels_changed(dataset: Dataset, workspace: Workspace):
    sample = dataset.sample("train/000")
    mask = read_mask(dataset.mask_path(sample, "labels"))
    save_mask(dataset, workspace, sample, "labels", edited(mask))
    ((_, name, changed),) = workspace.edits("labels")
    assert (name, changed) == ("train/000", 4)


def test_that_a_palette_mask_stays_a_palette_mask(dataset: Dataset, workspace: Workspace):
    sample = dataset.sample("train/000")
    path = dataset.mask_path(sample, "labels")
    image = Image.fromarray(blob())
    image.putpalette([0, 0, 0, 230, 159, 0, 0, 114, 178])
    image.save(path)
    save_mask(dataset, workspace, sample, "labels", edited(blob()))
    with Image.open(path) as saved:
        assert saved.mode == "P"
    np.testing.assert_array_equal(read_mask(path), edited(blob()))


def test_that_a_missing_mask_is_created_and_a_damaged_one_replaced_but_kept(
    dataset: Dataset, workspace: Workspace
):
    missing, damaged = dataset.sample("train/001"), dataset.sample("train/002")
    dataset.mask_path(missing, "labels").unlink()
    dataset.mask_path(damaged, "labels").write_bytes(b"not a picture")
    for sample in (missing, damaged):
        save_mask(dataset, workspace, sample, "labels", blob())
        np.testing.assert_array_equal(read_mask(dataset.mask_path(sample, "labels")), blob())
    kept = workspace.originals_dir / "labels" / "train" / "002.png"
    assert kept.read_bytes() == b"not a picture"
