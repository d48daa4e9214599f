"""Samples on their way through the model, and how they are grouped.

Loaded only by worker processes (through them it runs beside torch, but imports none of it).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import PetsegError
from core.evaluation.predicting.messages import PredictItem
from core.evaluation.suspects.judging import ReadMask, Stamp

if TYPE_CHECKING:
    from core.evaluation.predicting.outputs import Prepared

_LARGEST_BATCH = 32


@dataclass(frozen=True, slots=True)
class Todo:
    """A sample that the model has to look at.

    Attributes:
        photo: The photo's time and size.
        predict: Whether its prediction is to be written; else only the mask is to be judged.
        judge: Whether its mask is to be judged.
    """

    item: PredictItem
    photo: Stamp
    predict: bool
    judge: bool


@dataclass(frozen=True, slots=True)
class Ready:
    """A sample whose files have been read; `mask` is the error when it could not be."""

    todo: Todo
    photo: Prepared
    mask: ReadMask | PetsegError | None

    @property
    def shape(self) -> tuple[int, ...]:
        """That of the photo as the model takes it: C×H×W."""
        return self.photo.shape


def batches(ready: Iterable[Ready], pixels: int) -> Iterator[list[Ready]]:
    """Group photos of one shape that follow each other, up to that many pixels."""
    batch: list[Ready] = []
    for each in ready:
        height, width = each.shape[-2:]
        room = max(1, min(_LARGEST_BATCH, pixels // (height * width)))
        if batch and (batch[0].shape != each.shape or len(batch) >= room):
            yield batch
            batch = []
        batch.append(each)
    if batch:
        yield batch
