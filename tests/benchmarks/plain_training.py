"""A run's `config.py` in a plain `mmengine.Runner`, with the time of each iteration on stdout.

`python -P -m tests.benchmarks.plain_training CONFIG ITERATIONS [validate]`: stock MMEngine and
MMSegmentation as their own tools start them, but for the number of iterations. With `validate` the
mDice of the last weights is printed too.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.utils import register_all_modules


class Clock(Hook):
    """Prints when an iteration was done, and what a validation found."""

    priority = "LOWEST"

    def after_train_iter(self, runner: Runner, *_: Any, **__: Any) -> None:
        """Print the time."""
        sys.stdout.write(f"DONE {runner.iter + 1} {time.monotonic()}\n")
        sys.stdout.flush()

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Print the mDice."""
        sys.stdout.write(f"MDICE {(metrics or {})['mDice']}\n")


def main() -> None:
    """Train for some iterations, and validate after the last one or not at all."""
    config = Config.fromfile(sys.argv[1])
    config.train_cfg.max_iters = int(sys.argv[2])
    if sys.argv[3:] == ["validate"]:
        config.train_cfg.val_interval = config.train_cfg.max_iters
    else:
        config.val_cfg = config.val_dataloader = config.val_evaluator = None
    config.default_hooks.checkpoint = None
    register_all_modules(init_default_scope=False)
    runner = Runner.from_cfg(config)
    runner.register_hook(Clock())
    runner.train()


if __name__ == "__main__":
    main()
