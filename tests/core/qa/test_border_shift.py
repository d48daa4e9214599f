"""Masks that lie beside their object."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.images import read_image, read_mask
from core.qa.checks.border_shift import border_shift


def photo_with_mask(size: int = 256, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A blob with bumps on a busy ground, and its exact mask."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:size, 0:size] - size / 2
    angle = np.arctan2(y, x)
    radius = size * (0.22 + 0.04 * np.sin(3 * angle) + 0.03 * np.cos(5 * angle))
    mask = (np.hypot(x, y) < radius).astype(np.uint8)
    noise = cv2.GaussianBlur(rng.normal(0, 1, (size, size, 3)), (0, 0), size / 128) * 60
    ground = np.array([120.0, 140.0, 100.0]) + noise
    thing = np.array([150.0, 110.0, 80.0]) + noise
    image = np.where(mask[..., None] > 0, thing, ground)
    return np.clip(cv2.GaussianBlur(image, (0, 0), 0.8), 0, 255).astype(np.uint8), mask


def moved(mask: np.ndarray, dx: int, dy: int) -> np.ndarray:
    matrix = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    return cv2.warpAffine(mask, matrix, mask.shape[::-1], flags=cv2.INTER_NEAREST)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.floats(6, 14), st.floats(0, 2 * np.pi), st.integers(0, 5))
def test_that_a_shifted_mask_is_found_with_the_way_back(distance, angle, seed):
    image, mask = photo_with_mask(seed=seed)
    dx, dy = round(distance * np.cos(angle)), round(distance * np.sin(angle))
    found = border_shift(image, moved(mask, dx, dy))
    assert found is not None
    assert np.hypot(found.dx + dx, found.dy + dy) <= 1.5
    assert found.px == pytest.approx(np.hypot(found.dx, found.dy))
    assert found.gain > 1


@pytest.mark.parametrize("seed", range(6))
def test_that_a_mask_in_its_place_is_left_alone(seed):
    image, mask = photo_with_mask(seed=seed)
    assert border_shift(image, mask) is None


def test_that_a_shift_of_a_few_pixels_is_forgiven_and_the_limit_can_be_set():
    image, mask = photo_with_mask()
    assert border_shift(image, moved(mask, 3, 0)) is None
    assert border_shift(image, moved(mask, 3, 0), min_shift=2) is not None


def test_that_the_box_is_that_of_the_mask():
    image, mask = photo_with_mask()
    shifted = moved(mask, 9, 0)
    found = border_shift(image, shifted)
    assert found is not None
    assert found.boxes == (cv2.boundingRect(shifted),)


def test_that_large_photos_are_judged_in_proportion():
    image, mask = photo_with_mask(1024)
    assert border_shift(image, mask) is None
    found = border_shift(image, moved(mask, -32, 20))
    assert found is not None
    assert np.hypot(found.dx - 32, found.dy + 20) <= 8


def test_that_all_classes_count_as_one_object_and_ignored_pixels_as_none():
    image, mask = photo_with_mask()
    two = mask.copy()
    two[:, 128:] *= 2
    assert border_shift(image, two) is None
    assert border_shift(image, moved(two, 9, 4)) is not None
    ring = cv2.dilate(mask, np.ones((9, 9), np.uint8)) - mask
    assert border_shift(image, mask + ring * 255) is None


@pytest.mark.parametrize("value", [0, 1])
def test_that_a_mask_without_a_border_is_left_alone(value):
    image, mask = photo_with_mask()
    assert border_shift(image, np.full_like(mask, value)) is None


def test_that_a_mask_of_another_size_is_refused():
    image, mask = photo_with_mask()
    with pytest.raises(ValueError, match="mask"):
        border_shift(image, mask[:100])


def test_that_hand_corrected_masks_of_real_photos_fit_and_shifted_ones_are_found(shared_dir: Path):
    rng = np.random.default_rng(0)
    files = sorted((shared_dir / "pets" / "labels_fixed").glob("*/*.png"))[::3]
    false_alarms = found = 0
    for file in files:
        image = read_image(shared_dir / "pets" / "img" / file.parent.name / f"{file.stem}.jpg")
        mask = read_mask(file)
        angle, distance = rng.uniform(0, 2 * np.pi), rng.uniform(6.5, 11.5)
        dx, dy = round(distance * np.cos(angle)), round(distance * np.sin(angle))
        false_alarms += border_shift(image, mask) is not None
        found += border_shift(image, moved(mask, dx, dy)) is not None
    assert false_alarms <= 0.01 * len(files)
    assert found >= 0.97 * len(files)
