"""Which smaller batch fits when the memory does not suffice. Loaded only by worker processes."""

from __future__ import annotations

import ctypes
import gc
import os
import traceback
from typing import Any

import torch
from mmengine.runner import Runner

from core.errors import PetsegError
from core.training.engine.sampling import SeededDataset, Turn
from core.training.failure import is_out_of_memory


class BatchTooLargeError(PetsegError):
    """The memory did not suffice for the run.

    Attributes:
        suggestion: Form fields with which it would; None when nothing was found.
    """

    def __init__(self, what: str, remedy: str, suggestion: dict[str, Any] | None) -> None:
        super().__init__(what, remedy=remedy)
        self.suggestion = suggestion


def explain(
    error: BaseException, runner: Runner, *, batch: int, world: int = 1
) -> BatchTooLargeError:
    """Say what to do about a failed allocation, after trying it.

    Smaller and smaller batches are put through a training step in this process, until one fits.
    The model is of no use afterwards; its last checkpoint is.

    Args:
        error: What was raised; the memory that its traceback holds is let go.
        runner: The runner that was training.
        batch: Images of one iteration, on all processes.
        world: Number of processes; with several, nothing is tried.
    """
    release(error)
    what = f"The memory did not suffice for a batch of {batch} images"
    if world > 1 or isinstance(runner.optim_wrapper, dict):  # the others wait, or none is built
        return BatchTooLargeError(what, "Use a smaller batch_size or crop_size.", None)
    fitting = largest_fitting(runner, batch)
    if fitting is None:
        return BatchTooLargeError(
            what,
            "No smaller batch fits either: use a smaller crop_size or another recipe, or close "
            "other programs.",
            None,
        )
    return BatchTooLargeError(
        what,
        f"A batch of {fitting} fits, as was just tried: set batch_size to {fitting}.",
        {"batch_size": fitting},
    )


def largest_fitting(runner: Runner, batch: int) -> int | None:
    """The largest of half, a quarter, … of a batch of which a training step fits into memory.

    None when none does.
    """
    size = batch // 2
    while size >= 1:
        if _fits(runner, size):
            return size
        size //= 2
    return None


def release(error: BaseException) -> None:
    """Let go of the tensors that an exception's traceback holds, and of what torch keeps."""
    seen: BaseException | None = error
    while seen is not None:
        traceback.clear_frames(seen.__traceback__)
        seen = seen.__cause__ or seen.__context__
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    _give_back_to_system()


def _give_back_to_system() -> None:
    """Let the C library return what it keeps for later: oneDNN asks the system, not the library."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim is not None:  # glibc
        trim(0)


def _fits(runner: Runner, size: int) -> bool:
    try:
        runner.model.train()
        runner.optim_wrapper.zero_grad()
        loader = runner.train_dataloader
        seeded = isinstance(loader.dataset, SeededDataset)
        samples = [
            loader.dataset[Turn(index, index) if seeded else index]
            for index in (number % len(loader.dataset) for number in range(size))
        ]
        runner.model.train_step(loader.collate_fn(samples), optim_wrapper=runner.optim_wrapper)
    # Each library has an exception of its own. Batch norm refuses a single image whose features
    # are one pixel (a ValueError): that does not fit either.
    except Exception as error:
        if not is_out_of_memory(error) and not isinstance(error, ValueError):
            raise
        release(error)
        return False
    return True
