"""Masks that lie beside their object."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.images import read_image, read_mask
from core.qa.appearance.border import border_between
from core.qa.checks.border_shift import shift_of
from tests.core.qa.looking import found, measured, moved, photo_with_mask, view_of


def shift(image: np.ndarray, mask: np.ndarray) -> tuple[float, float]:
    border = border_between(image, mask)
    assert border is not None
    return shift_of(border)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.floats(6, 14), st.floats(0, 2 * np.pi), st.integers(0, 5))
def test_that_a_shifted_mask_is_found_with_the_way_back(distance, angle, seed):
    image, mask = photo_with_mask(seed=seed)
    dx, dy = round(distance * np.cos(angle)), round(distance * np.sin(angle))
    back_x, back_y = shift(image, moved(mask, dx, dy))
    assert np.hypot(back_x + dx, back_y + dy) <= 1.5


@pytest.mark.parametrize("seed", range(6))
def test_that_a_mask_in_its_place_is_left_alone(seed):
    image, mask = photo_with_mask(seed=seed)
    assert shift(image, mask) == (0, 0)


def test_that_a_shift_is_told_in_words_and_pixels_with_the_object_shown(tmp_path):
    image, mask = photo_with_mask()
    shifted = moved(mask, 9, -6)
    view = view_of(tmp_path, image, shifted)
    finding = found("border_shift", measured("border_shift", view))
    assert finding is not None
    assert finding.value == pytest.approx(np.hypot(9, 6), abs=1.5)
    assert "px left and" in finding.message
    assert "px down" in finding.message
    assert finding.region == (cv2.boundingRect(shifted),)


def test_that_a_mask_that_fits_scores_nothing_and_is_no_flag(tmp_path):
    measurement = measured("border_shift", view_of(tmp_path, *photo_with_mask()))
    assert measurement is not None
    assert measurement.score == 0
    assert found("border_shift", measurement) is None


def test_that_a_shift_of_a_few_pixels_is_measured_but_forgiven(tmp_path):
    image, mask = photo_with_mask()
    measurement = measured("border_shift", view_of(tmp_path, image, moved(mask, 4, 0)))
    assert measurement is not None
    assert measurement.score < 5
    assert found("border_shift", measurement) is None


def test_that_large_photos_are_judged_in_proportion_and_told_in_their_own_pixels(tmp_path):
    image, mask = photo_with_mask(1024)
    assert shift(image, mask) == (0, 0)
    measurement = measured("border_shift", view_of(tmp_path, image, moved(mask, -40, 0)))
    assert measurement is not None
    assert measurement.score == pytest.approx(10, abs=2)
    assert measurement.notes["dx"] == pytest.approx(40, abs=8)


def test_that_all_classes_count_as_one_object_and_ignored_pixels_as_none():
    image, mask = photo_with_mask()
    two = mask.copy()
    two[:, 128:] *= 2
    assert shift(image, two) == (0, 0)
    assert shift(image, moved(two, 9, 4)) != (0, 0)
    ring = cv2.dilate(mask, np.ones((9, 9), np.uint8)) - mask
    assert shift(image, mask + ring * 255) == (0, 0)


@pytest.mark.parametrize("value", [0, 1, 255])
def test_that_a_mask_without_a_border_has_no_shift(value):
    image, mask = photo_with_mask()
    assert border_between(image, np.full_like(mask, value)) is None


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (4, 300), (7, 7), (2000, 3)])
def test_that_photos_of_any_shape_are_looked_at(shape):
    rng = np.random.default_rng(0)
    image = rng.integers(0, 255, (*shape, 3), np.uint8)
    mask = np.zeros(shape, np.uint8)
    mask[: shape[0] // 2 + 1] = 1
    border = border_between(image, mask)
    assert border is None or np.isfinite(border.disagreement)
    assert border is None or np.isfinite(border.best_shift).all()


def test_that_a_mask_of_another_size_is_refused():
    image, mask = photo_with_mask()
    with pytest.raises(ValueError, match="mask"):
        border_between(image, mask[:100])


def test_that_hand_corrected_masks_of_real_photos_fit_and_shifted_ones_are_found(shared_dir: Path):
    rng = np.random.default_rng(0)
    files = sorted((shared_dir / "pets" / "labels_fixed").glob("*/*.png"))[::3]
    false_alarms = hits = 0
    for file in files:
        image = read_image(shared_dir / "pets" / "img" / file.parent.name / f"{file.stem}.jpg")
        mask = read_mask(file)
        angle, distance = rng.uniform(0, 2 * np.pi), rng.uniform(6.5, 11.5)
        dx, dy = round(distance * np.cos(angle)), round(distance * np.sin(angle))
        false_alarms += np.hypot(*shift(image, mask)) > 5
        hits += np.hypot(*shift(image, moved(mask, dx, dy))) > 5
    assert false_alarms <= 0.01 * len(files)
    assert hits >= 0.97 * len(files)
