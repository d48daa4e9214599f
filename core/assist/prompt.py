"""What a user asks with, and what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.masks.shapes.regions import Region

NEGATIVE, POSITIVE, BOX_START, BOX_END = 0, 1, 2, 3
"""The labels of points that SAM and its relatives are trained with."""


@dataclass(frozen=True, slots=True)
class Click:
    """A click on what belongs to the object, or on what does not.

    Attributes:
        x: In continuous image coordinates.
        y: In continuous image coordinates.
        positive: Whether it is on the object.
    """

    x: float
    y: float
    positive: bool = True


@dataclass(frozen=True, slots=True)
class Box:
    """A box around the object, in continuous image coordinates."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def between(cls, one: tuple[float, float], other: tuple[float, float]) -> Box:
        """The box between two opposite corners, in whatever order."""
        (left, right), (top, bottom) = (sorted(pair) for pair in zip(one, other, strict=True))
        return cls(left, top, right, bottom)


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """What a model takes for the object.

    Attributes:
        region: Its pixels, at the resolution of the mask; may be empty.
        score: The IoU that the model expects of it, 0 to 1; None when it gives none.
    """

    region: Region
    score: float | None


def can_be_asked(clicks: Sequence[Click], box: Box | None) -> bool:
    """Whether a model can make something of it: there has to be a box or a positive click."""
    return box is not None or any(click.positive for click in clicks)
