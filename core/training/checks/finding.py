"""What a check before a run says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

_NAMED = 5


class Level(StrEnum):
    """How bad it is: an error keeps a run from starting, a warning does not."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the list before a run.

    Attributes:
        level: How bad it is.
        topic: What was looked at, in a word or two.
        text: What was found, as a sentence.
        remedy: What to do about it, as a sentence; empty where nothing is to do.
        field: The form's field it is about; empty where it is about none.
        samples: Ids of the samples it is about.
    """

    level: Level
    topic: str
    text: str
    remedy: str = ""
    field: str = ""
    samples: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.text} {self.remedy}".strip()


def worst(findings: Iterable[Finding]) -> Level:
    """The worst level among findings; ok when there are none."""
    levels = {finding.level for finding in findings}
    return next((level for level in (Level.ERROR, Level.WARNING) if level in levels), Level.OK)


def named(ids: Sequence[str]) -> str:
    """A few of the ids, and how many more there are."""
    more = len(ids) - _NAMED
    return ", ".join(ids[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 photo`, `3 photos`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def bytes_in_words(number: float) -> str:
    """A number of bytes: `310 MB`, `4.2 GB`."""
    if number < 1e9:
        return f"{number / 1e6:.0f} MB"
    return f"{number / 1e9:.1f} GB"
