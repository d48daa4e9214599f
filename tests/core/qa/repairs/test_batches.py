"""Repairing many masks at once, and undoing that as one, also after a restart."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from core.dataset import Dataset, open_dataset
from core.dataset.workspace import open_workspace
from core.errors import PetsegError
from core.qa.repairs import REPAIRS
from core.qa.repairs.batches import MOST_BATCHES, apply_to_many, list_batches, undo_batch
from tests.making import blob, write_sample

SPECKS = REPAIRS["drop_specks"]


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    for number in range(6):
        mask = blob()
        if number != 2:
            mask[1, 1 : 3 + 2 * number] = 1
        write_sample(tmp_path, "train", f"{number}", {"labels": mask})
    return open_dataset(tmp_path)


@pytest.fixture
def workspace(dataset: Dataset):
    with open_workspace(dataset) as opened:
        yield opened


def ids(dataset: Dataset) -> list[str]:
    return [sample.id for sample in dataset.samples]


def contents(dataset: Dataset) -> dict[str, bytes]:
    return {sample.id: sample.masks["labels"].read_bytes() for sample in dataset.samples}


def run(dataset, workspace, **more):
    return apply_to_many(
        dataset, workspace, more.pop("samples", ids(dataset)), "labels", SPECKS, **more
    )


def test_that_all_are_repaired_and_all_are_undone_to_the_byte(dataset, workspace):
    before = contents(dataset)
    steps = []
    result = run(dataset, workspace, progress=lambda done, total: steps.append((done, total)))
    assert result.changed == [f"train/{number}" for number in (0, 1, 3)]
    assert result.unchanged == 3
    assert steps == [(done, 6) for done in range(1, 7)]
    assert result.words == "3 masks repaired, 3 had nothing to repair."
    assert contents(dataset) != before
    undone = undo_batch(workspace, result.batch.id)
    assert undone.restored == result.changed
    assert contents(dataset) == before
    assert list_batches(workspace) == []


def test_that_a_batch_can_be_undone_after_a_restart(dataset):
    before = contents(dataset)
    with open_workspace(dataset) as first:
        run(dataset, first, options={"smallest": 1000})
    with open_workspace(dataset) as second:
        (batch,) = list_batches(second)
        assert (batch.repair, batch.changed, batch.options) == (
            "drop_specks",
            6,
            {"smallest": 1000},
        )
        undo_batch(second, batch.id)
    assert contents(dataset) == before


def test_that_one_failure_is_reported_and_the_others_are_repaired(dataset, workspace):
    dataset.sample("train/1").masks["labels"].write_bytes(b"damaged")
    result = run(dataset, workspace, samples=["train/0", "train/1", "train/9", "train/3"])
    assert result.changed == ["train/0", "train/3"]
    assert [failure.sample for failure in result.failures] == ["train/1", "train/9"]
    assert result.words == "2 masks repaired, 2 could not be repaired."
    undo_batch(workspace, result.batch.id)
    assert dataset.sample("train/1").masks["labels"].read_bytes() == b"damaged"


def test_that_cancelling_keeps_what_was_done_and_it_can_be_undone(dataset, workspace):
    before = contents(dataset)
    done = []
    result = run(
        dataset,
        workspace,
        progress=lambda number, _total: done.append(number),
        is_cancelled=lambda: len(done) == 2,
    )
    assert result.cancelled
    assert result.changed == ["train/0", "train/1"]
    assert "cancelled" in result.words
    undo_batch(workspace, result.batch.id)
    assert contents(dataset) == before


def test_that_undo_leaves_a_mask_that_was_changed_since_and_says_so(dataset, workspace):
    before = contents(dataset)
    result = run(dataset, workspace)
    edited = dataset.sample("train/1").masks["labels"]
    cv2.imwrite(str(edited), blob(64, 2))
    now = edited.read_bytes()
    undone = undo_batch(workspace, result.batch.id)
    assert undone.restored == ["train/0", "train/3"]
    assert [failure.sample for failure in undone.failures] == ["train/1"]
    assert edited.read_bytes() == now
    # The batch is still there: once the later change is taken back, the rest can be undone.
    assert [batch.id for batch in list_batches(workspace)] == [result.batch.id]
    edited.write_bytes(before["train/1"])
    assert not undo_batch(workspace, result.batch.id).failures
    assert contents(dataset) == before


def test_that_undoing_can_be_cancelled_and_taken_up_again(dataset, workspace):
    before = contents(dataset)
    result = run(dataset, workspace)
    done = []
    first = undo_batch(
        workspace,
        result.batch.id,
        progress=lambda number, _total: done.append(number),
        is_cancelled=lambda: bool(done),
    )
    assert first.cancelled
    assert first.restored == ["train/0"]
    undo_batch(workspace, result.batch.id)
    assert contents(dataset) == before


def test_that_a_batch_that_changes_nothing_leaves_nothing(dataset, workspace):
    result = run(dataset, workspace, samples=["train/2"])
    assert result.batch is None
    assert list_batches(workspace) == []
    assert not list((workspace.path / "undo").glob("*"))


def test_that_two_batches_are_undone_newest_first(dataset, workspace):
    before = contents(dataset)
    first = run(dataset, workspace, samples=["train/5"], options={"smallest": 20})
    second = apply_to_many(
        dataset, workspace, ["train/5"], "labels", REPAIRS["snap_values"], {"to_class": 1}
    )
    assert second.batch is None
    third = run(dataset, workspace, samples=["train/5"], options={"smallest": 10_000})
    assert [batch.id for batch in list_batches(workspace)] == [third.batch.id, first.batch.id]
    assert undo_batch(workspace, first.batch.id).failures
    undo_batch(workspace, third.batch.id)
    undo_batch(workspace, first.batch.id)
    assert contents(dataset) == before


def test_that_only_the_last_batches_are_kept(dataset, workspace):
    made = []
    for size in range(MOST_BATCHES + 3):
        mask = blob()
        mask[0, 0] = 1
        cv2.imwrite(str(dataset.sample("train/0").masks["labels"]), np.roll(mask, size, 1))
        made.append(run(dataset, workspace, samples=["train/0"]).batch.id)
    kept = [batch.id for batch in list_batches(workspace)]
    assert kept == made[: -MOST_BATCHES - 1 : -1]
    with pytest.raises(PetsegError, match="any more"):
        undo_batch(workspace, made[0])


def test_that_a_mask_half_written_when_the_program_was_killed_is_not_overwritten(
    dataset, workspace
):
    result = run(dataset, workspace, samples=["train/0", "train/1"])
    entries = workspace.path / "undo" / result.batch.id / "entries.jsonl"
    lines = entries.read_text().splitlines(keepends=True)
    # Killed after the second mask was written and before that was noted, in the middle of a line.
    entries.write_text("".join(lines[:-1]) + lines[-1][:20])
    undone = undo_batch(workspace, result.batch.id)
    assert undone.restored == ["train/0"]
    assert [failure.sample for failure in undone.failures] == ["train/1"]


def test_that_an_option_out_of_range_changes_nothing(dataset, workspace):
    before = contents(dataset)
    with pytest.raises(PetsegError, match="from 2"):
        run(dataset, workspace, options={"smallest": 0})
    assert contents(dataset) == before


@pytest.mark.parametrize("name", ["../elsewhere", "", "."])
def test_that_only_batches_of_the_workspace_can_be_undone(workspace, name):
    with pytest.raises(PetsegError, match="any more"):
        undo_batch(workspace, name)
