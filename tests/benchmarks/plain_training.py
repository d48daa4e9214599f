"""A run's `config.py` in a plain `mmengine.Runner`, with the time of each iteration on stdout.

`python -P -m tests.benchmarks.plain_training CONFIG ITERATIONS`: stock MMEngine and MMSegmentation
as their own tools start them, but for the number of iterations.
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
    """Prints when an iteration was done."""

    priority = "LOWEST"

    def after_train_iter(self, runner: Runner, *_: Any, **__: Any) -> None:
        """Print the time."""
        sys.stdout.write(f"DONE {runner.iter + 1} {time.monotonic()}\n")
        sys.stdout.flush()


def main() -> None:
    """Train for some iterations, without a validation."""
    config = Config.fromfile(sys.argv[1])
    config.train_cfg.max_iters = int(sys.argv[2])
    config.val_cfg = config.val_dataloader = config.val_evaluator = None
    config.default_hooks.checkpoint = None
    register_all_modules(init_default_scope=False)
    runner = Runner.from_cfg(config)
    runner.register_hook(Clock())
    runner.train()


if __name__ == "__main__":
    main()
