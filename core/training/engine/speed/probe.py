"""Finding out how a model trains fastest on this machine. Loaded only by worker processes.

Which precision, which order of values in memory and how many threads are best depends on the model
and on the machine, so a few training steps are tried in each way, on copies of the model. Weights,
optimizer and random numbers stay untouched.

Ways that use as many threads are compared by the time that this process computed, not by the clock:
on a machine that is busy with other work the clock would tell of that work.
"""

from __future__ import annotations

import copy
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

from core.training.engine.speed.decoder_order import use_orderly_decoder
from core.training.engine.speed.depthwise import use_quick_depthwise
from core.training.engine.speed.precision import keep_losses_in_float32
from core.training.engine.speed.quick_dice import use_quick_dice

# Seconds after which no further way is tried.
PATIENCE = 10.0

# A step that is longer is tried with two images only, and one that is shorter several times.
_LONG_STEP, _SHORT_STEP = 1.0, 0.5
# Below this a second thread may cost more than it brings; and how much less a single one must take
# by the clock: several lose most from what else happens to run, which passes.
_TINY_STEP, _CLEARLY_LESS = 0.25, 0.8


class Way(NamedTuple):
    """A way to compute training steps on a CPU.

    Attributes:
        precision: `float32` or `bfloat16`.
        channels_last: Whether a pixel's channels lie together in memory.
        threads: Threads of torch.
    """

    precision: str
    channels_last: bool
    threads: int

    @property
    def words(self) -> str:
        """The way in words."""
        order = "channels last" if self.channels_last else "channels first"
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        return f"{self.precision}, {order}, {threads}"


def ways(precision: str, channels_last: Any, threads: int, *, fast_bfloat16: bool) -> list[Way]:
    """The ways that a config leaves open, the most promising first.

    Args:
        precision: `auto`, `float32`, or another one, which a CPU computes as `bfloat16`.
        channels_last: `auto`, or True or False.
        threads: Threads to use.
        fast_bfloat16: Whether the CPU computes in bfloat16; where it does not, only a config that
            asks for bfloat16 gets it.
    """
    if precision == "auto":
        precisions = ["bfloat16", "float32"] if fast_bfloat16 else ["float32"]
    else:
        precisions = ["float32" if precision == "float32" else "bfloat16"]
    orders = [True, False] if channels_last == "auto" else [channels_last is True]
    return [Way(kind, order, threads) for kind in precisions for order in orders]


def fastest(
    model: nn.Module,
    make_batch: Callable[[int], dict[str, Any]],
    batch_size: int,
    candidates: Sequence[Way],
    *,
    may_change_threads: bool,
) -> tuple[Way, dict[Way, float]]:
    """Try training steps in each way.

    A way that takes longer than the best so far is left in the middle of its step.

    Args:
        model: The model; it is left as it is.
        make_batch: Makes a batch of so many images, as the loader gives it.
        batch_size: Images of one step.
        candidates: The ways, the most promising first.
        may_change_threads: Whether one thread is tried too, where the steps are tiny.

    Returns:
        The fastest way, and the seconds of a step of `batch_size` images for each that was tried
        to its end; for one thread where it is chosen.
    """
    began = time.perf_counter()
    known: dict[Way, float] = {}
    with _untouched_chance():
        few = min(batch_size, 2)
        batch, share = make_batch(few), few / batch_size
        first = _Trial(model, candidates[0])
        estimate = first.step(batch) / share
        if estimate < _LONG_STEP and few < batch_size:
            batch, share = make_batch(batch_size), 1.0
            first.step(batch)
        known[candidates[0]] = first.seconds(batch)
        del first
        for way in candidates[1:]:
            if time.perf_counter() - began > PATIENCE:
                break
            _try(model, way, batch, known)
        best = min(known, key=lambda way: known[way])
        if best != candidates[0]:
            # The most promising one lost: by one step, which something else may have held up.
            _try(model, candidates[0], batch, known)
            best = min(known, key=lambda way: known[way])
        if may_change_threads and best.threads > 1 and known[best] / share < _TINY_STEP:
            # Between one thread and several only the clock can tell.
            single, by_clock = best._replace(threads=1), dict[Way, float]()
            for way in (best, single, best):
                _try(model, way, batch, by_clock, clock=time.perf_counter)
            known[best] = by_clock[best]
            if by_clock.get(single, float("inf")) < _CLEARLY_LESS * by_clock[best]:
                known[single] = by_clock[single]
                best = single
    torch.set_num_threads(candidates[0].threads)
    return best, {way: seconds / share for way, seconds in known.items()}


def apply_way(model: nn.Module, way: Way) -> None:
    """Put a model and torch into a way of computing, besides the optimizer's context."""
    torch.set_num_threads(way.threads)
    use_quick_dice(model)
    if way.precision == "bfloat16":
        keep_losses_in_float32(model)
    if way.channels_last:
        model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        use_quick_depthwise(model)
        use_orderly_decoder(model)


def _try(
    model: nn.Module,
    way: Way,
    batch: dict[str, Any],
    known: dict[Way, float],
    clock: Callable[[], float] | None = None,
) -> None:
    best = min(known.values(), default=float("inf"))
    trial = _Trial(model, way, clock)
    try:
        # The first step also makes what the others find ready.
        trial.step(batch, limit=3 * best)
        seconds = trial.seconds(batch, limit=1.1 * best)
        known[way] = min(seconds, known.get(way, seconds))
    except _TooSlowError:
        pass


class _TooSlowError(Exception):
    pass


class _Trial:
    """A copy of a model, set up in one way.

    Args:
        model: The model.
        way: The way.
        clock: Tells seconds; by default those that a thread of this process has computed, as if
            the work had been shared out evenly.
    """

    def __init__(
        self, model: nn.Module, way: Way, clock: Callable[[], float] | None = None
    ) -> None:
        self._way = way
        self._clock = clock or (lambda: time.process_time() / way.threads)
        self._limit = float("inf")
        self._model = copy.deepcopy(model).train()
        apply_way(self._model, way)
        for module in self._model.modules():
            if not any(True for _ in module.children()):
                module.register_forward_hook(self._after_layer)

    def seconds(self, batch: dict[str, Any], limit: float = float("inf")) -> float:
        """The shortest of a few steps."""
        shortest = self.step(batch, limit)
        for _ in range(2 if shortest < _SHORT_STEP else 0):
            shortest = min(shortest, self.step(batch, limit))
        return shortest

    def step(self, batch: dict[str, Any], limit: float = float("inf")) -> float:
        """Seconds of one forward and backward pass.

        Raises:
            _TooSlowError: it took longer than `limit` seconds.
        """
        model: Any = self._model
        batch = copy.deepcopy(batch)  # padding changes the samples
        began = self._clock()
        self._limit = began + limit
        half = self._way.precision == "bfloat16"
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            data = model.data_preprocessor(batch, True)
            losses = model(**data, mode="loss")
        total, _ = model.parse_losses(losses)
        total.backward()
        for parameter in model.parameters():
            parameter.grad = None
        return self._clock() - began

    def _after_layer(self, module: nn.Module, inputs: Any, output: Any) -> None:
        self._look_at_the_clock()
        if isinstance(output, torch.Tensor) and output.requires_grad:
            output.register_hook(self._look_at_the_clock)  # type: ignore[no-untyped-call]

    def _look_at_the_clock(self, *_: Any) -> None:
        if self._clock() > self._limit:
            raise _TooSlowError


@contextmanager
def _untouched_chance() -> Iterator[None]:
    python, numpy = random.getstate(), np.random.get_state()
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
