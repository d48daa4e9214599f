"""How the C library hands memory back."""

from __future__ import annotations

import contextlib
import ctypes
import sys

_MMAP_THRESHOLD, _MMAP_MAX, _TRIM_THRESHOLD = -3, -4, -1
_LARGE = 32 * 1024 * 1024


def keep_freed_memory(*, everything: bool = False) -> None:
    """Let freed memory up to 32 MB be used again instead of going back to the system at once.

    Work on many pictures takes and frees the same few hundred kilobytes again and again. With
    glibc's defaults each round asks the system for fresh pages, which takes about a sixth of a
    scan's time. Does nothing where the C library is another one.

    Args:
        everything: Keep larger pieces too. For a process whose work is the same over and over, such
            as a training on a CPU, where otherwise each layer waits for fresh pages.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            library = ctypes.CDLL(None)
            library.mallopt(_MMAP_THRESHOLD, _LARGE)
            library.mallopt(_TRIM_THRESHOLD, 2**31 - 1 if everything else 2 * _LARGE)
            if everything:
                library.mallopt(_MMAP_MAX, 0)
