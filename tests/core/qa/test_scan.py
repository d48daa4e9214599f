"""Scanning a label set."""

from __future__ import annotations

from pathlib import Path

import pytest

import core.qa.view
from core.dataset import Dataset, open_dataset
from core.dataset.workspace import Workspace, open_workspace
from core.errors import PetsegError
from core.images import encode_mask
from core.qa.scan import scan, scan_sample
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
    """The names of the masks that a scan has read."""
    names: list[str] = []
    read = core.qa.view.read_mask

    def note(path: Path):
        names.append(path.stem)
        return read(path)

    monkeypatch.setattr(core.qa.view, "read_mask", note)
    return names


def specked(root: Path, stem: str) -> None:
    mask = blob()
    mask[1, 1] = 1
    (root / "labels" / "train" / f"{stem}.png").write_bytes(encode_mask(mask))


def test_that_only_what_changed_is_read_again(
    dataset: Dataset, workspace: Workspace, masks_read: list[str]
):
    scan(dataset, "labels", workspace)
    assert len(masks_read) == 8
    masks_read.clear()
    specked(dataset.root, "004")
    result = scan(dataset, "labels", workspace)
    assert masks_read == ["004"]
    assert [flag.sample for flag in result.flags] == ["train/004"]


def test_that_results_survive_in_the_workspace(dataset: Dataset, masks_read: list[str]):
    specked(dataset.root, "001")
    with open_workspace(dataset) as first:
        before = scan(dataset, "labels", first)
    masks_read.clear()
    with open_workspace(dataset) as second:
        assert scan(dataset, "labels", second) == before
    assert masks_read == []


def test_that_progress_counts_to_the_end_and_pixels_are_counted_by_class(
    dataset: Dataset, workspace: Workspace
):
    steps: list[tuple[int, int]] = []
    result = scan(dataset, "labels", workspace, on_progress=lambda *step: steps.append(step))
    assert steps == [(number, 8) for number in range(1, 9)]
    area = int((blob() > 0).sum())
    assert list(result.class_counts["train/000"]) == [64 * 64 - area, area, 0]


def test_that_a_cancelled_scan_keeps_what_it_found(
    dataset: Dataset, workspace: Workspace, masks_read: list[str]
):
    specked(dataset.root, "000")
    result = scan(dataset, "labels", workspace, cancelled=lambda: True)
    assert result.cancelled
    assert result.samples == 1
    assert [flag.sample for flag in result.flags] == ["train/000"]
    masks_read.clear()
    assert not scan(dataset, "labels", workspace).cancelled
    assert "000" not in masks_read


def test_that_one_sample_can_be_checked_again_at_once(dataset: Dataset, workspace: Workspace):
    specked(dataset.root, "000")
    assert len(scan(dataset, "labels", workspace).flags) == 1
    write_sample(dataset.root, "train", "000", {"labels": blob()})
    assert scan_sample(dataset, "labels", workspace, "train/000")[0] == []
    assert scan(dataset, "labels", workspace).flags == ()


def test_that_splits_and_checks_can_be_chosen(dataset: Dataset, workspace: Workspace):
    specked(dataset.root, "000")
    assert scan(dataset, "labels", workspace, splits=["val"]).flags == ()
    assert scan(dataset, "labels", workspace, checks=["holes"]).flags == ()
    assert scan(dataset, "labels", workspace, checks=["holes"]).checks == ("holes",)


def test_that_unknown_names_are_answered_with_the_known_ones(
    dataset: Dataset, workspace: Workspace
):
    with pytest.raises(PetsegError, match="no label set 'lables'.*labels"):
        scan(dataset, "lables", workspace)
    with pytest.raises(PetsegError, match="no split 'tests'.*train, val"):
        scan(dataset, "labels", workspace, splits=["tests"])
    with pytest.raises(PetsegError, match="no check called 'noize'.*noise"):
        scan(dataset, "labels", workspace, checks=["noize"])
