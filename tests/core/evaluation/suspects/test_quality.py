"""The score of a mask: the soft minimum, and the most contradicted region."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.evaluation.suspects.quality import (
    LabelQuality,
    Suspicion,
    agreement_score,
    judge_labels,
    region_score,
    softmin,
)

SIZE = (20, 30)

probabilities = arrays.arrays(
    np.float32,
    st.integers(1, 60),
    elements=st.floats(0, 1, width=32),
)


def judge(labels, given, predicted, confidence=None, num_classes=3):
    sure = np.full(labels.shape, 0.95, np.float32) if confidence is None else confidence
    return judge_labels(
        labels, given.astype(np.float32), predicted, sure, num_classes=num_classes, ignore_index=255
    )


def right_everywhere(labels):
    return judge(labels, np.full(labels.shape, 0.95), labels.copy())


def test_that_the_soft_minimum_is_the_papers_formula():
    values = [0.9, 0.2, 0.5]
    weights = [math.exp((1 - value) / 0.1) for value in values]
    expected = sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights)
    assert softmin(np.array(values, np.float32)) == pytest.approx(expected, rel=1e-5)


@given(probabilities)
def test_that_the_soft_minimum_lies_between_minimum_and_mean(values):
    found = softmin(values)
    assert values.min() - 1e-6 <= found <= values.mean(dtype=np.float64) + 1e-6


@given(probabilities)
def test_that_temperature_leads_from_minimum_to_mean(values):
    assert softmin(values, 1e-4) == pytest.approx(values.min(), abs=1e-3)
    assert softmin(values, 1e5) == pytest.approx(values.mean(dtype=np.float64), abs=1e-3)
    assert softmin(values, 0.05) <= softmin(values, 0.5) + 1e-6


def test_that_a_mask_that_the_model_agrees_with_has_no_suspicion():
    labels = np.zeros(SIZE, np.uint8)
    labels[5:10, 5:10] = 2
    quality = right_everywhere(labels)
    assert quality.suspicion is None
    assert (quality.agreement, quality.region) == (1.0, 1.0)
    assert quality.softmin == pytest.approx(0.95)
    assert quality.classes[1] is None
    assert quality.classes[2] == pytest.approx(0.95)


def test_that_class_0_counts_as_drawn_where_it_is_no_background():
    labels = np.zeros(SIZE, np.uint8)
    predicted = labels.copy()
    predicted[:5] = 1
    sure = np.full(SIZE, 0.9, np.float32)
    given = np.where(predicted == 1, 0.1, 0.9).astype(np.float32)
    scores = [
        judge_labels(
            labels, given, predicted, sure, num_classes=2, ignore_index=255, background=background
        ).agreement
        for background in (0, None)
    ]
    share = 150 * 0.8**2 / np.sqrt(np.array([150, 600]) * 600)
    assert scores == pytest.approx((1 - np.sqrt(share)).tolist(), abs=1e-5)


def test_that_a_swapped_object_is_found_with_its_place_and_classes():
    labels = np.zeros(SIZE, np.uint8)
    labels[4:12, 6:20] = 1
    predicted = labels.copy()
    predicted[4:12, 6:20] = 2
    given_ = np.where(labels == 1, 0.02, 0.97)
    predicted[0, 29], given_[0, 29] = 1, 0.01  # a wrong pixel is surer, and smaller
    quality = judge(labels, given_, predicted)
    assert quality.suspicion.box == (6, 4, 14, 8)
    assert (quality.suspicion.given, quality.suspicion.predicted) == (1, 2)
    assert quality.suspicion.pixels == 8 * 14
    assert quality.suspicion.doubt == pytest.approx(8 * 14 * 0.93, rel=1e-4)
    assert quality.worst_class == 1


def test_that_a_large_region_weighs_more_than_a_seam_that_the_soft_minimum_cannot_tell():
    labels = np.zeros(SIZE, np.uint8)
    labels[5:15, 5:15] = 1
    seam = judge(
        labels,
        np.where((labels == 1) & (np.indices(SIZE)[1] == 5), 0.02, 0.97),
        np.where((labels == 1) & (np.indices(SIZE)[1] == 5), 0, labels).astype(np.uint8),
    )
    missing = judge(labels, np.where(labels == 1, 0.02, 0.97), np.zeros(SIZE, np.uint8))
    assert abs(seam.softmin - missing.softmin) < 0.02
    assert seam.region - missing.region > 0.2
    assert seam.agreement - missing.agreement > 0.2


@given(st.integers(1, 599), st.integers(0, 598))
def test_that_more_doubt_never_gives_a_better_score(doubt, less):
    def score(value):
        return region_score(Suspicion((0, 0, 1, 1), 0, 1, 1, float(value)), 600)

    assert 0 <= score(doubt) <= 1
    assert score(doubt) <= score(min(less, doubt))


doubts = arrays.arrays(np.float32, (4, 5), elements=st.floats(0, 1, width=32))


@given(doubts)
def test_that_agreement_is_the_formula_and_between_0_and_1(doubt):
    drawn = max(1, int((doubt > 0).sum()))
    expected = 1 - math.sqrt(float((doubt.astype(float) ** 2).sum()) / math.sqrt(drawn * 20))
    found = agreement_score(doubt, drawn)
    assert found == pytest.approx(expected, abs=1e-5)
    assert 0 <= found <= 1
    assert agreement_score(doubt / 2, drawn) >= found - 1e-6
    assert agreement_score(np.zeros((4, 5), np.float32), 0) == 1


def test_that_half_of_a_small_object_weighs_more_than_as_many_pixels_of_a_large_one():
    doubt = np.zeros((100, 100), np.float32)
    doubt[:5, :10] = 0.9
    assert agreement_score(doubt, 100) < agreement_score(doubt, 4000)


def test_that_ignored_pixels_do_not_count():
    labels = np.zeros(SIZE, np.uint8)
    labels[:, 20:] = 255
    predicted = np.zeros(SIZE, np.uint8)
    predicted[:, 20:] = 2
    quality = judge(labels, np.where(labels == 255, 0.0, 0.95), predicted)
    assert quality.suspicion is None
    assert quality.agreement == 1.0
    assert quality.softmin == pytest.approx(0.95)
    everywhere = np.full(SIZE, 255, np.uint8)
    assert judge(everywhere, np.zeros(SIZE), predicted) is None


def test_that_regions_touching_at_a_corner_are_one_and_others_are_two():
    labels = np.zeros(SIZE, np.uint8)
    predicted = labels.copy()
    predicted[2:4, 2:4] = predicted[4:6, 4:6] = 1
    predicted[10:13, 20:23] = 1
    quality = judge(labels, np.full(SIZE, 0.05), predicted)
    assert quality.suspicion.box == (20, 10, 3, 3)
    predicted[6, 6] = predicted[7, 7] = 1
    assert judge(labels, np.full(SIZE, 0.05), predicted).suspicion.box == (2, 2, 6, 6)


def test_that_any_number_of_classes_is_judged():
    labels = np.arange(200, dtype=np.uint8).reshape(10, 20)
    quality = judge(labels, np.full((10, 20), 0.5), labels, num_classes=200)
    assert len(quality.classes) == 200
    assert isinstance(quality, LabelQuality)
