"""Decoders beside MMSegmentation's own. Loaded only by worker processes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from mmcv.cnn import ConvModule
from mmseg.models.decode_heads import DepthwiseSeparableASPPHead
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.models.utils import resize
from mmseg.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class AttentionASPPHead(DepthwiseSeparableASPPHead):  # type: ignore[misc]
    """DeepLabV3+'s decoder with attention where its two sources meet.

    What the pyramid sees and what the first stage sees are weighed once they are put together, and
    once more before pixels are classified.

    Args:
        attention: Config of the module, `SqueezeExcitation` or `ConvolutionalBlockAttention`;
            its `channels` are put in here.
        options: Those of `DepthwiseSeparableASPPHead`.
    """

    def __init__(self, attention: dict[str, Any], **options: Any) -> None:
        super().__init__(**options)
        together = self.channels + (options["c1_channels"] if self.c1_bottleneck else 0)
        self.attend_sources = MODELS.build({**attention, "channels": together})
        self.attend_result = MODELS.build({**attention, "channels": self.channels})

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        """Logits (N, K, H, W) at the resolution of the first stage."""
        top = self._transform_inputs(inputs)
        pooled = self._to_size(self.image_pool(top), top)
        features = self.bottleneck(torch.cat([pooled, *self.aspp_modules(top)], dim=1))
        if self.c1_bottleneck is not None:
            details = self.c1_bottleneck(inputs[0])
            features = torch.cat([self._to_size(features, details), details], dim=1)
        features = self.sep_bottleneck(self.attend_sources(features))
        logits: Tensor = self.cls_seg(self.attend_result(features))
        return logits

    def _to_size(self, features: Tensor, like: Tensor) -> Tensor:
        resized: Tensor = resize(
            features, size=like.shape[2:], mode="bilinear", align_corners=self.align_corners
        )
        return resized


@MODELS.register_module()
class LiteASPPHead(BaseDecodeHead):  # type: ignore[misc]
    """The light decoder of MobileNetV3 (LR-ASPP), for features of any size.

    Howard et al., "Searching for MobileNetV3", ICCV 2019 (https://arxiv.org/abs/1905.02244).
    MMSegmentation's `LRASPPHead` pools over windows of 49×49, larger than the features of small
    photos; here the weights of the channels come from the whole picture.

    Args:
        in_channels: Channels of the features, from fine to coarse.
        in_index: Which outputs of the backbone they are.
        branch_channels: Channels that each but the coarsest is reduced to.
        options: Those of `BaseDecodeHead`.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        in_index: Sequence[int],
        branch_channels: Sequence[int] = (16, 32),
        **options: Any,
    ) -> None:
        super().__init__(
            in_channels=list(in_channels),
            in_index=list(in_index),
            input_transform="multiple_select",
            **options,
        )
        if len(branch_channels) != len(in_channels) - 1:
            raise ValueError("branch_channels has one entry for each input but the last")
        style = {"norm_cfg": self.norm_cfg, "act_cfg": self.act_cfg}
        self.top = ConvModule(in_channels[-1], self.channels, 1, **style)
        self.weigh = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(in_channels[-1], self.channels, 1), nn.Sigmoid()
        )
        self.reduce = nn.ModuleList(
            ConvModule(channels, to, 1, **style)
            for channels, to in zip(in_channels, branch_channels, strict=False)
        )
        self.fuse = nn.ModuleList(
            ConvModule(self.channels + to, self.channels, 1, **style) for to in branch_channels
        )

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        """Logits (N, K, H, W) at the resolution of the finest features."""
        *finer, coarsest = self._transform_inputs(inputs)
        features = self.top(coarsest) * self.weigh(coarsest)
        for index in reversed(range(len(finer))):
            details = self.reduce[index](finer[index])
            features = resize(
                features,
                size=details.shape[2:],
                mode="bilinear",
                align_corners=self.align_corners,
            )
            features = self.fuse[index](torch.cat([features, details], dim=1))
        logits: Tensor = self.cls_seg(features)
        return logits
