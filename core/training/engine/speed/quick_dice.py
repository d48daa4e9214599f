"""MMSegmentation's Dice loss without copies. Loaded only by worker processes.

`DiceLoss` makes a map of 64-bit integers for each class and copies it and the probabilities to
leave out an ignored *class*, also where there is none. The same sums come from the probabilities
and the class indices alone.
"""

from __future__ import annotations

from typing import Any

import torch
from mmseg.models.losses import DiceLoss
from torch import Tensor, nn


class QuickDiceLoss(DiceLoss):  # type: ignore[misc]
    """A `DiceLoss` of MMSegmentation over the softmax that makes no maps of its own.

    Existing losses become one by `use_quick_dice`. What it is not made for goes the stock way.
    """

    def forward(self, pred: Tensor, target: Tensor, *args: Any, **options: Any) -> Tensor:
        """The loss of logits (N, K, H, W) and class indices (N, H, W).

        One minus 2 Σ p·y / (Σ p² + Σ y²) over all classes and pixels of a photo (Milletari et al.,
        "V-Net", 3DV 2016), with the stock loss's small numbers, and its mean over photos.
        """
        weight = args[0] if args else options.get("weight")
        plain = weight is None and options.get("avg_factor") is None
        plain = plain and not options.get("reduction_override") and self.reduction == "mean"
        classes = pred.shape[1]
        if not plain or pred.shape == target.shape or not _is_plain(self, classes):
            stock: Tensor = super().forward(pred, target, *args, **options)
            return stock
        probabilities = pred.softmax(dim=1)
        # What is no class has a true probability of 0 everywhere.
        known = target < classes
        indices = torch.where(known, target.clamp(min=0), 0)
        true = probabilities.gather(1, indices.unsqueeze(1)).squeeze(1) * known
        both = true.flatten(1).sum(1)
        squares = (probabilities * probabilities).flatten(1).sum(1) + self.eps
        pixels = known.flatten(1).sum(1).to(squares.dtype) + self.eps
        loss: Tensor = self.loss_weight * (1 - 2 * both / (squares + pixels)).mean()
        return loss


def use_quick_dice(model: nn.Module) -> int:
    """Let a model's Dice losses be computed quickly; return how many are."""
    count = 0
    for module in model.modules():
        if type(module) is DiceLoss:
            module.__class__ = QuickDiceLoss
            count += 1
    return count


def _is_plain(loss: DiceLoss, classes: int) -> bool:
    over_softmax = loss.activate and not loss.use_sigmoid and classes > 1
    leaves_no_class_out = loss.ignore_index is None or not 0 <= loss.ignore_index < classes
    return over_softmax and not loss.naive_dice and leaves_no_class_out
