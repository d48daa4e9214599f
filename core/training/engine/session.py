"""One training from config to last iteration. Loaded only by worker processes."""

from __future__ import annotations

import copy
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import torch
from mmengine.config import Config
from mmseg.utils import register_all_modules

from core.errors import PetsegError
from core.files import atomic_write_text
from core.runs.events import BestScore, EventWriter, Message, Started, read_events
from core.runs.record import RunRecord, load_record
from core.training.data.learned import LearnedFiles
from core.training.data.plan import DataPlan, load_data_plan
from core.training.engine.checkpoints import (
    check_init,
    init_config,
    install_safe_loading,
    iteration_in_name,
    latest_checkpoint,
)
from core.training.engine.heartbeats import Heartbeats
from core.training.engine.hooks import EventsHook
from core.training.engine.loop import Companions, Ending
from core.training.engine.memory import explain
from core.training.engine.pace import Pace
from core.training.engine.previews import Previews, choose_previews
from core.training.engine.ranks import Ranks, join_ranks, leave_ranks
from core.training.engine.requests import Paused, Requests
from core.training.engine.runner import ResumeHook, WorkbenchRunner, usable_cores
from core.training.engine.saving import CheckpointSaver, unwrapped
from core.training.engine.speed.cuda_precision import cuda_precision, use_cuda_precision
from core.training.engine.speed.data_cache import held_files
from core.training.engine.speed.precision import keep_losses_in_float32
from core.training.engine.speed.tuning import Tuner, accelerate_config
from core.training.engine.standing import standing_at
from core.training.engine.starting import (
    checkpoint_options,
    for_this_start,
    import_modules,
    uses_batch_norm,
    whole_batch,
)
from core.training.engine.validation import ValidationHook
from core.training.engine.warming import warm_up
from core.training.failure import is_out_of_memory
from core.training.recipes.assemble import CHECKPOINTS, assemble
from core.training.recipes.config_json import dump_config, load_config
from core.training.recipes.source import config_file_of
from core.training.tracking.following import tracking

_HEADER = """\
# The resolved config of the run {name}, written by PetSeg Workbench for reading and for use with
# MMSegmentation's own tools. The program itself loads config.json.
"""


@dataclass(slots=True)
class Outcome:
    """How a training ended that no exception ended.

    Attributes:
        seconds: Wall time since the `started` event.
        ending: Whether it did all it was to do, or was asked to stop or to pause.
    """

    iteration: int
    seconds: float
    best: BestScore | None
    ending: Ending


def train(folder: Path, events: EventWriter) -> Outcome:
    """Train the run in `folder` to its end, writing events.

    Where several processes train the run, each calls this.

    Raises:
        PetsegError: the config, the weights or the device cannot be used, or the memory does not
            suffice.
        Cancelled: somebody asked for that.
    """
    record = load_record(folder)
    device = _choose_device(record.device)
    ranks = join_ranks(device)
    heartbeats = Heartbeats(events)
    try:
        return _Session(folder, record, events, heartbeats, device, ranks).train()
    finally:
        heartbeats.stop()
        leave_ranks()


