"""A running average of a model's weights. Loaded only by worker processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class WeightAverage:
    """An exponential moving average of weights and of batch norm's statistics.

    After update t the average is `d * average + (1 - d) * weights` with
    `d = min(decay, (1 + t) / (10 + t))`, so that the first, untrained weights are soon forgotten
    (Tarvainen and Valpola, "Mean teachers are better role models", 2017; the warm-up is that of
    TensorFlow's `ExponentialMovingAverage`).

    Args:
        model: The model that is trained. Its tensors are watched, so they must stay the same ones.
        decay: Between 0 and 1.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.updates = 0
        # Counters are not averaged: they stay the model's.
        self._live = {
            name: tensor
            for name, tensor in model.state_dict(keep_vars=True).items()
            if tensor.dtype.is_floating_point
        }
        self._average = {name: tensor.detach().clone() for name, tensor in self._live.items()}

    @torch.no_grad()
    def update(self) -> None:
        """Take the model's present weights into the average."""
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        self.updates += 1
        torch._foreach_lerp_(list(self._average.values()), list(self._live.values()), 1 - decay)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Put the average into the model for a while, and then the weights back."""
        weights = {name: tensor.detach().clone() for name, tensor in self._live.items()}
        self._put(self._average)
        try:
            yield
        finally:
            self._put(weights)

    def state(self) -> dict[str, Tensor]:
        """The average by name, without counters. The tensors are the ones in use."""
        return dict(self._average)

    @torch.no_grad()
    def load(self, average: Mapping[str, Tensor], updates: int) -> None:
        """Go on from a saved average."""
        self.updates = updates
        for name, tensor in self._average.items():
            tensor.copy_(average[name])

    @torch.no_grad()
    def _put(self, tensors: Mapping[str, Tensor]) -> None:
        for name, tensor in self._live.items():
            tensor.copy_(tensors[name])
