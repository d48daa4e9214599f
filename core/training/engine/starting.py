"""What a config is given when its run starts, and `config.py` does not say.

The run's config stays stock MMSegmentation; what our worker does in other ways than MMEngine is
put in here, for this start only. Loaded only by worker processes.
"""

from __future__ import annotations

import copy
import importlib
from pathlib import Path
from typing import Any

import torch

from core.errors import PetsegError
from core.training.engine.hooks import QuietLoggerHook, QuietRuntimeInfoHook
from core.training.engine.loop import WorkbenchTrainLoop
from core.training.engine.ranks import Ranks
from core.training.engine.sampling import EndlessSampler, SeededDataset
from core.training.recipes.apply import tables

_IMPORTABLE = ("mmseg", "mmcv", "mmengine", "mmpretrain", "mmdet")
_OURS = "core.training.parts"
_SAMPLERS = ("InfiniteSampler", "DefaultSampler")


def for_this_start(
    config: dict[str, Any], *, checkpoint: Path | None, device: str, ranks: Ranks
) -> dict[str, Any]:
    """Return the config to build a runner from.

    Args:
        config: The resolved config; it is left as it is.
        checkpoint: The checkpoint to go on from.
        device: `cpu` or `cuda:N`.
        ranks: The processes of the run.

    Raises:
        PetsegError: the recipe trains in a way that cannot be gone on with, or its batch cannot be
            shared among the processes.
    """
    config = copy.deepcopy(config)
    if checkpoint is not None:
        config["load_from"], config["resume"] = str(checkpoint), True
    _take_our_loop(config)
    _take_our_sampler(config)
    hooks = config.setdefault("default_hooks", {})
    hooks["checkpoint"] = None  # the loop saves
    hooks["runtime_info"] = {"type": QuietRuntimeInfoHook.__name__}
    hooks["logger"] = (hooks.get("logger") or {}) | {"type": QuietLoggerHook.__name__}
    if ranks.world > 1:
        _share_among(config, device, ranks)
    return config


def import_modules(config: dict[str, Any]) -> None:
    """Import what a config that was read as data needs for its registered parts.

    Raises:
        PetsegError: it is neither ours nor OpenMMLab's, or it cannot be imported.
    """
    for name in (config.get("custom_imports") or {}).get("imports", ()):
        if name != _OURS and str(name).split(".")[0] not in _IMPORTABLE:
            raise PetsegError(
                f"The run's config imports the module {name!r}",
                remedy="Only modules of this program and of OpenMMLab's packages are loaded.",
            )
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise PetsegError(
                f"The run's config needs the module {name!r}, which cannot be imported ({error})",
                remedy="Install the package that the recipe needs.",
            ) from error


def checkpoint_options(config: dict[str, Any]) -> tuple[int, int]:
    """After how many iterations a config saves a checkpoint, and how many of the last it keeps."""
    options = (config.get("default_hooks") or {}).get("checkpoint") or {}
    return int(options.get("interval") or 0), max(1, int(options.get("max_keep_ckpts") or 1))


def whole_batch(config: dict[str, Any]) -> int:
    """Images of one iteration, on all processes together."""
    return int(config["train_dataloader"]["batch_size"])


def uses_batch_norm(model: torch.nn.Module) -> bool:
    """Whether a model computes statistics over its batches."""
    return any(isinstance(each, torch.nn.modules.batchnorm._BatchNorm) for each in model.modules())


def _take_our_loop(config: dict[str, Any]) -> None:
    loop = config["train_cfg"]
    if loop.get("type") != "IterBasedTrainLoop" or "max_iters" not in loop:
        raise PetsegError(
            f"The recipe trains with {loop.get('type') or 'a loop of its own'}",
            remedy="Use train_cfg = dict(type='IterBasedTrainLoop', max_iters=…, val_interval=…).",
        )
    loop["type"] = WorkbenchTrainLoop.__name__


def _take_our_sampler(config: dict[str, Any]) -> None:
    loader = config["train_dataloader"]
    sampler = loader.get("sampler") or {}
    if sampler.get("type") not in _SAMPLERS or loader.get("batch_sampler"):
        return  # a recipe's own: MMEngine's way of going on, by drawing again what was drawn
    loader["sampler"] = {
        "type": EndlessSampler.__name__,
        "shuffle": sampler.get("shuffle", True),
    }
    seed = (config.get("randomness") or {}).get("seed") or 0
    loader["dataset"] = {
        "type": SeededDataset.__name__,
        "dataset": loader["dataset"],
        "seed": seed,
    }


def _share_among(config: dict[str, Any], device: str, ranks: Ranks) -> None:
    """Let several processes train: each takes its share of every batch."""
    config["launcher"] = "pytorch"
    whole = whole_batch(config)
    if whole % ranks.world:
        raise PetsegError(
            f"A batch of {whole} images cannot be shared equally by {ranks.world} processes",
            remedy=f"Set batch_size to a multiple of {ranks.world}.",
        )
    config["train_dataloader"]["batch_size"] = whole // ranks.world
    optimizer = (config.get("optim_wrapper") or {}).get("optimizer") or {}
    if optimizer.get("type") in ("SGD", "Adam", "AdamW"):
        # torch's fused steps take gradients in the order in which they lie in memory; those that
        # the processes have exchanged may lie in another order than their weights.
        optimizer["fused"] = False
    wrapper = config.setdefault("model_wrapper_cfg", {})
    wrapper.setdefault("type", "MMDistributedDataParallel")
    # The first process's statistics hold for all: it is the one that saves.
    wrapper.setdefault("broadcast_buffers", True)
    wrapper.setdefault("find_unused_parameters", config.get("find_unused_parameters", False))
    if device == "cpu":
        wrapper["device_ids"] = None
        for table in tables(config["model"]):
            if table.get("type") in ("SyncBN", "MMSyncBN"):
                table["type"] = "BN"
    else:
        config.setdefault("sync_bn", "torch")
