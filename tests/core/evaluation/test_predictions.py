"""Stored predictions: reading them, and measuring a run with them."""

from __future__ import annotations

import json
import os
import shutil
from typing import Any

import numpy as np
import pytest

from core.dataset import open_dataset
from core.dataset.workspace import open_workspace
from core.errors import PetsegError
from core.evaluation import evaluate
from core.evaluation.analyse import analyse_run
from core.evaluation.evaluate import (
    EvaluationCancelled,
    evaluate_run,
    metrics_path,
    missing_predictions,
    prediction_path,
    prediction_status,
    read_confidence,
    read_prediction,
)
from core.evaluation.metrics.confusion import ConfusionMatrix, per_image_dice
from core.evaluation.pairs import read_pair
from core.images import decode_mask, read_mask
from core.training.recipes.config_json import dump_config
from tests.core.evaluation.helpers import CLASSES, FakeRun, write_mask


def shifted(mask: np.ndarray) -> np.ndarray:
    return np.roll(mask, 2, axis=1)


def unchanged(mask: np.ndarray) -> np.ndarray:
    return mask


def test_that_the_figures_are_those_of_all_pixels_together_and_of_each_image(
    dataset, predicted_run
):
    run = predicted_run("r", shifted)
    evaluation = evaluate_run(dataset, run, "val")
    matrix = ConfusionMatrix(3)
    for sample, score in zip(dataset.in_splits(["val"]), evaluation.scores, strict=True):
        truth = read_mask(sample.masks["labels"])
        prediction = read_prediction(run, sample)
        matrix.add(prediction, truth)
        dice, mean = per_image_dice(prediction, truth, 3)
        assert score.sample == sample.id
        assert score.mDice == pytest.approx(mean)
        assert [value for value in score.dice if value is not None] == pytest.approx(
            dice[~np.isnan(dice)].tolist()
        )
        assert score.errors.wrong == int((prediction != truth).sum())
        assert score.errors.correct == int((prediction == truth).sum())
    assert evaluation.metrics == matrix.metrics(CLASSES)
    assert evaluation.samples == 6
    assert evaluation.skipped == ()


def test_that_the_summary_is_the_documented_json(dataset, predicted_run):
    summary = evaluate_run(dataset, predicted_run("r", shifted), "val").summary()
    summary = json.loads(json.dumps(summary, allow_nan=False))
    assert list(summary)[:7] == ["run", "split", "label_set", "samples", "mDice", "mAcc", "aAcc"]
    assert (summary["run"], summary["split"], summary["label_set"]) == ("r", "val", "labels")
    assert summary["samples"] == 6
    assert [entry["name"] for entry in summary["classes"]] == list(CLASSES)
    assert set(summary["classes"][0]) == {"name", "dice", "acc", "iou"}


def test_that_a_class_that_occurs_nowhere_is_null_and_not_in_the_mean(dataset, predicted_run):
    def cats_only(mask: np.ndarray) -> np.ndarray:
        return np.minimum(mask, 1)

    for sample in dataset.in_splits(["val"]):
        path = sample.masks["labels"]
        write_mask(path, cats_only(read_mask(path)))
    evaluation = evaluate_run(dataset, predicted_run("r", cats_only), "val")
    assert evaluation.classes[2].dice is None
    assert evaluation.mDice == pytest.approx(100)
    assert evaluation.summary()["classes"][2]["dice"] is None


def test_that_worst_first_begins_with_the_lowest_dice(dataset, predicted_run):
    run = predicted_run("r", unchanged)
    write_mask(prediction_path(run, dataset.sample("val/4")), np.zeros((24, 32), np.uint8))
    worst = evaluate_run(dataset, run, "val").worst_first()
    assert worst[0].sample == "val/4"
    assert worst[0].mDice < worst[-1].mDice


