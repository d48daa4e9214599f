"""Scanning a label set."""

from __future__ import annotations

import json
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import core.qa.view
from core.dataset import Dataset, open_dataset
from core.dataset.workspace import Workspace, open_workspace
from core.errors import PetsegError
from core.images import encode_mask
from core.qa.acceptance import Acceptance, AcceptanceStore
from core.qa.registry import CHECKS, Measurement, Options
from core.qa.scanning.packing import pack, unpack
from core.qa.scanning.scan import known, scan, scan_sample
from core.qa.scanning.store import ScanStore
from core.qa.scanning.table import ScanTable
from core.qa.settings import CheckSettings
from core.qa.view import SampleView
from tests.making import blob, make_dataset, write_sample


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return open_dataset(make_dataset(tmp_path, samples=8))


@pytest.fixture
def workspace(dataset: Dataset):
    with open_workspace(dataset) as opened:
        yield opened


@pytest.fixture
def masks_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the masks that a scan has decoded."""
    names: list[str] = []
    decode = core.qa.view.decode_mask

    def note(data: bytes, path: Path, *rest: object):
        names.append(path.stem)
        return decode(data, path, *rest)

    monkeypatch.setattr(core.qa.view, "decode_mask", note)
    return names


def mask_file(root: Path, stem: str) -> Path:
    return root / "labels" / "train" / f"{stem}.png"


def specked(root: Path, stem: str, specks: int = 1) -> None:
    mask = blob()
    mask[1, 1 : 2 * specks : 2] = 1
    mask_file(root, stem).write_bytes(encode_mask(mask))


def noisy(table: ScanTable) -> list[tuple[str, float]]:
    return [(flag.sample, flag.value) for flag in table.all_flags() if flag.check == "noise"]


def test_that_only_what_changed_is_read_again(
    dataset: Dataset, workspace: Workspace, masks_read: list[str]
):
    scan(dataset, "labels", workspace)
    assert sorted(masks_read) == [f"{number:03d}" for number in range(8)]
    masks_read.clear()
    specked(dataset.root, "004")
    result = scan(dataset, "labels", workspace)
    assert masks_read == ["004"]
    assert noisy(result) == [("train/004", 1)]


def test_that_a_file_that_was_only_touched_is_not_decoded(
    dataset: Dataset, workspace: Workspace, masks_read: list[str]
):
    scan(dataset, "labels", workspace)
    masks_read.clear()
    os.utime(mask_file(dataset.root, "001"), ns=(1, 1))
    scan(dataset, "labels", workspace)
    assert masks_read == []


def test_that_results_survive_in_the_workspace(dataset: Dataset, masks_read: list[str]):
    specked(dataset.root, "001")
    with open_workspace(dataset) as first:
        before = list(scan(dataset, "labels", first).all_flags())
    masks_read.clear()
    with open_workspace(dataset) as second:
        assert list(known(dataset, "labels", second).all_flags()) == before
        assert list(scan(dataset, "labels", second).all_flags()) == before
    assert masks_read == []


def test_that_a_limit_moves_over_what_was_measured_without_reading_a_file(
    dataset: Dataset, workspace: Workspace, masks_read: list[str]
):
    specked(dataset.root, "002", specks=3)
    table = scan(dataset, "labels", workspace)
    masks_read.clear()
    assert noisy(table) == [("train/002", 3)]
    table.set_limit("noise", 1000)
    assert len(noisy(table)) == 8
    assert noisy(table)[2] == ("train/002", 4)
    strict = CheckSettings().with_limit("noise", 1000)
    assert noisy(scan(dataset, "labels", workspace, settings=strict)) == noisy(table)
    assert masks_read == []


def test_that_a_check_that_was_off_measures_only_itself_when_it_is_switched_on(
    dataset: Dataset, workspace: Workspace, masks_read: list[str]
):
    without = CheckSettings().with_enabled("noise", on=False)
    specked(dataset.root, "001")
    table = scan(dataset, "labels", workspace, settings=without)
    assert noisy(table) == []
    assert "noise" not in [check.id for check in table.checks]
    masks_read.clear()
    assert noisy(scan(dataset, "labels", workspace)) == [("train/001", 1)]
    masks_read.clear()
    scan(dataset, "labels", workspace, settings=without)
    assert masks_read == []


def test_that_a_scan_of_one_check_does_not_forget_the_others(
    dataset: Dataset, workspace: Workspace, masks_read: list[str]
):
    specked(dataset.root, "001")
    scan(dataset, "labels", workspace)
    masks_read.clear()
    only = scan(dataset, "labels", workspace, checks=["holes"])
    assert [check.id for check in only.checks] == ["holes"]
    assert noisy(scan(dataset, "labels", workspace)) == [("train/001", 1)]
    assert masks_read == []


def test_that_other_classes_make_every_measurement_anew(
    dataset: Dataset, workspace: Workspace, masks_read: list[str]
):
    scan(dataset, "labels", workspace)
    masks_read.clear()
    (dataset.root / "dataset.toml").write_text(
        "".join(f'[[classes]]\nname = "{n}"\ncolor = "#00000{i}"\n' for i, n in enumerate("abcd"))
    )
    scan(open_dataset(dataset.root), "labels", workspace)
    assert len(set(masks_read)) == 8


def test_that_progress_counts_to_the_end_and_classes_are_known(
    dataset: Dataset, workspace: Workspace
):
    steps: list[tuple[int, int]] = []
    result = scan(dataset, "labels", workspace, on_progress=lambda *step: steps.append(step))
    assert steps == [(number, 8) for number in range(1, 9)]
    assert result.samples == 8
    first = [number % 2 == 0 for number in (0, 1, 2, 4, 5, 6, 3, 7)]
    assert list(result.with_class(1)) == first
    assert list(result.with_class(2)) == [not has for has in first]
    assert not result.with_class(77).any()


def test_that_a_cancelled_scan_keeps_what_it_found(
    dataset: Dataset, workspace: Workspace, masks_read: list[str]
):
    specked(dataset.root, "000")
    result = scan(dataset, "labels", workspace, cancelled=lambda: True)
    assert result.cancelled
    assert result.samples == 1
    assert noisy(result) == [("train/000", 1)]
    masks_read.clear()
    assert not scan(dataset, "labels", workspace).cancelled
    assert "000" not in masks_read


def test_that_one_sample_can_be_checked_again_at_once(dataset: Dataset, workspace: Workspace):
    specked(dataset.root, "000")
    table = scan(dataset, "labels", workspace)
    assert "train/000" in table
    write_sample(dataset.root, "train", "000", {"labels": blob()})
    table.replace("train/000", scan_sample(dataset, "labels", workspace, "train/000"))
    assert noisy(table) == []
    assert noisy(scan(dataset, "labels", workspace)) == []


def test_that_an_accepted_flag_is_silent_until_the_mask_changes(
    dataset: Dataset, workspace: Workspace
):
    specked(dataset.root, "000")
    table = scan(dataset, "labels", workspace)
    content = ScanStore(workspace).records("labels", ["train/000"])["train/000"].content.hex()
    accepted = Acceptance("labels", "train/000", "noise", content, 10, "a whisker")
    AcceptanceStore(workspace).accept([accepted])
    table = scan(dataset, "labels", workspace)
    assert noisy(table) == []
    assert [flag.check for flag in table.accepted_flags("train/000")] == ["noise"]
    other_limit = CheckSettings().with_limit("noise", 11)
    assert noisy(scan(dataset, "labels", workspace, settings=other_limit)) == [("train/000", 1)]
    specked(dataset.root, "000", specks=2)
    assert noisy(scan(dataset, "labels", workspace)) == [("train/000", 2)]


def test_that_splits_can_be_chosen(dataset: Dataset, workspace: Workspace):
    specked(dataset.root, "000")
    assert noisy(scan(dataset, "labels", workspace, splits=["val"])) == []
    assert scan(dataset, "labels", workspace, splits=["val"]).samples == 2


def test_that_unknown_names_are_answered_with_the_known_ones(
    dataset: Dataset, workspace: Workspace
):
    with pytest.raises(PetsegError, match="no label set 'lables'.*labels"):
        scan(dataset, "lables", workspace)
    with pytest.raises(PetsegError, match="no split 'tests'.*train, val"):
        scan(dataset, "labels", workspace, splits=["tests"])
    with pytest.raises(PetsegError, match="no check called 'noize'.*noise"):
        scan(dataset, "labels", workspace, checks=["noize"])


def test_that_facts_are_read_sample_by_sample_in_the_order_of_the_dataset(
    dataset: Dataset, workspace: Workspace
):
    scan(dataset, "labels", workspace)
    facts = ScanStore(workspace).facts(dataset, "labels", ["val"])
    assert [(each.sample, each.split) for each in facts] == [("val/003", "val"), ("val/007", "val")]
    area = int((blob() > 0).sum())
    assert [each.facts["counts"][2] for each in facts] == [area, area]


def test_that_arrays_are_packed_without_loss():
    arrays = {
        "a": np.arange(6, dtype=np.int64).reshape(2, 3),
        "nothing": np.zeros((0, 8), np.float32),
        "one": np.array([2.5], np.float32),
    }
    again = unpack(pack(arrays))
    assert list(again) == list(arrays)
    for name, array in arrays.items():
        assert again[name].dtype == array.dtype
        assert np.array_equal(again[name], array)


def test_that_the_database_holds_plain_data(dataset: Dataset, workspace: Workspace):
    specked(dataset.root, "000")
    scan(dataset, "labels", workspace)
    with sqlite3.connect(workspace.path / "workspace.db") as db:
        rows = db.execute("SELECT measurements FROM qa_details").fetchall()
    assert len(rows) == 8
    assert all(isinstance(json.loads(text), dict) for (text,) in rows)


def test_that_a_check_that_fails_on_one_sample_is_told_and_does_not_end_the_scan(
    dataset: Dataset, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    def fail(view: SampleView, options: Options) -> Measurement | None:
        if view.sample.id == "train/001":
            raise ZeroDivisionError("of all things")
        return None

    monkeypatch.setitem(CHECKS, "holes", replace(CHECKS["holes"], measure=fail))
    table = scan(dataset, "labels", workspace)
    assert table.samples == 8
    (flag,) = table["train/001"]
    assert flag.check == "unreadable"
    assert "the check holes" in flag.message
    assert "of all things" in flag.message
