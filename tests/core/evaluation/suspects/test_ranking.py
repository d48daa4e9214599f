"""Rankings from what runs have stored, without any model."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import numpy as np
import pytest

from core.dataset import open_dataset
from core.dataset.workspace import open_workspace
from core.errors import PetsegError
from core.evaluation.predicting.files import CheckpointNote
from core.evaluation.suspects.files import (
    JudgedMask,
    QualityFile,
    load_quality,
    quality_path,
    save_quality,
)
from core.evaluation.suspects.precision import average_precision, hits_at, precision_at
from core.evaluation.suspects.quality import LabelQuality, Suspicion
from core.evaluation.suspects.ranking import rank, rank_masks
from core.files import content_hash
from core.runs.record import DatasetRecord, RunRecord, load_record, save_record
from tests.core.evaluation.helpers import CLASSES, FakeRun, write_mask

NOTE = CheckpointNote(name="best_mDice_iter_4.pth", iteration=4, size=1, mtime_ns=1)


def quality_of(score: float) -> LabelQuality:
    place = Suspicion((1, 2, 3, 4), 1, 2, 10, 100 * (1 - score))
    return LabelQuality(1 - score, score, score / 2, (0.9, score, None), place)


@pytest.fixture
def judged(dataset):
    """Makes a run that has judged some masks: scores by sample."""

    def make(name, scores, *, classes=CLASSES, **details):
        run = FakeRun(dataset.workspace_dir / "runs" / name)
        record = RunRecord(
            id=name, name=name, recipe="demo-cpu", label_set="labels",
            created=datetime.now(UTC),
            dataset=DatasetRecord(
                root=dataset.root, fingerprint={each.id: "" for each in dataset.samples}
            ),
            **details,
        )  # fmt: skip
        run.folder.mkdir(parents=True)
        save_record(run.folder, record)
        for split in dataset.splits:
            masks = {}
            for sample, score in scores.items():
                if sample.startswith(f"{split}/"):
                    path = dataset.sample(sample).masks["labels"]
                    status = path.stat()
                    stamp = status.st_mtime_ns, status.st_size
                    hash_ = content_hash(path.read_bytes())
                    masks[sample.split("/")[1]] = JudgedMask(
                        quality_of(score), hash_, stamp, (1, 1)
                    )
            file = QualityFile(label_set="labels", classes=classes, checkpoint=NOTE)
            save_quality(run.folder, split, file.with_masks(masks, {}))
        return run

    return make


def test_that_the_most_suspicious_mask_comes_first(dataset, judged):
    run = judged("first", {"val/0": 0.8, "val/1": 0.2, "val/2": 0.5})
    found = rank(dataset, "labels", [run], splits=["val"])
    assert [each.sample for each in found] == ["val/1", "val/2", "val/0"]
    first = found[0]
    assert (first.score, first.agreement) == (0.2, 0.2)
    assert (first.region, first.softmin) == (0.1, 0.8)
    assert (first.worst_class, first.given, first.predicted) == (1, 1, 2)
    assert (first.box, first.pixels, first.run) == ((1, 2, 3, 4), 10, "first")
    by_region = rank(dataset, "labels", [run], splits=["val"], by="region")
    assert [each.score for each in by_region] == [0.1, 0.25, 0.4]
    by_softmin = rank(dataset, "labels", [run], splits=["val"], by="softmin")
    assert [each.sample for each in by_softmin] == ["val/0", "val/2", "val/1"]
    assert by_softmin[0].score == pytest.approx(0.2)


def test_that_a_mask_edited_since_is_noticed_and_one_only_touched_is_not(dataset, judged):
    run = judged("first", {"val/0": 0.8, "val/1": 0.2})
    edited, touched = (dataset.sample(f"val/{stem}").masks["labels"] for stem in "01")
    write_mask(edited, np.ones((24, 32), np.uint8))
    os.utime(touched, ns=(1, 1))
    found = rank_masks(dataset, "labels", [run]).of_sample()
    assert found["val/0"].is_edited
    assert not found["val/1"].is_edited


def test_that_masks_nobody_has_judged_are_named(dataset, judged):
    run = judged("first", {"val/0": 0.8})
    found = rank_masks(dataset, "labels", [run], splits=["val"])
    assert found.missing == ("val/1", "val/2", "val/3", "val/4", "val/5")


def test_that_a_run_believes_masks_it_has_learned_and_another_is_asked_first(dataset, judged):
    first = judged("first", {"train/0": 0.9, "val/0": 0.8})
    found = rank_masks(dataset, "labels", [first]).of_sample()
    assert found["train/0"].was_learned
    assert not found["val/0"].was_learned
    fold = judged("fold", {"train/0": 0.1}, group="g", fold=1, folds=2, held_out=["train/0"])
    found = rank_masks(dataset, "labels", [first, fold]).of_sample()
    assert (found["train/0"].run, found["train/0"].was_learned) == ("fold", False)
    assert found["val/0"].run == "first"


def test_that_of_a_fold_only_the_samples_count_that_it_was_not_shown(dataset, judged):
    scores = {"val/0": 0.8, "val/1": 0.2}
    one = judged("one", scores, group="g", fold=1, folds=2, held_out=["val/0"])
    two = judged("two", scores, group="g", fold=2, folds=2, held_out=["val/1", "val/2"])
    found = rank_masks(dataset, "labels", [one, two])
    assert {each.sample: each.run for each in found.suspects} == {"val/0": "one", "val/1": "two"}
    assert found.missing == ("val/2",)
    assert not any(each.was_learned for each in found.suspects)


class Listed(list):
    """Searching it once for every sample would take as long as samples times samples."""

    def __contains__(self, item):
        raise AssertionError("a list is searched from its beginning")


def test_that_the_list_of_a_fold_is_not_searched_for_every_sample(dataset, judged, monkeypatch):
    run = judged("one", {"val/0": 0.8}, group="g", fold=1, folds=2, held_out=["val/0"])
    record = load_record(run.folder)
    record.held_out = Listed(record.held_out)
    monkeypatch.setattr("core.evaluation.suspects.ranking.load_record", lambda folder: record)
    (found,) = rank(dataset, "labels", [run])
    assert (found.sample, found.was_learned) == ("val/0", False)


def test_that_excluded_samples_are_not_ranked(dataset, judged):
    run = judged("first", {"val/0": 0.8, "val/1": 0.2})
    with open_workspace(dataset) as workspace:
        workspace.exclude(["val/1"], "blurred")
    assert [each.sample for each in rank(dataset, "labels", [run])] == ["val/0"]


def test_that_a_run_that_cannot_be_used_is_named_and_the_others_count(dataset, judged):
    good = judged("good", {"val/0": 0.8})
    half = judged("half", {"val/1": 0.1})
    (half.folder / "run.json").write_text('{"id": "half", "na')
    other = judged("other", {"val/2": 0.1}, classes=("background", "dog", "cat"))
    found = rank_masks(dataset, "labels", [half, other, good])
    assert [each.sample for each in found.suspects] == ["val/0"]
    unreadable, classes = found.problems
    assert "half was passed over. The run's description cannot be read" in unreadable
    assert "other judged the masks with other classes (background, dog, cat)" in classes


def test_that_a_dataset_that_was_moved_with_its_runs_is_ranked_where_it_is(dataset, judged):
    judged("first", {"val/0": 0.8})
    root = dataset.root.rename(dataset.root.with_name("elsewhere"))
    moved = open_dataset(root)
    run = FakeRun(moved.workspace_dir / "runs" / "first")
    assert [each.sample for each in rank(moved, "labels", [run])] == ["val/0"]


def test_that_damaged_qualities_count_as_none(dataset, judged):
    run = judged("first", {"val/0": 0.8})
    path = quality_path(run.folder, "val", "labels")
    for damage in (b"", b"{", b"[]", path.read_bytes().replace(b'"softmin":[', b'"softmin":[0.1,')):
        path.write_bytes(damage)
        assert load_quality(run.folder, "val", "labels") is None
    assert rank(dataset, "labels", [run]) == []


def test_that_an_unknown_label_set_is_said(dataset, judged):
    with pytest.raises(PetsegError, match="no label set 'nope'"):
        rank(dataset, "nope", [judged("first", {})])


def test_that_a_label_sets_name_makes_no_folders(tmp_path):
    path = quality_path(tmp_path, "val", "a/../b")
    assert path.parent == tmp_path / "predictions" / "val" / "label_quality"


def test_that_a_ranking_is_measured_by_what_it_finds():
    ranked, wrong = ["a", "b", "c", "d"], {"a", "c", "z"}
    assert hits_at(ranked, wrong, 3) == 2
    assert precision_at(ranked, wrong, 2) == 0.5
    assert precision_at(ranked, wrong, 8) == 0.25
    assert average_precision(ranked, wrong) == pytest.approx((1 + 2 / 3) / 3)
    assert average_precision(ranked, set()) == 0
