"""Comparing two label sets of a dataset."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.dataset import open_dataset
from core.dataset.encoding.coding import MaskCoding
from core.dataset.workspace import open_workspace
from core.errors import PetsegError
from core.labels.changes import ClassFlow
from core.labels.diff import LabelSetDiff, compare_label_sets
from core.labels.pair import read_pair
from tests.making import blob, write_sample


def with_hole(size: int = 64, value: int = 1, hole: int = 4) -> np.ndarray:
    mask = blob(size, value)
    middle = size // 2
    mask[middle : middle + hole, middle : middle + hole] = 0
    return mask


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two label sets: one mask equal, three changed, one that is only in the second set."""
    folder = tmp_path / "pets"
    write_sample(folder, "train", "a", {"labels": blob(), "labels_fixed": blob()})
    write_sample(folder, "train", "b", {"labels": with_hole(), "labels_fixed": blob()})
    write_sample(folder, "train", "c", {"labels": blob(), "labels_fixed": blob(value=2)})
    write_sample(folder, "val", "d", {"labels": with_hole(hole=8), "labels_fixed": blob()})
    write_sample(folder, "val", "e", {"labels_fixed": blob()})
    return folder


def compared(root: Path, a: str = "labels", b: str = "labels_fixed", **options) -> LabelSetDiff:
    dataset = open_dataset(root)
    with open_workspace(dataset) as workspace:
        return compare_label_sets(dataset, a, b, workspace, **options)


def test_that_the_masks_that_changed_most_come_first(root: Path):
    diff = compared(root)
    object_px = int((blob() > 0).sum())
    found = [(change.sample, change.changed_px) for change in diff.changes]
    assert found == [("train/c", object_px), ("val/d", 64), ("train/b", 16)]
    assert diff.compared_by_split == {"train": 3, "val": 1}
    assert diff.changed_by_split == {"train": 2, "val": 1}
    assert diff.flows == [ClassFlow(1, 2, object_px), ClassFlow(0, 1, 80)]
    assert diff.balance[1].net == 80 - object_px
    assert diff.changed_px == object_px + 80


def test_that_samples_missing_in_one_set_are_named(root: Path):
    diff = compared(root)
    assert (diff.only_in_a, diff.only_in_b) == ((), ("val/e",))
    other = compared(root, "labels_fixed", "labels")
    assert (other.only_in_a, other.only_in_b) == (("val/e",), ())


def test_that_a_second_comparison_reads_no_file(root: Path):
    first = compared(root)
    assert first.read == 4
    second = compared(root)
    assert second.read == 0
    assert second.changes == first.changes
    assert second.compared == first.compared


def test_that_the_other_direction_reads_no_file_either(root: Path):
    there = compared(root)
    back = compared(root, "labels_fixed", "labels")
    assert back.read == 0
    assert [change.reversed() for change in back.changes] == list(there.changes)
    assert ClassFlow(1, 0, 80) in back.flows


def test_that_only_a_changed_file_is_read_again(root: Path):
    compared(root)
    write_sample(root, "train", "a", {"labels_fixed": with_hole()})
    again = compared(root)
    assert again.read == 1
    assert "train/a" in [change.sample for change in again.changes]


def test_that_masks_of_different_sizes_and_damaged_ones_are_reported(root: Path):
    write_sample(root, "train", "a", {"labels_fixed": blob(32)})
    (root / "labels" / "train" / "b.png").write_bytes(b"")
    for _ in range(2):
        diff = compared(root)
        reasons = {each.sample: each.reason for each in diff.not_compared}
        assert reasons["train/a"] == (
            "The masks differ in size: 64 × 64 px in labels, 32 × 32 px in labels_fixed."
        )
        assert "cannot be read" in reasons["train/b"]
        assert diff.compared == 2


def test_that_only_the_wanted_splits_are_compared(root: Path):
    diff = compared(root, splits=["val"])
    assert diff.compared_by_split == {"val": 1}
    assert [change.sample for change in diff.changes] == ["val/d"]


def test_that_progress_is_told_and_cancelling_keeps_what_was_found(root: Path):
    steps: list[tuple[int, int]] = []
    compared(root, on_progress=lambda done, total: steps.append((done, total)))
    assert steps[-1] == (4, 4)
    assert compared(root, cancelled=lambda: True).cancelled
    assert not compared(root).cancelled


def test_that_coded_masks_are_compared_by_their_classes(root: Path):
    # 7 and 1 stand for the same class, so that what looks changed in the files is not.
    write_sample(root, "train", "a", {"labels_fixed": np.where(blob(), 7, 0).astype(np.uint8)})
    coded = replace(open_dataset(root), coding=MaskCoding(values=((0,), (1, 7), (2,))))
    with open_workspace(coded) as workspace:
        assert "train/a" in [change.sample for change in compared(root).changes]
        diff = compare_label_sets(coded, "labels", "labels_fixed", workspace)
    assert "train/a" not in [change.sample for change in diff.changes]
    assert diff.read == 4
    assert read_pair(coded, "train/a", "labels", "labels_fixed").after.max() == 1


@pytest.mark.parametrize(("a", "b"), [("labels", "labels"), ("labels", "nothing")])
def test_that_a_pair_that_is_none_is_refused_in_words(root: Path, a: str, b: str):
    with pytest.raises(PetsegError, match="labels_fixed"):
        compared(root, a, b)


def test_that_a_pair_of_masks_is_decoded_with_what_is_missing_in_words(root: Path):
    dataset = open_dataset(root)
    pair = read_pair(dataset, "train/c", "labels", "labels_fixed")
    assert pair.changed is not None
    assert pair.change is not None
    assert pair.changed.sum() == pair.change.changed_px
    assert pair.problems == []
    lone = read_pair(dataset, "val/e", "labels", "labels_fixed")
    assert lone.before is None
    assert lone.problems == ["There is no mask in labels."]
    assert lone.after is not None
    assert lone.changed is None


def test_that_the_study_s_corrections_are_found_number_by_number(shared_dir: Path, tmp_path: Path):
    golden = json.loads((shared_dir / "golden" / "pets.json").read_text())
    expected = golden["label_set_diff"]["labels -> labels_fixed"]
    dataset = open_dataset(shared_dir / "pets", workspace=tmp_path / "workspace")
    with open_workspace(dataset) as workspace:
        diff = compare_label_sets(dataset, "labels", "labels_fixed", workspace)
    assert diff.changed_by_split["train"] == expected["train_masks_changed"]
    assert diff.changed_by_split["val"] == expected["val_masks_changed"]
    largest = [change for change in diff.changes if change.split == "train"][:5]
    assert [(change.sample, change.changed_px) for change in largest] == [
        (f"train/{stem}", px) for stem, px in expected["largest_train_changes_px"].items()
    ]
    assert diff.not_compared == ()
