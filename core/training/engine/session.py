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
from core.runs.events import BestScore, EventWriter, Message, Started
from core.runs.record import RunRecord, load_record
from core.training.data.plan import DataPlan, load_data_plan
from core.training.engine.checkpoints import (
    check_init,
    init_config,
    install_safe_loading,
    latest_checkpoint,
)
from core.training.engine.hooks import CheckpointEventsHook, EventsHook
from core.training.engine.precision import keep_losses_in_float32, use_bfloat16
from core.training.engine.runner import WorkbenchRunner, usable_cores
from core.training.recipes.assemble import CHECKPOINTS, assemble
from core.training.recipes.config_json import dump_config, load_config
from core.training.recipes.source import config_file_of

_HEADER = """\
# The resolved config of the run {name}, written by PetSeg Workbench for reading and for use with
# MMSegmentation's own tools. The program itself loads config.json.
"""


@dataclass(slots=True)
class Outcome:
    """How a training ended that no exception ended.

    Attributes:
        seconds: Wall time since the `started` event.
        stopped: Whether it ended early on request.
    """

    iteration: int
    seconds: float
    best: BestScore | None
    stopped: bool


def train(folder: Path, events: EventWriter) -> Outcome:
    """Train the run in `folder` to its end, writing events.

    Raises:
        PetsegError: the config, the weights or the device cannot be used.
    """
    record = load_record(folder)
    plan = load_data_plan(folder)
    device = _choose_device(record.device)
    register_all_modules(init_default_scope=False)
    install_safe_loading()

    checkpoint = latest_checkpoint(folder / CHECKPOINTS) if record.attempt > 1 else None
    if checkpoint is not None:
        config = load_config(folder / "config.json")
    else:
        config = _resolve_config(folder, record, plan)
    torch.set_num_threads(config.get("threads") or usable_cores())
    this_start = _for_this_start(config, checkpoint)
    in_bfloat16 = use_bfloat16(this_start, device)
    runner = WorkbenchRunner.from_cfg(Config(this_start))
    if in_bfloat16:
        keep_losses_in_float32(runner.model)
        events.write(Message(text="This CPU computes in bfloat16: training uses it."))
    if config.get("channels_last"):
        runner.model.to(memory_format=torch.channels_last)
    cv2.setNumThreads(1)  # after the runner, which sets it too; torch has the cores
    for note in plan.notes if checkpoint is None else ():
        events.write(Message(level="warning", text=note))
    if record.init is not None and checkpoint is None:
        events.write(Message(text=check_init(runner.model.backbone, record.init)))
    hook = EventsHook(events, folder, plan.classes, plan.ignore_index)
    runner.register_hook(hook)
    runner.register_hook(CheckpointEventsHook(events, folder))

    started = time.monotonic()
    events.write(
        Started(
            pid=os.getpid(),
            device=device,
            max_iters=config["train_cfg"]["max_iters"],
            total_samples=plan.train.count,
            val_samples=plan.val.count,
            iteration=_iteration_of(checkpoint),
        )
    )
    runner.train()
    return Outcome(
        iteration=runner.iter,
        seconds=time.monotonic() - started,
        best=hook.best,
        stopped=hook.stop_requested,
    )


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


def _for_this_start(config: dict[str, Any], checkpoint: Path | None) -> dict[str, Any]:
    config = copy.deepcopy(config)
    if checkpoint is not None:
        config["load_from"], config["resume"] = str(checkpoint), True
    return config


def _iteration_of(checkpoint: Path | None) -> int:
    return int(checkpoint.stem.removeprefix("iter_")) if checkpoint else 0


def _choose_device(wanted: str) -> str:
    """The device that MMEngine will use, given what the worker made visible to CUDA."""
    if wanted == "cpu" or (wanted == "auto" and not torch.cuda.is_available()):
        return "cpu"
    if not torch.cuda.is_available():
        raise PetsegError(
            f"There is no device {wanted} that torch can use",
            remedy="Choose auto or cpu, or check the graphics driver with nvidia-smi.",
        )
    return "cuda:0" if wanted == "auto" else wanted
