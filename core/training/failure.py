"""Saying in words why a training ended with an exception."""

from __future__ import annotations

import errno
import re

from core.errors import PetsegError

_REINSTALL = "reinstall the program's packages: delete the folder .venv and run `make run`"


def import_failure(package: str, error: BaseException) -> str:
    """The reason for a package that cannot be imported, whatever its import raised."""
    return f"{package} cannot be imported: {_first_line(error)}; {_REINSTALL}."


def reason_for(error: BaseException) -> str:
    """One or two sentences that a user can act on.

    Exceptions of torch are told by their names and texts, so that this needs no torch.
    """
    if isinstance(error, PetsegError):
        return str(error)
    text = _first_line(error)
    name = type(error).__name__
    whole = str(error)
    if isinstance(error, MemoryError) or name == "OutOfMemoryError" or _no_memory(whole):
        return (
            "The memory did not suffice for this model, batch size and crop size. "
            "Try a smaller batch_size or crop_size, or close other programs."
        )
    if name == "AcceleratorError" or "CUDA error" in whole or "CUDNN" in whole.upper():
        return (
            f"The GPU reported an error ({text}). Try again; when it happens again, train on the "
            "CPU (device cpu) to see the cause."
        )
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "The disk is full. Free space, then resume the run or start it again."
    if isinstance(error, FileNotFoundError):
        missing = error.filename or text
        return f"A file that the run uses is gone: {missing}. Put it back, or start a new run."
    if "is not in the" in whole and "registry" in whole:
        part = re.search(r"([\w.]+) is not in the ([\w:]+) registry", whole)
        named = f"{part[1]} ({part[2]})" if part else text
        return f"The config names a part that does not exist: {named}. Correct that override."
    if isinstance(error, TypeError) and "unexpected keyword argument" in whole:
        return f"The config gives a part an option that it has not: {text}. Correct that override."
    return f"The training ended with an unexpected error ({name}: {text})."


def _no_memory(text: str) -> bool:
    lowered = text.lower()
    return "out of memory" in lowered or "can't allocate memory" in lowered


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:300].rstrip(".")
