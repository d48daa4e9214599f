"""Weights for rare classes."""

from __future__ import annotations

import numpy as np
import pytest

from core.dataset import open_dataset
from core.eda.class_weights import (
    METHODS,
    all_weights,
    effective_number,
    inverse_frequency,
    median_frequency,
    recipe_overrides,
)
from core.errors import PetsegError
from core.images import read_mask
from core.training.recipes.fields import BY_NAME


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


def test_that_totals_weigh_as_their_masks_do():
    counts = np.array([[60, 30, 0], [50, 40, 20]])
    for method in METHODS.values():
        np.testing.assert_allclose(method.weigh(counts), method.weigh(counts.sum(axis=0)))


def test_that_inverse_frequency_gives_every_class_the_same_say():
    pixels = np.array([700, 200, 100, 0])
    weights = inverse_frequency(pixels)
    np.testing.assert_allclose((weights * pixels)[:3], 1000 / 3)
    assert (weights * pixels).sum() / pixels.sum() == pytest.approx(1)
    assert weights[3] == 0


def test_that_the_effective_number_lies_between_equal_weights_and_inverse_frequency():
    pixels = np.array([908, 50, 42]) * 1000
    equal = effective_number(pixels, beta=0)
    gentle = effective_number(pixels)
    inverse = effective_number(pixels, beta=1 - 1e-12)
    np.testing.assert_allclose(equal, 1)
    by_frequency = inverse_frequency(pixels)
    np.testing.assert_allclose(inverse, by_frequency / by_frequency.mean(), rtol=1e-4)
    ratios = [each[2] / each[0] for each in (equal, gentle, inverse)]
    assert ratios[0] < ratios[1] < ratios[2]


def test_that_the_effective_number_is_the_published_formula():
    pixels = np.array([30, 10, 5])
    beta = 0.9
    published = (1 - beta) / (1 - beta**pixels)
    weights = effective_number(pixels, beta=beta)
    np.testing.assert_allclose(weights, published / published.sum() * 3)


def test_that_the_effective_number_does_not_depend_on_the_dataset_s_size():
    pixels = np.array([9000, 700, 300])
    np.testing.assert_allclose(effective_number(pixels), effective_number(1000 * pixels), rtol=1e-3)


@pytest.mark.parametrize("beta", [1, 1.5, -0.1, float("nan")])
def test_that_an_impossible_beta_is_refused(beta: float):
    with pytest.raises(PetsegError, match="beta"):
        effective_number(np.array([1, 2]), beta=beta)


def test_that_an_absent_class_weighs_nothing_by_any_method():
    for name, weights in all_weights(np.array([60, 0, 20])).items():
        assert weights[1] == 0, name
        np.testing.assert_allclose(weights[[0, 2]], METHODS[name].weigh(np.array([60, 20])))
    assert not any(weights.any() for weights in all_weights(np.zeros(3, np.int64)).values())


def test_that_the_training_form_takes_the_weights_as_they_are_offered():
    overrides = recipe_overrides(np.array([0.000012345, 1.0, 99999.0, 1.19341]))
    assert overrides == {"class_weights": [0.00001234, 1.0, 1000.0, 1.193]}
    assert BY_NAME["class_weights"].parse(overrides["class_weights"]) == list(
        overrides["class_weights"]
    )
