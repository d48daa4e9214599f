"""Depthwise convolutions without the slow paths of CPUs. Loaded only by worker processes.

In a depthwise convolution every channel has a filter of its own. For some of them torch's CPU
library has no kernel of its own and falls back to loops that take ten to a hundred times as long:
the gradient of a strided one in bfloat16, those with a dilation, above all where it is wide. On a
DeepLabV3+ they take a large part of a training step. The same sums can be written with what is
fast; nothing else than the order of additions changes.

All of this is for tensors in channels-last order, on a CPU. Anything else goes torch's own way.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, pad

_LAST = torch.channels_last
_KERNEL = (3, 3)

# Up to this dilation the library's kernels for the forward direction are the fast ones.
_NARROW = 8


class QuickDepthwiseConv2d(nn.Conv2d):
    """An `nn.Conv2d` of depth 1 and 3×3 pixels whose gradients, too, are computed quickly.

    Existing layers become one by `use_quick_depthwise`; names and values of their weights stay.
    """

    def forward(self, inputs: Tensor) -> Tensor:
        """Convolve (N, C, H, W)."""
        weight = self.weight
        if torch.is_autocast_enabled("cpu"):
            kind = torch.get_autocast_dtype("cpu")
            inputs, weight = inputs.to(kind), weight.to(kind)
        if not _is_ours(inputs, self.stride[0]):
            stock: Tensor = self._conv_forward(inputs, weight, self.bias)
            return stock
        convolved: Tensor
        with torch.autocast("cpu", enabled=False):
            if self.stride[0] == 1:
                convolved = _Dilated.apply(inputs, weight, self.dilation[0])  # type: ignore[no-untyped-call]
            else:
                convolved = _Strided.apply(inputs, weight, self.stride[0])  # type: ignore[no-untyped-call]
        if self.bias is not None:
            convolved = convolved + _of_channels(self.bias.to(convolved.dtype))
        return convolved


def use_quick_depthwise(model: nn.Module) -> int:
    """Let a model's depthwise convolutions be computed quickly; return how many are.

    They are those of 3×3 pixels that keep the size (with a dilation) or halve it.
    """
    count = 0
    for module in model.modules():
        if type(module) is nn.Conv2d and _is_slow_kind(module):
            module.__class__ = QuickDepthwiseConv2d
            count += 1
    return count


def _is_slow_kind(layer: nn.Conv2d) -> bool:
    is_depthwise = layer.groups == layer.in_channels == layer.out_channels > 1
    is_square = layer.dilation[0] == layer.dilation[1] and layer.stride[0] == layer.stride[1]
    plain = layer.kernel_size == _KERNEL and layer.padding_mode == "zeros"
    if not (is_depthwise and is_square and plain and layer.padding == layer.dilation):
        return False
    stride, dilation = layer.stride[0], layer.dilation[0]
    return (stride == 1 and dilation > 1) or (stride > 1 and dilation == 1)


def _is_ours(inputs: Tensor, stride: int) -> bool:
    if inputs.device.type != "cpu" or inputs.dim() != 4:
        return False
    if not inputs.is_contiguous(memory_format=_LAST) or inputs.is_contiguous():
        return False
    if inputs.dtype == torch.bfloat16:
        return True
    return inputs.dtype == torch.float32 and stride == 1  # strided ones are fast in float32


class _Dilated(torch.autograd.Function):
    """Stride 1, padding as wide as the dilation: the size stays."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weight: Tensor, dilation: int) -> Tensor:
        ctx.dilation = dilation
        ctx.save_for_backward(inputs, weight)
        return _convolve(inputs, weight, dilation)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        inputs, weight = ctx.saved_tensors
        gradient = gradients[0].contiguous(memory_format=_LAST)
        needs_inputs, needs_weight, _ = ctx.needs_input_grad
        # The gradient of the inputs is a convolution with the filters turned around.
        return (
            _convolve(gradient, weight.flip(2, 3), ctx.dilation) if needs_inputs else None,
            _weight_gradient(gradient, inputs, weight, ctx.dilation) if needs_weight else None,
            None,
        )


