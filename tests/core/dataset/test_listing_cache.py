"""Opening a known dataset lists only what has changed, and trusts no damaged memory."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.dataset import Dataset, open_dataset, remember_listing
from core.dataset.layouts.listing_cache import FILE_NAME
from tests.making import blob, make_dataset, write_sample


def settle(root: Path) -> None:
    """Let every folder look as if it had been changed a while ago."""
    past = time.time() - 60
    for folder, _, _ in os.walk(root, topdown=False):
        os.utime(folder, (past, past))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = make_dataset(tmp_path / "data")
    settle(root)
    return root


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders that are listed during the test."""
    seen: list[str] = []
    scandir = os.scandir

    def noting(path):
        seen.append(Path(path).name)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", noting)
    return seen


def open_again(root: Path) -> Dataset:
    return open_dataset(root, workspace=root.parent / "ws")


def ids(dataset: Dataset) -> list[str]:
    return [sample.id for sample in dataset.samples]


def test_that_a_known_dataset_is_not_listed_again(root: Path, listed: list[str]):
    first = open_again(root)
    assert "train" in listed
    assert remember_listing(first)
    listed.clear()
    second = open_again(root)
    assert listed == []
    assert second.samples == first.samples
    assert second.label_sets == first.label_sets
    assert not remember_listing(second)


def test_that_opening_alone_writes_nothing(root: Path):
    open_again(root)
    open_dataset(root)
    assert not (root.parent / "ws").exists()
    assert not (root / ".petseg").exists()


@pytest.mark.parametrize("change", ["added", "removed", "renamed", "new split", "new label set"])
def test_that_a_change_is_noticed(root: Path, listed: list[str], change: str):
    remember_listing(open_again(root))
    folder = root / "img" / "train"
    if change == "added":
        (folder / "new.png").touch()
    elif change == "removed":
        (folder / "001.png").unlink()
        (root / "labels" / "train" / "001.png").unlink()
    elif change == "renamed":
        (folder / "000.png").rename(folder / "zzz.png")
    elif change == "new split":
        write_sample(root, "test", "t", {"labels": blob()})
    else:
        write_sample(root, "train", "000", {"labels_fixed": blob()})
    listed.clear()
    changed = open_again(root)
    expected = {
        "added": "train/new", "removed": "train/000", "renamed": "train/zzz",
        "new split": "test/t", "new label set": "train/000",
    }  # fmt: skip
    assert expected[change] in ids(changed)
    assert ("train/001" in ids(changed)) == (change != "removed")
    assert ("labels_fixed" in changed.label_sets) == (change == "new label set")
    assert "val" not in listed, "what has not changed is not listed again"
    # What was listed anew is worth keeping.
    assert remember_listing(changed)


def test_that_a_folder_that_changed_just_before_it_was_listed_is_not_trusted(root: Path):
    recent = time.time_ns() - 1_000_000_000
    os.utime(root / "img" / "train", ns=(recent, recent))
    remember_listing(open_again(root))
    (root / "img" / "train" / "late.png").touch()
    # As on a file system whose clock has not ticked since.
    os.utime(root / "img" / "train", ns=(recent, recent))
    assert "train/late" in ids(open_again(root))


def test_that_the_memory_of_another_dataset_is_ignored(root: Path, tmp_path: Path):
    remember_listing(open_again(root))
    other = make_dataset(tmp_path / "other", samples=2)
    assert ids(open_dataset(other, workspace=root.parent / "ws")) == ["train/000", "train/001"]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_that_a_damaged_memory_is_ignored(root: Path, data: st.DataObject):
    remember_listing(open_again(root))
    file = root.parent / "ws" / FILE_NAME
    intact = file.read_bytes()
    begin = data.draw(st.integers(0, len(intact)))
    end = data.draw(st.integers(begin, len(intact)))
    file.write_bytes(intact[:begin] + data.draw(st.binary(max_size=8)) + intact[end:])
    assert ids(open_again(root)) == ["train/000", "train/001", "train/002", "val/003"]
    file.unlink()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]\n[]", "null\nnull", '{"format": 1}\n{}', "[" * 9999]
)
def test_that_a_foreign_file_is_ignored(root: Path, text: str):
    (root.parent / "ws").mkdir()
    (root.parent / "ws" / FILE_NAME).write_text(text)
    assert len(ids(open_again(root))) == 4
