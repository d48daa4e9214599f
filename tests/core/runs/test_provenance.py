"""What a run used, and what of it has changed since."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.dataset import Dataset, open_dataset
from core.dataset.workspace import open_workspace
from core.errors import PetsegError
from core.files import content_hash
from core.images import encode_mask
from core.runs import file_hashes
from core.runs.file_hashes import current_hashes
from core.runs.provenance import Staleness, staleness
from core.runs.record import load_record
from core.runs.store import Run
from core.training.request import TrainRequest, create_run
from tests.making import blob, make_dataset, write_sample


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return open_dataset(make_dataset(tmp_path / "data", samples=8))


@pytest.fixture
def run(dataset: Dataset) -> Run:
    request = TrainRequest(dataset, "demo-cpu", overrides={"max_iters": 2, "val_interval": 2})
    return create_run(dataset, dataset.workspace_dir / "runs", request)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read to be hashed."""
    names: list[str] = []
    read: Callable[[Path], bytes] = file_hashes.read_bytes

    def noted(path: Path) -> bytes:
        names.append(path.name)
        return read(path)

    monkeypatch.setattr(file_hashes, "read_bytes", noted)
    return names


def look(run: Run, dataset: Dataset) -> Staleness:
    with open_workspace(dataset) as workspace:
        now = current_hashes(dataset, run.label_set, workspace)
        return staleness(run.record, now, workspace.exclusions())


def mask_of(dataset: Dataset, sample: str) -> Path:
    return dataset.sample(sample).masks["labels"]


def test_that_a_run_records_what_it_used_and_where(run, dataset):
    record = load_record(run.folder)
    samples = {sample.id for sample in dataset.samples}
    assert set(record.dataset.fingerprint) == set(record.dataset.images) == samples
    sample = dataset.samples[0]
    assert sample.image is not None
    assert record.dataset.images[sample.id] == content_hash(sample.image.read_bytes())
    mask = mask_of(dataset, sample.id)
    assert record.dataset.fingerprint[sample.id] == content_hash(mask.read_bytes())
    assert {"system", "processor", "cores", "threads", "memory"} <= set(record.machine)
    assert record.machine["memory"].endswith("GiB")
    assert {"python", "petseg-workbench", "torch", "onedl-mmsegmentation"} <= set(record.versions)


def test_that_an_untouched_dataset_makes_nothing_stale_and_costs_no_reading(run, dataset, reads):
    found = look(run, dataset)
    assert (found, found.is_stale, found.words()) == (Staleness(), False, "")
    assert reads == []  # the run has read them just now


def test_that_changed_masks_and_photos_make_a_run_stale_by_name(run, dataset, reads):
    mask_of(dataset, "train/000").write_bytes(encode_mask(blob(64, 2)))
    mask_of(dataset, "val/003").write_bytes(encode_mask(blob(64, 1)))
    photo = dataset.sample("train/001").image
    assert photo is not None
    photo.write_bytes(photo.read_bytes() + b"\0")
    found = look(run, dataset)
    assert found.masks == ("train/000", "val/003")
    assert found.images == ("train/001",)
    assert found.words() == "2 masks changed, 1 photo changed"
    assert found.as_json()["masks"] == ["train/000", "val/003"]
    assert sorted(set(reads)) == ["000.png", "001.png", "003.png"]
    reads.clear()
    assert look(run, dataset) == found
    assert reads == []


def test_that_a_file_that_was_only_touched_is_no_other(run, dataset):
    mask = mask_of(dataset, "train/000")
    mask.write_bytes(mask.read_bytes())
    assert not look(run, dataset).is_stale


def test_that_a_mask_that_came_back_is_no_longer_stale(run, dataset):
    mask = mask_of(dataset, "train/000")
    before = mask.read_bytes()
    mask.write_bytes(encode_mask(blob(64, 2)))
    assert look(run, dataset).is_stale
    mask.write_bytes(before)
    assert look(run, dataset) == Staleness()


def test_that_files_that_are_gone_are_told_apart_from_changed_ones(run, dataset):
    mask_of(dataset, "train/000").unlink()
    found = look(run, dataset)
    assert (found.missing, found.masks) == (("train/000",), ())
    assert found.words() == "1 sample is gone"
    reopened = open_dataset(dataset.root)
    assert look(run, reopened).missing == ("train/000",)


def test_that_new_and_excluded_samples_are_told_but_make_nothing_stale(run, dataset):
    write_sample(dataset.root, "train", "new", {"labels": blob()})
    write_sample(dataset.root, "test", "apart", {"labels": blob()})
    reopened = open_dataset(dataset.root)
    with open_workspace(reopened) as workspace:
        workspace.exclude(["train/001"])
    found = look(run, reopened)
    assert (found.added, found.excluded) == (("train/new",), ("train/001",))
    assert (found.is_stale, found.is_as_it_was) == (False, False)


def test_that_runs_of_older_programs_are_judged_by_their_masks(run, dataset):
    record = run.record
    run.update(dataset=record.dataset.model_copy(update={"images": {}}))
    photo = dataset.sample("train/001").image
    assert photo is not None
    photo.write_bytes(photo.read_bytes() + b"\0")
    assert look(run, dataset) == Staleness()


def test_that_looking_can_be_cancelled(run, dataset):
    mask_of(dataset, "train/000").write_bytes(encode_mask(blob(64, 2)))
    with open_workspace(dataset) as workspace, pytest.raises(PetsegError, match="cancelled"):
        current_hashes(dataset, "labels", workspace, cancelled=lambda: True)


def test_that_one_sample_can_be_looked_at_alone(run, dataset, reads):
    mask_of(dataset, "train/000").write_bytes(encode_mask(blob(64, 2)))
    mask_of(dataset, "train/001").write_bytes(encode_mask(blob(64, 2)))
    with open_workspace(dataset) as workspace:
        found = current_hashes(dataset, "labels", workspace, samples=[dataset.sample("train/000")])
    assert list(found) == ["train/000"]
    assert set(reads) == {"000.png"}
