"""Whatever lies in a dataset's folders is listed; nothing crashes, and nothing is left out."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset import Dataset, open_dataset, remember_listing
from core.dataset.layouts.names import is_plain, printable_name, real_name
from core.dataset.workspace import open_workspace
from core.errors import PetsegError
from core.images import read_image, read_mask
from core.masks.saving import save_mask
from tests.making import blob, make_dataset, write_sample


def ids(dataset: Dataset) -> list[str]:
    return [sample.id for sample in dataset.samples]


def test_that_the_second_of_two_photos_with_one_stem_is_kept_as_another_file(tmp_path: Path):
    make_dataset(tmp_path)
    folder = tmp_path / "img" / "train"
    photo = (folder / "000.png").read_bytes()
    for name in ("000.jpg", "000.JPG", "000.bmp"):
        (folder / name).write_bytes(photo)
    sample = open_dataset(tmp_path).sample("train/000")
    assert sample.image == folder / "000.JPG"
    assert set(sample.others) == {folder / "000.jpg", folder / "000.png", folder / "000.bmp"}
    assert len(open_dataset(tmp_path).samples) == 4
    assert open_dataset(tmp_path).sample("train/001").others == ()


def test_that_the_lossless_one_of_two_masks_with_one_stem_is_used(tmp_path: Path):
    make_dataset(tmp_path)
    folder = tmp_path / "labels" / "train"
    (folder / "000.jpg").write_bytes(b"a coloured copy")
    (folder / "001.jpg").write_bytes((folder / "001.png").read_bytes())
    (folder / "001.png").unlink()
    dataset = open_dataset(tmp_path)
    assert dataset.sample("train/000").masks == {"labels": folder / "000.png"}
    assert dataset.sample("train/000").others == (folder / "000.jpg",)
    assert dataset.sample("train/001").masks == {"labels": folder / "001.jpg"}


def test_that_every_entry_that_ends_like_a_picture_is_a_sample(tmp_path: Path):
    make_dataset(tmp_path)
    folder = tmp_path / "img" / "train"
    (folder / "dangling.jpg").symlink_to("nowhere")
    (folder / "loop.jpg").symlink_to("loop.jpg")
    (folder / "folder.png").mkdir()
    (folder / "empty.png").touch()
    (folder / "UPPER.JPEG").touch()
    os.mkfifo(folder / "pipe.png")
    (folder / ".hidden.jpg").touch()
    (folder / "notes.txt").touch()
    (tmp_path / "img" / "stray.jpg").touch()
    (tmp_path / "labels" / "train" / "alone.png").touch()
    dataset = open_dataset(tmp_path)
    assert set(ids(dataset)) == {
        "train/000", "train/001", "train/002", "val/003", "train/dangling", "train/loop",
        "train/folder", "train/empty", "train/UPPER", "train/pipe", "stray", "train/alone",
    }  # fmt: skip
    assert dataset.sample("train/alone").image is None
    for name in ("dangling", "loop", "folder", "empty"):
        path = dataset.sample(f"train/{name}").image
        assert path is not None
        with pytest.raises(PetsegError):
            read_image(path)
    assert any("hidden files in img/train are left out: 1" in note for note in dataset.notes)


def test_that_folders_linked_in_a_circle_end(tmp_path: Path):
    make_dataset(tmp_path)
    (tmp_path / "img" / "test").symlink_to("test")
    (tmp_path / "img" / "whole").symlink_to("..")
    (tmp_path / "labels_loop").symlink_to("labels_loop")
    dataset = open_dataset(tmp_path)
    assert set(ids(dataset)) >= {"train/000", "val/003"}
    assert "img/test is left out: it leads nowhere" in dataset.notes


def test_that_a_dataset_that_is_a_link_to_itself_is_refused(tmp_path: Path):
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(PetsegError, match="There is no such folder"):
        open_dataset(loop)


@pytest.mark.parametrize("name", ["a\x00b", "~nobody-is-called-so/data"])
def test_that_an_impossible_path_is_refused(name: str):
    with pytest.raises(PetsegError, match="folder"):
        open_dataset(name)


@pytest.fixture
def forbid(monkeypatch: pytest.MonkeyPatch):
    """Make a folder unreadable, also for a superuser, whom permissions do not bind."""

    def forbid_folder(folder: Path) -> None:
        scandir = os.scandir

        def refusing(path):
            if Path(path) == folder:
                raise PermissionError(13, "Permission denied", str(path))
            return scandir(path)

        monkeypatch.setattr(os, "scandir", refusing)

    return forbid_folder


def test_that_a_folder_that_may_not_be_read_is_noted(tmp_path: Path, forbid):
    make_dataset(tmp_path)
    forbid(tmp_path / "img" / "train")
    dataset = open_dataset(tmp_path)
    assert "img/train cannot be read (Permission denied)" in dataset.notes
    assert dataset.sample("train/000").image is None
    assert dataset.sample("val/003").image is not None


@pytest.mark.parametrize(
    ("folder", "says"), [(".", "The folder cannot be read"), ("img", "images cannot be read")]
)
def test_that_a_dataset_that_may_not_be_read_is_refused(
    tmp_path: Path, forbid, folder: str, says: str
):
    make_dataset(tmp_path)
    forbid(tmp_path / folder)
    with pytest.raises(PetsegError, match=f"{says}.*Permission denied.*Check that you may"):
        open_dataset(tmp_path)


def write_strangely(root: Path, split: str, stem: str, label_set: str = "labels") -> None:
    """Copy a sample to a place whose name may be any bytes."""
    plain = root.parent / f"{root.name}-plain"
    write_sample(plain, "train", "a", {"labels": blob(8)})
    for source, folder in (("img", "img"), ("labels", label_set)):
        target = root / folder / split
        target.mkdir(parents=True, exist_ok=True)
        (target / f"{stem}.png").write_bytes((plain / source / "train" / "a.png").read_bytes())


STRANGE = [
    "кошка 1", "line\nbreak", b"caf\xe9".decode("utf-8", "surrogateescape"), "50%", "100%25",
    "tab\tand space ", "a.b.c", "-rf", "'quoted\"", "a\\b", "\u202egnp", "%0A", "non\u00a0breaking",
]  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be")
def test_that_names_in_any_script_and_of_any_bytes_are_samples(tmp_path: Path):
    for name in STRANGE:
        write_strangely(tmp_path, "train", name)
    dataset = open_dataset(tmp_path)
    assert len(set(ids(dataset))) == len(STRANGE)
    assert all(sample_id.isprintable() for sample_id in ids(dataset))
    assert {real_name(sample.stem) for sample in dataset.samples} == set(STRANGE)
    assert "train/кошка 1" in ids(dataset)
    assert "train/line%0Abreak" in ids(dataset)
    assert "train/caf%E9" in ids(dataset)
    assert "train/50%" in ids(dataset)
    assert list(ids(dataset)) == sorted(ids(dataset))
    for sample in dataset.samples:
        assert sample.image is not None
        assert read_image(sample.image).shape == (8, 8, 3)
        assert read_mask(sample.masks["labels"]).any()
        assert dataset.sample(sample.id) == sample
    assert json.loads(json.dumps(ids(dataset), ensure_ascii=False)) == ids(dataset)


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be")
def test_that_a_mask_drawn_for_a_strange_name_belongs_to_its_photo(tmp_path: Path):
    for name in STRANGE:
        write_strangely(tmp_path, "train", name)
        (tmp_path / "labels" / "train" / f"{name}.png").unlink()
    dataset = open_dataset(tmp_path, workspace=tmp_path / "ws")
    with open_workspace(dataset) as workspace:
        for sample in dataset.samples:
            save_mask(dataset, workspace, sample, "labels", blob(8))
        workspace.exclude(ids(dataset))
        assert set(workspace.exclusions()) == set(ids(dataset))
    again = open_dataset(tmp_path)
    assert ids(again) == ids(dataset)
    assert all("labels" in sample.masks for sample in again.samples)


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be")
def test_that_splits_and_label_sets_may_have_strange_names(tmp_path: Path):
    split = b"\xff split\n".decode("utf-8", "surrogateescape")
    write_strangely(tmp_path, split, "a", "labels\t1")
    dataset = open_dataset(tmp_path, workspace=tmp_path / "ws")
    assert dataset.splits == ("%FF split%0A",)
    assert dataset.label_sets == ("labels%091",)
    assert dataset.layout.isprintable()
    sample = dataset.samples[0]
    assert sample.id == "%FF split%0A/a"
    assert sample.image == tmp_path / "img" / split / "a.png"
    assert dataset.mask_path(sample, "labels%091") == tmp_path / "labels\t1" / split / "a.png"
    remember_listing(dataset)
    assert open_dataset(tmp_path, workspace=tmp_path / "ws").samples == dataset.samples


@given(st.binary(min_size=1, max_size=12))
def test_that_any_name_can_be_shown_and_found_again(data: bytes):
    name = os.fsdecode(data)
    shown = printable_name(name)
    assert shown.isprintable()
    shown.encode("utf-8")
    assert real_name(shown) == name
    if is_plain(name):
        assert shown == name


@given(st.lists(st.text("a%0A2é\n\udcff", max_size=5), unique=True))
def test_that_different_names_are_shown_differently(names: list[str]):
    assert len({printable_name(name) for name in names}) == len(names)
