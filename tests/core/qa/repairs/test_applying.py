"""Repairs written to masks on disk, one at a time, and taken back to the byte."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.dataset import Dataset, open_dataset
from core.dataset.workspace import Workspace, open_workspace
from core.errors import PetsegError
from core.images import read_mask
from core.masks.saving import original_path
from core.qa.repairs import REPAIRS
from core.qa.repairs.applying import apply_repair, context_of, mended_mask, undo_repair
from tests.making import blob, photo_of, write_sample


def specked(size: int = 64) -> np.ndarray:
    mask = blob(size)
    mask[2:4, 2:4] = 1
    return mask


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    write_sample(tmp_path, "train", "specks", {"labels": specked()})
    write_sample(tmp_path, "train", "clean", {"labels": blob()})
    write_sample(tmp_path, "train", "small", {"labels": blob(32)}, photo=photo_of(blob(64)))
    write_sample(tmp_path, "train", "bare", {}, photo=photo_of(blob(64)))
    write_sample(tmp_path, "train", "lonely", {"labels": specked()})
    (tmp_path / "img" / "train" / "lonely.png").unlink()
    write_sample(tmp_path, "train", "broken", {"labels": blob()})
    (tmp_path / "labels" / "train" / "broken.png").write_bytes(b"no mask")
    return open_dataset(tmp_path)


@pytest.fixture
def workspace(dataset: Dataset):
    with open_workspace(dataset) as opened:
        yield opened


def apply(dataset: Dataset, workspace: Workspace, stem: str, repair: str, **options: float):
    sample = dataset.sample(f"train/{stem}")
    return apply_repair(dataset, workspace, sample, "labels", REPAIRS[repair], options)


def test_that_a_repair_is_written_with_the_original_kept_and_the_edit_noted(dataset, workspace):
    sample = dataset.sample("train/specks")
    before = sample.masks["labels"].read_bytes()
    result = apply(dataset, workspace, "specks", "drop_specks")
    assert result.changed_px == 4
    assert np.array_equal(read_mask(result.path), blob())
    assert original_path(workspace, sample, "labels", ".png").read_bytes() == before
    assert [edit[1:] for edit in workspace.edits("labels")] == [("train/specks", 4)]


def test_that_a_repair_is_undone_to_the_byte(dataset, workspace):
    path = dataset.sample("train/specks").masks["labels"]
    before = path.read_bytes()
    result = apply(dataset, workspace, "specks", "drop_specks")
    undo_repair(workspace, result)
    assert path.read_bytes() == before
    undo_repair(workspace, result)
    assert path.read_bytes() == before
    assert len(workspace.edits("labels")) == 2


def test_that_a_mask_with_nothing_to_repair_is_not_written(dataset, workspace):
    path = dataset.sample("train/clean").masks["labels"]
    before = path.stat().st_mtime_ns
    result = apply(dataset, workspace, "clean", "drop_specks")
    assert not result.is_changed
    undo_repair(workspace, result)
    assert path.stat().st_mtime_ns == before
    assert not workspace.edits("labels")


def test_that_a_mask_changed_since_is_not_overwritten_by_undo(dataset, workspace):
    result = apply(dataset, workspace, "specks", "drop_specks")
    shutil.copyfile(dataset.sample("train/clean").masks["labels"], result.path)
    cv2.imwrite(str(result.path), blob(64, 2))
    now = result.path.read_bytes()
    with pytest.raises(PetsegError, match="changed after it was repaired"):
        undo_repair(workspace, result)
    assert result.path.read_bytes() == now


def test_that_a_mask_deleted_since_is_reported_too(dataset, workspace):
    result = apply(dataset, workspace, "specks", "drop_specks")
    result.path.unlink()
    with pytest.raises(PetsegError, match="changed after"):
        undo_repair(workspace, result)


def test_that_a_mask_takes_the_size_of_its_photo(dataset, workspace):
    result = apply(dataset, workspace, "small", "resize_mask")
    assert read_mask(result.path).shape == (64, 64)
    assert result.changed_px == 64 * 64
    undo_repair(workspace, result)
    assert read_mask(result.path).shape == (32, 32)


def test_that_a_repair_of_the_shape_says_that_it_needs_the_photo(dataset, workspace):
    with pytest.raises(PetsegError, match="needs the photo"):
        apply(dataset, workspace, "lonely", "resize_mask")
    assert apply(dataset, workspace, "lonely", "drop_specks").changed_px == 4


def test_that_a_sample_without_a_mask_is_an_error_in_words(dataset, workspace):
    with pytest.raises(PetsegError, match="no mask in labels"):
        apply(dataset, workspace, "bare", "drop_specks")


def test_that_a_damaged_mask_is_an_error_in_words(dataset, workspace):
    with pytest.raises(PetsegError, match="mask"):
        apply(dataset, workspace, "broken", "drop_specks")


def test_that_looking_at_a_repair_writes_nothing(dataset, workspace):
    sample = dataset.sample("train/specks")
    before = sample.masks["labels"].read_bytes()
    old, new = mended_mask(dataset, sample, "labels", REPAIRS["drop_specks"])
    assert np.count_nonzero(old != new) == 4
    assert sample.masks["labels"].read_bytes() == before


def test_that_the_context_knows_the_photo(dataset):
    context = context_of(dataset, dataset.sample("train/small"))
    assert (context.image_size, context.orientation) == ((64, 64), 1)
    assert context.classes == dataset.classes
    assert context_of(dataset, dataset.sample("train/lonely")).image_size is None
