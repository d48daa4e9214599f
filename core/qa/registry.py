"""The list of quality checks: each is a pure function, registered with its words and thresholds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.dataset.model import Dataset
from core.flags import Box, Severity
from core.qa.view import SampleView

Limits = Mapping[str, float]


@dataclass(frozen=True)
class Limit:
    """A threshold of a check, as a form shows it.

    Attributes:
        default: The value used when the user set none.
        minimum, maximum: The range a user may choose from.
        unit: "px", "%", "" for counts and ratios.
        words: What it means, as a label.
    """

    default: float
    minimum: float
    maximum: float
    unit: str
    words: str


@dataclass(frozen=True)
class Finding:
    """What a check function reports; the scan makes a Flag of it.

    Attributes:
        value: The number behind the finding.
        message: A sentence for the user.
        region: Where it is, as boxes (x, y, width, height) in mask pixels.
    """

    value: float
    message: str
    region: tuple[Box, ...] = ()


@dataclass(frozen=True)
class Check:
    """A registered check.

    Attributes:
        id: Stable name, used in files.
        title: Two or three words for lists.
        catches, misses: Sentences for the help and the tooltip.
        severity: Severity of its flags.
        limits: Its thresholds by name.
        structural: Whether it speaks of the file and its pixels alone (a clean mask never trips
            it), not of statistics over the dataset.
        find: `find(view, limits)` for a check of one sample; None for a check over the dataset.
        decide: `decide(features by sample, limits, dataset)` for a check over the whole dataset,
            which sees what `core.qa.features` measured of each sample.
    """

    id: str
    title: str
    catches: str
    misses: str
    severity: Severity
    limits: Mapping[str, Limit]
    structural: bool
    find: Callable[[SampleView, Limits], Iterable[Finding]] | None = None
    decide: (
        Callable[[Mapping[str, Mapping[str, Any]], Limits, Dataset], Iterable[tuple[str, Finding]]]
        | None
    ) = None

    def default_limits(self) -> dict[str, float]:
        """The thresholds nobody changed."""
        return {name: limit.default for name, limit in self.limits.items()}


CHECKS: dict[str, Check] = {}
"""Every check by its id, in the order of registration: the order in which flags are listed."""


def check(
    id: str,
    *,
    title: str,
    catches: str,
    misses: str,
    severity: Severity,
    structural: bool = False,
    over_dataset: bool = False,
    limits: Mapping[str, Limit] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a check function; see `Check` for the meaning of the arguments."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        if id in CHECKS:
            raise ValueError(f"two checks are called {id}")
        CHECKS[id] = Check(
            id=id,
            title=title,
            catches=catches,
            misses=misses,
            severity=severity,
            limits=dict(limits or {}),
            structural=structural,
            find=None if over_dataset else function,
            decide=function if over_dataset else None,
        )
        return function

    return register
