"""Writing checkpoints so that a kill at any moment loses none. Loaded only by worker processes."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mmengine
import torch
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import nn

from core.errors import PetsegError
from core.files import atomic_write_text, sync_folder
from core.runs.events import Checkpoint, EventWriter
from core.training.engine.checkpoints import iteration_in_name, strip_logs
from core.training.engine.ema import WeightAverage
from core.training.engine.soundness import require_numbers

LAST_CHECKPOINT = "last_checkpoint"
_TEMPORARY = ".part"


class CheckpointSaver:
    """Writes a run's last checkpoint and its best one, and keeps no others.

    A checkpoint is written beside its final name, synced to disk and renamed; only then the one
    before it is removed. `iter_N.pth` holds all that is needed to go on, `best_mDice_iter_N.pth`
    the weights to predict with.

    Args:
        folder: The run's folder of checkpoints.
        events: Where to tell.
        interval: Iterations between two checkpoints.
        minutes: Save when that many minutes passed since the last one.
        keep: How many of the last checkpoints to keep.
        clock: Gives seconds; replaced in tests.
    """

    def __init__(
        self,
        folder: Path,
        events: EventWriter,
        *,
        interval: int,
        minutes: float = 5.0,
        keep: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.average: WeightAverage | None = None
        self._folder = folder
        self._events = events
        self._interval = interval
        self._seconds = minutes * 60
        self._keep = keep
        self._clock = clock
        self._saved = clock()

    def is_due(self, iteration: int) -> bool:
        """Whether it is time for a checkpoint after that iteration."""
        on_turn = self._interval > 0 and iteration % self._interval == 0
        return on_turn or self._clock() - self._saved >= self._seconds

    def save_first(self, model: nn.Module) -> None:
        """Write the weights that a run begins with, for one that may be left before it trains.

        Going on from there is beginning anew: there is nothing but the weights.

        Raises:
            PetsegError: the disk is full or cannot be written.
        """
        path = self._folder / "iter_0.pth"
        write_checkpoint({"meta": {"iter": 0}, "state_dict": _to_cpu(model.state_dict())}, path)
        self._tell(path, 0, best=False)

    def save_last(self, runner: Runner, iteration: int) -> None:
        """Write everything that going on needs.

        Raises:
            PetsegError: the disk is full or cannot be written, or the weights are no longer
                numbers; the checkpoint before stays.
        """
        average = None if self.average is None else self.average.state()
        require_numbers(unwrapped(runner.model), iteration, average)
        path = self._folder / f"iter_{iteration}.pth"
        checkpoint = self._content(runner, iteration)
        checkpoint["optimizer"] = _to_cpu(runner.optim_wrapper.state_dict())
        schedulers = runner.param_schedulers or []
        checkpoint["param_schedulers"] = [each.state_dict() for each in schedulers]
        if self.average is not None:
            checkpoint["training_state_dict"] = checkpoint["state_dict"]
            checkpoint["state_dict"] = checkpoint["state_dict"] | _to_cpu(self.average.state())
            checkpoint["ema_updates"] = self.average.updates
        runner.message_hub.update_info("last_ckpt", str(path))
        self._write(runner, checkpoint, path)
        # MMEngine's tools look here for the one to resume from.
        atomic_write_text(self._folder / LAST_CHECKPOINT, str(path))
        self._remove_other_last(iteration)
        self._saved = self._clock()
        self._tell(path, iteration, best=False)

    def save_best(self, runner: Runner, iteration: int) -> Path:
        """Write the weights that are in the model now, without what going on needs.

        `tell_best` reports them, once the validation has been.

        Raises:
            PetsegError: the disk is full or cannot be written.
        """
        path = self._folder / f"best_mDice_iter_{iteration}.pth"
        runner.message_hub.update_info("best_ckpt", str(path))
        self._write(runner, self._content(runner, iteration), path)
        for other in self._folder.glob("best_*.pth"):
            if other != path:
                other.unlink(missing_ok=True)
        return path

    def tell_best(self, path: Path, iteration: int) -> None:
        """Report the best checkpoint."""
        self._tell(path, iteration, best=True)

    def remove_torn(self) -> None:
        """Remove what a killed worker has left half written."""
        for path in self._folder.glob(f".*{_TEMPORARY}"):
            path.unlink(missing_ok=True)

    def _content(self, runner: Runner, iteration: int) -> dict[str, Any]:
        return {
            "meta": {
                "iter": iteration,
                "epoch": 0,
                "seed": runner.seed,
                "experiment_name": runner.experiment_name,
                "time": time.strftime("%Y%m%d_%H%M%S"),
                "mmengine_version": mmengine.__version__,
                "dataset_meta": runner.train_dataloader.dataset.metainfo,
            },
            "state_dict": _to_cpu(unwrapped(runner.model).state_dict()),
            "message_hub": runner.message_hub.state_dict(),
        }

    def _write(self, runner: Runner, checkpoint: dict[str, Any], path: Path) -> None:
        strip_logs(checkpoint)
        runner.call_hook("before_save_checkpoint", checkpoint=checkpoint)
        write_checkpoint(checkpoint, path)

    def _remove_other_last(self, iteration: int) -> None:
        # What is numbered above is of an attempt whose last checkpoints could not be read.
        others = sorted(
            (number, path)
            for path in self._folder.glob("iter_*.pth")
            if (number := iteration_in_name(path)) is not None and number != iteration
        )
        below = [path for number, path in others if number < iteration]
        kept = below[len(below) - (self._keep - 1) :] if self._keep > 1 else []
        for _, path in others:
            if path not in kept:
                path.unlink(missing_ok=True)

    def _tell(self, path: Path, iteration: int, *, best: bool) -> None:
        relative = path.relative_to(self._folder.parent).as_posix()
        self._events.write(Checkpoint(iteration=iteration, path=relative, best=best))


def write_checkpoint(checkpoint: dict[str, Any], path: Path) -> None:
    """Write a checkpoint so that `path` is always either the old file or the whole new one.

    Raises:
        PetsegError: the disk is full or the folder cannot be written.
    """
    temporary = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=_TEMPORARY, dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as stream:
            torch.save(checkpoint, stream)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
        sync_folder(path.parent)
    except (OSError, RuntimeError) as error:  # torch's writer hides a full disk in the latter
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise PetsegError(
            f"The checkpoint cannot be written ({reason.splitlines()[0][:200]})",
            path=path,
            remedy="Free space on the disk, then resume the run: it goes on from the checkpoint "
            "before.",
        ) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def unwrapped(model: nn.Module) -> nn.Module:
    """The model itself, where several processes train it inside a wrapper."""
    if not is_model_wrapper(model):
        return model
    inner = model.module
    assert isinstance(inner, nn.Module), "a wrapper has a model in it"
    return inner


def _to_cpu(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().cpu()
    if isinstance(value, dict):
        return {key: _to_cpu(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_to_cpu(item) for item in value)
    return value
