"""`control.json`: what somebody asks of a running worker, which looks after each iteration."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from core.files import atomic_write_text

FILE_NAME = "control.json"

Request = Literal["stop", "pause", "cancel"]


class _Control(BaseModel):
    request: Request


def read_request(folder: Path) -> Request | None:
    """What is asked of the run's worker; None when nothing is."""
    try:
        return _Control.model_validate_json((folder / FILE_NAME).read_bytes()).request
    except (FileNotFoundError, ValidationError):
        return None


def write_request(folder: Path, request: Request) -> None:
    """Ask the run's worker for something, atomically."""
    atomic_write_text(folder / FILE_NAME, _Control(request=request).model_dump_json() + "\n")


def clear_request(folder: Path) -> None:
    """Take back what was asked."""
    (folder / FILE_NAME).unlink(missing_ok=True)
