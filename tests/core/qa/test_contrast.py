"""Objects that can hardly be told from their background."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dataset import open_dataset
from core.demo.placement import CAT, DOG, Recipe
from core.demo.scene import draw_picture
from core.flags import Severity
from core.images import Array
from core.qa.checks import contrast as checks
from core.qa.facts.contrast import COLUMNS, Contrast, contrast, outline_contrast
from core.qa.registry import CHECKS, Finding
from core.qa.view import SampleView
from tests.making import blob, write_sample

LOW = CHECKS[checks.low_contrast.__name__]
DARK = CHECKS[checks.dark_on_dark.__name__]


def painted(mask: Array, inside: tuple[int, ...], outside: tuple[int, ...], noise=4) -> Array:
    """A photo in which the mask's object has one colour (RGB) and the background another."""
    photo = np.where(mask[..., None] > 0, np.array(inside), np.array(outside)).astype(float)
    photo += np.random.default_rng(0).normal(0, noise, photo.shape)
    return np.clip(photo, 0, 255).astype(np.uint8)


def measured(mask: Array, photo: Array, ignored: Array | None = None) -> Contrast:
    found = outline_contrast(photo, (mask > 0).view(np.uint8), ignored)
    assert found is not None
    return found


def view_of(root: Path, mask: Array, photo: Array) -> SampleView:
    write_sample(root, "train", "all", {"labels": np.uint8([[0, 1, 2]] * 3)})
    write_sample(root, "train", "it", {"labels": mask}, photo=photo)
    dataset = open_dataset(root)
    return SampleView(dataset, dataset.sample("train/it"), "labels")


def find(check, view: SampleView) -> Finding | None:
    found = check.measure(view, check.default_options())
    if found is None or not check.is_crossed(found.score, None):
        return None
    return check.find(found, check.limit.default)


def test_that_black_on_white_has_the_full_difference():
    found = measured(blob(), painted(blob(), (0, 0, 0), (255, 255, 255), noise=0))
    assert found.difference == pytest.approx(100, abs=0.5)
    assert found.weak_share == 0
    assert found.light_inside == pytest.approx(0, abs=0.5)
    assert found.light_outside == pytest.approx(100, abs=0.5)


def test_that_colour_counts_where_brightness_is_the_same():
    mask = blob()
    photo = painted(mask, (200, 90, 90), (90, 150, 90))
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY).astype(float)
    assert abs(grey[mask > 0].mean() - grey[mask == 0].mean()) < 10
    assert measured(mask, photo).difference > 50


def test_that_a_checkered_object_stands_out_though_its_mean_colour_is_the_background_s():
    mask = blob(128)
    photo = painted(mask, (128, 128, 128), (128, 128, 128))
    squares = (np.indices(mask.shape) // 16).sum(0) % 2
    photo[mask > 0] = np.where(squares[mask > 0][:, None], 228, 28)
    assert measured(mask, photo).difference > 25


def test_that_the_size_of_the_picture_hardly_matters():
    small, large = blob(100), blob(1500)
    values = [
        measured(mask, painted(mask, (120, 100, 80), (90, 100, 110))).difference
        for mask in (small, large)
    ]
    assert values[0] == pytest.approx(values[1], rel=0.1)


def test_that_a_line_of_one_pixel_is_measured_too():
    mask = np.zeros((64, 64), np.uint8)
    mask[30, 10:50] = 1
    assert measured(mask, painted(mask, (250, 250, 250), (20, 20, 20))).difference > 70


def test_that_a_thin_strip_across_a_large_picture_is_measured_too():
    mask = np.zeros((900, 3000), np.uint8)
    mask[700:705] = 1
    assert measured(mask, painted(mask, (250, 250, 250), (20, 20, 20))).difference > 15


def test_that_ignored_pixels_are_no_background():
    mask = blob()
    photo = painted(mask, (120, 100, 80), (118, 100, 82))
    around = cv2.dilate(mask, np.ones((15, 15), np.uint8)) - mask
    photo[around > 0] = 255
    assert measured(mask, photo).difference > 40
    assert outline_contrast(photo, mask, around) is None


@pytest.mark.parametrize("mask", [np.zeros((20, 20)), np.ones((20, 20))])
def test_that_there_is_no_contrast_without_an_outline(mask):
    photo = np.zeros((20, 20, 3), np.uint8)
    assert outline_contrast(photo, mask.astype(np.uint8)) is None


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 2**31))
def test_that_any_mask_of_any_size_is_measured_in_range(width, height, seed):
    rng = np.random.default_rng(seed)
    mask = (rng.random((height, width)) < rng.random()).astype(np.uint8)
    photo = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
    found = outline_contrast(photo, mask)
    if found is not None:
        assert np.isfinite(found).all()
        assert 0 <= found.weak_share <= 100
        assert -0.1 <= min(found[2:]) <= max(found[2:]) <= 100.1


