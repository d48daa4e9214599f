"""Attention for decoders. Loaded only by worker processes."""

from __future__ import annotations

import torch
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class SqueezeExcitation(BaseModule):  # type: ignore[misc]
    """Weighs channels by what the whole picture shows.

    Hu et al., "Squeeze-and-Excitation Networks", CVPR 2018 (https://arxiv.org/abs/1709.01507).

    Args:
        channels: Channels of the features.
        ratio: The bottleneck has so many times fewer.
    """

    def __init__(self, channels: int, ratio: int = 16) -> None:
        super().__init__()
        hidden = max(4, channels // ratio)
        self.weigh = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(channels, hidden, 1),
            nn.ReLU(inplace=True),
            nn.Conv2d(hidden, channels, 1),
            nn.Sigmoid(),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Features (N, C, H, W), each channel times its weight."""
        weights: Tensor = self.weigh(features)
        return features * weights


@MODELS.register_module()
class ConvolutionalBlockAttention(BaseModule):  # type: ignore[misc]
    """Weighs channels, and after that places (CBAM).

    Woo et al., "CBAM: Convolutional Block Attention Module", ECCV 2018
    (https://arxiv.org/abs/1807.06521).

    Args:
        channels: Channels of the features.
        ratio: The bottleneck has so many times fewer.
        kernel_size: Side of the neighbourhood that a place's weight is made of.
    """

    def __init__(self, channels: int, ratio: int = 16, kernel_size: int = 7) -> None:
        super().__init__()
        hidden = max(4, channels // ratio)
        self.shared = nn.Sequential(
            nn.Conv2d(channels, hidden, 1),
            nn.ReLU(inplace=True),
            nn.Conv2d(hidden, channels, 1),
        )
        self.places = nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2)

    def forward(self, features: Tensor) -> Tensor:
        """Features (N, C, H, W), each channel and each place times its weight."""
        mean = features.mean((2, 3), keepdim=True)
        largest = features.amax((2, 3), keepdim=True)
        features = features * torch.sigmoid(self.shared(mean) + self.shared(largest))
        overview = torch.cat(
            [features.mean(1, keepdim=True), features.amax(1, keepdim=True)], dim=1
        )
        return features * torch.sigmoid(self.places(overview))
