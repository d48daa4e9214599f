"""Loss terms beside MMSegmentation's own. Loaded only by worker processes.

All take logits (N, K, H, W) and class indices (N, H, W), and give one number. Pixels with the
ignored value count in none of them.
"""

from __future__ import annotations

from typing import Any

import torch
from mmseg.models.losses import CrossEntropyLoss
from mmseg.registry import MODELS
from torch import Tensor, nn
from torch.nn import functional

_TINY = 1e-6


@MODELS.register_module()
class SmoothedCrossEntropyLoss(CrossEntropyLoss):  # type: ignore[misc]
    """MMSegmentation's `CrossEntropyLoss` with label smoothing.

    Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", CVPR 2016. Without
    smoothing both give the same number: the mean over pixels, each counting with its class's
    weight.

    Args:
        label_smoothing: Share of each label that is spread evenly over all classes.
        options: Those of `CrossEntropyLoss`; the prediction is always taken as softmax.
    """

    def __init__(self, label_smoothing: float = 0.0, **options: Any) -> None:
        # Only in words: what is ignored is always left out of the mean of weighted pixels.
        super().__init__(**{"avg_non_ignore": True, **options})
        self.label_smoothing = label_smoothing

    def forward(
        self,
        cls_score: Tensor,
        label: Tensor,
        weight: Tensor | None = None,
        avg_factor: float | None = None,
        reduction_override: str | None = None,
        ignore_index: int = -100,
        **_: Any,
    ) -> Tensor:
        """The weighted mean of the cross-entropy."""
        class_weight = _as_tensor(self.class_weight, cls_score)
        losses = functional.cross_entropy(
            cls_score,
            label,
            weight=class_weight,
            ignore_index=ignore_index,
            reduction="none",
            label_smoothing=self.label_smoothing,
        )
        if weight is not None:
            losses = losses * weight
        scale = float(self.loss_weight)
        if (reduction_override or self.reduction) == "none":
            return scale * losses
        count = _weight_of(label, class_weight, cls_score.shape[1], ignore_index)
        divisor = avg_factor if avg_factor is not None else count
        return scale * losses.sum() / (divisor + _TINY)


@MODELS.register_module()
class SoftmaxFocalLoss(nn.Module):
    """Focal loss over the softmax: pixels that are already right count little.

    Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017: the mean of -(1-p)^γ log p, with
    p the probability of the true class and the class weights in the place of α. MMSegmentation's
    `FocalLoss` takes each class as a yes-or-no question of its own; here γ = 0 is the
    cross-entropy.

    Args:
        gamma: γ, how strongly it turns to pixels that are still wrong.
        class_weight: Weight of each class; equal for None.
        loss_weight: Weight of the term.
        loss_name: Its name in logs.
    """

    def __init__(
        self,
        gamma: float = 2.0,
        class_weight: list[float] | None = None,
        loss_weight: float = 1.0,
        loss_name: str = "loss_focal",
    ) -> None:
        super().__init__()
        self.gamma = gamma
        self.class_weight = class_weight
        self.loss_weight = loss_weight
        self.loss_name = loss_name

    def forward(
        self,
        pred: Tensor,
        target: Tensor,
        weight: Tensor | None = None,
        ignore_index: int = 255,
        **_: Any,
    ) -> Tensor:
        """The weighted mean of the focal loss."""
        class_weight = _as_tensor(self.class_weight, pred)
        surprise = functional.cross_entropy(
            pred, target, ignore_index=ignore_index, reduction="none"
        )
        # The power's slope at 0 is infinite for γ below 1.
        wrong = (1 - torch.exp(-surprise)).clamp_min(_TINY)
        losses = wrong**self.gamma * surprise
        if class_weight is not None:
            losses = losses * class_weight[target.clamp(0, pred.shape[1] - 1)]
        if weight is not None:
            losses = losses * weight
        count = _weight_of(target, class_weight, pred.shape[1], ignore_index)
        return self.loss_weight * losses.sum() / (count + _TINY)


@MODELS.register_module()
class ClassDiceLoss(nn.Module):
    """One minus the mean Dice of the classes, each counting the same.

    Milletari et al., "V-Net", 3DV 2016; Sudre et al., "Generalised Dice overlap as a deep learning
    loss function", DLMIA 2017. MMSegmentation's `DiceLoss` pools all classes of a photo into one
    Dice, in which the background outweighs the rest; mDice, which a run is judged by, does not.

    Args:
        loss_weight: Weight of the term.
        loss_name: Its name in logs.
    """

    def __init__(self, loss_weight: float = 1.0, loss_name: str = "loss_dice") -> None:
        super().__init__()
        self.loss_weight = loss_weight
        self.loss_name = loss_name

    def forward(
        self,
        pred: Tensor,
        target: Tensor,
        weight: Tensor | None = None,
        ignore_index: int = 255,
        **_: Any,
    ) -> Tensor:
        """The loss over a whole batch, of the classes that are in it."""
        classes = pred.shape[1]
        counted = target != ignore_index
        probability = pred.float().softmax(1) * counted[:, None]
        truth = functional.one_hot(target.where(counted, 0), classes).movedim(-1, 1)
        truth = truth * counted[:, None]
        overlap = (probability * truth).sum((0, 2, 3))
        sizes = probability.sum((0, 2, 3)) + truth.sum((0, 2, 3))
        dice = (2 * overlap + _TINY) / (sizes + _TINY)
        present = truth.amax((0, 2, 3)) > 0
        # Nothing to learn where every pixel is ignored: zero, but still part of the graph.
        mean = ((1 - dice) * present).sum() / present.sum().clamp_min(1)
        return self.loss_weight * mean


def _as_tensor(class_weight: list[float] | None, like: Tensor) -> Tensor | None:
    return None if class_weight is None else like.new_tensor(class_weight)


def _weight_of(
    label: Tensor, class_weight: Tensor | None, classes: int, ignore_index: int
) -> Tensor:
    """What all pixels of a batch weigh together."""
    if class_weight is None:
        return (label != ignore_index).sum()
    counts = torch.bincount(label.flatten(), minlength=max(classes, ignore_index + 1))
    if 0 <= ignore_index < len(counts):
        counts[ignore_index] = 0
    return (counts[:classes] * class_weight).sum()
