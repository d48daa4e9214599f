"""Two samples brought together."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from mmseg.registry import DATASETS
from mmseg.utils import register_all_modules

from core.training.parts import CopyPaste, CutMix, MixingSegDataset, MixUp, PackMixedInputs
from tests.making import blob, make_dataset

register_all_modules()


def mixed(transform, sample, seed, *, mask, other):
    np.random.seed(seed)
    results = sample(mask.copy())
    results["draw_partner"] = lambda: sample(other.copy())
    return transform(results)


def test_that_pasted_objects_come_with_their_label_and_nothing_else_does(sample):
    other = np.full((96, 96), 4, np.uint8)  # a class whose one piece fills the photo's border
    other[:, :] = 0
    other[30:60, 40:80] = 7
    other[:10] = 255
    shares = []
    for seed in range(20):
        result = mixed(CopyPaste(1.0), sample, seed, mask=blob(96), other=other)
        mask, photo = result["gt_seg_map"], result["img"][..., 0].astype(int)
        assert set(np.unique(mask)) <= {0, 1, 7}
        inside = mask == 7
        shares.append(inside.mean())
        # In the middle of the pasted piece the photo shows it: 7 × 50 wraps to 94 in uint8.
        core = inside & np.roll(inside, 4, 0) & np.roll(inside, -4, 0)
        core &= np.roll(inside, 4, 1) & np.roll(inside, -4, 1)
        assert (np.abs(photo[core] - 94) <= 1).all()
        away = ~inside
        assert np.array_equal(photo[away], (blob(96)[away] * 50).astype(int))
    assert min(shares) > 0.01
    assert len(set(shares)) > 10


@pytest.mark.parametrize("other", [np.zeros((96, 96), np.uint8), np.full((96, 96), 255, np.uint8)])
def test_that_without_objects_nothing_is_pasted(sample, other):
    result = mixed(CopyPaste(1.0), sample, 0, mask=blob(96), other=other)
    assert np.array_equal(result["gt_seg_map"], blob(96))


def test_that_cutmix_exchanges_one_rectangle_of_photo_and_mask(sample):
    shares = []
    for seed in range(30):
        ours, theirs = np.full((96, 80), 1, np.uint8), np.full((96, 80), 3, np.uint8)
        result = mixed(CutMix(1.0), sample, seed, mask=ours, other=theirs)
        foreign = result["gt_seg_map"] == 3
        shares.append(foreign.mean())
        rows, columns = foreign.any(1), foreign.any(0)
        assert foreign.sum() == rows.sum() * columns.sum()  # a rectangle
        assert np.array_equal(result["img"][..., 0], np.where(foreign, 150, 50))
    assert np.mean(shares) == pytest.approx(0.5, abs=0.15)


def test_that_a_smaller_partner_is_filled_up_with_what_is_ignored(sample):
    small = np.full((40, 50), 3, np.uint8)
    values = set()
    for seed in range(10):
        result = mixed(CutMix(1.0), sample, seed, mask=np.ones((96, 96), np.uint8), other=small)
        values |= set(np.unique(result["gt_seg_map"]))
    assert values == {1, 3, 255}


def test_that_mixup_blends_photos_and_packs_both_masks_with_their_share(sample):
    result = mixed(MixUp(1.0), sample, 3, mask=np.full((96, 96), 1, np.uint8), other=blob(96, 2))
    share = result["mix_lambda"]
    assert 0 <= share <= 1
    expected = share * 50 + (1 - share) * blob(96, 2) * 50.0
    assert np.abs(result["img"][..., 0] - expected).max() <= 1
    data = PackMixedInputs()(result)["data_samples"]
    assert data.gt_sem_seg.data.shape == (2, 96, 96)
    assert data.metainfo["mix_lambda"] == share
    assert (data.gt_sem_seg.data[0] == 1).all()
    assert torch.equal(data.gt_sem_seg.data[1], torch.from_numpy(blob(96, 2)).long())


def test_that_a_sample_that_was_not_mixed_is_packed_as_ever(sample):
    result = mixed(MixUp(0.0), sample, 3, mask=blob(96), other=blob(96, 2))
    data = PackMixedInputs()(result)["data_samples"]
    assert data.gt_sem_seg.data.shape == (1, 96, 96)
    assert "mix_lambda" not in data.metainfo


def test_that_a_dataset_without_second_samples_is_named_as_the_cause(sample):
    with pytest.raises(ValueError, match="MixingSegDataset"):
        CutMix(1.0)(sample())


@pytest.fixture
def dataset(tmp_path) -> MixingSegDataset:
    root = make_dataset(tmp_path / "data", samples=8)
    pipeline = [
        {"type": "LoadImageFromFile"},
        {"type": "LoadAnnotations"},
        {"type": "RandomFlip", "prob": 0.5},
        {"type": "CopyPaste", "prob": 0.5},
        {"type": "CutMix", "prob": 0.5},
        {"type": "MixUp", "prob": 0.5},
        {"type": "ColorJitter", "strength": 1.0},
        {"type": "PackMixedInputs"},
    ]
    return DATASETS.build(
        {
            "type": "MixingSegDataset",
            "data_root": str(root),
            "data_prefix": {"img_path": "img/train", "seg_map_path": "labels/train"},
            "img_suffix": ".png",
            "seg_map_suffix": ".png",
            "metainfo": {"classes": ("background", "cat", "dog")},
            "pipeline": pipeline,
        }
    )


def test_that_a_sample_depends_on_nothing_but_the_seed(dataset):
    def draw(number):
        np.random.seed(number)
        return dataset[number % len(dataset)]

    first = [draw(number) for number in range(24)]
    np.random.random_sample(100)
    for number in reversed(range(24)):  # in another order
        again = draw(number)
        assert torch.equal(again["inputs"], first[number]["inputs"])
        ours, theirs = again["data_samples"], first[number]["data_samples"]
        assert torch.equal(ours.gt_sem_seg.data, theirs.gt_sem_seg.data)
    layers = {len(item["data_samples"].gt_sem_seg.data) for item in first}
    assert layers == {1, 2}


def test_that_a_second_sample_is_loaded_only_when_it_is_needed(dataset):
    loads = []
    load = dataset.pipeline.transforms[0]
    dataset.pipeline.transforms[0] = lambda results: (loads.append(1), load(results))[1]
    for transform in dataset.pipeline.transforms[3:6]:
        transform.prob = 0.0
    dataset[0]
    assert len(loads) == 1
    dataset.pipeline.transforms[4].prob = 1.0
    dataset[0]
    assert len(loads) == 3
