"""MMEngine hooks that tell a run's story in events. Loaded only by worker processes.

They are registered at run time, so that the run's `config.py` stays stock MMSegmentation.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner

from core.errors import PetsegError
from core.evaluation.metrics import ConfusionMatrix
from core.runs import control
from core.runs.events import (
    BestScore,
    Checkpoint,
    ClassScore,
    EventWriter,
    Heartbeat,
    Iteration,
    Validation,
)
from core.training.engine.checkpoints import strip_logs
from core.training.engine.pace import Pace

_HEARTBEAT = 2.0
_FIRST_ITERATIONS = 5
_REPORT_EVERY = 0.5


class Cancelled(BaseException):
    """Somebody asked for the run to end at once."""


class EventsHook(Hook):  # type: ignore[misc]
    """Writes iteration, validation and heartbeat events, and obeys stop requests.

    Iterations are reported at most twice a second, besides the first and the last ones; the
    loss tensors are looked at only then, so that a GPU is not made to wait.

    Args:
        events: Where to write.
        folder: The run's folder, for requests.
        class_names: Names of the classes, by index.
        ignore_index: Mask value that no metric counts.
    """

    priority = "BELOW_NORMAL"  # before the learning rate is stepped

    def __init__(
        self, events: EventWriter, folder: Path, class_names: Sequence[str], ignore_index: int
    ) -> None:
        self.best: BestScore | None = None
        self.stop_requested = False
        self._events = events
        self._folder = folder
        self._class_names = list(class_names)
        self._ignore_index = ignore_index
        self._confusion = ConfusionMatrix(len(self._class_names), ignore_index)
        self._pace = Pace()
        self._reported = 0.0
        self._said = time.monotonic()
        self._process = psutil.Process()

    def before_train(self, runner: Runner) -> None:
        """Begin to measure time; a resumed run knows its best score."""
        hub = runner.message_hub.runtime_info
        score, path = hub.get("best_score"), hub.get("best_ckpt")
        if score is not None and path:
            iteration = int(Path(str(path)).stem.rpartition("_")[2])
            self.best = BestScore(mDice=float(score), iteration=iteration)
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
        """Report the iteration when it is time to, and look for requests."""
        done = runner.iter + 1
        self._pace.iteration_done()
        now = time.monotonic()
        is_due = now - self._reported >= _REPORT_EVERY or done <= _FIRST_ITERATIONS
        if outputs and (is_due or done == runner.max_iters):
            self._reported = self._said = now
            self._report(runner, done, outputs)
        self._obey(runner, done)

    def before_val_epoch(self, runner: Runner) -> None:
        """Begin a new confusion matrix."""
        self._confusion = ConfusionMatrix(len(self._class_names), self._ignore_index)
        self._pace.validation_begins()

    def after_val_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Sequence[Any] | None = None,
    ) -> None:
        """Count the predictions of one batch."""
        for sample in outputs or ():
            self._confusion.add(
                _to_mask(sample.pred_sem_seg.data), _to_mask(sample.gt_sem_seg.data)
            )
        if control.read_request(self._folder) == "cancel":
            raise Cancelled
        self._beat()

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Report the validation."""
        figures = self._confusion.metrics(self._class_names)
        iteration = runner.iter
        self._events.write(
            Validation(
                iteration=iteration,
                mDice=figures.mDice,
                mAcc=figures.mAcc,
                aAcc=figures.aAcc,
                classes=[ClassScore(**each.model_dump()) for each in figures.classes],
            )
        )
        if not math.isnan(figures.mDice) and (self.best is None or figures.mDice > self.best.mDice):
            self.best = BestScore(mDice=figures.mDice, iteration=iteration)
        self._pace.validation_done()

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Keep checkpoints to plain data and tensors."""
        strip_logs(checkpoint)

    def _report(self, runner: Runner, done: int, outputs: dict[str, Any]) -> None:
        losses = {name: _number(value) for name, value in outputs.items() if "loss" in name}
        total = losses.get("loss", 0.0)
        self._events.write(
            Iteration(
                iteration=done,
                max_iters=runner.max_iters,
                losses=losses,
                lr=float(runner.optim_wrapper.get_lr()["lr"][0]),
                seconds_per_iteration=self._pace.seconds_per_iteration,
                eta=self._pace.eta(done),
                memory_mb=self._memory_mb(),
            )
        )
        if not math.isfinite(total):
            raise PetsegError(
                f"The loss is no longer a number (iteration {done})",
                remedy="Start again with a smaller learning rate (lr).",
            )

    def _memory_mb(self) -> float:
        if torch.cuda.is_available():
            return float(torch.cuda.max_memory_allocated()) / 2**20
        return float(self._process.memory_info().rss) / 2**20

    def _obey(self, runner: Runner, done: int) -> None:
        request = control.read_request(self._folder)
        if request == "cancel":
            raise Cancelled
        if request == "stop" and not self.stop_requested:
            self.stop_requested = True
            # The loop ends after this iteration as it would after its last one: the checkpoint
            # hook, which runs later than this one, saves, and the loop validates.
            runner.train_loop._max_iters = done

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._said >= _HEARTBEAT:
            self._said = now
            self._events.write(Heartbeat())


class CheckpointEventsHook(Hook):  # type: ignore[misc]
    """Reports the checkpoints that MMEngine's own hook has just written."""

    priority = "LOWEST"  # after the checkpoint hook

    def __init__(self, events: EventWriter, folder: Path) -> None:
        self._events = events
        self._folder = folder
        self._known: dict[str, str] = {}

    def before_train(self, runner: Runner) -> None:
        """Remember what a resumed run had."""
        self._known = {key: self._path_of(runner, key) for key in ("last_ckpt", "best_ckpt")}

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: dict[str, Any] | None = None,
    ) -> None:
        """Report a new last checkpoint."""
        self._report(runner, "last_ckpt", runner.iter + 1)

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Report a new best checkpoint."""
        self._report(runner, "best_ckpt", runner.iter)

    def _report(self, runner: Runner, key: str, iteration: int) -> None:
        path = self._path_of(runner, key)
        if path and path != self._known.get(key):
            self._known[key] = path
            relative = Path(path).relative_to(self._folder).as_posix()
            self._events.write(
                Checkpoint(iteration=iteration, path=relative, best=key == "best_ckpt")
            )

    @staticmethod
    def _path_of(runner: Runner, key: str) -> str:
        return str(runner.message_hub.runtime_info.get(key) or "")


def _number(value: Any) -> float:
    return float(value.detach() if isinstance(value, torch.Tensor) else value)


def _to_mask(data: torch.Tensor) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return data.squeeze(0).to(torch.uint8).cpu().numpy()