def test_that_samples_that_cannot_be_measured_are_listed_with_the_reason(dataset, predicted_run):
    run = predicted_run("r", shifted)
    masks = {sample.stem: sample.masks["labels"] for sample in dataset.in_splits(["val"])}
    masks["0"].unlink()
    write_mask(masks["1"], np.zeros((24, 31), np.uint8))
    illegal = read_mask(masks["2"])
    illegal[0, 0], illegal[0, 1] = 7, 255  # 255 is ignored, 7 is no class
    write_mask(masks["2"], illegal)
    prediction_path(run, dataset.sample("val/3")).unlink()
    prediction_path(run, dataset.sample("val/4")).write_bytes(b"\x89PNG")
    evaluation = evaluate_run(dataset, run, "val")
    reasons = {entry.sample: entry.reason for entry in evaluation.skipped}
    assert reasons == {
        "val/0": "it has no mask",
        "val/1": "the mask is 31×24 pixels, but the prediction 32×24",
        "val/2": "the mask holds the value 7, which is no class",
        "val/3": "it has no prediction",
        "val/4": "the prediction cannot be read",
    }
    assert [score.sample for score in evaluation.scores] == ["val/5"]
    assert evaluation.summary()["skipped"][0] == {"sample": "val/0", "reason": "it has no mask"}


def test_that_a_prediction_with_other_classes_is_left_out(dataset, predicted_run):
    run = predicted_run("r", unchanged)
    write_mask(prediction_path(run, dataset.sample("val/0")), np.full((24, 32), 9, np.uint8))
    evaluation = evaluate_run(dataset, run, "val")
    assert evaluation.skipped[0].reason == "the prediction holds the value 9, which is no class"


def test_that_excluded_samples_are_left_out_and_said_so(dataset, predicted_run):
    with open_workspace(dataset) as workspace:
        workspace.exclude(["val/2"])
    run = predicted_run("r", shifted)
    assert [entry.sample for entry in evaluate_run(dataset, run, "val").skipped] == ["val/2"]
    assert evaluate_run(dataset, run, "val", exclude=()).samples == 6


def test_that_measuring_creates_no_workspace(dataset, predicted_run):
    evaluate_run(dataset, predicted_run("r", shifted), "val")
    assert not (dataset.workspace_dir / "workspace.db").exists()


def test_that_a_second_measurement_reads_no_mask_and_writes_nothing(
    dataset, predicted_run, monkeypatch
):
    run = predicted_run("r", shifted)
    # An unusable sample is remembered too.
    write_mask(dataset.sample("val/0").masks["labels"], np.zeros((3, 3), np.uint8))
    first = evaluate_run(dataset, run, "val")
    path = metrics_path(run, "val", "labels")
    written = path.stat().st_mtime_ns

    def refuse(_data: object, path: object, _coding: object = None) -> None:
        raise AssertionError(f"{path} was read")

    monkeypatch.setattr("core.evaluation.pairs.decode_mask", refuse)
    assert evaluate_run(dataset, run, "val") == first
    assert path.stat().st_mtime_ns == written


def test_that_an_edited_mask_changes_its_sample_only(dataset, predicted_run, monkeypatch):
    run = predicted_run("r", unchanged)
    before = evaluate_run(dataset, run, "val")
    edited = dataset.sample("val/3").masks["labels"]
    write_mask(edited, np.zeros((24, 32), np.uint8))
    read: list[object] = []

    def noted(data, path, coding=None):
        read.append(path)
        return decode_mask(data, path, coding)

    monkeypatch.setattr("core.evaluation.pairs.decode_mask", noted)
    after = evaluate_run(dataset, run, "val")
    assert read == [edited]
    assert after.mDice < before.mDice
    changed = [a.sample for a, b in zip(before.scores, after.scores, strict=True) if a != b]
    assert changed == ["val/3"]


def test_that_other_classes_make_the_stored_figures_void(dataset, predicted_run):
    run = predicted_run("r", unchanged)
    evaluate_run(dataset, run, "val")
    settings = dataset.root / "dataset.toml"
    settings.write_text(settings.read_text() + '\n[[classes]]\nname = "ox"\ncolor = "#000000"\n')
    evaluation = evaluate_run(open_dataset(dataset.root), run, "val")
    assert len(evaluation.scores[0].dice) == 4


