"""What the program and the preview worker say to each other: one JSON object a line.

To the worker::

    {"id": 1, "do": "samples", "folder": DIR, "seed": 3, "count": 12}
    {"id": 2, "do": "config", "folder": DIR}

From the worker, any number of the first and then one of the others::

    {"id": 1, "sample": {...}}
    {"id": 1, "done": true}
    {"id": 2, "config": {...}}
    {"id": 2, "error": "a sentence"}
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True)

    def to_line(self) -> bytes:
        """The message as one line of UTF-8 JSON, with the line's end."""
        return self.model_dump_json(exclude_none=True).encode() + b"\n"


class PreviewRequest(_Message):
    """Show samples as the training would see them, or the config that it would use.

    Attributes:
        folder: The folder of a draft: a run that nobody starts.
        seed: Start of the random numbers.
        count: How many samples.
    """

    id: int
    do: Literal["samples", "config"]
    folder: Path
    seed: int = 0
    count: int = 0


class AugmentedSample(_Message):
    """One sample after augmentation.

    Attributes:
        name: Name of its photo.
        photo: A PNG: what the model sees, with its normalization taken back.
        mask: A PNG of class indices.
        share: Of a mixed sample, the share of the first photo; its mask is the first one's.
    """

    name: str
    photo: Path
    mask: Path
    share: float | None = None


class ConfigChange(_Message):
    """A value that differs from the recipe's own file.

    Attributes:
        key: Dotted, as `--set` takes it.
        before: The recipe's value as Python text; None where it has no such key.
        after: The value in use; None where there is none any more.
        by: Who changed it: the form, or the dataset that was put in.
    """

    key: str
    before: str | None = None
    after: str | None = None
    by: Literal["form", "dataset"]


class ResolvedConfig(_Message):
    """A config in full.

    Attributes:
        text: As Python, the way a run's `config.py` has it.
        changes: What differs from the recipe's own file, the form's changes first.
    """

    text: str
    changes: tuple[ConfigChange, ...]


class PreviewReply(_Message):
    """An answer of the worker; one of the optional fields is set."""

    id: int
    sample: AugmentedSample | None = None
    config: ResolvedConfig | None = None
    done: bool | None = None
    error: str | None = None


def parse_request(line: bytes) -> PreviewRequest:
    """Parse a line sent to the worker.

    Raises:
        pydantic.ValidationError: it is no request.
    """
    return PreviewRequest.model_validate_json(line)


def parse_reply(line: bytes) -> PreviewReply:
    """Parse a line sent by the worker.

    Raises:
        pydantic.ValidationError: it is no reply.
    """
    return PreviewReply.model_validate_json(line)
