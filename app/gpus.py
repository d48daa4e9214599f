"""Which GPUs there are, without loading torch."""

from __future__ import annotations

import logging
import shutil
import subprocess

_log = logging.getLogger(__name__)

_SECONDS = 10.0


def has_gpu_driver() -> bool:
    """Whether it is worth asking: NVIDIA's tool is installed."""
    return shutil.which("nvidia-smi") is not None


def gpu_devices() -> list[str]:
    """The GPUs as torch calls them: `cuda:0`, `cuda:1`, …; none when the driver does not answer.

    Asks NVIDIA's own tool, which may take seconds: not for the UI thread.
    """
    command = ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"]
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, timeout=_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        _log.warning("the GPUs could not be listed: %s", error)
        return []
    return [f"cuda:{line.strip()}" for line in answer.stdout.splitlines() if line.strip().isdigit()]
