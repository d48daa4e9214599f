"""The whole loop of label repairs, really trained: what `petseg compare` tells of it holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.dataset import Dataset, open_dataset
from core.dataset.workspace import open_workspace
from core.evaluation.analyse import analyse_run
from core.files import content_hash
from core.runs.lineage import repaired_between
from core.runs.store import Run, RunState, RunStore
from core.worklist.deciding import decide
from core.worklist.entries import Decision, Wanted
from core.worklist.gathering import Offer, gather
from core.worklist.store import WorklistStore
from tests.app.cli.calling import Command

QUICK = (
    "--recipe", "demo-cpu", "--device", "cpu", "--set", "max_iters=40", "--set", "val_interval=20",
    "--set", "batch_size=4", "--set", "crop_size=64", "--set", "image_size=64",
)  # fmt: skip
A_FEW = 3
"""So many masks of a split are repaired."""


def run_named(demo: Path, name: str) -> Run:
    return RunStore(open_dataset(demo).workspace_dir / "runs").find(name)


def planted(demo: Path) -> set[str]:
    """The samples in which the demo has planted a defect."""
    defects = json.loads((demo / "demo_defects.json").read_text())["defects"]
    return {each["sample"] for each in defects}


def repair_some(dataset: Dataset, run: Run, split: str, wrong: set[str]) -> set[str]:
    """Decide the largest error of a few masks by the worklist, planted defects first."""
    found = gather(analyse_run(dataset, run, split), Offer(0))
    largest: dict[str, Wanted] = {}
    for wanted in found:
        largest.setdefault(wanted.sample, wanted)
    chosen = sorted(largest.values(), key=lambda each: each.sample not in wrong)[:A_FEW]
    masks = {each.sample: dataset.sample(each.sample).masks["labels"] for each in chosen}
    with open_workspace(dataset) as workspace:
        store = WorklistStore(workspace)
        store.add(
            chosen, label_set="labels", run=run.id, source="the largest errors",
            mask_hashes={sample: content_hash(path.read_bytes()) for sample, path in masks.items()},
        )  # fmt: skip
        for entry in store.entries("labels"):
            if entry.sample in masks:
                assert decide(dataset, workspace, entry.id, Decision.MODEL, run).changed_px > 0
    return set(masks)


def evaluated(command: Command, demo: Path, name: str) -> dict[str, Any]:
    done = command("eval", demo, name, "--json", "-")
    assert done.code == 0, done.err
    return dict(json.loads(done.out))


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_that_repairs_are_trained_on_and_told_apart_from_what_they_changed_in_the_figures(
    demo: Path, command: Command, process: Command
) -> None:
    trained = process("train", demo, *QUICK, "--name", "first")
    assert trained.code == 0, trained.err
    parent = run_named(demo, "first")
    old = evaluated(command, demo, "first")
    assert command("predict", demo, "first", "--split", "train").code == 0

    dataset, wrong = open_dataset(demo), planted(demo)
    in_train = repair_some(dataset, parent, "train", wrong)
    in_val = repair_some(dataset, parent, "val", wrong)
    assert wrong & (in_train | in_val)

    again = process("retrain", demo, "first")
    assert again.code == 0, again.err
    repaired = len(in_train) + len(in_val)
    assert f"first once more, {repaired} masks repaired since" in again.err
    child = run_named(demo, "first (repaired)")
    assert child.state() is RunState.FINISHED
    assert (child.record.parent, child.record.on_repaired_labels) == (parent.id, True)
    assert child.record.fields == parent.record.fields
    assert set(repaired_between(parent.record, child.record)) == in_train | in_val

    new, after = (evaluated(command, demo, each.name) for each in (parent, child))
    told = command("compare", demo, "first", "first (repaired)", "--json", "-")
    assert told.code == 0, told.err
    effect = json.loads(told.out)["repairs"]
    assert (effect["parent"], effect["child"]) == (parent.id, child.id)
    assert set(effect["learned"]) == in_train
    assert set(effect["rejudged"]) == in_val
    assert effect["lost"] == effect["other"] == effect["reservations"] == []
    # Each of the three is what the run was measured at when the labels were so.
    figures = effect["mDice"]
    assert figures["parent_then"] == pytest.approx(old["mDice"], abs=1e-6)
    assert figures["parent_now"] == pytest.approx(new["mDice"], abs=1e-6)
    assert figures["child_now"] == pytest.approx(after["mDice"], abs=1e-6)
    judging = figures["parent_now"] - figures["parent_then"]
    learning = figures["child_now"] - figures["parent_now"]
    assert judging > 0  # the labels came to agree with the parent
    assert effect["judging"]["mDice"]["delta"] == pytest.approx(judging)
    assert effect["learning"]["mDice"]["delta"] == pytest.approx(learning)

    said = command("compare", demo, "first (repaired)", "first").out
    assert effect["sentence"] in " ".join(said.split())
    for figure in figures.values():
        assert f"{figure:.2f}" in effect["sentence"]
    for points in (judging, learning):
        assert f"{points:+.2f}".replace("-", "−") in effect["sentence"]
    rows = [line.split() for line in said.splitlines() if "as it had them" in line]
    assert rows[0][0] == "first"
