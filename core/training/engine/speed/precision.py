"""Training in bfloat16 where the CPU computes in it. Loaded only by worker processes.

MMEngine's AmpOptimWrapper refuses the CPU, so the context is entered by a wrapper of our own. It is
put in when a run starts and is not part of `config.py`, which stays stock MMSegmentation.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from mmengine.optim import OptimWrapper
from mmengine.registry import OPTIM_WRAPPERS
from torch import nn

_CPU_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})


@OPTIM_WRAPPERS.register_module()
class CpuBfloat16OptimWrapper(OptimWrapper):  # type: ignore[misc]
    """An `OptimWrapper` whose forward pass runs under bfloat16 autocast.

    Weights, gradients of weights, batch statistics and losses stay float32. bfloat16 has the range
    of float32, so the loss needs no scaling.
    """

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Run the forward pass of a step."""
        with super().optim_context(model), torch.autocast("cpu", torch.bfloat16):
            yield


def has_fast_bfloat16() -> bool:
    """Whether this CPU multiplies bfloat16 natively (elsewhere it is emulated, and slow)."""
    try:
        text = Path("/proc/cpuinfo").read_text("utf-8", "replace")
    except OSError:
        return False
    flags = next((line for line in text.splitlines() if line.startswith("flags")), "")
    return bool(_CPU_FLAGS & set(flags.split()))


def keep_losses_in_float32(model: nn.Module) -> None:
    """Make the decoders hand float32 logits to their losses."""
    for name in ("decode_head", "auxiliary_head"):
        head = getattr(model, name, None)
        for each in head if isinstance(head, nn.ModuleList) else [head]:
            if each is not None:
                each.register_forward_hook(_to_float32)


def _to_float32(module: nn.Module, inputs: Any, output: Any) -> Any:
    if isinstance(output, torch.Tensor):
        return output.float()
    if isinstance(output, list | tuple):
        return type(output)(_to_float32(module, inputs, item) for item in output)
    return output