def test_that_without_a_background_nothing_is_missed_or_false(dataset, predicted_run):
    run = predicted_run("r", shifted)
    before = evaluate_run(dataset, run, "val").scores[0].errors
    assert min(before.missed, before.false) > before.wrong_class == 0
    settings = dataset.root / "dataset.toml"
    settings.write_text(settings.read_text().replace('"background"', '"road"'))
    after = evaluate_run(open_dataset(dataset.root), run, "val").scores[0].errors
    assert (after.missed, after.false, after.wrong_class) == (0, 0, before.wrong)


def config_of(*names: str, count: int) -> dict[str, Any]:
    """As much of a run's config as tells its classes."""
    return {
        "model": {"decode_head": {"num_classes": count}},
        "val_dataloader": {"dataset": {"metainfo": {"classes": names}}},
    }


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("background", "dog", "cat"), "order background, cat, dog"),
        (("background", "dog", "ox"), "order background, cat, dog"),
        (("background", "cat"), r"2 classes \(background, cat\)"),
        ((*CLASSES, "ox"), "4 classes"),
    ],
)
def test_that_a_run_that_learned_other_classes_is_not_measured(
    dataset, predicted_run, names, words
):
    run = predicted_run("r", unchanged)
    evaluate_run(dataset, run, "val")  # what is stored is of no use either
    analyse_run(dataset, run, "val")
    (run.folder / "config.json").write_text(dump_config(config_of(*names, count=len(names))))
    for work in (evaluate_run, analyse_run):
        with pytest.raises(PetsegError, match=rf"The run r has learned.*{words}.*train anew"):
            work(dataset, run, "val")


@pytest.mark.parametrize(
    "text",
    [
        dump_config(config_of(*CLASSES, count=3)),
        dump_config(config_of("background", "Katze", "Hund", count=3)),
        dump_config(config_of(count=3)),
        '{"model": {"decode_head": [{"num_classes": 9}, {"num_classes": 3}]}}',
        '{"val_dataloader": 1, "model": []}',
        "half a fi",
    ],
)
def test_that_a_run_is_measured_whose_classes_are_the_same_or_not_known(
    dataset, predicted_run, text
):
    run = predicted_run("r", unchanged)
    (run.folder / "config.json").write_text(text)
    assert evaluate_run(dataset, run, "val").mDice == pytest.approx(100)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"run": 1}'])
def test_that_a_damaged_file_of_figures_is_made_anew(dataset, predicted_run, text):
    run = predicted_run("r", unchanged)
    expected = evaluate_run(dataset, run, "val")
    metrics_path(run, "val", "labels").write_text(text)
    assert evaluate_run(dataset, run, "val") == expected
    assert json.loads(metrics_path(run, "val", "labels").read_text())["samples"] == 6


def test_that_another_label_set_can_be_the_truth_and_has_its_own_file(dataset, predicted_run):
    shutil.copytree(dataset.root / "labels", dataset.root / "labels_fixed")
    dataset = open_dataset(dataset.root)
    write_mask(dataset.sample("val/0").masks["labels_fixed"], np.zeros((24, 32), np.uint8))
    run = predicted_run("r", unchanged)
    own = evaluate_run(dataset, run, "val")
    other = evaluate_run(dataset, run, "val", label_set="labels_fixed")
    assert (own.label_set, own.mDice) == ("labels", pytest.approx(100))
    assert other.label_set == "labels_fixed"
    assert other.mDice < own.mDice
    assert {path.name for path in (run.folder / "metrics").glob("*.json")} == {
        "val.json",
        "val@labels_fixed.json",
    }


