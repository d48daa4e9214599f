"""Convolutions that apply their activation while they write. Loaded only by worker processes.

After a convolution an activation reads and writes the whole result once more, which in a small
network on a CPU takes a good part of a prediction. Torch's CPU library can do both in one go.
Outside of training the numbers are the same.
"""

from __future__ import annotations

from typing import Any

import torch
from mmcv.cnn import ConvModule
from torch import Tensor, nn

from core.training.engine.speed.depthwise import QuickDepthwiseConv2d

# As torch's CPU library names them, and with their bounds.
_ACTIVATIONS: dict[type[nn.Module], tuple[str, list[float]]] = {
    nn.ReLU: ("relu", []),
    nn.ReLU6: ("hardtanh", [0.0, 6.0]),
}

# Depthwise convolutions of a wider dilation are computed in a way of their own.
_WIDEST = 7


class ActivatedConv2d(nn.Conv2d):
    """An `nn.Conv2d` with its activation, for predictions in float32 on a CPU.

    Existing layers become one by `use_fused_activations`; their weights stay.

    Attributes:
        activation: The activation's name and its bounds.
    """

    activation: tuple[str, list[float]]
    _ordered: Tensor | None = None

    def forward(self, inputs: Tensor) -> Tensor:
        """Convolve (N, C, H, W) and apply the activation."""
        name, bounds = self.activation
        padding, stride = [int(each) for each in self.padding], list(self.stride)
        dilation = list(self.dilation)
        if self._ordered is None:
            # In the order that the library computes in; otherwise it puts them so at each call.
            self._ordered = torch.ops.mkldnn._reorder_convolution_weight(
                self.weight, padding, stride, dilation, self.groups, list(inputs.shape)
            )
        convolved: Tensor = torch.ops.mkldnn._convolution_pointwise(
            inputs, self._ordered, self.bias, padding, stride, dilation, self.groups,
            name, bounds, "",
        )  # fmt: skip
        return convolved


def use_fused_activations(model: nn.Module) -> int:
    """Let a model's convolutions apply the activations after them; return how many do.

    Only for a copy of a model that has no batch norms left and is not trained. It is for MMCV's
    `ConvModule`, in which the convolution and its activation are known to belong together.
    """
    weights = next(model.parameters(), None)
    if weights is None or weights.device.type != "cpu" or weights.dtype != torch.float32:
        return 0
    if not _is_offered():
        return 0
    count = 0
    for module in model.modules():
        if isinstance(module, ConvModule) and _is_fusible(module):
            conv: Any = module.conv
            conv.__class__ = ActivatedConv2d
            conv.activation = _ACTIVATIONS[type(module.activate)]
            module.with_activation = False
            count += 1
    return count


def _is_offered() -> bool:
    is_there = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return bool(is_there) and hasattr(torch.ops.mkldnn, "_convolution_pointwise")


def _is_fusible(module: Any) -> bool:
    if not module.with_activation or type(module.activate) not in _ACTIVATIONS:
        return False
    if tuple(module.order) != ("conv", "norm", "act"):
        return False
    if module.with_norm and not isinstance(module.norm, nn.Identity):
        return False
    conv = module.conv
    plain = type(conv) in (nn.Conv2d, QuickDepthwiseConv2d) and conv.padding_mode == "zeros"
    return plain and not isinstance(conv.padding, str) and max(conv.dilation) <= _WIDEST
