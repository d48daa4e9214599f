"""Borders, objects and confidence of stored predictions."""

from __future__ import annotations

import os

import numpy as np
import pytest

from core.evaluation import detailing
from core.evaluation.detailing import details_of_run
from core.evaluation.evaluate import EvaluationCancelled, confidence_path, evaluate_run
from core.evaluation.metrics.details import measure_details
from core.images import read_mask
from tests.core.evaluation.helpers import write_mask


def shifted(mask: np.ndarray) -> np.ndarray:
    return np.roll(mask, 2, axis=1)


@pytest.fixture
def run(dataset, predicted_run):
    """A run whose confidence is whole for all samples but three."""
    run = predicted_run("r", shifted)
    for sample in dataset.in_splits(["val"]):
        write_mask(confidence_path(run, sample), np.full((24, 32), 200, np.uint8))
    confidence_path(run, dataset.sample("val/0")).unlink()
    write_mask(confidence_path(run, dataset.sample("val/1")), np.full((3, 4), 200, np.uint8))
    confidence_path(run, dataset.sample("val/2")).write_bytes(b"\x89PNG")
    return run


def test_that_every_measured_sample_is_counted_with_the_band_that_was_asked_for(dataset, run):
    evaluation = evaluate_run(dataset, run, "val")
    seen: list[tuple[int, int]] = []
    found = details_of_run(
        dataset, run, evaluation, band=3, on_progress=lambda *done: seen.append(done)
    )
    assert list(found.samples) == list(evaluation.scores.ids)
    truth = read_mask(dataset.sample("val/4").masks["labels"])
    confidence = np.full(truth.shape, 200, np.uint8)
    assert found.samples["val/4"] == measure_details(
        shifted(truth), truth, num_classes=3, confidence=confidence, band=3
    )
    assert seen[-1] == (6, 6)


def test_that_confidence_that_cannot_be_used_is_said_in_words_and_the_rest_goes_on(dataset, run):
    found = details_of_run(dataset, run, evaluate_run(dataset, run, "val"))
    assert {each.sample: each.reason for each in found.without_confidence} == {
        "val/0": "its confidence was not stored",
        "val/1": "its confidence is 4×3 pixels, but the prediction 32×24",
        "val/2": "its confidence cannot be read",
    }
    assert [each.calibration is not None for each in found.samples.values()] == [False] * 3 + [
        True
    ] * 3


def test_that_it_can_be_cancelled(dataset, run):
    with pytest.raises(EvaluationCancelled):
        details_of_run(dataset, run, evaluate_run(dataset, run, "val"), cancelled=lambda: True)


def rewritten_unnoticed(path, mask):
    """Another mask in a file that seems to be as it was: of the same time and size."""
    before = path.stat()
    data = path.read_bytes()
    write_mask(path, mask)
    assert path.stat().st_size <= before.st_size
    path.write_bytes(path.read_bytes() + b"\0" * (before.st_size - path.stat().st_size))
    assert path.read_bytes() != data
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_that_only_samples_whose_files_changed_are_counted_again(dataset, run):
    first = details_of_run(dataset, run, evaluate_run(dataset, run, "val"))
    masks = {sample.id: sample.masks["labels"] for sample in dataset.in_splits(["val"])}
    for path in masks.values():
        rewritten_unnoticed(path, np.zeros((24, 32), np.uint8))
    again = details_of_run(dataset, run, evaluate_run(dataset, run, "val"))
    assert again.samples == first.samples  # nothing was read
    assert again.without_confidence == first.without_confidence
    os.utime(masks["val/4"], ns=(1, 1))
    write_mask(confidence_path(run, dataset.sample("val/1")), np.full((24, 32), 200, np.uint8))
    renewed = details_of_run(dataset, run, evaluate_run(dataset, run, "val"))
    assert list(renewed.samples) == list(first.samples)
    assert [
        sample for sample in renewed.samples if renewed.samples[sample] != first.samples[sample]
    ] == ["val/1", "val/4"]
    assert [each.sample for each in renewed.without_confidence] == ["val/0", "val/2"]


def test_that_counting_that_was_cancelled_is_gone_on_with(dataset, run, monkeypatch):
    evaluation = evaluate_run(dataset, run, "val")
    monkeypatch.setattr(detailing, "_CHUNK", 2)
    seen: list[tuple[int, int]] = []

    def report(*done: int) -> None:
        seen.append(done)

    with pytest.raises(EvaluationCancelled):
        details_of_run(
            dataset, run, evaluation, on_progress=report, cancelled=lambda: seen[-1][0] >= 4
        )
    del seen[:]
    found = details_of_run(dataset, run, evaluation, on_progress=report)
    assert seen == [(4, 6), (5, 6), (6, 6)]
    assert list(found.samples) == list(evaluation.scores.ids)
    assert [each.sample for each in found.without_confidence] == ["val/0", "val/1", "val/2"]


def test_that_each_band_is_kept_and_a_damaged_file_costs_no_more_than_counting(dataset, run):
    evaluation = evaluate_run(dataset, run, "val")
    wide, usual = (details_of_run(dataset, run, evaluation, band=band) for band in (6, None))
    assert wide.samples != usual.samples
    kept = sorted((run.folder / "metrics" / "details").iterdir())
    assert len(kept) == 2
    assert details_of_run(dataset, run, evaluation, band=6).samples == wide.samples
    for path in kept:
        path.write_bytes(path.read_bytes()[:200])
    assert details_of_run(dataset, run, evaluation).samples == usual.samples
    assert details_of_run(dataset, run, evaluation, band=6).samples == wide.samples


def test_that_an_excluded_sample_is_forgotten(dataset, run):
    details_of_run(dataset, run, evaluate_run(dataset, run, "val"))
    few = evaluate_run(dataset, run, "val", exclude=["val/3"])
    assert "val/3" not in details_of_run(dataset, run, few).samples
    assert len(details_of_run(dataset, run, few).samples) == 5
