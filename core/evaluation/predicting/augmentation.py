"""Test-time augmentation: a photo predicted from several views, and their mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from core.errors import PetsegError

LEAST_SCALE, MOST_SCALE = 0.25, 4.0
MOST_SCALES = 8

Scale = Annotated[float, Field(ge=LEAST_SCALE, le=MOST_SCALE)]


class Augmentation(BaseModel):
    """From which views a photo is predicted.

    The softmax probabilities of all views are averaged; the class is the one with the largest mean,
    the confidence that mean. A recipe may average views by itself (`test_cfg` of its model); what
    is said here comes on top.

    Attributes:
        flip: Whether each view is also taken mirrored, left to right.
        scales: Factors of the photo's size, each once, ascending.
    """

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    flip: bool = False
    scales: tuple[Scale, ...] = Field(default=(1.0,), min_length=1, max_length=MOST_SCALES)

    @field_validator("scales")
    @classmethod
    def _in_order(cls, scales: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(sorted(set(scales)))

    @property
    def is_plain(self) -> bool:
        """Whether the photo is predicted once, as it is."""
        return not self.flip and self.scales == (1.0,)

    @property
    def views(self) -> int:
        """How many views there are; the time grows with them."""
        return len(self.scales) * (2 if self.flip else 1)

    @property
    def largest(self) -> float:
        """The largest factor: memory grows with its square."""
        return max(self.scales)

    def words(self) -> str:
        """`flip, scales 1 and 1.5`; `none` for the plain prediction."""
        if self.is_plain:
            return "none"
        parts = ["flip"] if self.flip else []
        if self.scales != (1.0,):
            *first, last = [f"{scale:g}" for scale in self.scales]
            listed = f"{', '.join(first)} and {last}" if first else last
            parts.append(f"{'scales' if first else 'scale'} {listed}")
        return ", ".join(parts)


PLAIN = Augmentation()
"""The photo once, as it is."""


def parse_scales(text: str) -> tuple[float, ...]:
    """The factors in a text such as `1,1.5`.

    Raises:
        PetsegError: it is no list of numbers between 0.25 and 4, or one of more than 8.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    try:
        return make_augmentation(scales=[float(part) for part in parts]).scales
    except ValueError as error:
        raise _no_scales(text) from error


def make_augmentation(*, flip: bool = False, scales: Sequence[float] = (1.0,)) -> Augmentation:
    """An `Augmentation` from what a person chose.

    Raises:
        PetsegError: the scales are none, too many, or out of range.
    """
    try:
        return Augmentation(flip=flip, scales=tuple(scales))
    except ValueError as error:
        raise _no_scales(", ".join(f"{scale:g}" for scale in scales)) from error


def _no_scales(text: str) -> PetsegError:
    return PetsegError(
        f"{text!r} are no scales for predicting",
        remedy=f"Give 1 to {MOST_SCALES} numbers from {LEAST_SCALE:g} to {MOST_SCALE:g}, such as "
        "1,1.5.",
    )
