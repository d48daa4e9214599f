"""`petseg retrain`, and what `petseg compare` says of a run and its successor."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from core.dataset import open_dataset
from core.dataset.workspace import open_workspace
from core.images import read_mask
from core.masks.saving import save_mask
from core.runs.lineage import repaired_between
from core.runs.store import Run, RunStore
from core.training.request import TrainRequest, create_run
from tests.app.cli.calling import Command
from tests.core.worklist.hands import PLAIN, RIGHT, make_trained, make_world, repair


@pytest.fixture
def parent(demo: Path) -> Run:
    dataset = open_dataset(demo)
    overrides = {"max_iters": 5, "lr": 0.02}
    request = TrainRequest(dataset, "demo-cpu", overrides=overrides, device="cpu", name="first")
    return create_run(dataset, dataset.workspace_dir / "runs", request)


def mend_a_mask(demo: Path) -> str:
    dataset = open_dataset(demo)
    sample = dataset.in_splits(["train"])[0]
    label_set = dataset.default_label_set
    mask = read_mask(sample.masks[label_set])
    with open_workspace(dataset) as workspace:
        save_mask(dataset, workspace, sample, label_set, np.roll(mask, 2, axis=0))
    return sample.id


def test_that_a_run_is_queued_once_more_on_the_labels_as_they_are_now(
    demo: Path, parent: Run, command: Command
) -> None:
    mended = mend_a_mask(demo)
    done = command("retrain", demo, "first", "--queue")
    assert done.code == 0, done.err
    assert "Run first (repaired): first once more, 1 mask repaired since." in done.err
    child = RunStore(parent.folder.parent).find("first (repaired)").record
    before = parent.record
    assert child.parent == parent.id
    assert child.on_repaired_labels
    same = ("recipe", "overrides", "init", "seed", "label_set", "device", "fields")
    assert [getattr(child, each) for each in same] == [getattr(before, each) for each in same]
    assert repaired_between(before, child) == (mended,)


def test_that_the_new_run_can_be_given_a_name_and_an_unknown_one_is_a_bad_argument(
    demo: Path, parent: Run, command: Command
) -> None:
    assert command("retrain", demo, parent.id, "--name", "second", "--queue").code == 0
    assert RunStore(parent.folder.parent).find("second").record.parent == parent.id
    assert command("retrain", demo, "nobody", "--queue").code == 2


def test_that_compare_tells_what_the_repairs_alone_gave(tmp_path: Path, command: Command) -> None:
    make_world(tmp_path, PLAIN, splits=("train", "val"))
    dataset = open_dataset(tmp_path)
    parent = make_trained(dataset, "parent", RIGHT)
    repair(dataset, parent, "train/a", "val/a")
    make_trained(dataset, "child", RIGHT, parent.id)
    done = command("compare", tmp_path, "parent", "child")
    assert done.code == 0, done.err
    assert "What label repairs gave, on 1 sample" in done.out
    assert "Judged by 1 mask repaired in val" in done.out
    told = command("compare", tmp_path, "child", "parent", "--json", "-")
    found = json.loads(told.out)["repairs"]
    assert found["mDice"]["parent_now"] == found["mDice"]["child_now"] == 100
    assert found["rejudged"] == ["val/a"]
    make_trained(dataset, "other", RIGHT)
    assert "repairs" not in json.loads(
        command("compare", tmp_path, "parent", "other", "--json", "-").out
    )


def test_that_what_train_and_retrain_have_in_common_reads_the_same(command: Command) -> None:
    def options(name: str) -> dict[str, str]:
        """What is said of each option, without the columns it is set in."""
        words = " ".join(command(name, "--help").out.replace("│", " ").split())
        found = re.split(r" (--[a-z-]+) ", words.partition("Options")[2].partition("Example")[0])
        return dict(zip(found[1::2], found[2::2], strict=True))

    train, retrain = options("train"), options("retrain")
    for name in ("--queue", "--workspace"):
        assert train[name] == retrain[name]
