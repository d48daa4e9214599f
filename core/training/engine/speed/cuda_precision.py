"""Training in half precision on a GPU. Loaded only by worker processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from mmengine.optim import OptimWrapper
from mmengine.registry import OPTIM_WRAPPERS
from torch import nn

from core.errors import PetsegError

# From this compute capability on a GPU has units for float16, and from the other for bfloat16.
_FLOAT16_SINCE = (7, 0)
_BFLOAT16_SINCE = (8, 0)


@OPTIM_WRAPPERS.register_module()
class CudaBfloat16OptimWrapper(OptimWrapper):  # type: ignore[misc]
    """An `OptimWrapper` whose forward pass runs under bfloat16 autocast on the GPU.

    bfloat16 has the range of float32, so the loss needs no scaling.
    """

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Run the forward pass of a step."""
        with super().optim_context(model), torch.autocast("cuda", torch.bfloat16):
            yield


def cuda_precision(wanted: str, capability: tuple[int, int]) -> str:
    """The precision to train in on a GPU.

    Args:
        wanted: `auto`, `float32`, `bfloat16` or `float16`.
        capability: The GPU's compute capability.

    Returns:
        `float32`, `bfloat16` or `float16`.

    Raises:
        PetsegError: the GPU does not compute in what is wanted.
    """
    if wanted == "bfloat16" and capability < _BFLOAT16_SINCE:
        raise PetsegError(
            "This GPU does not compute in bfloat16", remedy="Set precision to float16 or auto."
        )
    if wanted != "auto":
        return wanted
    if capability >= _BFLOAT16_SINCE:
        return "bfloat16"
    return "float16" if capability >= _FLOAT16_SINCE else "float32"


def use_cuda_precision(config: dict[str, Any], precision: str) -> bool:
    """Let a config train in that precision; only a plain `OptimWrapper` is changed.

    float16 has a small range: MMEngine's `AmpOptimWrapper` scales the loss and skips steps whose
    gradients overflow; the scale is part of the checkpoint.

    Returns:
        Whether it trains in half precision.
    """
    wrapper = config["optim_wrapper"]
    if precision == "float32" or wrapper.get("type", "OptimWrapper") != "OptimWrapper":
        return False
    if precision == "bfloat16":
        wrapper["type"] = CudaBfloat16OptimWrapper.__name__
    else:
        wrapper.update(type="AmpOptimWrapper", dtype="float16", loss_scale="dynamic")
    return True