class _Strided(torch.autograd.Function):
    """Stride above 1, padding 1."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weight: Tensor, stride: int) -> Tensor:
        ctx.stride = stride
        ctx.save_for_backward(inputs, weight)
        return conv2d(inputs, weight, None, stride, 1, 1, inputs.shape[1])

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        inputs, weight = ctx.saved_tensors
        gradient = gradients[0].contiguous(memory_format=_LAST)
        needs_inputs, needs_weight, _ = ctx.needs_input_grad
        of_inputs = None
        if needs_inputs:
            # With zeros between its pixels the gradient is that of a convolution of stride 1.
            spread = torch.zeros_like(inputs, memory_format=_LAST)
            spread[:, :, :: ctx.stride, :: ctx.stride] = gradient
            of_inputs = conv2d(spread, weight.flip(2, 3), None, 1, 1, 1, inputs.shape[1])
        of_weight = None
        if needs_weight:
            of_weight = _native_weight_gradient(gradient, inputs, weight, ctx.stride)
        return of_inputs, of_weight, None


def _convolve(inputs: Tensor, weight: Tensor, dilation: int) -> Tensor:
    if dilation < _NARROW:
        return conv2d(inputs, weight, None, 1, dilation, dilation, inputs.shape[1])
    if _is_by_taps(inputs, dilation):
        return _convolve_by_taps(inputs, weight, dilation)
    parts = _apart(inputs, dilation)
    return _together(conv2d(parts, weight, None, 1, 1, 1, inputs.shape[1]), inputs, dilation)


def _weight_gradient(gradient: Tensor, inputs: Tensor, weight: Tensor, dilation: int) -> Tensor:
    if _is_by_taps(inputs, dilation):
        return _weight_gradient_by_taps(gradient, inputs, weight, dilation)
    return _native_weight_gradient(
        _apart(gradient, dilation), _apart(inputs, dilation), weight, stride=1
    )


def _native_weight_gradient(
    gradient: Tensor, inputs: Tensor, weight: Tensor, stride: int
) -> Tensor:
    found: tuple[Tensor, Tensor, Tensor] = torch.ops.aten.convolution_backward(
        gradient, inputs, weight, None, [stride, stride], [1, 1], [1, 1], False, [0, 0],
        inputs.shape[1], [False, True, False],
    )  # fmt: skip
    return found[1]


def _is_by_taps(inputs: Tensor, dilation: int) -> bool:
    """Whether so few pixels meet through the outer filter values that these go one by one."""
    size = min(inputs.shape[2:])
    if dilation >= _NARROW and inputs.dtype == torch.float32:
        return True
    return -(-size // dilation) <= 2


def _apart(inputs: Tensor, step: int) -> Tensor:
    """Every `step`-th pixel of a row and column as a small picture of its own.

    A dilated convolution of (N, C, H, W) is a plain one of those (N·step², C, ⌈H/step⌉, ⌈W/step⌉).
    """
    count, channels, height, width = inputs.shape
    rows, columns = -(-height // step), -(-width // step)
    if (rows * step, columns * step) != (height, width):
        inputs = pad(inputs, (0, columns * step - width, 0, rows * step - height))
    parts = inputs.permute(0, 2, 3, 1).reshape(count, rows, step, columns, step, channels)
    parts = parts.permute(0, 2, 4, 1, 3, 5).reshape(-1, rows, columns, channels)
    return parts.permute(0, 3, 1, 2)


def _together(parts: Tensor, like: Tensor, step: int) -> Tensor:
    """The reverse of `_apart`, in the size of `like`."""
    count, channels, height, width = like.shape
    rows, columns = parts.shape[2:]
    whole = parts.permute(0, 2, 3, 1).reshape(count, step, step, rows, columns, channels)
    whole = whole.permute(0, 3, 1, 4, 2, 5).reshape(count, rows * step, columns * step, channels)
    return whole[:, :height, :width].permute(0, 3, 1, 2).contiguous(memory_format=_LAST)


def _convolve_by_taps(inputs: Tensor, weight: Tensor, dilation: int) -> Tensor:
    """The filter's middle value times all pixels, plus the outer ones where they meet any."""
    whole = inputs * _of_channels(weight[:, 0, 1, 1])
    for row, column, here, there in _taps(inputs, dilation):
        factor = _of_channels(weight[:, 0, row, column])
        whole[:, :, *here].addcmul_(inputs[:, :, *there], factor)
    return whole


def _weight_gradient_by_taps(
    gradient: Tensor, inputs: Tensor, weight: Tensor, dilation: int
) -> Tensor:
    found = torch.zeros_like(weight)
    found[:, 0, 1, 1] = (gradient * inputs).sum((0, 2, 3))
    for row, column, here, there in _taps(inputs, dilation):
        met = gradient[:, :, *here] * inputs[:, :, *there]
        found[:, 0, row, column] = met.sum((0, 2, 3))
    return found


def _of_channels(values: Tensor) -> Tensor:
    return values.view(1, -1, 1, 1)


def _taps(inputs: Tensor, dilation: int) -> Iterator[tuple[int, int, _Part, _Part]]:
    """The outer filter values that meet pixels: row, column, the pixels' place, and their mates'.

    The others fall into the padding everywhere.
    """
    height, width = inputs.shape[2:]
    for row in range(3):
        for column in range(3):
            down, right = (row - 1) * dilation, (column - 1) * dilation
            if (row, column) == (1, 1) or abs(down) >= height or abs(right) >= width:
                continue
            here = _shifted(height, -down), _shifted(width, -right)
            there = _shifted(height, down), _shifted(width, right)
            yield row, column, here, there


def _shifted(size: int, by: int) -> slice:
    return slice(max(by, 0), size + min(by, 0))


_Part = tuple[slice, slice]
