"""What became of a conversion: nothing is skipped without being listed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from core.interop.problems import Problem

Progress = Callable[[int, int], None]
"""`progress(done, total)`, called after each sample or file."""


@dataclass
class Conversion:
    """What became of a conversion.

    Attributes:
        written: Ids of the samples that were written.
        unchanged: Ids of the samples whose mask was the same already.
        refused: What could not be converted (sample or file), and why.
        problems: Files and what was left out or cut off in them, though they were converted.
        cancelled: Whether it was stopped before the end.
    """

    written: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    problems: list[tuple[str, Problem]] = field(default_factory=list)
    cancelled: bool = False

    @property
    def left_out(self) -> int:
        """How many shapes are missing in what was written."""
        return sum(problem.is_left_out for _, problem in self.problems if problem.shape is not None)
