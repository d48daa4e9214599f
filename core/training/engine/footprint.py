"""What a model keeps in memory while it trains, measured. Loaded only by worker processes."""

from __future__ import annotations

from typing import Any

import torch
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch.autograd.graph import saved_tensors_hooks

_SIDE, _BATCH = 128, 2


def measure(config: dict[str, Any]) -> tuple[float, float]:
    """Build a model and add up what one forward pass saves for the backward pass.

    Args:
        config: A config's `model`, with the number of classes put in.

    Returns:
        Millions of parameters, and bytes kept for each pixel of a batch in float32.
    """
    model = MODELS.build(config).train()
    parameters = {each.untyped_storage().data_ptr() for each in model.parameters()}
    kept: dict[int, int] = {}

    def note(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in parameters:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    data = {
        "inputs": [torch.zeros(3, _SIDE, _SIDE, dtype=torch.uint8) for _ in range(_BATCH)],
        "data_samples": [_sample() for _ in range(_BATCH)],
    }
    prepared = model.data_preprocessor(data, training=True)
    with saved_tensors_hooks(note, lambda tensor: tensor):
        losses = model(**prepared, mode="loss")
        total, _ = model.parse_losses(losses)
    pixels = _BATCH * prepared["inputs"].shape[-2] * prepared["inputs"].shape[-1]
    count = sum(each.numel() for each in model.parameters())
    del total
    return count / 1e6, sum(kept.values()) / pixels


def _sample() -> Any:
    mask = torch.zeros(1, _SIDE, _SIDE, dtype=torch.int64)
    mask[:, : _SIDE // 2] = 1
    return SegDataSample(
        gt_sem_seg=PixelData(data=mask),
        metainfo={"img_shape": (_SIDE, _SIDE), "ori_shape": (_SIDE, _SIDE), "mix_lambda": 1.0},
    )
