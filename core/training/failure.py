"""Saying in words why a training ended with an exception."""

from __future__ import annotations

import errno
import re

from core.errors import PetsegError

_NO_MEMORY = (
    "out of memory", "can't allocate memory", "cannot allocate memory", "bad_alloc",
    "failed to allocate",
    "could not create a primitive",  # oneDNN's words when its working memory cannot be had
)  # fmt: skip

_REINSTALL = "reinstall the program's packages: delete the folder .venv and run `make run`"


_LOST_PEER = re.compile(
    r"connection closed by peer|connection reset|broken pipe|connection refused|gloo|"
    r"nccl.*(remote|abort)|socket timeout|store.*(closed|wait timeout)",
    re.IGNORECASE,
)


def is_lost_peer(error: BaseException) -> bool:
    """Whether an exception says no more than that another process of the run is gone.

    What torch raises then depends on the library that the processes talk over.
    """
    return isinstance(error, RuntimeError | OSError) and bool(_LOST_PEER.search(str(error)))


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
    if is_out_of_memory(error):
        return (
            "The memory did not suffice for this model, batch size and crop size. "
            "Try a smaller batch_size or crop_size, or close other programs."
        )
    if "device-side assert" in whole:
        return (
            "The GPU met an index outside its table: most often a mask holds a value that is no "
            "class. Look at the masks on the Check page, then start again; on the CPU (device cpu) "
            "the cause is named."
        )
    if name == "AcceleratorError" or "CUDA error" in whole or "CUDNN" in whole.upper():
        return (
            f"The GPU reported an error ({text}). Try again; when it happens again, train on the "
            "CPU (device cpu) to see the cause."
        )
    if "DataLoader worker" in whole and "killed" in whole.lower():
        return (
            "A process that loads images was ended by the system, most often because memory ran "
            "out. Use fewer loader processes (num_workers)."
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


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception says that memory could not be had, on the CPU or on a GPU."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    lowered = str(error).lower()
    return any(sign in lowered for sign in _NO_MEMORY)


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:300].rstrip(".")
