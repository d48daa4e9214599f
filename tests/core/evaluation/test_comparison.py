"""Two runs side by side."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from core.dataset import open_dataset
from core.errors import PetsegError
from core.evaluation.comparing.pair import compare_evaluations, compare_runs
from core.evaluation.evaluate import evaluate_run, prediction_path
from tests.core.evaluation.helpers import FakeRun, write_mask


def shifted(mask: np.ndarray) -> np.ndarray:
    return np.roll(mask, 3, axis=1)


def unchanged(mask: np.ndarray) -> np.ndarray:
    return mask


def test_that_the_delta_is_the_second_less_the_first(dataset, predicted_run):
    a, b = predicted_run("a", shifted), predicted_run("b", unchanged)
    comparison = compare_runs(dataset, a, b, "val")
    first, second = evaluate_run(dataset, a, "val"), evaluate_run(dataset, b, "val")
    assert comparison.delta.mDice == pytest.approx(second.mDice - first.mDice)
    assert comparison.delta.mDice > 0
    assert comparison.delta.classes["cat"] == pytest.approx(
        second.classes[1].dice - first.classes[1].dice
    )
    assert compare_runs(dataset, b, a, "val").delta.mDice == -comparison.delta.mDice


def test_that_samples_come_with_the_largest_difference_first_in_either_direction(
    dataset, predicted_run
):
    a, b = predicted_run("a", shifted), predicted_run("b", shifted)
    empty = np.zeros((24, 32), np.uint8)
    write_mask(prediction_path(b, dataset.sample("val/2")), empty)
    write_mask(prediction_path(a, dataset.sample("val/4")), unchanged(empty))
    samples = compare_runs(dataset, a, b, "val").samples
    assert {samples[0].sample, samples[1].sample} == {"val/2", "val/4"}
    signs = {entry.sample: np.sign(entry.delta) for entry in samples}
    assert (signs["val/2"], signs["val/4"], signs["val/0"]) == (-1, 1, 0)
    sizes = [abs(entry.delta) for entry in samples]
    assert sizes == sorted(sizes, reverse=True)


def test_that_the_summary_is_the_documented_json(dataset, predicted_run):
    comparison = compare_runs(
        dataset, predicted_run("a", shifted), predicted_run("b", unchanged), "val"
    )
    summary = json.loads(json.dumps(comparison.summary(), allow_nan=False))
    assert (summary["split"], summary["a"], summary["b"]) == ("val", "a", "b")
    assert set(summary["delta"]) == {"mDice", "classes"}
    assert set(summary["delta"]["classes"]) == {"background", "cat", "dog"}
    assert set(summary["samples"][0]) == {"sample", "a", "b", "delta"}


def test_that_only_samples_of_both_runs_count(dataset, predicted_run):
    a, b = predicted_run("a", shifted), predicted_run("b", shifted)
    prediction_path(a, dataset.sample("val/1")).unlink()
    write_mask(prediction_path(b, dataset.sample("val/1")), np.zeros((24, 32), np.uint8))
    comparison = compare_runs(dataset, a, b, "val")
    assert comparison.compared == 5
    assert comparison.delta.mDice == 0
    assert [(entry.sample, entry.reason) for entry in comparison.left_out] == [
        ("val/1", "a: it has no prediction")
    ]


def test_that_runs_that_learned_different_labels_are_held_against_the_corrected_ones(
    dataset, predicted_run
):
    shutil.copytree(dataset.root / "labels", dataset.root / "labels_fixed")
    dataset = open_dataset(dataset.root)
    a = predicted_run("a", unchanged)
    b = predicted_run("b", shifted, label_set="labels_fixed")
    assert compare_runs(dataset, a, b, "val").label_set == "labels_fixed"
    assert compare_runs(dataset, a, a, "val").label_set == "labels"


def test_that_runs_without_a_common_sample_are_an_error(dataset, predicted_run):
    a, b = predicted_run("a", unchanged), predicted_run("b", unchanged)
    for number in range(6):
        run = a if number % 2 else b
        prediction_path(run, dataset.sample(f"val/{number}")).unlink()
    with pytest.raises(PetsegError, match="no measured sample in common"):
        compare_runs(dataset, a, b, "val")


def test_that_evaluations_of_different_splits_are_not_compared(dataset, predicted_run):
    a = predicted_run("a", unchanged)
    shutil.copytree(a.folder / "predictions" / "val", a.folder / "predictions" / "train")
    with pytest.raises(ValueError):
        compare_evaluations(evaluate_run(dataset, a, "val"), evaluate_run(dataset, a, "train"))


def test_that_a_run_without_predictions_is_named(dataset, predicted_run):
    other = FakeRun(dataset.workspace_dir / "runs" / "other")
    with pytest.raises(PetsegError, match="other has no predictions of val"):
        compare_runs(dataset, predicted_run("a", unchanged), other, "val")


def test_that_progress_runs_over_both_runs(dataset, predicted_run):
    seen: list[tuple[int, int]] = []
    compare_runs(
        dataset,
        predicted_run("a", unchanged),
        predicted_run("b", shifted),
        "val",
        on_progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(6, 12), (12, 12)]
