"""What the machine has to give: memory, disk, GPUs. Torch is not asked."""

from __future__ import annotations

import logging
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil

from core.runs.devices import has_gpu_driver

_log = logging.getLogger(__name__)

_SECONDS = 10.0
_MIB = 1 << 20
_ROCM = Path("/dev/kfd")
# A container's limit, in the two generations of Linux' control groups.
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU: its name for torch, what it is called, and its memory in bytes."""

    device: str
    name: str
    memory: int
    free: int


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is.

    Attributes:
        memory: Bytes of main memory that this program may use.
        free_memory: Those that no program uses.
        free_disk: Bytes free where the runs are.
        gpus: The GPUs that NVIDIA's tool names.
        has_other_gpu: Whether there is a driver of a GPU that is not NVIDIA's (ROCm).
    """

    memory: int
    free_memory: int
    free_disk: int
    gpus: tuple[Gpu, ...] = ()
    has_other_gpu: bool = False


def this_machine(runs_dir: Path) -> Machine:
    """Look at this machine. May take seconds where there are GPUs: not for the UI thread.

    Args:
        runs_dir: The folder of the runs; it need not exist yet.
    """
    memory = psutil.virtual_memory()
    total = min([memory.total, *_container_limits()])
    return Machine(
        memory=total,
        free_memory=min(memory.available, total),
        free_disk=shutil.disk_usage(_existing(runs_dir)).free,
        gpus=_gpus() if has_gpu_driver() else (),
        has_other_gpu=_ROCM.exists(),
    )


def _existing(folder: Path) -> Path:
    folder = folder.absolute()
    return next((each for each in (folder, *folder.parents) if each.is_dir()), Path.cwd())


def _container_limits() -> list[int]:
    limits = []
    for name in _LIMITS:
        try:
            text = Path(name).read_text("ascii").strip()
        except OSError:
            continue  # another system, or no container
        if text.isdecimal():
            limits.append(int(text))
    return limits


def _gpus() -> tuple[Gpu, ...]:
    query = "--query-gpu=index,name,memory.total,memory.free"
    command = ["nvidia-smi", query, "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, timeout=_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        _log.warning("the GPUs could not be asked for their memory: %s", error)
        return ()
    rows = [[part.strip() for part in line.split(",")] for line in answer.stdout.splitlines()]
    return tuple(
        Gpu(f"cuda:{index}", name, int(memory) * _MIB, int(free) * _MIB)
        for index, name, memory, free in (row for row in rows if len(row) == 4)
        if index.isdecimal() and memory.isdecimal() and free.isdecimal()
    )
