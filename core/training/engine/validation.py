"""Measuring the validations of a training. Loaded only by worker processes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner

from core.evaluation.metrics.confusion import ConfusionMatrix, Metrics
from core.runs.events import ClassScore, EventWriter, Preview, Validation
from core.training.engine.pace import Pace
from core.training.engine.previews import Previews
from core.training.engine.ranks import Ranks
from core.training.engine.requests import Requests
from core.training.engine.saving import CheckpointSaver
from core.training.engine.standing import Standing


class ValidationHook(Hook):  # type: ignore[misc]
    """Counts pixels, keeps the best checkpoint, writes previews, and tells.

    The best checkpoint is written before its validation is told: a worker that is killed in
    between measures again when it is resumed.

    Args:
        events: Where to tell.
        class_names: Names of the classes, by index.
        ignore_index: Mask value that no metric counts.
        standing: The validations so far.
        saver: Writes checkpoints.
        requests: What is asked of the run.
        ranks: The processes of the run.
        pace: Is told of validations.
    """

    priority = "NORMAL"

    def __init__(
        self,
        events: EventWriter,
        class_names: Sequence[str],
        ignore_index: int,
        *,
        standing: Standing,
        saver: CheckpointSaver,
        previews: Previews,
        requests: Requests,
        ranks: Ranks,
        pace: Pace,
    ) -> None:
        self._events = events
        self._class_names = list(class_names)
        self._ignore_index = ignore_index
        self._standing = standing
        self._saver = saver
        self._previews = previews
        self._requests = requests
        self._ranks = ranks
        self._pace = pace
        self._left = 0
        self._confusion = ConfusionMatrix(len(self._class_names), ignore_index)
        self._figures: Metrics | None = None
        self._shown: list[Preview] = []

    def before_val_epoch(self, runner: Runner) -> None:
        """Begin to count anew."""
        self._confusion = ConfusionMatrix(len(self._class_names), self._ignore_index)
        self._figures = None
        self._shown = []
        # Several processes share the samples in turns, and the sampler lets the last ones repeat
        # some so that all have as many; those count once.
        total = len(runner.val_loop.dataloader.dataset)
        self._left = len(range(self._ranks.rank, total, self._ranks.world))
        self._pace.validation_begins()

    def after_val_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Sequence[Any] | None = None,
    ) -> None:
        """Count the predictions of one batch."""
        for sample in (outputs or ())[: self._left]:
            prediction = _to_mask(sample.pred_sem_seg.data)
            truth = _to_mask(sample.gt_sem_seg.data)
            self._confusion.add(prediction, truth)
            preview = self._previews.add(sample.img_path, prediction, truth, runner.iter)
            if preview is not None:
                self._shown.append(preview)
        self._left -= min(self._left, len(outputs or ()))
        self._requests.interrupt()

    def measure(self) -> dict[str, float]:
        """What was counted, by all processes, in percent and by MMSegmentation's names."""
        if self._ranks.world > 1:
            self._share()
        self._figures = figures = self._confusion.metrics(self._class_names)
        return {
            name: round(getattr(figures, name), 2) for name in ("aAcc", "mIoU", "mAcc", "mDice")
        }

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Keep the best checkpoint, and report."""
        if self._figures is None:
            self.measure()
        if self._ranks.is_first:
            self._conclude(runner)
        self._pace.validation_done()

    def _share(self) -> None:
        counts = self._ranks.total(self._confusion.full_counts)
        pooled = ConfusionMatrix(len(self._class_names), self._ignore_index)
        pooled.add_entries(
            (int(row), int(column), int(counts[row, column])) for row, column in np.argwhere(counts)
        )
        self._confusion = pooled
        self._shown = self._ranks.gather(self._shown)

    def _conclude(self, runner: Runner) -> None:
        figures = self._figures
        assert figures is not None, "it was measured"
        iteration = runner.iter
        best = None
        if self._standing.is_better(figures.mDice):
            best = self._saver.save_best(runner, iteration)
        self._standing.add(figures.mDice, iteration)
        self._events.write(
            Validation(
                iteration=iteration,
                mDice=figures.mDice,
                mAcc=figures.mAcc,
                aAcc=figures.aAcc,
                classes=[ClassScore(**each.model_dump()) for each in figures.classes],
            )
        )
        if best is not None:
            self._saver.tell_best(best, iteration)
        for preview in sorted(self._shown, key=lambda each: each.sample):
            # In the file each event is later than the one before it.
            self._events.write(preview.model_copy(update={"time": time.time()}))


def _to_mask(data: torch.Tensor) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return data.squeeze(0).to(torch.uint8).cpu().numpy()
