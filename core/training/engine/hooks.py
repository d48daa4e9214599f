"""MMEngine hooks that report a training's iterations. Loaded only by worker processes.

They are registered at run time, so that the run's `config.py` stays stock MMSegmentation.
"""

from __future__ import annotations

import math
import time
from typing import Any

import psutil
import torch
from mmengine.hooks import Hook, LoggerHook, RuntimeInfoHook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from core.runs.events import EventWriter, Iteration
from core.training.engine.pace import Pace
from core.training.engine.soundness import LossWatch

_FIRST_ITERATIONS = 5
_REPORT_EVERY = 0.5
_LOG_EVERY = 10.0


class EventsHook(Hook):  # type: ignore[misc]
    """Writes iteration events.

    Iterations are reported at most twice a second, besides the first and the last ones. The
    tensors of the losses are looked at only then, so that a GPU is not made to wait.

    Args:
        events: Where to write.
        pace: Measures the iterations; the loop tells it how long each waited for its batch.
        batch: Images of one iteration, on all processes.
        samples: Training samples in use.
        watch: Is given the loss of every iteration.
    """

    priority = "BELOW_NORMAL"  # before the learning rate is stepped

    def __init__(
        self, events: EventWriter, pace: Pace, batch: int, samples: int, watch: LossWatch
    ) -> None:
        self._events = events
        self._pace = pace
        self._batch = batch
        self._samples = max(samples, 1)
        self._watch = watch
        self._reported = self._logged = 0.0
        self._process = psutil.Process()
        self._gpu = _GpuUse()

    def before_train(self, runner: Runner) -> None:
        """Begin to measure time."""
        loop = runner.train_loop
        self._pace.begin(
            total=loop.max_iters,
            interval=loop.val_interval if runner.val_loop is not None else None,
        )

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: dict[str, Any] | None = None,
    ) -> None:
        """Report the iteration when it is time to.

        Raises:
            PetsegError: a loss is no longer a number.
        """
        done = runner.iter + 1
        self._pace.iteration_done(runner.train_loop.waited)
        now = time.monotonic()
        is_due = (
            now - self._reported >= _REPORT_EVERY
            or done <= _FIRST_ITERATIONS
            or done == runner.max_iters
        )
        if not outputs:
            return
        if is_due:
            self._reported = now
            event = self._report(runner, done, outputs)
            if now - self._logged >= _LOG_EVERY or done == runner.max_iters:
                self._logged = now
                runner.logger.info(_line(event))
        loss = outputs.get("loss", 0.0)
        self._watch.add(done, loss)
        if is_due or not (isinstance(loss, torch.Tensor) and loss.is_cuda):
            self._watch.look()

    def _report(self, runner: Runner, done: int, outputs: dict[str, Any]) -> Iteration:
        seconds = self._pace.seconds_per_iteration
        event = Iteration(
            iteration=done,
            max_iters=runner.max_iters,
            losses={name: _number(value) for name, value in outputs.items() if "loss" in name},
            lr=float(runner.optim_wrapper.get_lr()["lr"][0]),
            seconds_per_iteration=seconds,
            eta=self._pace.eta(done),
            memory_mb=self._memory_mb(),
            accuracy=_accuracy(outputs),
            images_per_second=self._batch / seconds if seconds > 0 else None,
            data_seconds=self._pace.data_seconds,
            gpu_percent=self._gpu.percent(),
            epoch=done * self._batch / self._samples,
        )
        self._events.write(event)
        return event

    def _memory_mb(self) -> float:
        if torch.cuda.is_available():
            return float(torch.cuda.max_memory_allocated()) / 2**20
        return float(self._process.memory_info().rss) / 2**20


@HOOKS.register_module()
class QuietRuntimeInfoHook(RuntimeInfoHook):  # type: ignore[misc]
    """MMEngine's hook without its copy of every loss, for which a GPU has to be waited for."""

    def after_train_iter(self, *_: Any, **__: Any) -> None:
        """Nothing: the curves are in the events."""


@HOOKS.register_module()
class QuietLoggerHook(LoggerHook):  # type: ignore[misc]
    """MMEngine's log of validations; iterations are logged by `EventsHook`."""

    def after_train_iter(self, *_: Any, **__: Any) -> None:
        """Nothing: see `EventsHook`."""


class _GpuUse:
    """How busy the GPU is, where NVIDIA's monitoring library is installed."""

    def __init__(self) -> None:
        self._is_known = torch.cuda.is_available()

    def percent(self) -> float | None:
        if not self._is_known:
            return None
        try:
            return float(torch.cuda.utilization())
        except Exception:
            # The library is missing, or the driver gives no figures (as on MIG parts): torch
            # raises what the library raises. It will not get better.
            self._is_known = False
            return None


def _accuracy(outputs: dict[str, Any]) -> float | None:
    """The main decoder's accuracy on the batch, in percent; it comes before the auxiliary one's."""
    names = [name for name in outputs if name.endswith("acc_seg")]
    chosen = next((name for name in names if name.startswith("decode.")), next(iter(names), None))
    return None if chosen is None else _number(outputs[chosen])


def _number(value: Any) -> float:
    return float(value.detach() if isinstance(value, torch.Tensor) else value)


def _line(event: Iteration) -> str:
    speed = "" if event.images_per_second is None else f", {event.images_per_second:.3g} images/s"
    return (
        f"Iteration {event.iteration} of {event.max_iters}: "
        f"loss {event.losses.get('loss', math.nan):.4g}, lr {event.lr:.3g}{speed}"
    )
