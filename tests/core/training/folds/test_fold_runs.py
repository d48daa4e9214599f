"""The runs of folds: what each learns, what it holds out, and how they belong together."""

from __future__ import annotations

import pytest

from core.dataset.workspace import open_workspace
from core.errors import PetsegError
from core.runs.groups import groups_of_runs, runs_of_group
from core.runs.provenance import look_at_runs
from core.runs.queue import RunQueue
from core.runs.store import RunState, RunStore
from core.runs.supervisor import Supervisor
from core.training.again import request_again, retrain_request
from core.training.data.plan import load_data_plan
from core.training.folds.request import create_folds
from core.training.request import TrainRequest, create_run, plan_run
from tests.making import blob, write_sample

SMALL = {"max_iters": 4, "val_interval": 2, "batch_size": 2, "crop_size": 64, "image_size": 64}


def make_folds(dataset, folds=3, **details):
    request = TrainRequest(
        dataset, "demo-cpu", overrides=details.pop("overrides", SMALL), device="cpu",
        name=details.pop("name", None),
    )  # fmt: skip
    return create_folds(request, dataset.workspace_dir / "runs", folds, **details)


def names_of(split_plan):
    return {f"train/{name}" for group in split_plan.groups for name in group.names}


def test_that_each_run_leaves_out_its_own_part_and_is_validated_on_it(dataset):
    runs = make_folds(dataset, name="judges")
    train = {sample.id for sample in dataset.in_splits(["train"])}
    seen = []
    for fold, run in enumerate(runs, start=1):
        record = run.record
        assert (record.group, record.fold, record.folds) == ("judges", fold, 3)
        assert (record.name, record.state) == (f"judges-fold{fold}", RunState.QUEUED)
        plan = load_data_plan(run.folder)
        assert names_of(plan.val) == set(record.held_out)
        assert names_of(plan.train) == train - set(record.held_out)
        assert (run.folder / "splits" / "val.txt").read_text().split()
        assert record.dataset.fingerprint.keys() == train
        seen += record.held_out
    assert sorted(seen) == sorted(train)
    assert [run.record.held_out for run in make_folds(dataset)] == [
        run.record.held_out for run in runs
    ]  # the same seed


def test_that_folds_may_be_made_of_several_splits(dataset):
    runs = make_folds(dataset, 2, splits=("train", "val"))
    held_out = [sample for run in runs for sample in run.record.held_out]
    assert sorted(held_out) == sorted(sample.id for sample in dataset.samples)
    (first, second) = (load_data_plan(run.folder) for run in runs)
    assert first.train.count == second.val.count == 4
    assert {group.image_dir.name for group in first.train.groups} == {"train", "val"}


def test_that_the_runs_of_a_group_are_found_in_order_and_the_newest_of_a_fold_counts(dataset):
    runs = make_folds(dataset, name="judges")
    store = RunStore(dataset.workspace_dir / "runs")
    assert [run.id for run in runs_of_group(store, "judges")] == [run.id for run in runs]
    with pytest.raises(PetsegError, match="no folds named 'nope'.*judges"):
        runs_of_group(store, "nope")
    runs[1].update(state=RunState.FAILED)
    again = create_run(dataset, store.runs_dir, request_again(runs[1], {"batch_size": 1}))
    assert again.record.held_out == runs[1].record.held_out
    assert again.record.parent == runs[1].id
    assert [run.id for run in runs_of_group(store, "judges")] == [
        runs[0].id, again.id, runs[2].id,
    ]  # fmt: skip
    (runs[0].folder / "run.json").write_text("{")
    assert [run.record.fold for run in groups_of_runs(store)["judges"]] == [2, 3]


def test_that_a_fold_trained_again_on_repaired_labels_leaves_out_the_same_part(dataset):
    run = make_folds(dataset, 2)[0]
    fold = retrain_request(run).fold
    assert (fold.fold, fold.folds, set(fold.held_out)) == (1, 2, set(run.record.held_out))
    assert fold.splits == ("train",)


