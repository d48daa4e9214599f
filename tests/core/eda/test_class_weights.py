"""Weights for rare classes."""

from __future__ import annotations

import numpy as np
import pytest

from core.dataset import open_dataset
from core.eda.class_weights import median_frequency
from core.images import read_mask


def test_that_the_class_in_the_middle_weighs_one():
    counts = np.array([[60, 30, 0], [50, 40, 20]])
    weights = median_frequency(counts)
    np.testing.assert_allclose(weights, [70 / 110, 1.0, 70 / 20])


def test_that_a_class_that_occurs_nowhere_weighs_nothing_and_moves_nothing():
    with_absent = median_frequency(np.array([[60, 30, 0, 20]]))
    without = median_frequency(np.array([[60, 30, 20]]))
    assert with_absent[2] == 0
    np.testing.assert_allclose(with_absent[[0, 1, 3]], without)


def test_that_no_pixels_at_all_give_no_weights():
    np.testing.assert_array_equal(median_frequency(np.zeros((2, 3), np.int64)), [0, 0, 0])


def test_that_the_study_s_weights_come_out_of_the_study_s_masks(shared_dir, tmp_path):
    import json

    golden = json.loads((shared_dir / "golden" / "pets.json").read_text())
    expected = golden["eda"]["labels"]["train"]["class_weights"]["median_frequency"]
    dataset = open_dataset(shared_dir / "pets", workspace=tmp_path)
    counts = np.stack(
        [
            np.bincount(read_mask(sample.masks["labels"]).ravel(), minlength=3)
            for sample in dataset.in_splits(["train"])
        ]
    )
    assert median_frequency(counts) == pytest.approx(expected, abs=0.005)