def test_that_progress_ends_with_all_samples(dataset, predicted_run):
    seen: list[tuple[int, int]] = []
    run = predicted_run("r", unchanged)
    evaluate_run(dataset, run, "val", on_progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (6, 6)


def test_that_a_run_deleted_while_it_is_measured_stays_deleted(dataset, predicted_run):
    run = predicted_run("r", lambda mask: mask)

    def delete(_done: int, _total: int) -> None:
        run.folder.rename(run.folder.with_name(".r.deleted"))

    with pytest.raises(PetsegError, match="deleted or moved meanwhile"):
        evaluate_run(dataset, run, "val", on_progress=delete)
    assert not run.folder.exists()


def test_that_a_cancelled_measurement_writes_nothing(dataset, predicted_run):
    run = predicted_run("r", unchanged)
    with pytest.raises(EvaluationCancelled):
        evaluate_run(dataset, run, "val", cancelled=lambda: True)
    assert not metrics_path(run, "val", "labels").exists()


def test_that_a_cancelled_measurement_is_gone_on_with(dataset, predicted_run, monkeypatch):
    run = predicted_run("r", shifted)
    write_mask(dataset.sample("val/1").masks["labels"], np.zeros((3, 3), np.uint8))
    path = metrics_path(run, "val", "labels")
    seen: list[str] = []

    def noted(job, dataset):
        seen.append(job.sample)
        return read_pair(job, dataset)

    monkeypatch.setattr(evaluate, "read_pair", noted)
    monkeypatch.setattr(evaluate, "_CHUNK", 2)
    for _ in range(2):
        before = len(seen)
        with pytest.raises(EvaluationCancelled):
            evaluate_run(dataset, run, "val", cancelled=lambda: len(seen) > before)  # noqa: B023
    assert not path.exists()  # half of them are no figures of the split
    write_mask(dataset.sample("val/0").masks["labels"], np.zeros((24, 32), np.uint8))
    progress: list[tuple[int, int]] = []
    found = evaluate_run(dataset, run, "val", on_progress=lambda *now: progress.append(now))
    names = [f"val/{number}" for number in range(6)]
    assert sorted(seen) == sorted([*names, "val/0"])  # each once, and the edited one again
    assert progress[-1] == (6, 6)
    assert [each.name for each in (path.parent / "columns").iterdir()] == ["val.npz"]
    path.unlink()
    assert evaluate_run(dataset, run, "val") == found
    assert len(seen) == 7 + 6


def test_that_measuring_before_predicting_says_what_to_do(dataset):
    run = FakeRun(dataset.workspace_dir / "runs" / "empty")
    with pytest.raises(PetsegError, match=r"no predictions of val yet.*Predict the split first"):
        evaluate_run(dataset, run, "val")


def test_that_a_split_without_any_usable_sample_is_an_error_with_an_example(dataset, predicted_run):
    run = predicted_run("r", unchanged)
    for sample in dataset.in_splits(["val"]):
        sample.masks["labels"].unlink()
    with pytest.raises(PetsegError, match=r"No sample of val can be measured.*no mask"):
        evaluate_run(dataset, run, "val")


def test_that_masks_of_ignored_pixels_only_are_an_error(dataset, predicted_run):
    run = predicted_run("r", unchanged)
    for sample in dataset.in_splits(["val"]):
        write_mask(sample.masks["labels"], np.full((24, 32), 255, np.uint8))
    with pytest.raises(PetsegError, match="no pixel has a class"):
        evaluate_run(dataset, run, "val")


def test_that_missing_predictions_are_those_with_a_photo(dataset, predicted_run):
    run = predicted_run("r", unchanged)
    prediction_path(run, dataset.sample("val/1")).unlink()
    assert [sample.id for sample in missing_predictions(dataset, run, "val")] == ["val/1"]
    assert [sample.id for sample in missing_predictions(dataset, run, "train")] == ["train/0"]
    status = prediction_status(dataset, run, "val")
    assert (status.predicted, status.is_complete, status.iteration) == (5, False, None)


def test_that_reading_a_prediction_says_what_is_wrong_with_it(dataset, predicted_run):
    run = predicted_run("r", unchanged)
    sample = dataset.sample("val/0")
    with pytest.raises(PetsegError, match="is 32×24, but the photo is 20×10"):
        read_prediction(run, sample, size=(10, 20))
    with pytest.raises(PetsegError, match="holds the class 1"):
        read_prediction(run, sample, num_classes=1)
    with pytest.raises(PetsegError, match="no prediction of train/0 yet"):
        read_prediction(run, dataset.sample("train/0"))
    with pytest.raises(PetsegError, match="prediction cannot be read"):
        read_confidence(run, sample)
    os.truncate(prediction_path(run, sample), 20)
    with pytest.raises(PetsegError, match="prediction cannot be read"):
        read_prediction(run, sample)
