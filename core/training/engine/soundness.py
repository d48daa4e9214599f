"""Seeing that a training still computes with numbers. Loaded only by worker processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from core.errors import PetsegError

_REMEDY = "Start again with a smaller learning rate (lr)."
_STATISTICS = ("running_mean", "running_var")


class LossWatch:
    """Finds the first iteration whose loss is no number.

    On a GPU, looking at a loss means waiting for it. So losses are kept as they are until somebody
    waits anyway: when an iteration is reported, or before a checkpoint is written.
    """

    def __init__(self) -> None:
        self._unseen: list[tuple[int, Tensor]] = []

    def add(self, iteration: int, loss: Any) -> None:
        """Take the loss of an iteration, a tensor of one value or a number."""
        self._unseen.append((iteration, torch.as_tensor(loss).detach()))

    def look(self) -> None:
        """Look at the losses that nobody has looked at yet.

        Raises:
            PetsegError: one is no number; the first such iteration is named.
        """
        seen, self._unseen = self._unseen, []
        if not seen:
            return
        are_finite = torch.stack([loss for _, loss in seen]).isfinite().tolist()
        for (iteration, _), is_finite in zip(seen, are_finite, strict=True):
            if not is_finite:
                raise PetsegError(
                    f"The loss is no longer a number (iteration {iteration})", remedy=_REMEDY
                )


def require_numbers(
    model: nn.Module, iteration: int, average: Mapping[str, Tensor] | None = None
) -> None:
    """See that what a model has learnt may be saved.

    Parameters and the statistics of batch norm are looked at. Other buffers are not learnt, and an
    infinite value may belong there, as in a mask of attention.

    Args:
        model: The model.
        iteration: The iteration it is at.
        average: The running average of its weights by name, if there is one.

    Raises:
        PetsegError: there is something infinite or not a number among them.
    """
    learnt: dict[str, Tensor] = dict(model.named_parameters())
    learnt |= {name: value for name, value in model.named_buffers() if name.endswith(_STATISTICS)}
    averages = average or {}
    tensors = [*learnt.values(), *(averages[name] for name in learnt if name in averages)]
    # Together, so that a GPU is waited for once.
    if tensors and not torch.stack([each.isfinite().all() for each in tensors]).all():
        raise PetsegError(
            f"The weights are no longer numbers (iteration {iteration}), so they are not saved",
            remedy=_REMEDY,
        )