def test_that_a_fold_does_not_miss_the_splits_it_is_not_made_of(dataset):
    run = make_folds(dataset)[0]
    with open_workspace(dataset) as workspace:
        assert look_at_runs(dataset, [run], workspace)[run.id].is_as_it_was


def test_that_excluded_and_unusable_samples_are_in_no_fold(dataset):
    write_sample(dataset.root, "train", "000", {"labels": blob(64, 9)})
    with open_workspace(dataset) as workspace:
        workspace.exclude(["train/001"], "blurred")
    runs = make_folds(dataset, 2)
    held_out = {sample for run in runs for sample in run.record.held_out}
    assert held_out == {"train/002", "train/004", "train/005", "train/006"}
    assert runs[0].record.dataset.excluded == ["train/001"]
    assert "train/000" in runs[0].record.dataset.left_out


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({"folds": 7}, "6 samples for 7 folds"),
        ({"folds": 1}, "2 to 20"),
        ({"splits": ("nope",)}, "no split 'nope'"),
        ({"overrides": {"max_itres": 3}}, "max_iters"),
        ({"name": "a/b"}, "cannot be a run's name"),
    ],
)
def test_that_what_cannot_be_made_is_refused_and_no_run_stays(dataset, details, words):
    with pytest.raises(PetsegError, match=words):
        make_folds(dataset, **details)
    assert RunStore(dataset.workspace_dir / "runs").list() == []


def test_that_no_run_stays_when_one_of_them_cannot_be_made(dataset):
    make_folds(dataset, 2, name="mine")
    with pytest.raises(PetsegError, match="already folds named 'mine'"):
        make_folds(dataset, 2, name="mine")
    store = RunStore(dataset.workspace_dir / "runs")
    store.list()[0].update(name="other-fold2", group=None)
    with pytest.raises(PetsegError, match="already a run named 'other-fold2'"):
        make_folds(dataset, 2, name="other")
    assert len(store.list()) == 2


@pytest.mark.parametrize("fold", [1, 3])
def test_that_a_name_that_is_taken_is_told_before_anything_is_read(dataset, fold):
    taken = make_folds(dataset, 2, name="mine")[0]
    taken.update(name=f"other-fold{fold}", group=None)
    read = []
    with pytest.raises(PetsegError, match=f"already a run named 'other-fold{fold}'"):
        make_folds(dataset, 3, name="other", on_progress=lambda *each: read.append(each))
    assert not read


def test_that_no_fold_is_started_while_another_may_fail_to_be_made(dataset, monkeypatch):
    store = RunStore(dataset.workspace_dir / "runs")
    create = RunStore.create

    def make_two(store, **details):
        if details["fold"] < 3:
            return create(store, **details)
        assert len(store.list()) == 2
        # As a window does every second.
        monkeypatch.setattr("core.runs.queue_file._PATIENCE", 0.0)
        with pytest.raises(PetsegError, match="Another program holds the queue"):
            RunQueue(RunStore(store.runs_dir), Supervisor()).advance()
        raise PetsegError("The disk is full")

    monkeypatch.setattr(RunStore, "create", make_two)
    with pytest.raises(PetsegError, match="disk is full"):
        make_folds(dataset, 3)
    assert store.list() == []
    assert RunQueue(store, Supervisor()).advance() == []  # and the queue goes on


def test_that_folds_are_cancelled_between_one_and_the_next(dataset, monkeypatch):
    planned = []

    def plan_and_note(*arguments, **details):
        planned.append(arguments)
        return plan_run(*arguments, **details)

    monkeypatch.setattr("core.training.folds.request.plan_run", plan_and_note)
    with pytest.raises(PetsegError, match="cancelled"):
        make_folds(dataset, 3, cancelled=lambda: len(planned) == 2)
    assert len(planned) == 2
    assert RunStore(dataset.workspace_dir / "runs").list() == []
