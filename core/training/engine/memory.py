"""Which smaller batch fits when the memory does not suffice. Loaded only by worker processes."""

from __future__ import annotations

import ctypes
import gc
import os
import traceback
from typing import Any

import torch

from core.errors import PetsegError
from core.training.engine.runner import WorkbenchRunner
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
    error: BaseException, runner: WorkbenchRunner, *, batch: int, world: int = 1
) -> BatchTooLargeError:
    """Say what to do about a failed allocation, after trying it.

    Smaller and smaller batches are put through a training step in this process, until one fits.
    The model is of no use afterwards; its last checkpoint is. Where several processes train, the
    others wait for this one's share of a step, so that half the batch is named untried.

    Args:
        error: What was raised; the memory that its traceback holds is let go.
        runner: The runner that was training.
        batch: Images of one iteration, on all processes.
        world: Number of processes.
    """
    release(error)
    what = f"The memory did not suffice for a batch of {batch} images"
    if world > 1:
        return _half(what, batch, world)
    _finish_building(runner)
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


def _half(what: str, batch: int, world: int) -> BatchTooLargeError:
    half = batch // 2 // world * world  # each process has to get as many
    if half == 0:
        remedy = "Use a smaller crop_size or another recipe, or close other programs."
        return BatchTooLargeError(what, remedy, None)
    remedy = f"Half of it may fit (that was not tried): set batch_size to {half}."
    return BatchTooLargeError(what, remedy, {"batch_size": half})


def _finish_building(runner: WorkbenchRunner) -> None:
    """Build what a training step takes, where memory failed before the training began."""
    if isinstance(runner.optim_wrapper, dict):
        runner.tuner = None  # the loop is built without the trial, which may be what failed
        runner.optim_wrapper = runner.build_optim_wrapper(runner.optim_wrapper)


def largest_fitting(runner: WorkbenchRunner, batch: int) -> int | None:
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


def _fits(runner: WorkbenchRunner, size: int) -> bool:
    model: Any = runner.model
    try:
        model.train()
        runner.optim_wrapper.zero_grad()
        loader = runner.train_dataloader
        seeded = isinstance(loader.dataset, SeededDataset)
        samples = [
            loader.dataset[Turn(index, index) if seeded else index]
            for index in (number % len(loader.dataset) for number in range(size))
        ]
        model.train_step(loader.collate_fn(samples), optim_wrapper=runner.optim_wrapper)
    # Each library has an exception of its own. Batch norm refuses a single image whose features
    # are one pixel (a ValueError): that does not fit either.
    except Exception as error:
        if not is_out_of_memory(error) and not isinstance(error, ValueError):
            raise
        release(error)
        return False
    return True
