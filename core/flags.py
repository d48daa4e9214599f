"""What a quality check says of a sample."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Box = tuple[int, int, int, int]
"""A rectangle (x, y, width, height) in pixels of the mask."""


class Severity(StrEnum):
    """How much a flag matters: an error breaks training, a warning misleads it."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for error: for sorting and comparing."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Flag:
    """One finding of one check on one sample.

    Attributes:
        sample: The sample's id, `split/stem`.
        check: The check's id.
        severity: How much it matters.
        value: The number behind it, in the unit the check documents.
        message: A sentence for the user.
        region: The places on the mask that the flag speaks of; empty when it is the whole sample.
    """

    sample: str
    check: str
    severity: Severity
    value: float
    message: str
    region: tuple[Box, ...] = ()


def worst(flags: list[Flag]) -> Severity | None:
    """The highest severity among the flags; None when there are none."""
    return max((flag.severity for flag in flags), key=lambda severity: severity.rank, default=None)
