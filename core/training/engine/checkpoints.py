"""Loading and saving checkpoints without executing anything. Loaded only by worker processes.

MMEngine falls back to unpickling arbitrary objects when a safe load fails; here that is an error.
"""

from __future__ import annotations

import contextlib
import pickle
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.runner import CheckpointLoader
from torch import nn

from core.errors import PetsegError
from core.evaluation.predicting.checkpoint_loading import load_weights


def load_safely(filename: str, map_location: Any = None, **_: Any) -> dict[str, Any]:
    """Read a checkpoint; nothing in it is ever executed.

    A checkpoint of ours is plain data and tensors and comes back whole. Of one that holds more,
    such as MMEngine's log buffers, only the weights are read.

    Raises:
        PetsegError: there is no such file, it is damaged, or it holds no weights.
    """
    path = Path(filename)
    try:
        checkpoint = torch.load(path, map_location=map_location or "cpu", weights_only=True)
    except pickle.UnpicklingError:
        return {"state_dict": _only_weights(path)}
    except (OSError, EOFError, RuntimeError, ValueError) as error:
        first_line = (str(error).splitlines() or [type(error).__name__])[0]
        raise PetsegError(
            f"The checkpoint cannot be read ({first_line[:200]})",
            path=path,
            remedy="Copy the file again, or choose another one.",
        ) from error
    if not isinstance(checkpoint, dict):
        raise PetsegError(
            "The file holds no weights by name", path=path, remedy="Use a state dict."
        )
    return checkpoint


def _only_weights(path: Path) -> dict[str, torch.Tensor]:
    try:
        return load_weights(path)
    except PetsegError as error:
        raise PetsegError(
            "The file is damaged or holds more than weights; it was not loaded, because loading "
            "it could run code",
            path=path,
            remedy="Use a file of plain tensors, such as torch.save(model.state_dict(), …) writes.",
        ) from error


def install_safe_loading() -> None:
    """Make MMEngine load local files with `load_safely`, wherever a config names one."""
    CheckpointLoader.register_scheme(prefixes="", loader=load_safely, force=True)


def init_config(path: Path) -> dict[str, Any]:
    """The `init_cfg` that starts a backbone from a file.

    Of a whole classifier, detector or segmentor only the backbone is taken.
    """
    config = {"type": "Pretrained", "checkpoint": str(path)}
    prefix = _prefix_of(_weights(load_safely(str(path))))
    if prefix:
        config["prefix"] = prefix
    return config


def _prefix_of(names: Iterable[str]) -> str:
    """What the names of a backbone begin with in a file; "" in one of nothing but a backbone."""
    names = list(names)
    for prefix in ("backbone.", "module.backbone.", "module."):
        if any(name.startswith(prefix) for name in names):
            return prefix
    return ""


def check_init(backbone: nn.Module, path: Path) -> str:
    """See that a file of weights fits a backbone.

    Returns:
        A sentence on how much of it fits.

    Raises:
        PetsegError: nothing in the file does.
    """
    # Batch norm's counters are not weights, and many published files leave them out.
    own = {
        name: value
        for name, value in backbone.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    given = _weights(load_safely(str(path)))
    prefix = _prefix_of(given)
    names = {name.removeprefix(prefix): name for name in given if name.startswith(prefix)}
    fitting = [
        name for name in own if name in names and given[names[name]].shape == own[name].shape
    ]
    if not fitting:
        example = next(iter(given), "nothing")
        raise PetsegError(
            f"None of the weights in the file fits the backbone {type(backbone).__name__} "
            f"(it begins with {example!r}, the backbone with {next(iter(own))!r})",
            path=path,
            remedy="Use weights of the same backbone in MMSegmentation's naming.",
        )
    return f"{len(fitting)} of {len(own)} tensors of the backbone come from {path.name}."


def _weights(checkpoint: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    inner = checkpoint.get("state_dict", checkpoint)
    return {name: value for name, value in inner.items() if isinstance(value, torch.Tensor)}


def strip_logs(checkpoint: dict[str, Any]) -> None:
    """Leave only plain data and tensors in a checkpoint that is about to be saved.

    The curves are in `events.jsonl`; without MMEngine's log buffers the file loads anywhere with
    `weights_only=True`.
    """
    hub = checkpoint.get("message_hub")
    if hub:
        info = {
            key: value.item() if isinstance(value, np.generic) else value
            for key, value in hub["runtime_info"].items()
            if _is_plain(value)
        }
        checkpoint["message_hub"] = {
            "log_scalars": {},
            "runtime_info": info,
            "resumed_keys": dict.fromkeys(info, True),
        }


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | str | np.generic)


def latest_checkpoint(folder: Path) -> Path | None:
    """The checkpoint with the most iterations that loads; None when there is none."""
    found = [
        (number, path)
        for path in folder.glob("iter_*.pth")
        if (number := iteration_in_name(path)) is not None
    ]
    for _, path in sorted(found, reverse=True):
        with contextlib.suppress(PetsegError):  # cut short by a kill: the one before will do
            load_safely(str(path))
            return path
    return None


def iteration_in_name(path: Path) -> int | None:
    """The iteration of a checkpoint called `iter_N.pth`; None for any other file."""
    number = path.stem.removeprefix("iter_")
    return int(number) if path.suffix == ".pth" and number.isdecimal() else None