def test_that_the_fact_has_a_number_per_column(tmp_path: Path):
    taken = contrast(view_of(tmp_path, blob(), painted(blob(), (200, 200, 200), (20, 20, 20))))
    assert taken is not None
    assert (taken.dtype, taken.shape) == (np.float32, (len(COLUMNS),))


def test_that_an_object_of_the_background_s_colour_is_flagged_and_shown(tmp_path: Path):
    view = view_of(tmp_path, blob(), painted(blob(), (150, 120, 90), (146, 120, 92)))
    found = find(LOW, view)
    assert found is not None
    assert "hardly stands out" in found.message
    assert "100 % of its outline is hard to see" in found.message
    assert found.region == (view.components[0].box,)
    assert LOW.severity == Severity.INFO
    assert find(DARK, view) is None


def test_that_an_object_that_stands_out_is_not_flagged(tmp_path: Path):
    view = view_of(tmp_path, blob(), painted(blob(), (200, 120, 90), (90, 120, 200)))
    assert find(LOW, view) is None
    assert find(DARK, view) is None


def test_that_dark_on_dark_is_flagged_and_dark_on_light_is_not(tmp_path: Path):
    view = view_of(tmp_path / "dark", blob(), painted(blob(), (22, 20, 18), (40, 38, 36)))
    found = find(DARK, view)
    assert found is not None
    assert found.message.startswith("A dark object on a dark background: lightness 6 against 15")
    light = view_of(tmp_path / "light", blob(), painted(blob(), (22, 20, 18), (160, 158, 150)))
    assert find(DARK, light) is None


def test_that_samples_that_cannot_be_compared_are_passed_over(tmp_path: Path):
    empty = view_of(tmp_path / "empty", 0 * blob(), painted(blob(), (9, 9, 9), (9, 9, 9)))
    other = view_of(tmp_path / "size", blob(48), painted(blob(64), (9, 9, 9), (9, 9, 9)))
    for view in (empty, other):
        assert contrast(view) is None
        assert find(LOW, view) is None
        assert find(DARK, view) is None


def test_that_drawn_animals_in_the_dark_are_told_from_those_in_the_light(tmp_path: Path):
    for seed, recipe in enumerate([Recipe((CAT,)), Recipe((DOG,)), Recipe((CAT, DOG))]):
        for dark in (False, True):
            picture = draw_picture(
                np.random.default_rng(seed), Recipe(recipe.animals, dark=dark), 192
            )
            found = measured(picture.mask, picture.image)
            assert (max(found[2:]) < 40) == dark


def test_that_few_of_the_study_s_photos_are_flagged_and_its_hard_ones_are(
    shared_dir: Path, tmp_path: Path
):
    dataset = open_dataset(shared_dir / "pets", workspace=tmp_path)
    low, dark = set(), set()
    for sample in dataset.samples:
        view = SampleView(dataset, sample, "labels_fixed")
        low |= {sample.stem} if find(LOW, view) else set()
        dark |= {sample.stem} if find(DARK, view) else set()
    # A dalmatian on grey cobbles, a cat on cream cupboards; black animals on black chairs.
    assert low >= {"000000215618_2686", "000000303706_1261", "000000440067_1700"}
    assert dark >= {"000000440067_1700", "000000197097_227", "000000111195_5637"}
    assert len(low) <= 0.04 * len(dataset.samples)
    assert len(dark) <= 0.04 * len(dataset.samples)
