"""Reading weights from a checkpoint without running anything that is in it.

Loaded only by worker processes (imports torch).
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.errors import PetsegError


class _Inert:
    """Stands in for every object of a checkpoint that is no tensor and no plain data."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        pass

    def __setstate__(self, state: object) -> None:
        pass


def load_weights(path: Path) -> dict[str, Tensor]:
    """Read the `state_dict` of a checkpoint written by MMEngine (or a plain one) to the CPU.

    A checkpoint is a pickle and may name any function to call on loading. MMEngine's own ones
    hold log buffers and numpy scalars beside the weights, which torch's safe loading refuses;
    allowing what they name would allow `getattr` too. Only the weights are needed here, so every
    such name is resolved to a class that does nothing, and none of the file's code can run.

    Raises:
        PetsegError: the file is missing, damaged or holds no weights.
    """
    try:
        # Found by reading the pickle's instructions, without executing them.
        names = torch.serialization.get_unsafe_globals_in_checkpoint(str(path))
        with torch.serialization.safe_globals([(_Inert, name) for name in names]):
            # Mapped, so that the optimizer's state (twice the weights) is never read from disk.
            content = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except (OSError, EOFError, RuntimeError, ValueError, pickle.UnpicklingError) as error:
        raise PetsegError(
            f"The checkpoint cannot be read ({_first_line(error)})",
            path=path,
            remedy="It may be cut off: train the run on to a new checkpoint, or restore the file.",
        ) from error
    return _weights_in(content, path)


def _weights_in(content: Any, path: Path) -> dict[str, Tensor]:
    weights = content.get("state_dict", content) if isinstance(content, dict) else None
    if (
        not isinstance(weights, dict)
        or not weights
        or not all(
            isinstance(key, str) and isinstance(value, Tensor) for key, value in weights.items()
        )
    ):
        raise PetsegError(
            "The checkpoint holds no model weights",
            path=path,
            remedy="Choose a checkpoint that this program or MMSegmentation has saved.",
        )
    return dict(weights)


def _first_line(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0].split(". This file can still be loaded")[0]
