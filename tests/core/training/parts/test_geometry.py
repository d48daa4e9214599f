"""Transforms that move photo and mask together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.training.parts import ElasticDeformation, RandomAffineCrop, RandomRotation
from tests.making import blob

MOVES = [
    RandomAffineCrop((64, 80), scale=(96, 96), scale_range=(0.4, 3.0), rotate=40.0),
    RandomAffineCrop((64, 80), scale_range=(0.3, 0.5), object_centred=1.0, border="ignore"),
    RandomRotation(60.0),
    ElasticDeformation(1.0, strength=0.1),
]


@pytest.mark.parametrize("move", MOVES, ids=lambda move: type(move).__name__)
def test_that_mask_and_photo_stay_together_and_no_value_is_invented(move, sample):
    mask = blob(96, 2)
    mask[:20, :30] = 1
    mask[80:, 60:] = 255
    # A photo in which a pixel's value says its class.
    photo = np.repeat(np.where(mask == 255, 200, mask * 50)[..., None], 3, -1).astype(np.uint8)
    for seed in range(20):
        np.random.seed(seed)
        moved = move(sample(mask.copy(), photo=photo.copy()))
        result, image = moved["gt_seg_map"], moved["img"]
        assert result.shape == image.shape[:2]
        assert result.dtype == np.uint8
        assert set(np.unique(result)) <= {0, 1, 2, 255}
        said = np.where(result == 255, 200, result.astype(int) * 50)
        # Only where the photo is interpolated between two classes may the two differ.
        outside = (result == 255) & (image[..., 0] == 104)
        agree = (np.abs(said - image[..., 0]) <= 25) | outside
        assert agree.mean() > 0.9


@pytest.mark.parametrize("move", MOVES, ids=lambda move: type(move).__name__)
def test_that_the_same_seed_gives_the_same_sample(move, sample, real_photo):
    results = []
    for _ in range(2):
        np.random.seed(5)
        results.append(move(sample(photo=real_photo.copy())))
    assert np.array_equal(results[0]["img"], results[1]["img"])
    assert np.array_equal(results[0]["gt_seg_map"], results[1]["gt_seg_map"])


@given(
    st.integers(20, 90), st.integers(20, 90), st.floats(0.2, 3), st.floats(0, 180), st.integers(0)
)
def test_that_a_crop_has_its_size_whatever_the_photo(height, width, factor, angle, seed):
    np.random.seed(seed % 2**32)
    crop = RandomAffineCrop((48, 32), (64, 64), (factor, factor), angle, object_centred=0.5)
    moved = crop(
        {
            "img": np.zeros((height, width, 3), np.uint8),
            "gt_seg_map": np.ones((height, width), np.uint8),
            "seg_fields": ["gt_seg_map"],
        }
    )
    assert moved["img"].shape == (48, 32, 3)
    assert (moved["gt_seg_map"] == 1).all()
    assert moved["img_shape"] == (48, 32)


def test_that_factor_one_without_turning_is_a_plain_crop(sample, real_photo):
    np.random.seed(1)
    mask = np.arange(96 * 96, dtype=np.uint16).reshape(96, 96)
    moved = RandomAffineCrop((96, 96), scale_range=(1.0, 1.0))(
        sample(mask.copy(), photo=real_photo.copy())
    )
    assert np.array_equal(moved["img"], real_photo)
    assert np.array_equal(moved["gt_seg_map"], mask)


def test_that_crops_can_be_centred_on_objects(sample):
    mask = np.zeros((200, 200), np.uint8)
    mask[10:16, 180:186] = 3
    crop = RandomAffineCrop((48, 48), scale_range=(1.0, 1.0), object_centred=1.0)
    seen = []
    for seed in range(20):
        np.random.seed(seed)
        seen.append((crop(sample(mask.copy()))["gt_seg_map"] == 3).any())
    assert all(seen)
    np.random.seed(0)
    assert not crop(sample(np.zeros_like(mask)))["gt_seg_map"].any()  # nothing to centre on


def test_that_border_ignore_marks_what_lies_outside(sample):
    np.random.seed(3)
    crop = RandomAffineCrop((96, 96), scale_range=(0.5, 0.5), border="ignore", seg_pad_val=9)
    moved = crop(sample(np.ones((96, 96), np.uint8)))
    assert (moved["gt_seg_map"] == 9).mean() == pytest.approx(0.75, abs=0.03)
    with pytest.raises(ValueError, match="border"):
        RandomAffineCrop((96, 96), border="wrap")
    with pytest.raises(ValueError, match="scale_range"):
        RandomAffineCrop((96, 96), scale_range=(2.0, 1.0))


@pytest.mark.parametrize("move", [RandomRotation(0.0), ElasticDeformation(0.0)])
def test_that_what_is_switched_off_changes_nothing_and_draws_nothing(move, sample, real_photo):
    np.random.seed(1)
    before = np.random.get_state()[2]
    moved = move(sample(photo=real_photo.copy()))
    assert np.random.get_state()[2] == before
    assert np.array_equal(moved["img"], real_photo)
