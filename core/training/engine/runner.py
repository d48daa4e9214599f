"""MMEngine's runner, kept inside the run's folder. Loaded only by worker processes."""

from __future__ import annotations

import contextlib
import logging
import os
import re
from pathlib import Path
from typing import Any

import psutil
from mmengine.device import get_device
from mmengine.hooks import Hook
from mmengine.logging import MMLogger
from mmengine.logging.logger import MMFormatter
from mmengine.runner import Runner
from torch import nn

from core.training.engine.loop import Companions, WorkbenchTrainLoop
from core.training.engine.speed.tuning import Tuner

# What is printed goes to worker.log, which the window shows as plain text.
_DATE = "%H:%M:%S"

# MMEngine logs how each single parameter was initialised: hundreds of lines that hide the others.
_PARAMETER_NOTE = re.compile(r"\n\S+ - torch\.Size\(")


class WorkbenchRunner(Runner):  # type: ignore[misc]
    """A `Runner` that writes nothing but checkpoints.

    MMEngine would make a folder per start for logs and a copy of the config. Here the log is what
    the worker prints, and the config has been written before.

    Attributes:
        companions: What the training loop works with; set before `train`.
        tuner: Makes the training fast, once its loop has been built; set before `train`.
    """

    model: nn.Module
    companions: Companions
    tuner: Tuner | None = None

    def build_logger(
        self, log_level: int | str = "INFO", log_file: str | None = None, **options: Any
    ) -> MMLogger:
        """Log to standard output only, without colours."""
        logger = MMLogger.get_instance(
            name=self._experiment_name, log_level=log_level, log_file=None, **options
        )
        for handler in logger.handlers:
            handler.setFormatter(MMFormatter(color=False, datefmt=_DATE))
            handler.addFilter(_is_worth_a_line)
        with contextlib.suppress(OSError):
            Path(self._log_dir).rmdir()
        return logger

    def build_train_loop(self, loop: Any) -> Any:
        """Build the loop and give it what it works with."""
        built = super().build_train_loop(loop)
        if isinstance(built, WorkbenchTrainLoop):
            built.companions = self.companions
        if self.tuner is not None:
            self.tuner.tune(self, built)
        if self.distributed:
            self.model = super().wrap_model(self.cfg.get("model_wrapper_cfg"), self.model)
        return built

    def _init_model_weights(self) -> None:
        """Give the model its first weights, but for a run that goes on: its checkpoint has all.

        So a run can go on when the file that it began with is gone.
        """
        if not self._resume:
            super()._init_model_weights()

    def wrap_model(self, model_wrapper_cfg: Any, model: nn.Module) -> nn.Module:
        """Put the model on its device. The wrapper for several processes comes with the loop.

        It notes how the weights lie in memory, and exchanges gradients in that order: a model that
        is put into another order afterwards would get the gradients of other weights.
        """
        if not self.distributed:
            return super().wrap_model(model_wrapper_cfg, model)  # type: ignore[no-any-return]
        return model.to(get_device())

    def dump_config(self) -> None:
        """Nothing: `config.py` and `config.json` are there already."""


class ResumeHook(Hook):  # type: ignore[misc]
    """Takes the weights that are trained from a checkpoint whose first ones are their average."""

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Put the trained weights in the place where MMEngine looks for them."""
        if "training_state_dict" not in checkpoint:
            return
        runner.companions.resumed = {
            "ema_state": checkpoint["state_dict"],
            "ema_updates": checkpoint["ema_updates"],
        }
        checkpoint["state_dict"] = checkpoint.pop("training_state_dict")


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    return not _PARAMETER_NOTE.match(record.getMessage())


def usable_cores() -> int:
    """Number of physical cores that this process may use."""
    allowed = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    return max(1, min(allowed, psutil.cpu_count(logical=False) or allowed))
