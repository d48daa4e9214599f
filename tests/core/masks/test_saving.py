"""Saving a mask."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.dataset import Dataset, open_dataset
from core.dataset.workspace import Workspace, open_workspace
from core.errors import PetsegError
from core.files import content_hash
from core.images import encode_mask, read_mask
from core.masks.saving import MaskChangedElsewhere, save_mask, write_mask
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


def test_that_a_mask_changed_by_another_program_is_not_overwritten(
    dataset: Dataset, workspace: Workspace
):
    sample = dataset.sample("train/000")
    path = dataset.mask_path(sample, "labels")
    known = content_hash(path.read_bytes())
    path.write_bytes(encode_mask(blob(64, 2)))
    foreign = path.read_bytes()
    with pytest.raises(MaskChangedElsewhere, match="000.png"):
        write_mask(dataset, workspace, sample, "labels", edited(blob()), expected=known)
    assert path.read_bytes() == foreign
    path.unlink()
    with pytest.raises(MaskChangedElsewhere, match="deleted"):
        write_mask(dataset, workspace, sample, "labels", edited(blob()), expected=known)
    assert not path.exists()
    assert workspace.edits("labels") == []


def test_that_a_file_that_holds_the_mask_already_is_no_conflict(
    dataset: Dataset, workspace: Workspace
):
    sample = dataset.sample("train/000")
    path = dataset.mask_path(sample, "labels")
    written = write_mask(dataset, workspace, sample, "labels", blob(), expected="something else")
    assert (written.changed_px, written.file_hash) == (0, content_hash(path.read_bytes()))


def test_that_one_save_expects_what_the_one_before_wrote(dataset: Dataset, workspace: Workspace):
    sample = dataset.sample("train/000")
    expected = content_hash(dataset.mask_path(sample, "labels").read_bytes())
    for value in (2, 1, 0):
        mask = edited(blob(), value)
        written = write_mask(dataset, workspace, sample, "labels", mask, expected=expected)
        expected = written.file_hash
    assert np.array_equal(read_mask(written.path), mask)


def test_that_the_log_of_one_mask_says_what_was_done(dataset: Dataset, workspace: Workspace):
    sample = dataset.sample("train/000")
    path = dataset.mask_path(sample, "labels")
    first = content_hash(path.read_bytes())
    save_mask(dataset, workspace, sample, "labels", edited(blob()), note="Brush ×2, Fill")
    save_mask(dataset, workspace, sample, "labels", blob())
    save_mask(dataset, workspace, dataset.sample("train/001"), "labels", edited(blob()))
    one, two = workspace.edits_of("labels", "train/000")
    assert (one.changed_px, one.before, one.note) == (4, first, "Brush ×2, Fill")
    assert (two.changed_px, two.before, two.note) == (4, one.after, "")
    assert two.after == content_hash(path.read_bytes())
    assert two.time >= one.time


def test_that_a_full_disk_leaves_the_file_and_names_it(
    dataset: Dataset, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    sample = dataset.sample("train/000")
    path = dataset.mask_path(sample, "labels")
    before = path.read_bytes()

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("core.files.os.fsync", full)
        with pytest.raises(PetsegError, match="No space left") as told:
            save_mask(dataset, workspace, sample, "labels", edited(blob()))
    assert told.value.path is not None
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir() if entry.suffix == ".tmp"] == []


def test_that_a_locked_file_is_named(
    dataset: Dataset, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    sample = dataset.sample("train/000")
    path = dataset.mask_path(sample, "labels")
    before, replace = path.read_bytes(), Path.replace

    def locked(self: Path, target: Path) -> Path:
        if target == path:
            raise PermissionError(errno.EACCES, "The file is used by another program")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", locked)
    with pytest.raises(PetsegError, match="000.png"):
        save_mask(dataset, workspace, sample, "labels", edited(blob()))
    assert path.read_bytes() == before


@pytest.mark.skipif(
    getattr(os, "geteuid", lambda: 0)() == 0, reason="nothing is read-only for a superuser"
)
def test_that_a_read_only_folder_is_named_and_its_file_untouched(
    dataset: Dataset, workspace: Workspace
):
    sample = dataset.sample("train/000")
    path = dataset.mask_path(sample, "labels")
    before = path.read_bytes()
    path.parent.chmod(0o555)
    try:
        with pytest.raises(PetsegError, match="000.png"):
            save_mask(dataset, workspace, sample, "labels", edited(blob()))
    finally:
        path.parent.chmod(0o755)
    assert path.read_bytes() == before
