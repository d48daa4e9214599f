"""What label repairs gave: judged on the labels then and now, and by a run trained again."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.dataset import Dataset, open_dataset
from core.dataset.workspace import open_workspace
from core.errors import PetsegError
from core.evaluation.comparing.repairs_effect import RepairsEffect, repairs_effect
from core.masks.saving import save_mask
from core.runs.lineage import related, repaired_between
from core.runs.store import Run
from tests.core.worklist.hands import (
    LABEL,
    PLAIN,
    RIGHT,
    make_trained,
    make_world,
    mask_of,
    repair,
)

SPLITS = ("train", "val", "test")


@pytest.fixture
def world(tmp_path: Path) -> tuple[Dataset, Run]:
    make_world(tmp_path, PLAIN, splits=SPLITS)
    dataset = open_dataset(tmp_path)
    return dataset, make_trained(dataset, "parent", RIGHT)


def effect_of(dataset: Dataset, parent: Run, split: str = "val") -> RepairsEffect:
    almost = RIGHT.copy()
    almost[4:20, 4:6] = 0
    child = make_trained(dataset, f"child {split}", almost, parent.id)
    return repairs_effect(dataset, parent, child, split)


@pytest.mark.parametrize("split", ["val", "test"])
def test_that_repaired_labels_are_told_apart_from_what_was_learned(
    world: tuple[Dataset, Run], split: str
) -> None:
    dataset, parent = world
    repair(dataset, parent, "train/a", f"{split}/a")
    assert (mask_of(dataset, f"{split}/a") == RIGHT).all()
    effect = effect_of(dataset, parent, split)
    then, now, after = (row.metrics.mDice for row in effect.rows)
    assert then < 40 < after < now == 100
    assert effect.learned == ("train/a",)
    assert effect.rejudged == (f"{split}/a",)
    assert effect.lost == ()
    assert f"the same predictions of parent go from {then:.2f} to 100.00" in effect.sentence()
    assert "which learned 1 mask repaired" in effect.sentence()
    assert effect.reservations() == []
    assert effect.judging.delta == pytest.approx(now - then)
    assert effect.learning.delta == pytest.approx(after - now)


def test_that_untouched_labels_leave_the_parent_its_figures(world: tuple[Dataset, Run]) -> None:
    dataset, parent = world
    repair(dataset, parent, "train/a")
    effect = effect_of(dataset, parent)
    assert effect.rejudged == ()
    assert effect.rows[0].metrics == effect.rows[1].metrics
    assert "No mask of val that is judged here was repaired" in effect.sentence()


def test_that_masks_that_are_kept_nowhere_are_left_out_and_said(tmp_path: Path) -> None:
    from tests.making import write_sample

    write_sample(tmp_path, "val", "b", {"labels": LABEL})
    make_world(tmp_path, PLAIN, splits=SPLITS)
    dataset = open_dataset(tmp_path)
    first = RIGHT.copy()
    first[0, 0] = 1
    with open_workspace(dataset) as workspace:  # the original is an older one than the run had
        save_mask(dataset, workspace, dataset.sample("val/a"), "labels", first)
        parent = make_trained(dataset, "parent", RIGHT)
        save_mask(dataset, workspace, dataset.sample("val/a"), "labels", RIGHT)
    effect = effect_of(dataset, parent)
    assert effect.lost == ("val/a",)
    assert effect.samples == 1
    said = " ".join(effect.reservations())
    assert "1 sample is left out" in said
    assert "best mDice of 12.50" in said


def test_that_other_differences_of_the_runs_are_said(world: tuple[Dataset, Run]) -> None:
    dataset, parent = world
    parent.update(overrides={"lr": 0.1})
    effect = effect_of(dataset, parent)
    assert "lr 0.1 and None" in effect.other[0]
    assert "not that of the repairs alone" in effect.reservations()[-1]


def test_that_runs_of_other_label_sets_are_refused(world: tuple[Dataset, Run]) -> None:
    dataset, parent = world
    child = make_trained(dataset, "child", RIGHT, parent.id)
    child.update(label_set="labels_fixed")
    with pytest.raises(PetsegError, match="learned labels_fixed"):
        repairs_effect(dataset, parent, child, "val")


def test_that_parent_and_child_are_found_among_runs(world: tuple[Dataset, Run]) -> None:
    dataset, parent = world
    repair(dataset, parent, "val/a")
    child = make_trained(dataset, "child", RIGHT, parent.id)
    other = make_trained(dataset, "other", RIGHT)
    assert related([other, parent]) is None
    assert related([child, other, parent]) == (parent, child)
    assert repaired_between(parent.record, child.record) == ("val/a",)
