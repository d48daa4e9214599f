"""With what and on what a run was made: versions of packages and the machine, for `run.json`."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path

import psutil

from core.training.checks.machine import Machine

# What has a say in the numbers that come out: decoding, augmentation, training.
_PACKAGES = (
    "petseg-workbench", "torch", "onedl-mmengine", "onedl-mmcv", "onedl-mmsegmentation",
    "numpy", "scipy", "opencv-python", "Pillow",
)  # fmt: skip
_CPU_INFO = Path("/proc/cpuinfo")
_GIB = 1 << 30


def versions() -> dict[str, str]:
    """The versions of Python, of this program and of the packages it trains with."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def machine_facts(machine: Machine) -> dict[str, str]:
    """The machine in words: system, processor, cores, memory and GPUs. Torch is not asked."""
    physical = psutil.cpu_count(logical=False)
    threads = os.cpu_count() or 1
    facts = {
        "system": platform.platform(),
        "processor": processor(),
        "cores": str(physical or threads),
        "threads": str(threads),
        "memory": f"{machine.memory / _GIB:.1f} GiB",
    }
    if machine.gpus:
        facts["gpus"] = ", ".join(
            f"{gpu.device} {gpu.name} ({gpu.memory / _GIB:.0f} GiB)" for gpu in machine.gpus
        )
    return facts


def processor() -> str:
    """The name of the CPU's model."""
    try:
        for line in _CPU_INFO.read_text("utf-8", "replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() in ("model name", "Model") and value.strip():
                return value.strip()
    except OSError:
        pass  # another system than Linux: Python knows as much as there is to know
    return platform.processor() or platform.machine()
