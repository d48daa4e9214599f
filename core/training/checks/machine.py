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
_GROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class _Container:
    """The files that tell a container's limit, what is used of it, and how that is made up.

    Files that were read and can be forgotten count as used; `forgettable` is their line in the
    last one.
    """

    limit: str
    used: str
    details: str
    forgettable: str


# The two generations of Linux' control groups.
_CONTAINERS = (
    _Container("memory.max", "memory.current", "memory.stat", "inactive_file"),
    _Container(
        "memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat",
        "total_inactive_file",
    ),
)  # fmt: skip


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
    memory, free_memory = usable_memory()
    return Machine(
        memory=memory,
        free_memory=free_memory,
        free_disk=shutil.disk_usage(_existing(runs_dir)).free,
        gpus=_gpus() if has_gpu_driver() else (),
        has_other_gpu=_ROCM.exists(),
    )


def usable_memory() -> tuple[int, int]:
    """Bytes of main memory that this program may use, and how many of them are free.

    In a container that is what its limit leaves, where the machine has more.
    """
    memory = psutil.virtual_memory()
    total, free = memory.total, memory.available
    for each in _CONTAINERS:
        limit, used = _number_in(each.limit), _number_in(each.used)
        if limit is None:
            continue  # another system, no container, or one without a limit
        total = min(total, limit)
        held = max(0, (used or 0) - _forgettable(each))
        free = min(free, max(0, limit - held))
    return total, free


def _existing(folder: Path) -> Path:
    folder = folder.absolute()
    return next((each for each in (folder, *folder.parents) if each.is_dir()), Path.cwd())


def _number_in(name: str) -> int | None:
    text = _text_of(name).strip()
    return int(text) if text.isdecimal() else None


def _forgettable(container: _Container) -> int:
    lines = (line.split() for line in _text_of(container.details).splitlines())
    known = {line[0]: line[1] for line in lines if len(line) == 2}
    number = known.get(container.forgettable, "")
    return int(number) if number.isdecimal() else 0


def _text_of(name: str) -> str:
    try:
        return (_GROUPS / name).read_text("ascii")
    except (OSError, ValueError):
        return ""


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