class _Session:
    """One attempt at a run: builds what it needs, trains, and says how it ended."""

    def __init__(
        self,
        folder: Path,
        record: RunRecord,
        events: EventWriter,
        heartbeats: Heartbeats,
        device: str,
        ranks: Ranks,
    ) -> None:
        self._folder = folder
        self._record = record
        self._events = events
        self._heartbeats = heartbeats
        self._device = device
        self._ranks = ranks
        self._plan = load_data_plan(folder)

    def train(self) -> Outcome:
        """Train to the end."""
        register_all_modules(init_default_scope=False)
        install_safe_loading()
        checkpoint = self._checkpoint()
        config = self._config(checkpoint)
        torch.set_num_threads(self._threads(config))
        companions = self._companions(config, checkpoint)
        runner = self._runner(config, companions, checkpoint)
        self._say_what_is_notable(config, runner, checkpoint)
        started = time.monotonic()
        self._events.write(
            Started(
                pid=os.getpid(),
                device=_device_name(self._device, self._record),
                max_iters=config["train_cfg"]["max_iters"],
                total_samples=self._plan.train.count,
                val_samples=self._plan.val.count,
                iteration=_iteration_of(checkpoint),
            )
        )
        self._heartbeats.start()
        iteration = 0
        ending: Ending = "pause"
        failure: BaseException | None = None
        learned = LearnedFiles(self._folder, self._plan, self._events)
        if self._ranks.is_first:
            learned.begin(_iteration_of(checkpoint))
        tracker = config.get("tracking") if self._ranks.is_first else None
        try:
            with tracking(tracker, self._folder, self._record, self._events) as tracked:
                if checkpoint is None and config.get("warmup_without_masks"):
                    warm_up(
                        unwrapped(runner.model), config, self._plan,
                        events=self._events, requests=companions.requests,
                        saver=companions.saver if self._ranks.is_first else None,
                    )  # fmt: skip
                runner.train()
                iteration, ending = runner.iter, runner.train_loop.ending
                tracked.is_complete = ending == "done"
                learned.end(iteration, held_files() if self._ranks.world == 1 else None)
        except Paused:
            pass  # during the warm-up; the loop sees to its own pauses
        except Exception as error:  # each library has an exception of its own for that
            if not is_out_of_memory(error):
                raise
            failure = error
        finally:
            learned.close()
            if runner.tuner is not None:
                runner.tuner.close()
        if failure is not None:  # outside, where nothing holds the tensors any more
            raise explain(
                failure, runner, batch=whole_batch(config), world=self._ranks.world
            ) from failure
        return Outcome(
            iteration=iteration,
            seconds=time.monotonic() - started,
            best=companions.standing.best,
            ending=ending,
        )

    def _checkpoint(self) -> Path | None:
        """The checkpoint to go on from, the same in every process; None to begin (anew)."""
        folder = self._folder / CHECKPOINTS
        found = None
        if self._ranks.is_first and self._record.attempt > 1:
            found = latest_checkpoint(folder)
        iteration = self._ranks.share(_iteration_of(found))
        return None if iteration <= 0 else folder / f"iter_{iteration}.pth"

    def _config(self, checkpoint: Path | None) -> dict[str, Any]:
        path = self._folder / "config.json"
        if checkpoint is None and self._ranks.is_first:
            config = _resolve_config(self._folder, self._record, self._plan)
            self._ranks.share(0)
            return config
        if checkpoint is None:
            self._ranks.share(0)  # the first one has written it by then
        config = load_config(path)
        import_modules(config)
        return config

    def _threads(self, config: dict[str, Any]) -> int:
        return int(config.get("threads") or max(1, usable_cores() // self._ranks.world))

    def _companions(self, config: dict[str, Any], checkpoint: Path | None) -> Companions:
        interval, keep = checkpoint_options(config)
        saver = CheckpointSaver(
            self._folder / CHECKPOINTS, self._events, interval=interval, keep=keep
        )
        if self._ranks.is_first:
            saver.remove_torn()
        told = read_events(self._folder / "events.jsonl") if checkpoint is not None else []
        return Companions(
            events=self._events,
            pace=Pace(),
            ranks=self._ranks,
            requests=Requests(self._folder, self._ranks),
            saver=saver,
            standing=standing_at(told, _iteration_of(checkpoint)),
            ema=float(config.get("ema") or 0.0),
            early_stop=int(config.get("early_stop") or 0),
        )

    def _runner(
        self, config: dict[str, Any], companions: Companions, checkpoint: Path | None
    ) -> WorkbenchRunner:
        this_start = for_this_start(
            config, checkpoint=checkpoint, device=self._device, ranks=self._ranks
        )
        accelerate_config(this_start, world=self._ranks.world)
        in_half = self._device != "cpu" and self._use_half_on_gpu(this_start)
        runner: WorkbenchRunner = WorkbenchRunner.from_cfg(Config(this_start))
        runner.companions = companions
        if in_half:
            keep_losses_in_float32(unwrapped(runner.model))
        runner.tuner = Tuner(
            self._folder, config, self._device, self._events,
            threads=self._threads(config), world=self._ranks.world,
        )  # fmt: skip
        cv2.setNumThreads(1)  # after the runner, which sets it too; torch has the cores
        runner.register_hook(
            EventsHook(
                self._events, companions.pace, whole_batch(config), self._plan.train.count,
                companions.watch,
            )
        )  # fmt: skip
        runner.register_hook(self._validation_hook(companions))
        if checkpoint is not None:
            runner.register_hook(ResumeHook())
        return runner

    def _validation_hook(self, companions: Companions) -> ValidationHook:
        plan = self._plan
        chosen = choose_previews(plan.val, len(plan.classes))
        return ValidationHook(
            self._events,
            plan.classes,
            plan.ignore_index,
            standing=companions.standing,
            saver=companions.saver,
            previews=Previews(self._folder, chosen, len(plan.classes), plan.ignore_index),
            requests=companions.requests,
            ranks=self._ranks,
            pace=companions.pace,
        )

    def _use_half_on_gpu(self, config: dict[str, Any]) -> bool:
        wanted = str(config.get("precision", "float32"))
        precision = cuda_precision(wanted, torch.cuda.get_device_capability())
        if not use_cuda_precision(config, precision):
            return False
        self._events.write(Message(text=f"The GPU computes in {precision}: training uses it."))
        return True

    def _say_what_is_notable(
        self, config: dict[str, Any], runner: WorkbenchRunner, checkpoint: Path | None
    ) -> None:
        if self._ranks.world > 1:
            share = whole_batch(config) // self._ranks.world
            text = f"{self._ranks.world} processes train together, each on {share} images a batch."
            if self._device == "cpu" and uses_batch_norm(runner.model):
                text += " On the CPU batch norm takes its statistics from each share by itself."
            self._events.write(Message(text=text))
        if checkpoint is not None:
            return
        for note in self._plan.notes:
            self._events.write(Message(level="warning", text=note))
        if self._record.init is not None:
            backbone: Any = unwrapped(runner.model).backbone
            self._events.write(Message(text=check_init(backbone, self._record.init)))


def _resolve_config(folder: Path, record: RunRecord, plan: DataPlan) -> dict[str, Any]:
    """Build the run's config from its recipe, and write it down as code and as data."""
    source = Config.fromfile(config_file_of(folder, record)).to_dict()
    config = assemble(source, record, plan, folder)
    if record.init is not None:
        if "backbone" not in config["model"]:
            raise PetsegError(
                f"The recipe {record.recipe} has no backbone to give weights to",
                remedy="Leave --init away, or choose another recipe.",
            )
        config["model"]["backbone"]["init_cfg"] = init_config(record.init)
    atomic_write_text(folder / "config.json", dump_config(config))
    text = Config(copy.deepcopy(config)).pretty_text
    atomic_write_text(folder / "config.py", _HEADER.format(name=record.name) + text)
    return config


def _iteration_of(checkpoint: Path | None) -> int:
    return (iteration_in_name(checkpoint) or 0) if checkpoint is not None else 0


def _device_name(device: str, record: RunRecord) -> str:
    """The device by the machine's numbers: CUDA counts only those that the worker was shown."""
    return device if device == "cpu" or not record.devices else ", ".join(record.devices)


def _choose_device(wanted: str) -> str:
    """The device that MMEngine will use, given what the worker made visible to CUDA."""
    if wanted == "cpu" or (wanted == "auto" and not torch.cuda.is_available()):
        return "cpu"
    if not torch.cuda.is_available():
        raise PetsegError(
            f"There is no device {wanted} that torch can use",
            remedy="Choose auto or cpu, or check the graphics driver with nvidia-smi.",
        )
    if "LOCAL_RANK" in os.environ:  # one of several processes, each with its own
        return f"cuda:{os.environ['LOCAL_RANK']}"
    return "cuda:0" if wanted == "auto" else wanted
