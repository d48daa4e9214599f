"""Loss terms against formulas and against MMSegmentation's own."""

from __future__ import annotations

import pytest
import torch
from mmseg.models.losses import CrossEntropyLoss

from core.training.parts import ClassDiceLoss, SmoothedCrossEntropyLoss, SoftmaxFocalLoss

WEIGHTS = [0.2, 1.0, 3.0]


@pytest.fixture
def logits():
    torch.manual_seed(0)
    return torch.randn(2, 3, 8, 8, requires_grad=True)


@pytest.fixture
def labels():
    torch.manual_seed(1)
    labels = torch.randint(0, 3, (2, 8, 8))
    labels[0, :3] = 255
    return labels


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_that_without_smoothing_it_is_mmsegmentation_s_cross_entropy(logits, labels, weights):
    ours = SmoothedCrossEntropyLoss(class_weight=weights, loss_weight=0.7)
    theirs = CrossEntropyLoss(class_weight=weights, loss_weight=0.7, avg_non_ignore=weights is None)
    expected = theirs(logits, labels, ignore_index=255)
    assert float(ours(logits, labels, ignore_index=255)) == pytest.approx(float(expected), rel=1e-5)


def test_that_smoothing_is_torch_s(logits, labels):
    loss = SmoothedCrossEntropyLoss(label_smoothing=0.1, class_weight=WEIGHTS)
    expected = torch.nn.functional.cross_entropy(
        logits, labels, torch.tensor(WEIGHTS), ignore_index=255, label_smoothing=0.1
    )
    assert float(loss(logits, labels, ignore_index=255)) == pytest.approx(float(expected), rel=1e-5)


def test_that_focal_loss_is_its_formula_and_without_gamma_the_cross_entropy(logits, labels):
    entropy = SmoothedCrossEntropyLoss(class_weight=WEIGHTS)(logits, labels, ignore_index=255)
    plain = SoftmaxFocalLoss(gamma=0.0, class_weight=WEIGHTS)(logits, labels, ignore_index=255)
    assert float(plain) == pytest.approx(float(entropy), rel=1e-4)
    focal = SoftmaxFocalLoss(gamma=2.0)(logits, labels, ignore_index=255)
    valid = labels != 255
    p = logits.softmax(1).gather(1, labels.where(valid, 0)[:, None])[:, 0][valid]
    assert float(focal) == pytest.approx(float((-((1 - p) ** 2) * p.log()).mean()), rel=1e-4)


def test_that_dice_counts_classes_alike_and_pixels_that_are_ignored_not():
    labels = torch.zeros(1, 10, 10, dtype=torch.long)
    labels[0, 0, :4] = 1
    labels[0, 9] = 255
    perfect = torch.nn.functional.one_hot(labels.clamp_max(2), 3).movedim(-1, 1) * 40.0
    perfect[:, :, 9] = torch.tensor([0.0, 0.0, 40.0])[None, :, None]  # wrong where it is ignored
    loss = ClassDiceLoss()
    assert float(loss(perfect, labels)) == pytest.approx(0, abs=1e-4)
    missed = perfect.clone()
    missed[0, :, 0] = torch.tensor([40.0, 0.0, 0.0])[:, None]  # only class 1 is missed, 4 pixels
    background = 2 * 86 / (86 + 90)
    assert float(loss(missed, labels)) == pytest.approx(1 - (background + 0) / 2, abs=1e-3)


@pytest.mark.parametrize(
    "loss",
    [
        SmoothedCrossEntropyLoss(label_smoothing=0.1, class_weight=WEIGHTS),
        SoftmaxFocalLoss(gamma=0.5, class_weight=WEIGHTS),
        ClassDiceLoss(),
    ],
    ids=lambda loss: type(loss).__name__,
)
@pytest.mark.parametrize("ignored", ["some", "all"])
def test_that_every_loss_has_a_finite_slope_that_leaves_ignored_pixels_alone(
    loss, ignored, logits, labels
):
    if ignored == "all":
        labels = torch.full_like(labels, 255)
    value = loss(logits * 30, labels, ignore_index=255)  # sure of itself, right or wrong
    value.backward()
    assert torch.isfinite(value)
    assert torch.isfinite(logits.grad).all()
    assert not logits.grad.movedim(1, -1)[labels == 255].any()
    if ignored == "some":
        assert logits.grad.abs().sum() > 0
