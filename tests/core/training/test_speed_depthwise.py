"""Depthwise convolutions, written in other words: the same numbers come out."""

from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from core.training.engine.speed.depthwise import QuickDepthwiseConv2d, use_quick_depthwise


def layer(channels: int, stride: int = 1, dilation: int = 1, bias: bool = False) -> nn.Conv2d:
    return nn.Conv2d(channels, channels, 3, stride, dilation, dilation, groups=channels, bias=bias)


def through(model: nn.Module, inputs: torch.Tensor, half: bool = False):
    """Output, and the gradients of inputs and weight, of one pass."""
    inputs = inputs.clone(memory_format=torch.channels_last).requires_grad_()
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        output = model(inputs)
    torch.manual_seed(1)
    output.backward(torch.randn(output.shape).to(output.dtype))
    return output, inputs.grad, model.weight.grad


def error(found: torch.Tensor, expected: torch.Tensor) -> float:
    found, expected = found.detach().double(), expected.detach().double()
    return float((found - expected).norm() / expected.norm())


@settings(max_examples=25, deadline=None)
@given(
    height=st.integers(2, 20),
    width=st.integers(2, 20),
    dilation=st.sampled_from([1, 2, 3, 6, 8, 12, 18]),
    half=st.booleans(),
)
def test_that_outputs_and_gradients_are_those_of_torch(height, width, dilation, half):
    torch.manual_seed(0)
    stride = 2 if dilation == 1 else 1
    stock = layer(8, stride, dilation).to(memory_format=torch.channels_last)
    quick = copy.deepcopy(stock)
    assert use_quick_depthwise(quick) == 1
    inputs = torch.randn(2, 8, height, width)
    expected = through(stock, inputs)
    for found, wanted in zip(through(quick, inputs, half), expected, strict=True):
        assert found.shape == wanted.shape
        assert error(found, wanted) < (0.02 if half else 1e-5)


def test_that_only_depthwise_layers_with_slow_gradients_are_taken():
    model = nn.Sequential(
        layer(4), layer(4, stride=2), layer(4, dilation=6), nn.Conv2d(4, 8, 3, 2, 1),
        nn.Conv2d(8, 8, 3, 1, 2, 2, groups=8), nn.Conv2d(8, 16, 1),
    )  # fmt: skip
    names = set(model.state_dict())
    assert use_quick_depthwise(model) == 3
    assert [isinstance(each, QuickDepthwiseConv2d) for each in model[:3]] == [False, True, True]
    assert set(model.state_dict()) == names


def test_that_other_layouts_and_frozen_weights_go_through_too():
    torch.manual_seed(0)
    stock = layer(8, dilation=6)
    quick = copy.deepcopy(stock)
    use_quick_depthwise(quick)
    inputs = torch.randn(2, 8, 9, 9)
    assert torch.equal(quick(inputs), stock(inputs))
    quick.weight.requires_grad_(False)
    last = inputs.clone(memory_format=torch.channels_last).requires_grad_()
    quick(last).sum().backward()
    assert last.grad is not None
    assert quick.weight.grad is None


@pytest.mark.parametrize("dilation", [2, 12])
def test_that_a_batch_without_gradient_is_predicted_alike(dilation):
    torch.manual_seed(0)
    stock = layer(8, dilation=dilation, bias=True)
    quick = copy.deepcopy(stock)
    use_quick_depthwise(quick)
    inputs = torch.randn(2, 8, 16, 16).to(memory_format=torch.channels_last)
    with torch.inference_mode():
        assert error(quick(inputs), stock(inputs)) < 1e-6
