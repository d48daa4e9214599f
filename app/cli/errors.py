"""Turning failures into one clear line and an exit code.

0: done. 1: the job failed. 2: the arguments are wrong. 130: interrupted by Ctrl+C.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import typer

from core.errors import PetsegError

DONE = 0
FAILED = 1
BAD_ARGUMENTS = 2
INTERRUPTED = 130


class JobFailed(Exception):  # noqa: N818 - it names what happened, as PetsegError's message does
    """The job ended without what was asked for; the message is one line for the user."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code


@contextmanager
def argument(name: str) -> Iterator[None]:
    """Inside the block a `PetsegError` means that the argument `name` is wrong (exit code 2)."""
    try:
        yield
    except PetsegError as error:
        raise typer.BadParameter(one_line(str(error)), param_hint=f"'{name}'") from error


def one_line(text: str) -> str:
    """The text on a single line."""
    return " ".join(text.split())


def complain(message: str) -> None:
    """Print the one line that says why the job failed."""
    with suppress(BrokenPipeError):
        sys.stdout.flush()
    print(f"Error: {one_line(message)}", file=sys.stderr)  # noqa: T201
