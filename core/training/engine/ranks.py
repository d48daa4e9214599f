"""Several processes that train one run together. Loaded only by worker processes.

`torchrun` starts the worker once per process and says so in environment variables. The first
process writes the events and the checkpoints; what all must do at the same iteration (stop, pause,
validate) it decides for all.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np
import torch
from torch import distributed

# The first process may write a large checkpoint or name previews while the others wait.
_PATIENCE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Ranks:
    """This process's place among those of the run.

    Attributes:
        rank: Its number, from 0.
        world: How many there are.
        local: Its number on this machine, which is the GPU it takes.
    """

    rank: int = 0
    world: int = 1
    local: int = 0
    _group: Any = field(default=None, compare=False, repr=False)

    @property
    def is_first(self) -> bool:
        """Whether this process speaks for the run."""
        return self.rank == 0

    def share(self, value: int) -> int:
        """The first process's `value`, in every process. All have to call it."""
        if self.world == 1:
            return value
        box = torch.tensor([value], dtype=torch.int64)
        distributed.broadcast(box, src=0, group=self._group)
        return int(box.item())

    def total(self, counts: np.ndarray[Any, np.dtype[np.int64]]) -> np.ndarray[Any, Any]:
        """The sum of all processes' counts, in every process. All have to call it."""
        if self.world == 1:
            return counts
        box = torch.from_numpy(counts.copy())
        distributed.all_reduce(box, group=self._group)
        return box.numpy()

    def gather(self, mine: list[Any]) -> list[Any]:
        """All processes' lists as one, in every process. All have to call it."""
        if self.world == 1:
            return mine
        lists: list[Any] = [None] * self.world
        distributed.all_gather_object(lists, mine, group=self._group)
        return [item for each in lists for item in each]

    def begin_with(self, tensors: list[torch.Tensor]) -> None:
        """Give every process the first one's tensors, in place. All have to call it."""
        if self.world > 1:
            for tensor in tensors:
                distributed.broadcast(tensor, src=0)


def join_ranks(device: str) -> Ranks:
    """Meet the other processes of the run, if it has any.

    GPUs talk over NCCL, CPUs over gloo.

    Args:
        device: `cpu` or `cuda…`.
    """
    world = int(os.environ.get("WORLD_SIZE", "1"))
    if world == 1:
        return Ranks()
    rank, local = int(os.environ["RANK"]), int(os.environ["LOCAL_RANK"])
    if device == "cpu":
        distributed.init_process_group("gloo", timeout=_PATIENCE)
        return Ranks(rank, world, local)
    torch.cuda.set_device(local)
    distributed.init_process_group("nccl", timeout=_PATIENCE)
    # Small numbers go another way, so that asking for them does not wait for the GPU.
    return Ranks(rank, world, local, distributed.new_group(backend="gloo", timeout=_PATIENCE))


def leave_ranks() -> None:
    """Part from the other processes; nothing happens where there are none."""
    if distributed.is_available() and distributed.is_initialized():
        distributed.destroy_process_group()
