"""Borders, objects and confidence of stored predictions."""

from __future__ import annotations

import numpy as np
import pytest

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
