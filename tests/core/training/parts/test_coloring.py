"""Transforms of the photo alone."""

from __future__ import annotations

import numpy as np
import pytest
from mmseg.datasets.transforms import PhotoMetricDistortion

from core.training.parts import ColorJitter, GaussianBlur, GaussianNoise

CHANGES = [ColorJitter(1.0), GaussianBlur(1.0), GaussianNoise(1.0)]


def of(change, photo, seed):
    np.random.seed(seed)
    return change({"img": photo.copy(), "gt_seg_map": None})["img"]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: type(change).__name__)
def test_that_photos_change_and_stay_photos(change, real_photo):
    results = [of(change, real_photo, seed) for seed in range(8)]
    for result in results:
        assert result.shape == real_photo.shape
        assert result.dtype == np.uint8
    assert sum(not np.array_equal(result, real_photo) for result in results) >= 6
    assert np.array_equal(results[3], of(change, real_photo, 3))


@pytest.mark.parametrize("change", [ColorJitter(0.0), GaussianBlur(0.0), GaussianNoise(0.0)])
def test_that_strength_nothing_is_nothing(change, real_photo):
    assert np.array_equal(of(change, real_photo, 0), real_photo)


def test_that_color_jitter_at_strength_one_varies_as_mmsegmentation_s_distortion(real_photo):
    def spread(change):
        means = np.array([of(change, real_photo, s).mean((0, 1)) for s in range(400)])
        return means.mean(0), means.std(0)

    ours, theirs = spread(ColorJitter(1.0)), spread(PhotoMetricDistortion())
    assert ours[0] == pytest.approx(theirs[0], abs=4)
    assert ours[1] == pytest.approx(theirs[1], rel=0.15)
    weak = spread(ColorJitter(0.3))
    assert (weak[1] < 0.5 * ours[1]).all()


def test_that_noise_is_normal_and_as_strong_as_said():
    grey = np.full((200, 200, 3), 128, np.uint8)
    noise = of(GaussianNoise(1.0, sigma=(10.0, 10.0)), grey, 2).astype(float) - 128
    assert noise.mean() == pytest.approx(0, abs=0.2)
    assert noise.std() == pytest.approx(10, rel=0.02)
    assert (np.abs(noise) > 20).mean() == pytest.approx(0.042, abs=0.01)  # 2 standard deviations
