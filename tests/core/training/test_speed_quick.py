"""Crops, Dice losses and accuracies made quickly: the same crops, losses, gradients and shares."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from mmseg.datasets.transforms import RandomCrop
from mmseg.models.losses import DiceLoss
from mmseg.models.losses import accuracy as stock_accuracy
from torch import nn

from core.training.engine.speed.quick_accuracy import accuracy
from core.training.engine.speed.quick_crop import QuickRandomCrop, use_quick_crops
from core.training.engine.speed.quick_dice import QuickDiceLoss, use_quick_dice


@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.tuples(st.integers(4, 24), st.integers(4, 24)),
    ratio=st.sampled_from((0.5, 0.75, 0.95, 1.0)),
    ignored=st.sampled_from((255, 0, 2)),
    classes=st.integers(1, 4),
)
def test_that_a_quick_crop_is_where_mmsegmentation_s_is(seed, size, ratio, ignored, classes):
    drawn = np.random.default_rng(seed)
    mask = drawn.integers(0, classes, size, dtype=np.uint8)
    mask[: size[0] // 2, : size[1] // 2] = 0
    mask[drawn.random(size) < 0.1] = 255
    photo = drawn.integers(0, 256, (*size, 3), dtype=np.uint8)
    cropped = []
    for kind in (RandomCrop, QuickRandomCrop):
        np.random.seed(seed % 1000)
        results = {"img": photo, "gt_seg_map": mask, "seg_fields": ["gt_seg_map"]}
        crop = kind(crop_size=(6, 8), cat_max_ratio=ratio, ignore_index=ignored)
        cropped.append((crop.transform(results), np.random.random()))
    (expected, number), (found, same_number) = cropped
    assert np.array_equal(found["img"], expected["img"])
    assert np.array_equal(found["gt_seg_map"], expected["gt_seg_map"])
    assert found["img_shape"] == expected["img_shape"]
    assert same_number == number  # what comes after draws the same numbers, too


def test_that_only_the_random_crops_of_training_are_exchanged():
    config = {
        "train_dataloader": {"dataset": {"pipeline": [{"type": "RandomCrop", "crop_size": 8}]}},
        "val_dataloader": {"dataset": {"pipeline": [{"type": "RandomCrop", "crop_size": 8}]}},
    }
    assert use_quick_crops(config)
    steps = [config[key]["dataset"]["pipeline"] for key in ("train_dataloader", "val_dataloader")]
    assert [step[0]["type"] for step in steps] == ["QuickRandomCrop", "RandomCrop"]
    assert not use_quick_crops({"train_dataloader": None})


@settings(deadline=None)
@given(
    seed=st.integers(0, 1000),
    classes=st.integers(1, 4),
    ignored=st.sampled_from((255, None, 1, 0)),
    naive=st.booleans(),
    sigmoid=st.booleans(),
)
def test_that_quick_losses_and_gradients_are_mmsegmentation_s(
    seed, classes, ignored, naive, sigmoid
):
    torch.manual_seed(seed)
    logits = torch.randn(2, classes, 6, 5)
    labels = torch.randint(0, classes, (2, 6, 5))
    labels[torch.rand(2, 6, 5) < 0.2] = 255
    options = {"use_sigmoid": sigmoid, "naive_dice": naive, "loss_weight": 0.7}
    if ignored is not None and ignored < classes == 1:
        return  # nothing is left to judge, which the stock loss refuses
    stock = DiceLoss(**options, ignore_index=ignored)
    model = nn.ModuleList([copy.deepcopy(stock), nn.ReLU()])
    assert use_quick_dice(model) == 1
    assert isinstance(model[0], QuickDiceLoss)
    results = []
    for loss in (stock, model[0]):
        inputs = logits.clone().requires_grad_()
        value = loss(inputs, labels, weight=None, ignore_index=255)
        value.backward()
        results.append((value.detach(), inputs.grad))
    (expected, gradient), (found, same_gradient) = results
    assert float(found) == pytest.approx(float(expected), rel=1e-5)
    assert torch.allclose(same_gradient, gradient, rtol=1e-4, atol=1e-7)
    assert model[0].loss_name == stock.loss_name


def test_that_a_weighted_loss_is_mmsegmentation_s():
    torch.manual_seed(0)
    logits, labels = torch.randn(3, 3, 4, 4), torch.randint(0, 3, (3, 4, 4))
    stock = DiceLoss(use_sigmoid=False)
    quick = copy.deepcopy(stock)
    use_quick_dice(quick)
    for options in ({"weight": torch.tensor([1.0, 2.0, 3.0])}, {"reduction_override": "none"}):
        assert torch.equal(quick(logits, labels, **options), stock(logits, labels, **options))


@settings(deadline=None)
@given(
    seed=st.integers(0, 1000),
    classes=st.integers(1, 5),
    ignored=st.sampled_from((255, None, 0)),
    unlabelled=st.sampled_from((0.0, 0.3, 1.0)),
)
def test_that_a_quick_accuracy_is_mmsegmentation_s(seed, classes, ignored, unlabelled):
    torch.manual_seed(seed)
    logits = torch.randn(2, classes, 7, 5, requires_grad=True)
    labels = torch.randint(0, classes, (2, 7, 5))
    labels[torch.rand(2, 7, 5) < unlabelled] = 255
    expected = stock_accuracy(logits, labels, ignore_index=ignored)
    found = accuracy(logits, labels, ignore_index=ignored)
    assert found.shape == expected.shape
    assert float(found) == pytest.approx(float(expected), rel=1e-5)
    assert not found.requires_grad
    if classes > 2:
        both = [
            each(logits, labels, topk=(1, 2), ignore_index=ignored)
            for each in (accuracy, stock_accuracy)
        ]
        assert [float(one) for one in both[0]] == [float(one) for one in both[1]]
