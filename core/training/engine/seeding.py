"""Random numbers as a function of where a training stands. Loaded only by worker processes.

Nothing here is saved or restored: before a sample is loaded its number seeds the generators, and
before a step the iteration does. So a training that goes on from a checkpoint draws what an
uninterrupted one draws, whatever was drawn in between: by a validation, by loader processes that
had read ahead, by a trial of the machine's speed.
"""

from __future__ import annotations

import random
import threading
from typing import Any

import numpy as np
import torch

_ORDER, _SAMPLE, _STEP = 1, 2, 3


def seed_loading(seed: int, number: int) -> None:
    """Seed the generators for loading and augmenting one sample.

    Python's and numpy's are those that transforms draw from. torch's belongs to the training step,
    which may run at the same time where samples are loaded in a thread: it is left alone there.

    Args:
        seed: The run's seed.
        number: How many samples were drawn before this one since the run began, on all processes.
    """
    words = _words(seed, _SAMPLE, number)
    random.seed(int(words[0]))
    np.random.seed(words[1])
    if threading.current_thread() is threading.main_thread():
        torch.default_generator.manual_seed(int(words[2]))


def seed_step(seed: int, rank: int, iteration: int, *, only_torch: bool = False) -> None:
    """Seed the generators for one training step; each process of a run draws its own numbers.

    Args:
        seed: The run's seed.
        rank: Number of the process.
        iteration: Iterations done before.
        only_torch: Whether Python's and numpy's generators belong to a thread that loads samples.
    """
    words = _words(seed, _STEP, iteration, rank)
    if not only_torch:
        random.seed(int(words[0]))
        np.random.seed(words[1])
    torch.default_generator.manual_seed(int(words[2]))
    # torch.manual_seed would remember each call for a GPU that is not in use, without end.
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.manual_seed(int(words[2]))


def order_of(seed: int, epoch: int, size: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The order of `size` samples in an epoch: a permutation of their indices."""
    return np.random.default_rng((seed, _ORDER, epoch)).permutation(size)


def _words(*key: int) -> np.ndarray[Any, np.dtype[Any]]:
    # Neighbouring numbers give unrelated words: that is what a SeedSequence is for.
    return np.random.SeedSequence(key).generate_state(3)
