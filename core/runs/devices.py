"""Which devices there are, and which of them a run is given. Torch is not asked.

The window's process must not load torch, and a queue has to know the devices before any worker has
begun: NVIDIA's own tool says which GPUs the machine has.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from collections.abc import Collection, Sequence

from core.errors import PetsegError

_log = logging.getLogger(__name__)

CPU = "cpu"
_AUTO = "auto"
_SECONDS = 10.0


def has_gpu_driver() -> bool:
    """Whether it is worth asking: NVIDIA's tool is installed."""
    return shutil.which("nvidia-smi") is not None


def gpu_devices() -> list[str]:
    """The GPUs by their number on the machine: `cuda:0`, `cuda:1`, …; none when nothing answers.

    Where CUDA_VISIBLE_DEVICES names some of them (a cluster does that), only those count. Asks
    NVIDIA's own tool, which may take seconds: not for the UI thread.
    """
    if not has_gpu_driver():
        return []
    command = ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"]
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, timeout=_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        _log.warning("the GPUs could not be listed: %s", error)
        return []
    numbers = [line.strip() for line in answer.stdout.splitlines() if line.strip().isdigit()]
    return [f"cuda:{number}" for number in numbers if _is_ours(number)]


def _is_ours(number: str) -> bool:
    given = os.environ.get("CUDA_VISIBLE_DEVICES")
    if given is None:
        return True
    parts = [part.strip() for part in given.split(",")]
    if any(part and not part.isdigit() for part in parts):
        return True  # named by their long ids, which tell nothing of the numbers
    return number in parts


def place(
    wanted: str, count: int, gpus: Sequence[str], busy: Collection[str]
) -> tuple[str, ...] | None:
    """Choose the devices of a run.

    `auto` takes the first GPUs that are free; where the machine has GPUs it waits for one rather
    than training for days on the CPU, and where it has none it takes the CPU.

    Args:
        wanted: `auto`, `cpu` or `cuda:N`.
        count: Number of processes, each of which needs a GPU of its own (on the CPU they share).
        gpus: The GPUs of the machine.
        busy: Devices that other runs have.

    Returns:
        The devices; None when they are not free now.

    Raises:
        PetsegError: the run can never start on this machine.
    """
    candidates = candidates_for(wanted, count, gpus)
    needed = 1 if candidates == (CPU,) else count
    free = [device for device in candidates if device not in busy]
    return tuple(free[:needed]) if len(free) >= needed else None


def candidates_for(wanted: str, count: int, gpus: Sequence[str]) -> tuple[str, ...]:
    """The devices among which a run may be placed.

    Raises:
        PetsegError: the run can never start on this machine.
    """
    if wanted == CPU or (wanted == _AUTO and not gpus):
        return (CPU,)
    if wanted != _AUTO:
        if count > 1:
            raise PetsegError(
                f"{count} GPUs are asked for, and the device {wanted} is one",
                remedy="Use the device auto with several GPUs.",
            )
        return (wanted,)
    if len(gpus) < count:
        raise PetsegError(
            f"{count} GPUs are asked for, and this machine has {len(gpus)}",
            remedy="Ask for fewer, or use the device cpu.",
        )
    return tuple(gpus)


def visible_devices(devices: Sequence[str]) -> dict[str, str]:
    """The environment in which a worker sees only those devices; empty for no devices."""
    if not devices:
        return {}
    numbers = [device.removeprefix("cuda:") for device in devices if device != CPU]
    return {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": ",".join(numbers)}
