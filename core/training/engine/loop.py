"""The loop of a training: iterations, checkpoints, validations, and their order.

Loaded only by worker processes.
"""

from __future__ import annotations

import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, Literal

from mmengine.registry import LOOPS
from mmengine.runner import IterBasedTrainLoop

from core.runs.events import EventWriter, Message
from core.training.engine.ema import WeightAverage
from core.training.engine.pace import Pace
from core.training.engine.ranks import Ranks
from core.training.engine.requests import Paused, Requests
from core.training.engine.saving import CheckpointSaver, unwrapped
from core.training.engine.seeding import seed_step
from core.training.engine.soundness import LossWatch
from core.training.engine.speed.prefetch import PrefetchingLoader
from core.training.engine.standing import Standing

Ending = Literal["done", "stop", "pause"]


@dataclass
class Companions:
    """What a training needs beside MMEngine's runner.

    Attributes:
        ema: Decay of the average of the weights; 0 for none.
        early_stop: Validations without a better mDice after which the run ends; 0 for never.
        resumed: The checkpoint that the run goes on from; empty at its beginning.
        watch: Is given the loss of every iteration.
    """

    events: EventWriter
    pace: Pace
    ranks: Ranks
    requests: Requests
    saver: CheckpointSaver
    standing: Standing
    ema: float = 0.0
    early_stop: int = 0
    resumed: dict[str, Any] = field(default_factory=dict)
    watch: LossWatch = field(default_factory=LossWatch)


@LOOPS.register_module()
class WorkbenchTrainLoop(IterBasedTrainLoop):  # type: ignore[misc]
    """An `IterBasedTrainLoop` that can be left after any iteration and gone on with exactly.

    The order after an iteration is: checkpoint, validation, best checkpoint. A run that ends
    during a validation is resumed with that validation.

    Attributes:
        companions: Set before `run`.
        waited: Seconds that the present iteration waited for its batch.
        ending: Why the loop was left.
    """

    companions: Companions
    waited: float = 0.0
    ending: Ending = "done"
    _average: WeightAverage | None = None

    def run(self) -> Any:
        """Train to the end, or until somebody asks for something else.

        Raises:
            Cancelled: that was asked.
            PetsegError: the losses or the weights are no longer numbers.
        """
        runner, ours = self.runner, self.companions
        self._begin_average()
        runner.call_hook("before_train")
        runner.call_hook("before_train_epoch")
        self.dataloader_iterator.skip_iter(self._iter)
        try:
            if self._iter > 0:
                self._catch_up()
            ours.pace.resume()
            runner.model.train()
            while self._iter < self._max_iters and not self.stop_training:
                self._one_iteration()
                self._after_iteration(ours.requests.read())
        except Paused:
            self.ending = "pause"
        runner.call_hook("after_train_epoch")
        runner.call_hook("after_train")
        return runner.model

    def _one_iteration(self) -> None:
        began = time.monotonic()
        batch = next(self.dataloader_iterator)
        self.waited = time.monotonic() - began
        # After the batch was loaded, which may have drawn numbers in this process.
        is_ahead = isinstance(self.dataloader, PrefetchingLoader)
        seed_step(self.runner.seed, self.companions.ranks.rank, self._iter, only_torch=is_ahead)
        self.run_iter(batch)
        if self._average is not None:
            self._average.update()

    def _after_iteration(self, asked: str | None) -> None:
        ours = self.companions
        is_last = self._iter >= self._max_iters
        if asked == "pause" and not is_last:
            self._save()
            raise Paused
        if asked == "stop":
            self.ending, self.stop_training = "stop", True
        validates = self.runner.val_loop is not None and (
            is_last or asked == "stop" or self._is_validation_due()
        )
        if validates or is_last or asked == "stop" or ours.saver.is_due(self._iter):
            self._save()
        if validates:
            self._validate()
            if not self.stop_training and not is_last:
                self._after_validation()
            self.runner.model.train()
        ours.pace.resume()

    def _catch_up(self) -> None:
        """Do what the attempt before was left in the middle of."""
        if self._is_validation_due() and self.companions.ranks.share(self._is_unmeasured()):
            self._validate()
        self._see_whether_it_pays()

    def _after_validation(self) -> None:
        self._see_whether_it_pays()
        # A validation may take minutes: what was asked meanwhile is done without an iteration more.
        match self.companions.requests.read():
            case "pause":
                raise Paused
            case "stop":
                self.ending, self.stop_training = "stop", True
            case _:
                pass

    def _is_validation_due(self) -> bool:
        self._decide_current_val_interval()
        if self.runner.val_loop is None or self._iter < self.val_begin:
            return False
        return bool(self._iter % self.val_interval == 0 or self._iter >= self._max_iters)

    def _is_unmeasured(self) -> bool:
        return bool(self.companions.standing.validated != self._iter)

    def _save(self) -> None:
        self.companions.watch.look()
        if self.companions.ranks.is_first:
            self.companions.saver.save_last(self.runner, self._iter)

    def _validate(self) -> None:
        with self._average.in_use() if self._average is not None else nullcontext():
            # Each process has its own statistics of batch norm; the first one's are saved.
            self.companions.ranks.begin_with(list(unwrapped(self.runner.model).buffers()))
            self.runner.val_loop.run()

    def _see_whether_it_pays(self) -> None:
        """Stop when the last validations brought nothing better."""
        ours = self.companions
        is_over = 0 < ours.early_stop <= ours.standing.since_best
        if ours.ranks.share(is_over):
            self.stop_training = True
            ours.events.write(
                Message(
                    text=f"Stopped early: {ours.standing.since_best} validations in a row brought "
                    f"no better mDice ({ours.standing.words})."
                )
            )

    def _begin_average(self) -> None:
        ours = self.companions
        if ours.ema <= 0:
            return
        self._average = ours.saver.average = WeightAverage(unwrapped(self.runner.model), ours.ema)
        if "ema_updates" in ours.resumed:
            self._average.load(ours.resumed["ema_state"], ours.resumed["ema_updates"])
