"""What makes a training fast, put into a run when it starts. Loaded only by worker processes.

`config.py` stays stock MMSegmentation: `accelerate_config` changes the config of this start only,
and `Tuner` the runner built from it. What was found by trial is written into the run's folder, so
that a resumed run computes as it did before.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from core.files import atomic_write_text
from core.memory import keep_freed_memory
from core.runs.events import EventWriter, Message
from core.training.engine.sampling import SeededDataset, Turn
from core.training.engine.saving import unwrapped
from core.training.engine.speed.batched_validation import use_batched_validation
from core.training.engine.speed.data_cache import use_data_cache
from core.training.engine.speed.precision import CpuBfloat16OptimWrapper, has_fast_bfloat16
from core.training.engine.speed.prefetch import PrefetchingLoader, use_prefetching
from core.training.engine.speed.probe import Way, apply_way, fastest, ways
from core.training.engine.speed.quick_accuracy import use_quick_accuracy
from core.training.engine.speed.quick_crop import use_quick_crops

SPEED_FILE = "speed.json"

# In a shorter run the trial would cost more than it brings.
_WORTH_A_TRIAL = 100

# Optimizers of torch that update all weights in one go, on CPUs and GPUs.
_FUSED = ("Adam", "AdamW", "SGD")


def accelerate_config(config: dict[str, Any], *, world: int = 1) -> None:
    """Let a config hold decoded data, crop quickly, validate in batches and step in one go.

    Args:
        config: The config to build this start's runner from; it is changed.
        world: Number of processes that train together.
    """
    use_data_cache(config, world=world)
    use_quick_crops(config)
    use_batched_validation(config)
    optimizer = (config.get("optim_wrapper") or {}).get("optimizer") or {}
    if optimizer.get("type") in _FUSED:
        optimizer.setdefault("fused", True)


class Tuner:
    """Sets up a runner's model and loaders to be fast, when its training loop has been built.

    Args:
        folder: The run's folder, for what was found by trial.
        config: The run's config: `precision`, `channels_last` and `threads` are read.
        device: `cpu` or `cuda:N`.
        events: Is told what was chosen.
        threads: Threads for torch on this process, where the config leaves them open.
        world: Number of processes that train together; with several, nothing is tried.
    """

    def __init__(
        self,
        folder: Path,
        config: dict[str, Any],
        device: str,
        events: EventWriter,
        *,
        threads: int,
        world: int = 1,
    ) -> None:
        self._path = folder / SPEED_FILE
        self._config = config
        self._device = device
        self._events = events
        self._threads = threads
        self._world = world
        self._loader: Any = None

    def tune(self, runner: Any, loop: Any) -> None:
        """Choose how to compute, and let the next batches be made meanwhile.

        Called before the optimizer is built and weights are loaded.

        Args:
            runner: The runner.
            loop: Its training loop.
        """
        keep_freed_memory(everything=self._device == "cpu")
        use_quick_accuracy()
        if self._device == "cpu":
            self._tune_cpu(runner, loop)
        else:
            self._tune_gpu(runner)
        loop.dataloader = self._loader = use_prefetching(loop.dataloader, pin=self._device != "cpu")
        loop.dataloader_iterator = type(loop.dataloader_iterator)(self._loader)

    def close(self) -> None:
        """End the thread that makes batches."""
        if isinstance(self._loader, PrefetchingLoader):
            self._loader.close()

    def _tune_cpu(self, runner: Any, loop: Any) -> None:
        if not _is_plain(runner.optim_wrapper):
            # The recipe has a precision of its own.
            candidates = [Way("float32", self._config.get("channels_last") is True, self._threads)]
        else:
            candidates = ways(
                str(self._config.get("precision", "float32")),
                self._config.get("channels_last", False),
                self._threads,
                fast_bfloat16=has_fast_bfloat16(),
            )
        way = self._known_way(candidates)
        if way is None:
            way = self._chosen_way(runner, loop, candidates)
        apply_way(unwrapped(runner.model), way)
        if way.precision == "bfloat16":
            runner.optim_wrapper["type"] = CpuBfloat16OptimWrapper.__name__

    def _chosen_way(self, runner: Any, loop: Any, candidates: list[Way]) -> Way:
        first = candidates[0]
        if len(candidates) == 1 or self._world > 1 or loop.max_iters < _WORTH_A_TRIAL:
            if first.precision == "bfloat16":
                self._tell("This CPU computes in bfloat16: training uses it.")
            return first
        way, seconds = fastest(
            unwrapped(runner.model),
            _batches_of(loop.dataloader),
            loop.dataloader.batch_size,
            candidates,
            may_change_threads=not self._config.get("threads"),
        )
        measured = {each.words: round(taken, 4) for each, taken in seconds.items()}
        text = json.dumps({**way._asdict(), "seconds": measured}, indent=1) + "\n"
        atomic_write_text(self._path, text)
        others = "; ".join(f"{words} {taken:.2g} s" for words, taken in measured.items())
        slower = len(candidates) - len([each for each in candidates if each in seconds])
        others_were = "other way was" if slower == 1 else "other ways were"
        rest = f"; {slower} {others_were} slower or not tried" if slower else ""
        self._tell(f"Fastest of what was tried: {way.words} (a step: {others}{rest}).")
        return way

    def _known_way(self, candidates: list[Way]) -> Way | None:
        """What an attempt before has found, if the config still allows it."""
        try:
            known = json.loads(self._path.read_text("utf-8"))
            way = Way(str(known["precision"]), bool(known["channels_last"]), int(known["threads"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None  # nothing was tried, or the file is damaged: then it is tried again
        allowed = {each._replace(threads=way.threads) for each in candidates}
        return way if way in allowed and way.threads > 0 else None

    def _tune_gpu(self, runner: Any) -> None:
        """Order in memory and waiting-free copies. Not measured on a GPU."""
        model: Any = unwrapped(runner.model)
        wanted = self._config.get("channels_last", False)
        half = str(self._config.get("precision", "float32")) != "float32"
        # Tensor cores compute in half precision, and take channels last without reordering.
        if wanted is True or (wanted == "auto" and half):
            runner.model.to(memory_format=torch.channels_last)
        model.data_preprocessor._non_blocking = True

    def _tell(self, text: str) -> None:
        self._events.write(Message(text=text))


def _is_plain(wrapper: Any) -> bool:
    return isinstance(wrapper, dict) and wrapper.get("type", "OptimWrapper") == "OptimWrapper"


def _batches_of(loader: Any) -> Callable[[int], dict[str, Any]]:
    dataset = loader.dataset
    is_seeded = isinstance(dataset, SeededDataset)

    def make(count: int) -> dict[str, Any]:
        numbers = (number % len(dataset) for number in range(count))
        samples = [dataset[Turn(number, number) if is_seeded else number] for number in numbers]
        batch: dict[str, Any] = loader.collate_fn(samples)
        return batch

    return make
